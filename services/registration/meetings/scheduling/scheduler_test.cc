#include "services/registration/meetings/scheduling/scheduler.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/meetings/scheduling/bounds.h"
#include "services/registration/meetings/scheduling/local_search.h"
#include "services/registration/meetings/scheduling/testing/problems.h"
#include "services/registration/meetings/scheduling/testing/schedule_checker.h"

namespace wici::registration {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

MeetingSchedule Search(const ScheduleProblem& problem, std::int64_t steps = 20'000,
                       std::uint64_t seed = 1) {
  return LocalSearchScheduler().Schedule(problem, {steps, seed});
}

MeetingToPlace Between(int first, int second) {
  MeetingToPlace meeting;
  meeting.first = first;
  meeting.second = second;
  return meeting;
}

// Everybody is available in every slot.
ScheduleProblem Open(int people, int slots, int tables, std::vector<MeetingToPlace> meetings) {
  ScheduleProblem problem;
  problem.slots = slots;
  problem.tables = tables;
  problem.available.assign(static_cast<std::size_t>(people),
                           std::vector<bool>(static_cast<std::size_t>(slots), true));
  problem.meetings = std::move(meetings);
  return problem;
}

void KeepWhereTheyAre(const std::vector<int>& slots, ScheduleProblem& problem) {
  for (std::size_t i = 0; i < slots.size(); ++i) problem.meetings[i].previous = slots[i];
}

TEST(SchedulerTest, NoMeetingsAreAScheduleToo) {
  const MeetingSchedule schedule = Search(Open(0, 4, 1, {}));
  EXPECT_THAT(schedule.slot_of, IsEmpty());
  EXPECT_THAT(schedule.obstacles, IsEmpty());
  EXPECT_EQ(schedule.breaks, 0);
}

TEST(SchedulerTest, FeasibleProblemsGetASchedule) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    const ScheduleProblem problem = FeasibleProblem(
        {.people = 20, .slots = 10, .tables = 8, .meetings = 60, .unavailable_in = 20}, seed);
    const MeetingSchedule schedule = Search(problem, 60'000);
    EXPECT_THAT(FaultsOf(problem, schedule.slot_of), IsEmpty()) << seed;
    EXPECT_THAT(schedule.obstacles, IsEmpty()) << seed;
    EXPECT_EQ(schedule.unplaced, 0) << seed;
    EXPECT_GE(schedule.breaks, schedule.breaks_bound) << seed;
  }
}

TEST(SchedulerTest, NobodyIsInTwoPlacesWhateverIsAsked) {
  int unplaced = 0;
  for (unsigned seed = 0; seed < 100; ++seed) {
    const ScheduleProblem problem = AnyProblem(
        {.people = 12, .slots = 6, .tables = 4, .meetings = 22, .unavailable_in = 30}, seed);
    const MeetingSchedule schedule = Search(problem, 3'000);
    // What has no slot is said to have none; there is no other fault.
    EXPECT_THAT(FaultsOf(problem, schedule.slot_of), Each(HasSubstr("has no slot"))) << seed;
    const auto without = std::count(schedule.slot_of.begin(), schedule.slot_of.end(), kUnplaced);
    EXPECT_EQ(schedule.unplaced, without) << seed;
    const std::vector<int> breaks = BreaksByParticipant(problem, schedule.slot_of);
    EXPECT_EQ(schedule.breaks, std::accumulate(breaks.begin(), breaks.end(), 0)) << seed;
    unplaced += schedule.unplaced;
  }
  EXPECT_GT(unplaced, 0) << "every problem was easy";
}

TEST(SchedulerTest, AnObstacleIsAProof) {
  int proven = 0;
  for (unsigned seed = 0; seed < 40; ++seed) {
    const ScheduleProblem problem = AnyProblem(
        {.people = 5, .slots = 3, .tables = 2, .meetings = 5, .unavailable_in = 35}, seed);
    const bool feasible = TryEverything(problem).unplaced == 0;
    const bool obstacle = !FindObstacles(problem).empty();
    EXPECT_FALSE(feasible && obstacle) << seed;
    proven += obstacle ? 1 : 0;
  }
  EXPECT_GT(proven, 5);
}

// Of fixed meetings that clash the first stays, whatever that costs; then there is no best to find.
bool FixedOnesClash(const ScheduleProblem& problem) {
  for (const Obstacle& obstacle : FindObstacles(problem)) {
    if (obstacle.kind == Obstacle::Kind::kFixedMeetingsClash) return true;
    if (obstacle.kind == Obstacle::Kind::kSlotOverbooked) return true;
  }
  return false;
}

TEST(SchedulerTest, TheBestOfASmallProblemIsFound) {
  int compared = 0;
  for (unsigned seed = 0; seed < 50; ++seed) {
    ScheduleProblem problem = AnyProblem(
        {.people = 5, .slots = 4, .tables = 2, .meetings = 6, .unavailable_in = 20}, seed);
    if (FixedOnesClash(problem)) continue;
    ++compared;
    problem.breaks_fair = 0;
    const MeetingSchedule schedule = Search(problem, 20'000, seed);
    const BestPossible best = TryEverything(problem);
    EXPECT_EQ(MeasureOf(problem, schedule.slot_of), best) << seed;
    EXPECT_TRUE(best.unplaced > 0 || schedule.breaks_bound <= schedule.breaks) << seed;
  }
  EXPECT_GT(compared, 30);
}

TEST(SchedulerTest, NobodyCarriesMostOfTheBreaks) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    const ScheduleProblem problem = FeasibleProblem(
        {.people = 24, .slots = 12, .tables = 8, .meetings = 70, .unavailable_in = 25}, seed);
    const MeetingSchedule schedule = Search(problem, 200'000);
    const std::vector<int> breaks = BreaksByParticipant(problem, schedule.slot_of);
    EXPECT_LE(*std::max_element(breaks.begin(), breaks.end()), problem.breaks_fair + 1) << seed;
  }
}

TEST(SchedulerTest, SearchingFindsFewerBreaksThanTheGreedy) {
  int greedy = 0;
  int searched = 0;
  for (unsigned seed = 0; seed < 10; ++seed) {
    const ScheduleProblem problem = FeasibleProblem(
        {.people = 30, .slots = 14, .tables = 12, .meetings = 90, .unavailable_in = 0}, seed);
    greedy += Search(problem, 0).breaks;
    searched += Search(problem, 50'000).breaks;
  }
  EXPECT_LT(searched, greedy / 2);
}

TEST(SchedulerTest, TheSameSeedGivesTheSameSchedule) {
  const ScheduleProblem problem = FeasibleProblem(
      {.people = 20, .slots = 10, .tables = 8, .meetings = 60, .unavailable_in = 10}, 7);
  EXPECT_EQ(Search(problem, 30'000, 3).slot_of, Search(problem, 30'000, 3).slot_of);
  EXPECT_NE(Search(problem, 30'000, 3).slot_of, Search(problem, 30'000, 4).slot_of);
}

TEST(SchedulerTest, SaysWhyThereIsNoSchedule) {
  using Kind = Obstacle::Kind;
  ScheduleProblem apart = Open(2, 2, 1, {Between(0, 1)});
  apart.available = {{true, false}, {false, true}};
  EXPECT_THAT(Search(apart).obstacles, Contains(Obstacle{Kind::kMeetingWithoutSlot, 0}));
  EXPECT_EQ(Search(apart).unplaced, 1);

  const ScheduleProblem popular = Open(4, 2, 5, {Between(0, 1), Between(0, 2), Between(0, 3)});
  EXPECT_THAT(Search(popular).obstacles, ElementsAre(Obstacle{Kind::kParticipantOverbooked, 0}));

  ScheduleProblem clash = Open(3, 4, 5, {Between(0, 1), Between(0, 2)});
  clash.meetings[0].fixed = 2;
  clash.meetings[1].fixed = 2;
  EXPECT_THAT(Search(clash).obstacles, Contains(Obstacle{Kind::kFixedMeetingsClash, 1}));

  ScheduleProblem narrow = Open(4, 4, 1, {Between(0, 1), Between(2, 3)});
  narrow.meetings[0].fixed = 2;
  narrow.meetings[1].fixed = 2;
  EXPECT_THAT(Search(narrow).obstacles, ElementsAre(Obstacle{Kind::kSlotOverbooked, 2}));

  const ScheduleProblem crowded = Open(6, 1, 2, {Between(0, 1), Between(2, 3), Between(4, 5)});
  EXPECT_THAT(Search(crowded).obstacles, ElementsAre(Obstacle{Kind::kSessionOverbooked, 0}));
}

TEST(SchedulerTest, AFixedMeetingStaysWhoeverIsAvailable) {
  ScheduleProblem problem = Open(3, 3, 1, {Between(0, 1), Between(1, 2)});
  problem.available[0] = {true, false, false};
  problem.meetings[0].fixed = 2;
  EXPECT_THAT(Search(problem).slot_of, ElementsAre(2, ::testing::AnyOf(0, 1)));
}

TEST(SchedulerTest, BreaksThatAvailabilityForcesAreTheBound) {
  ScheduleProblem problem = Open(3, 5, 2, {Between(0, 1), Between(0, 2)});
  problem.available[0] = {true, false, false, false, true};
  EXPECT_EQ(BreaksBound(problem), 1);
  EXPECT_EQ(Search(problem).breaks, 1);
}

TEST(SchedulerTest, LongSessionsHaveTheSameBreaks) {
  // Over the border of a word of 64 slots.
  ScheduleProblem problem = Open(3, 130, 2, {Between(0, 1), Between(0, 2), Between(1, 2)});
  problem.meetings[0].fixed = 63;
  problem.meetings[1].fixed = 64;
  problem.meetings[2].fixed = 129;
  EXPECT_EQ(Search(problem).breaks, 2);  // of 1 and 2; 0 goes from slot 63 to 64
}

TEST(ReschedulingTest, WithoutAChangeNothingMoves) {
  for (unsigned seed = 0; seed < 30; ++seed) {
    std::vector<int> before;
    ScheduleProblem problem = FeasibleProblem(
        {.people = 20, .slots = 10, .tables = 8, .meetings = 60, .unavailable_in = 20}, seed,
        &before);
    KeepWhereTheyAre(before, problem);
    const MeetingSchedule after = Search(problem);
    EXPECT_EQ(after.slot_of, before) << seed;
    EXPECT_EQ(after.moved, 0) << seed;
  }
}

TEST(ReschedulingTest, WhoDoesNotComeMovesNobodyElse) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::vector<int> before;
    ScheduleProblem problem = FeasibleProblem(
        {.people = 20, .slots = 10, .tables = 8, .meetings = 60, .unavailable_in = 20}, seed,
        &before);
    KeepWhereTheyAre(before, problem);
    std::erase_if(problem.meetings, [](const MeetingToPlace& meeting) {
      return meeting.first == 3 || meeting.second == 3;
    });
    const MeetingSchedule after = Search(problem);
    EXPECT_EQ(after.moved, 0) << seed;
    EXPECT_EQ(after.unplaced, 0) << seed;
  }
}

TEST(ReschedulingTest, ALostHourMovesNoMoreThanItMust) {
  int moved = 0;
  for (unsigned seed = 0; seed < 40; ++seed) {
    std::vector<int> before;
    ScheduleProblem problem = FeasibleProblem(
        {.people = 6, .slots = 4, .tables = 2, .meetings = 6, .unavailable_in = 15}, seed, &before);
    KeepWhereTheyAre(before, problem);
    // The first of the first meeting is not there when it should take place.
    const auto person = static_cast<std::size_t>(problem.meetings[0].first);
    problem.available[person][static_cast<std::size_t>(before[0])] = false;
    const MeetingSchedule after = Search(problem, 10'000, seed);
    EXPECT_EQ(MeasureOf(problem, after.slot_of), TryEverything(problem)) << seed;
    moved += after.moved;
  }
  EXPECT_GT(moved, 20);
}

TEST(ReschedulingTest, InALargeSessionFewMove) {
  for (unsigned seed = 0; seed < 10; ++seed) {
    std::vector<int> before;
    ScheduleProblem problem = FeasibleProblem(
        {.people = 60, .slots = 12, .tables = 25, .meetings = 200, .unavailable_in = 10}, seed,
        &before);
    KeepWhereTheyAre(before, problem);
    const auto person = static_cast<std::size_t>(problem.meetings[0].first);
    problem.available[person][static_cast<std::size_t>(before[0])] = false;
    const MeetingSchedule after = Search(problem, 100'000);
    EXPECT_THAT(FaultsOf(problem, after.slot_of), IsEmpty()) << seed;
    EXPECT_LE(after.moved, 3) << seed;
  }
}

}  // namespace
}  // namespace wici::registration
