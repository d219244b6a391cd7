// Problems made by seed.
#ifndef WICI_SERVICES_REGISTRATION_MEETINGS_SCHEDULING_TESTING_PROBLEMS_H_
#define WICI_SERVICES_REGISTRATION_MEETINGS_SCHEDULING_TESTING_PROBLEMS_H_

#include <random>
#include <set>
#include <utility>
#include <vector>

#include "services/registration/meetings/scheduling/scheduler.h"

namespace wici::registration {

struct Shape {
  int people = 0;
  int slots = 0;
  int tables = 0;
  int meetings = 0;        // at most
  int unavailable_in = 0;  // of a hundred cells of person and slot
};

// A problem made around a schedule, which `solution` becomes: there is at least that one. Nobody
// meets the same person twice.
inline ScheduleProblem FeasibleProblem(const Shape& shape, unsigned seed,
                                       std::vector<int>* solution = nullptr) {
  std::mt19937 dice(seed);
  const auto roll = [&](int sides) {
    return static_cast<int>(dice() % static_cast<unsigned>(sides));
  };
  ScheduleProblem problem;
  problem.slots = shape.slots;
  problem.tables = shape.tables;
  const auto slots = static_cast<std::size_t>(shape.slots);
  problem.available.assign(static_cast<std::size_t>(shape.people), std::vector<bool>(slots, true));
  std::set<std::pair<int, int>> busy;  // person, slot
  std::set<std::pair<int, int>> pairs;
  std::vector<int> used(slots);
  std::vector<int> chosen;
  for (int tries = 0; tries < 40 * shape.meetings; ++tries) {
    if (static_cast<int>(chosen.size()) == shape.meetings) break;
    const int first = roll(shape.people);
    const int second = roll(shape.people);
    const int slot = roll(shape.slots);
    if (first == second || used[static_cast<std::size_t>(slot)] == shape.tables) continue;
    if (busy.count({first, slot}) > 0 || busy.count({second, slot}) > 0) continue;
    if (!pairs.insert(std::minmax(first, second)).second) continue;
    busy.insert({first, slot});
    busy.insert({second, slot});
    ++used[static_cast<std::size_t>(slot)];
    MeetingToPlace meeting;
    meeting.first = first;
    meeting.second = second;
    problem.meetings.push_back(meeting);
    chosen.push_back(slot);
  }
  for (int person = 0; person < shape.people; ++person) {
    for (int slot = 0; slot < shape.slots; ++slot) {
      if (busy.count({person, slot}) == 0 && roll(100) < shape.unavailable_in) {
        problem.available[static_cast<std::size_t>(person)][static_cast<std::size_t>(slot)] = false;
      }
    }
  }
  if (solution != nullptr) *solution = chosen;
  return problem;
}

// A problem about which nothing is known: some of these have no schedule.
inline ScheduleProblem AnyProblem(const Shape& shape, unsigned seed) {
  ScheduleProblem problem = FeasibleProblem(shape, seed);
  std::mt19937 dice(seed + 1'000'000);
  for (auto& hours : problem.available) {
    for (std::size_t slot = 0; slot < hours.size(); ++slot) {
      hours[slot] = static_cast<int>(dice() % 100) >= shape.unavailable_in;
    }
  }
  for (MeetingToPlace& meeting : problem.meetings) {
    if (dice() % 5 == 0)
      meeting.fixed = static_cast<int>(dice() % static_cast<unsigned>(shape.slots));
    if (dice() % 5 == 0) meeting.slots = {0, shape.slots - 1};
  }
  return problem;
}

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_MEETINGS_SCHEDULING_TESTING_PROBLEMS_H_
