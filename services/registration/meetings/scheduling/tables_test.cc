#include "services/registration/meetings/scheduling/tables.h"

#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/meetings/scheduling/testing/problems.h"

namespace wici::registration {
namespace {

using ::testing::ElementsAre;

TEST(TablesTest, NoTableIsTakenTwice) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    std::vector<int> slots;
    const ScheduleProblem problem = FeasibleProblem(
        {.people = 20, .slots = 8, .tables = 6, .meetings = 45, .unavailable_in = 0}, seed, &slots);
    const std::vector<int> tables =
        AssignTables(problem, slots, std::vector<std::optional<int>>(slots.size()));
    std::set<std::pair<int, int>> taken;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      EXPECT_GE(tables[i], 1);
      EXPECT_LE(tables[i], problem.tables);
      EXPECT_TRUE(taken.emplace(slots[i], tables[i]).second) << seed;
    }
  }
}

ScheduleProblem Three(int tables) {
  ScheduleProblem problem;
  problem.slots = 3;
  problem.tables = tables;
  problem.available.assign(4, std::vector<bool>(3, true));
  problem.meetings.resize(3);
  problem.meetings[0].first = 0;
  problem.meetings[0].second = 1;
  problem.meetings[1].first = 2;
  problem.meetings[1].second = 3;
  problem.meetings[2].first = 3;
  problem.meetings[2].second = 0;
  return problem;
}

TEST(TablesTest, PeopleStayAtTheirTable) {
  // 2 and 3 sit at table 2 first, then 3 stays there.
  EXPECT_THAT(AssignTables(Three(2), {0, 0, 1}, {{}, {}, {}}), ElementsAre(1, 2, 2));
}

TEST(TablesTest, WhatDoesNotMoveKeepsItsTable) {
  ScheduleProblem problem = Three(3);
  problem.meetings[1].previous = 0;
  EXPECT_THAT(AssignTables(problem, {0, 0, 1}, {{}, 3, {}}), ElementsAre(1, 3, 3));
  // It moved to another slot: the old table says nothing.
  EXPECT_THAT(AssignTables(problem, {0, 2, 1}, {{}, 3, {}}), ElementsAre(1, 1, 1));
}

TEST(TablesTest, WithoutASlotThereIsNoTable) {
  EXPECT_THAT(AssignTables(Three(1), {0, kUnplaced, 1}, {{}, {}, {}}), ElementsAre(1, 0, 1));
}

}  // namespace
}  // namespace wici::registration
