#include "services/notification/digests/rules/digest_window.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici::notification {
namespace {

absl::Time InstantAt(const std::string& text) {
  absl::Time time;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, nullptr));
  return time;
}

v1::Notification::Digest WindowOf(int after_minutes, const std::string& at = "") {
  v1::Notification::Digest wanted;
  wanted.set_after_minutes(after_minutes);
  wanted.set_at(at);
  return wanted;
}

v1::Preferences PersonIn(const std::string& zone, const std::string& digest_at = "") {
  v1::Preferences preferences;
  preferences.set_time_zone(zone);
  preferences.set_digest_at(digest_at);
  return preferences;
}

const absl::Time kEvening = absl::FromUnixSeconds(1427572800);  // 2015-03-28T20:00:00Z

TEST(DigestWindowTest, ItIsSoManyMinutesLong) {
  EXPECT_EQ(CloseTime(WindowOf(15), {}, kEvening), kEvening + absl::Minutes(15));
  EXPECT_EQ(CloseTime(WindowOf(15), PersonIn("Europe/Warsaw"), kEvening),
            kEvening + absl::Minutes(15));
}

TEST(DigestWindowTest, ItEndsAtATimeOfTheDayInTheZoneOfThePerson) {
  EXPECT_EQ(CloseTime(WindowOf(0, "08:00"), PersonIn("Europe/Warsaw"), kEvening),
            InstantAt("2015-03-29T08:00:00+02:00"))
      << "the clocks have been changed by then";
  EXPECT_EQ(CloseTime(WindowOf(0, "08:00"), PersonIn("Asia/Kolkata"), kEvening),
            InstantAt("2015-03-29T08:00:00+05:30"));
  EXPECT_EQ(CloseTime(WindowOf(0, "08:00"), {}, kEvening), InstantAt("2015-03-29T08:00:00Z"));
}

TEST(DigestWindowTest, WhatThePersonHasChosenCountsFirst) {
  EXPECT_EQ(CloseTime(WindowOf(15), PersonIn("Europe/Warsaw", "07:30"), kEvening),
            InstantAt("2015-03-29T07:30:00+02:00"));
  EXPECT_EQ(CloseTime(WindowOf(0, "08:00"), PersonIn("Europe/Warsaw", "22:00"), kEvening),
            InstantAt("2015-03-28T22:00:00+01:00"));
}

}  // namespace
}  // namespace wici::notification
