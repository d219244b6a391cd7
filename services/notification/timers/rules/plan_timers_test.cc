#include "services/notification/timers/rules/plan_timers.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/timestamp.h"

namespace wici::notification {
namespace {

using ::testing::IsEmpty;

absl::Time TimeAt(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  return time;
}

registration::v1::Event EventAt(const std::string& start, const std::string& end,
                                const std::string& zone) {
  registration::v1::Event event;
  event.set_etag("\"3\"");
  event.set_state(registration::v1::EVENT_STATE_PUBLISHED);
  SetTimestamp(TimeAt(start), *event.mutable_start_time());
  SetTimestamp(TimeAt(end), *event.mutable_end_time());
  event.set_time_zone(zone);
  return event;
}

TEST(PlanTimersTest, AnEventHasFourTimers) {
  const auto timers = PlanTimers(
      EventAt("2026-06-18T09:00:00+02:00", "2026-06-18T15:00:00+02:00", "Europe/Warsaw"));
  ASSERT_EQ(timers.size(), 4U);
  EXPECT_EQ(timers[0].fire_at, TimeAt("2026-06-11T09:00:00+02:00"));
  EXPECT_EQ(timers[1].fire_at, TimeAt("2026-06-17T09:00:00+02:00"));
  EXPECT_EQ(timers[2].fire_at, TimeAt("2026-06-18T07:00:00+02:00"));
  EXPECT_EQ(timers[3].fire_at, TimeAt("2026-06-19T09:00:00+02:00"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(timers[i].anchor, TimeAt("2026-06-18T09:00:00+02:00"));
  EXPECT_EQ(timers[3].anchor, TimeAt("2026-06-18T15:00:00+02:00"));
  EXPECT_EQ(timers[0].expires, timers[1].fire_at) << "never two at once";
  EXPECT_EQ(timers[1].expires, timers[2].fire_at);
  EXPECT_EQ(timers[2].expires, timers[2].anchor);
}

TEST(PlanTimersTest, ADayIsADayWhenTheClocksChange) {
  const auto spring = PlanTimers(
      EventAt("2026-03-30T10:00:00+02:00", "2026-03-30T12:00:00+02:00", "Europe/Warsaw"));
  EXPECT_EQ(spring[0].fire_at, TimeAt("2026-03-23T10:00:00+01:00"));
  const auto autumn = PlanTimers(
      EventAt("2026-10-25T10:00:00+01:00", "2026-10-25T12:00:00+01:00", "Europe/Warsaw"));
  EXPECT_EQ(autumn[1].fire_at, TimeAt("2026-10-24T10:00:00+02:00"));
  EXPECT_EQ(autumn[2].fire_at, TimeAt("2026-10-25T08:00:00+01:00")) << "two hours are two hours";
  const auto night = PlanTimers(
      EventAt("2026-03-29T03:30:00+02:00", "2026-03-29T04:00:00+02:00", "Europe/Warsaw"));
  EXPECT_EQ(night[2].fire_at, TimeAt("2026-03-29T00:30:00+01:00"));
}

TEST(PlanTimersTest, ATimeThatTheClocksSkipIsTakenAnHourLater) {
  const auto timers = PlanTimers(
      EventAt("2026-03-30T02:30:00+02:00", "2026-03-30T04:00:00+02:00", "Europe/Warsaw"));
  EXPECT_EQ(timers[1].fire_at, TimeAt("2026-03-29T03:30:00+02:00"));
}

TEST(PlanTimersTest, TheZoneIsThatOfTheEvent) {
  const auto timers =
      PlanTimers(EventAt("2026-06-18T23:30:00Z", "2026-06-19T02:00:00Z", "Pacific/Kiritimati"));
  EXPECT_EQ(timers[3].fire_at, TimeAt("2026-06-20T09:00:00+14:00"));
}

TEST(PlanTimersTest, OnlyAPublishedEventHasTimers) {
  registration::v1::Event event =
      EventAt("2026-06-18T09:00:00Z", "2026-06-18T15:00:00Z", "Europe/Warsaw");
  event.set_state(registration::v1::EVENT_STATE_CANCELLED);
  EXPECT_THAT(PlanTimers(event), IsEmpty());
  event.set_state(registration::v1::EVENT_STATE_DRAFT);
  EXPECT_THAT(PlanTimers(event), IsEmpty());
}

TEST(PlanTimersTest, TheCountdownGoesByTheCalendarOfTheEvent) {
  const auto event =
      EventAt("2026-06-18T00:30:00+02:00", "2026-06-18T15:00:00+02:00", "Europe/Warsaw");
  EXPECT_EQ(CountDown(event, TimeAt("2026-06-11T09:00:00+02:00")).days, 7);
  EXPECT_EQ(CountDown(event, TimeAt("2026-06-17T23:59:00+02:00")).days, 1) << "tomorrow";
  const auto today =
      EventAt("2026-06-18T09:00:00+02:00", "2026-06-18T15:00:00+02:00", "Europe/Warsaw");
  EXPECT_EQ(CountDown(today, TimeAt("2026-06-18T07:00:00+02:00")).hours, 2);
  EXPECT_EQ(CountDown(today, TimeAt("2026-06-18T07:00:01+02:00")).hours, 2);
  EXPECT_EQ(CountDown(today, TimeAt("2026-06-18T08:59:59+02:00")).hours, 1);
  EXPECT_EQ(CountDown(today, TimeAt("2026-06-18T09:00:00+02:00")).hours, 0);
}

TEST(PlanTimersTest, AReminderIsTimedForTheBeginningAndAFollowUpForTheEnd) {
  const auto event = EventAt("2026-06-18T09:00:00Z", "2026-06-18T15:00:00Z", "Europe/Warsaw");
  EXPECT_TRUE(IsTimedFor("templates/event-reminder", TimeAt("2026-06-18T09:00:00Z"), event));
  EXPECT_FALSE(IsTimedFor("templates/event-reminder", TimeAt("2026-06-18T10:00:00Z"), event));
  EXPECT_TRUE(IsTimedFor("templates/event-follow-up", TimeAt("2026-06-18T15:00:00Z"), event));
  EXPECT_EQ(FactsVersion(event), 3);
}

TEST(PlanTimersTest, AnEventThatCannotBeReadIsAskedForLessAndLessOftenButNeverForgotten) {
  EXPECT_EQ(UnreadableWait(0), absl::Seconds(5));
  EXPECT_EQ(UnreadableWait(1), absl::Seconds(10));
  EXPECT_EQ(UnreadableWait(5), absl::Seconds(160));
  EXPECT_EQ(UnreadableWait(6), absl::Minutes(5));
  EXPECT_EQ(UnreadableWait(1000000), absl::Minutes(5));
}

}  // namespace
}  // namespace wici::notification
