// What is wrong with a schedule, found without anything of the scheduler but its types.
#ifndef WICI_SERVICES_REGISTRATION_MEETINGS_SCHEDULING_TESTING_SCHEDULE_CHECKER_H_
#define WICI_SERVICES_REGISTRATION_MEETINGS_SCHEDULING_TESTING_SCHEDULE_CHECKER_H_

#include <string>
#include <vector>

#include "services/registration/meetings/scheduling/scheduler.h"

namespace wici::registration {

// Every fault of `slots` (by meeting, kUnplaced for none) in words; empty when it is feasible.
std::vector<std::string> FaultsOf(const ScheduleProblem& problem, const std::vector<int>& slots);

// Breaks of each participant, counted slot by slot.
std::vector<int> BreaksByParticipant(const ScheduleProblem& problem, const std::vector<int>& slots);

// The lowest (unplaced, moved, breaks and unfairness) there is, by trying everything: for problems
// of a handful of meetings. Fixed meetings stay; when they clash, all are unplaced.
struct BestPossible {
  int unplaced = 0;
  int moved = 0;
  int penalty = 0;
  friend bool operator==(const BestPossible&, const BestPossible&) = default;
  friend auto operator<=>(const BestPossible&, const BestPossible&) = default;
};
BestPossible TryEverything(const ScheduleProblem& problem);
// The same of one schedule.
BestPossible MeasureOf(const ScheduleProblem& problem, const std::vector<int>& slots);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_MEETINGS_SCHEDULING_TESTING_SCHEDULE_CHECKER_H_
