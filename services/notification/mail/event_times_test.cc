#include "services/notification/mail/event_times.h"

#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici::notification {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1450429200);  // 2015-12-18T09:00:00Z
const absl::Time kEnd = kStart + absl::Hours(6);

std::string When(absl::Time start, absl::Time end, const char* zone, const char* language) {
  return DescribeEventTimes(start, end, zone, language)->when;
}

TEST(EventTimesTest, ADayReadsAsInEachLanguage) {
  EXPECT_EQ(When(kStart, kEnd, "Europe/Warsaw", "en"),
            "Friday, 18 December 2015, 10:00–16:00 (CET)");
  EXPECT_EQ(When(kStart, kEnd, "Europe/Warsaw", "pl"),
            "piątek, 18 grudnia 2015, 10:00–16:00 (CET)");
  EXPECT_EQ(When(kStart, kEnd, "Europe/Warsaw", "de"),
            "Freitag, 18. Dezember 2015, 10:00–16:00 (MEZ)");
  EXPECT_EQ(DescribeEventTimes(kStart, kEnd, "Europe/Warsaw", "pl")->date, "18 grudnia 2015");
}

TEST(EventTimesTest, SeveralDaysNameBoth) {
  EXPECT_EQ(When(kStart, kStart + absl::Hours(30), "Europe/Warsaw", "en"),
            "Friday, 18 December 2015, 10:00 – Saturday, 19 December 2015, 16:00 (CET)");
}

TEST(EventTimesTest, SummerTimeAndDistantZonesAreTheEventsOwn) {
  const absl::Time summer = absl::FromUnixSeconds(1465894800);  // 2016-06-14T09:00:00Z
  EXPECT_EQ(When(summer, summer + absl::Hours(1), "Europe/Warsaw", "en"),
            "Tuesday, 14 June 2016, 11:00–12:00 (CEST)");
  EXPECT_EQ(When(kStart, kEnd, "Asia/Tokyo", "en"),
            "Friday, 18 December 2015, 18:00 – Saturday, 19 December 2015, 00:00 (GMT+9)");
}

TEST(EventTimesTest, AnInstantHasItsDayAndItsZone) {
  EXPECT_EQ(*DescribeInstant(kStart, "Europe/Warsaw", "en"),
            "Friday, 18 December 2015, 10:00 (CET)");
  EXPECT_EQ(*DescribeInstant(kStart, "Europe/Warsaw", "de"),
            "Freitag, 18. Dezember 2015, 10:00 (MEZ)");
  EXPECT_EQ(DescribeInstant(kStart, "Europe/Atlantis", "en").status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(EventTimesTest, WhatIsNoLanguageIsRefused) {
  for (const std::string& language :
       {std::string(2000, 'a'), std::string("en\r\n"), std::string(" ")}) {
    EXPECT_EQ(DescribeInstant(absl::UnixEpoch(), "UTC", language).status().code(),
              absl::StatusCode::kInvalidArgument)
        << language;
  }
}

TEST(EventTimesTest, UnknownZoneIsRefused) {
  EXPECT_EQ(DescribeEventTimes(kStart, kEnd, "Europe/Atlantis", "en").status().code(),
            absl::StatusCode::kInvalidArgument);
}

// Whatever was kept of others, and thrown away to make room.
TEST(EventTimesTest, WhatWasDescribedBeforeChangesNoText) {
  const char* const zones[] = {"Europe/Warsaw", "Europe/London", "Asia/Tokyo", "America/New_York",
                               "UTC"};
  std::vector<std::string> languages = {"en", "pl", "de", "cs", "uk"};
  for (const char* more : {"fr", "it", "es", "sk", "hu", "ro", "lt", "lv", "et", "fi"}) {
    languages.emplace_back(more);
  }
  const absl::Time summer = absl::FromUnixSeconds(1465894800);
  std::vector<std::string> first;
  for (int round = 0; round < 2; ++round) {
    std::size_t at = 0;
    for (const char* zone : zones) {
      for (const std::string& language : languages) {
        for (const absl::Time start : {kStart, summer}) {
          const auto times = DescribeEventTimes(start, start + absl::Hours(30), zone, language);
          ASSERT_TRUE(times.ok()) << zone << " " << language;
          const std::string text =
              times->date + " | " + times->when + " | " + *DescribeInstant(start, zone, language);
          if (round == 0) {
            first.push_back(text);
          } else {
            EXPECT_EQ(text, first[at]) << zone << " " << language;
          }
          ++at;
        }
      }
    }
  }
  EXPECT_EQ(When(kStart, kEnd, "Europe/Warsaw", "pl"),
            "piątek, 18 grudnia 2015, 10:00–16:00 (CET)");
}

TEST(EventTimesTest, ThreadsDescribeTheSameTimesAtOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int n = 0; n < 200; ++n) {
        EXPECT_EQ(When(kStart, kEnd, "Europe/Warsaw", "de"),
                  "Freitag, 18. Dezember 2015, 10:00–16:00 (MEZ)");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace wici::notification
