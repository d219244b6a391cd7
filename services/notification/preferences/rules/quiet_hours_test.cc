#include "services/notification/preferences/rules/quiet_hours.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici::notification {
namespace {

using ::testing::Optional;

absl::Time At(const std::string& text) {
  absl::Time time;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, nullptr));
  return time;
}

v1::Preferences Quiet(const std::string& from, const std::string& until,
                      const std::string& zone = "Europe/Warsaw") {
  v1::Preferences preferences;
  preferences.set_quiet_from(from);
  preferences.set_quiet_until(until);
  preferences.set_time_zone(zone);
  return preferences;
}

TEST(QuietHoursTest, TheyLastOverMidnightInTheZoneOfThePerson) {
  const v1::Preferences night = Quiet("22:00", "07:00");
  EXPECT_EQ(QuietUntil(night, At("2015-12-18T21:59:59+01:00")), std::nullopt);
  EXPECT_THAT(QuietUntil(night, At("2015-12-18T22:00:00+01:00")),
              Optional(At("2015-12-19T07:00:00+01:00")));
  EXPECT_THAT(QuietUntil(night, At("2015-12-19T03:00:00+01:00")),
              Optional(At("2015-12-19T07:00:00+01:00")));
  EXPECT_EQ(QuietUntil(night, At("2015-12-19T07:00:00+01:00")), std::nullopt);
  EXPECT_THAT(QuietUntil(Quiet("22:00", "07:00", "Asia/Tokyo"), At("2015-12-18T15:00:00Z")),
              Optional(At("2015-12-19T07:00:00+09:00")));
}

TEST(QuietHoursTest, TheyMayLieWithinADay) {
  const v1::Preferences lunch = Quiet("12:00", "13:30");
  EXPECT_EQ(QuietUntil(lunch, At("2015-12-18T11:59:00+01:00")), std::nullopt);
  EXPECT_THAT(QuietUntil(lunch, At("2015-12-18T13:29:59+01:00")),
              Optional(At("2015-12-18T13:30:00+01:00")));
  EXPECT_EQ(QuietUntil(lunch, At("2015-12-18T13:30:00+01:00")), std::nullopt);
}

// In Warsaw the clock goes from 2:00 to 3:00 on 29 March 2015 and from 3:00 to 2:00 on 25 October.
TEST(QuietHoursTest, TheyFollowTheClockOnTheWallWhenItIsChanged) {
  const v1::Preferences night = Quiet("22:00", "07:00");
  EXPECT_THAT(QuietUntil(night, At("2015-03-28T23:00:00+01:00")),
              Optional(At("2015-03-29T07:00:00+02:00")));
  EXPECT_THAT(QuietUntil(night, At("2015-10-24T23:00:00+02:00")),
              Optional(At("2015-10-25T07:00:00+01:00")));
  const v1::Preferences short_night = Quiet("22:00", "02:30");
  EXPECT_THAT(QuietUntil(short_night, At("2015-03-28T23:00:00+01:00")),
              Optional(At("2015-03-29T03:00:00+02:00")))
      << "2:30 does not exist on that day";
  EXPECT_THAT(QuietUntil(short_night, At("2015-10-25T02:10:00+02:00")),
              Optional(At("2015-10-25T02:30:00+02:00")));
  EXPECT_THAT(QuietUntil(short_night, At("2015-10-25T02:10:00+01:00")),
              Optional(At("2015-10-25T02:30:00+01:00")))
      << "the hour that comes twice";
}

TEST(QuietHoursTest, TheNextTimeOfADayFollowsTheClockOnTheWall) {
  absl::TimeZone warsaw;
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Warsaw", &warsaw));
  const auto next = [&](int minutes, const char* now) {
    return NextTimeOfDay(minutes, warsaw, At(now));
  };
  EXPECT_EQ(next(8 * 60, "2015-12-18T07:59:59+01:00"), At("2015-12-18T08:00:00+01:00"));
  EXPECT_EQ(next(8 * 60, "2015-12-18T08:00:00+01:00"), At("2015-12-19T08:00:00+01:00"));
  EXPECT_EQ(next(8 * 60, "2015-03-28T20:00:00+01:00"), At("2015-03-29T08:00:00+02:00"));
  EXPECT_EQ(next(8 * 60, "2015-10-24T20:00:00+02:00"), At("2015-10-25T08:00:00+01:00"));
  EXPECT_EQ(next(150, "2015-03-28T20:00:00+01:00"), At("2015-03-29T03:00:00+02:00"))
      << "2:30 does not exist on that day";
  EXPECT_EQ(next(150, "2015-10-25T02:40:00+02:00"), At("2015-10-25T02:30:00+01:00"))
      << "the hour that comes twice";
}

TEST(QuietHoursTest, WithoutThemNothingIsQuiet) {
  EXPECT_EQ(QuietUntil({}, At("2015-12-18T23:00:00Z")), std::nullopt);
  EXPECT_EQ(QuietUntil(Quiet("22:00", ""), At("2015-12-18T23:00:00Z")), std::nullopt);
  EXPECT_EQ(QuietUntil(Quiet("22:00", "07:00", "Nowhere/City"), At("2015-12-18T23:00:00Z")),
            std::nullopt);
}

TEST(QuietHoursTest, ATimeOfDayHasTwoDigitsEach) {
  EXPECT_THAT(ParseTimeOfDay("00:00"), Optional(0));
  EXPECT_THAT(ParseTimeOfDay("23:59"), Optional(23 * 60 + 59));
  for (const char* wrong : {"", "7:00", "24:00", "12:60", "12-30", "12:3x", "112:30", "-1:00"}) {
    EXPECT_EQ(ParseTimeOfDay(wrong), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace wici::notification
