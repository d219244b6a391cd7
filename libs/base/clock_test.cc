#include "libs/base/clock.h"

#include "gtest/gtest.h"
#include "libs/base/elapsed.h"
#include "libs/base/time_span.h"

namespace wici {
namespace {

TEST(ParseDateTest, ReadsACivilDate) {
  EXPECT_EQ(ParseDate("2015-12-18"), absl::CivilDay(2015, 12, 18));
  EXPECT_EQ(ParseDate("2016-02-29"), absl::CivilDay(2016, 2, 29));
  EXPECT_EQ(ParseDate("1900-01-01"), absl::CivilDay(1900, 1, 1));
  EXPECT_EQ(ParseDate("9999-12-31"), absl::CivilDay(9999, 12, 31));
}

TEST(ParseDateTest, RefusesWhatIsNoDate) {
  for (const char* text : {"", "2015", "2015-12", "2015-13-01", "2015-00-01", "2015-02-29",
                           "2015-04-31", "2015-1-1", "2015/12/18", "1899-12-31", "20151218",
                           "2015-12-18T00:00", " 2015-12-1", "2015-+1-18", "2015-12-1\n"}) {
    EXPECT_FALSE(ParseDate(text).has_value()) << text;
  }
}

TEST(FormatDateTest, IsTheInverseOfParseDate) {
  EXPECT_EQ(FormatDate(absl::CivilDay(2015, 2, 3)), "2015-02-03");
  for (absl::CivilDay day(1999, 12, 1); day < absl::CivilDay(2001, 3, 5); ++day) {
    EXPECT_EQ(ParseDate(FormatDate(day)), day);
  }
}

TEST(ElapsedTest, AWaitIsOverAfterItsTimeAndWhenTheClockWasSetBack) {
  const absl::Time start = absl::FromUnixSeconds(1450425600);
  EXPECT_FALSE(IsOver(start, absl::Seconds(5), start));
  EXPECT_FALSE(IsOver(start, absl::Seconds(5), start + absl::Milliseconds(4999)));
  EXPECT_TRUE(IsOver(start, absl::Seconds(5), start + absl::Seconds(5)));
  EXPECT_TRUE(IsOver(start, absl::Seconds(5), start - absl::Hours(1)));
  EXPECT_TRUE(IsOver(absl::InfinitePast(), absl::ZeroDuration(), start));
}

TEST(TimeSpanTest, WhatOnlyTouchesDoesNotOverlap) {
  const auto span = [](int from, int until) {
    return TimeSpan{absl::FromUnixSeconds(from), absl::FromUnixSeconds(until)};
  };
  EXPECT_FALSE(Overlap(span(10, 20), span(20, 30)));
  EXPECT_FALSE(Overlap(span(20, 30), span(10, 20)));
  EXPECT_TRUE(Overlap(span(10, 21), span(20, 30)));
  EXPECT_TRUE(Overlap(span(20, 30), span(10, 21)));
  EXPECT_TRUE(Overlap(span(10, 40), span(20, 30)));
  EXPECT_TRUE(Overlap(span(10, 20), span(10, 20)));
}

TEST(MicrosTest, RoundTripsAnInstant) {
  EXPECT_EQ(ToMicros(FromMicros(1450425600000001)), 1450425600000001);
}

}  // namespace
}  // namespace wici
