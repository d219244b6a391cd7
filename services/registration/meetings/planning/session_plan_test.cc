#include "services/registration/meetings/planning/session_plan.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/timestamp.h"
#include "libs/testing/status_matchers.h"
#include "services/registration/meetings/scheduling/local_search.h"

namespace wici::registration {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

const absl::Time kNoon = absl::FromUnixSeconds(1450440000);  // 2015-12-18T12:00:00Z

std::string Person(int number) { return absl::StrCat("events/e/registrations/r", number); }
std::string Name(int number) { return absl::StrCat("events/e/meetings/m", number); }

class SessionPlanTest : public ::testing::Test {
 protected:
  SessionPlanTest() {
    plan_.session = "events/e/sessions/s";
    plan_.slots = {.start = kNoon,
                   .length = absl::Minutes(20),
                   .pause = absl::Minutes(5),
                   .count = 4,
                   .tables = 2};
    options_.move_after = kNoon - absl::Hours(1);
    options_.limits = {.steps = 5'000, .seed = 1};
  }

  void Accepted(int one, int other) {
    v1::Meeting meeting;
    meeting.set_name(Name(static_cast<int>(plan_.meetings.size())));
    meeting.set_session(plan_.session);
    meeting.set_requester(Person(one));
    meeting.set_invitee(Person(other));
    meeting.set_state(v1::MEETING_STATE_ACCEPTED);
    plan_.meetings.push_back({std::move(meeting)});
  }

  v1::MeetingSchedule Plan() { return PlanSchedule(plan_, options_, scheduler_); }

  // As publishing does.
  void Publish(const v1::MeetingSchedule& schedule) {
    for (const v1::MeetingPlacement& placement : schedule.placements()) {
      for (PlacedMeeting& placed : plan_.meetings) {
        if (placed.meeting.name() != placement.meeting()) continue;
        placed.slot = placement.slot();
        placed.meeting.set_state(v1::MEETING_STATE_SCHEDULED);
        placed.meeting.set_table(placement.table());
        *placed.meeting.mutable_start_time() = placement.start_time();
        *placed.meeting.mutable_end_time() = placement.end_time();
      }
    }
  }

  // `person` is available in the slots from `first` on.
  void AvailableFrom(int person, int first) {
    v1::Availability& span = *plan_.profiles[Person(person)].add_availability();
    SetTimestamp(plan_.slots.At(first).start, *span.mutable_start_time());
    SetTimestamp(plan_.slots.At(plan_.slots.count).end, *span.mutable_end_time());
  }

  const LocalSearchScheduler scheduler_;
  SessionPlan plan_;
  PlanOptions options_;
};

TEST_F(SessionPlanTest, EveryMeetingGetsATimeAndATable) {
  Accepted(0, 1);
  Accepted(0, 2);
  Accepted(1, 2);
  Accepted(3, 4);
  const v1::MeetingSchedule schedule = Plan();
  EXPECT_EQ(schedule.name(), "events/e/sessions/s/meetingSchedule");
  EXPECT_EQ(schedule.state(), v1::MEETING_SCHEDULE_STATE_PROVISIONAL);
  ASSERT_EQ(schedule.placements_size(), 4);
  EXPECT_THAT(schedule.unscheduled(), IsEmpty());
  EXPECT_EQ(schedule.breaks(), 1) << "three who all meet each other cannot do with none";
  EXPECT_EQ(schedule.breaks_max(), 1);
  EXPECT_EQ(schedule.moved(), 0);
  std::set<std::pair<int, int>> places;
  for (const v1::MeetingPlacement& placement : schedule.placements()) {
    EXPECT_EQ(TimeOf(placement.start_time()), plan_.slots.At(placement.slot()).start);
    EXPECT_EQ(TimeOf(placement.end_time()), plan_.slots.At(placement.slot()).end);
    EXPECT_TRUE(places.emplace(placement.slot(), placement.table()).second);
  }
  EXPECT_THAT(CheckSchedule(plan_, schedule), IsOk());
}

TEST_F(SessionPlanTest, TellsWhoHasTooMany) {
  for (int other = 1; other <= 5; ++other) Accepted(0, other);
  const v1::MeetingSchedule schedule = Plan();
  EXPECT_EQ(schedule.placements_size(), 4);
  EXPECT_EQ(schedule.unscheduled_size(), 1);
  ASSERT_EQ(schedule.obstacles_size(), 1);
  EXPECT_EQ(schedule.obstacles(0).kind(), v1::SCHEDULE_OBSTACLE_KIND_PERSON_OVERBOOKED);
  EXPECT_EQ(schedule.obstacles(0).resource(), Person(0));
}

TEST_F(SessionPlanTest, AMeetingElsewhereIsATimeToStayAwayFrom) {
  Accepted(0, 1);
  for (int slot = 0; slot < 3; ++slot) plan_.busy[Person(1)].push_back(plan_.slots.At(slot));
  EXPECT_EQ(Plan().placements(0).slot(), 3);
  plan_.busy[Person(0)].push_back(plan_.slots.At(3));
  const v1::MeetingSchedule schedule = Plan();
  EXPECT_THAT(schedule.unscheduled(), ElementsAre(Name(0)));
  EXPECT_EQ(schedule.obstacles(0).kind(), v1::SCHEDULE_OBSTACLE_KIND_NO_COMMON_TIME);
  EXPECT_EQ(schedule.obstacles(0).resource(), Name(0));
}

TEST_F(SessionPlanTest, KeepingMovesNothingWithoutAChange) {
  for (int i = 0; i < 6; ++i) Accepted(i, (i + 1) % 6);
  Publish(Plan());
  options_.keep = true;
  const v1::MeetingSchedule again = Plan();
  EXPECT_EQ(again.moved(), 0);
  EXPECT_EQ(again.placements_size(), 6);
}

TEST_F(SessionPlanTest, TheAbsentLoseTheirPlacesAndNobodyElseMoves) {
  for (int i = 0; i < 6; ++i) Accepted(i, (i + 1) % 6);
  Publish(Plan());
  options_.keep = true;
  options_.absent = {Person(0)};
  const v1::MeetingSchedule again = Plan();
  EXPECT_THAT(again.unscheduled(), ElementsAre(Name(0), Name(5)));
  EXPECT_EQ(again.moved(), 0);
}

TEST_F(SessionPlanTest, WhatHasBegunStays) {
  Accepted(0, 1);
  AvailableFrom(2, 0);
  Publish(Plan());
  plan_.meetings[0].slot = 0;
  SetTimestamp(plan_.slots.At(0).start, *plan_.meetings[0].meeting.mutable_start_time());
  AvailableFrom(0, 2);  // too late for what runs
  Accepted(0, 2);
  options_.move_after = plan_.slots.At(0).start + absl::Minutes(1);
  const v1::MeetingSchedule schedule = Plan();
  EXPECT_EQ(schedule.placements(0).slot(), 0);
  EXPECT_GE(schedule.placements(1).slot(), 2);
  // Nothing new goes into the past.
  options_.move_after = plan_.slots.At(3).start + absl::Minutes(1);
  EXPECT_THAT(Plan().unscheduled(), ElementsAre(Name(1)));
}

TEST_F(SessionPlanTest, WhatTookPlaceKeepsItsTable) {
  Accepted(0, 1);
  Accepted(2, 3);
  Publish(Plan());
  plan_.meetings[0].meeting.set_state(v1::MEETING_STATE_HELD);
  const int slot = plan_.meetings[0].slot;
  const int table = plan_.meetings[0].meeting.table();
  const v1::MeetingSchedule schedule = Plan();
  EXPECT_EQ(schedule.placements(0).slot(), slot);
  EXPECT_EQ(schedule.placements(0).table(), table);
}

TEST_F(SessionPlanTest, AScheduleIsOutdatedByWhatItDidNotKnow) {
  Accepted(0, 1);
  Accepted(2, 3);
  const v1::MeetingSchedule schedule = Plan();
  EXPECT_THAT(CheckSchedule(plan_, schedule), IsOk());
  const auto outdated =
      StatusIs(absl::StatusCode::kFailedPrecondition, Reason("SCHEDULE_OUTDATED"));

  const SessionPlan before = plan_;
  AvailableFrom(0, schedule.placements(0).slot() + 1);
  EXPECT_THAT(CheckSchedule(plan_, schedule), outdated);
  EXPECT_EQ(ErrorMetadataValue(CheckSchedule(plan_, schedule), "meeting"), Name(0));

  plan_ = before;
  plan_.busy[Person(3)].push_back(plan_.slots.At(schedule.placements(1).slot()));
  EXPECT_THAT(CheckSchedule(plan_, schedule), outdated);

  plan_ = before;
  plan_.slots.start += absl::Hours(1);
  EXPECT_THAT(CheckSchedule(plan_, schedule), outdated) << "the session moved";

  plan_ = before;
  plan_.slots.tables = schedule.placements(1).table() - 1;
  EXPECT_THAT(CheckSchedule(plan_, schedule), outdated);

  // A meeting that was cancelled meanwhile is no reason.
  plan_ = before;
  AvailableFrom(0, schedule.placements(0).slot() + 1);
  plan_.meetings.erase(plan_.meetings.begin());
  EXPECT_THAT(CheckSchedule(plan_, schedule), IsOk());
}

TEST_F(SessionPlanTest, ADoctoredScheduleIsRefused) {
  Accepted(0, 1);
  Accepted(1, 2);
  v1::MeetingSchedule schedule = Plan();
  *schedule.mutable_placements(1) = schedule.placements(0);
  schedule.mutable_placements(1)->set_meeting(Name(1));
  schedule.mutable_placements(1)->set_table(3 - schedule.placements(0).table());
  EXPECT_THAT(CheckSchedule(plan_, schedule), Reason("SCHEDULE_OUTDATED")) << "1 is there twice";
}

}  // namespace
}  // namespace wici::registration
