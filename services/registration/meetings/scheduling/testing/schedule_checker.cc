#include "services/registration/meetings/scheduling/testing/schedule_checker.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace wici::registration {

std::vector<std::string> FaultsOf(const ScheduleProblem& problem, const std::vector<int>& slots) {
  std::vector<std::string> faults;
  std::set<std::pair<int, int>> present;  // who is where
  std::map<int, int> tables_used;
  for (std::size_t i = 0; i < problem.meetings.size(); ++i) {
    const MeetingToPlace& meeting = problem.meetings[i];
    const std::string name = "meeting " + std::to_string(i);
    const int slot = slots.at(i);
    if (slot < 0 || slot >= problem.slots) {
      faults.push_back(name + " has no slot");
      continue;
    }
    for (const int person : {meeting.first, meeting.second}) {
      if (!present.emplace(person, slot).second) faults.push_back(name + ": somebody twice");
      const auto& hours = problem.available.at(static_cast<std::size_t>(person));
      if (!meeting.fixed && !hours.at(static_cast<std::size_t>(slot))) {
        faults.push_back(name + ": somebody is not available");
      }
    }
    if (meeting.fixed && *meeting.fixed != slot)
      faults.push_back(name + " is not where it is fixed");
    if (!meeting.fixed && !meeting.slots.empty() &&
        std::count(meeting.slots.begin(), meeting.slots.end(), slot) == 0) {
      faults.push_back(name + " is in a slot it may not take");
    }
    if (++tables_used[slot] == problem.tables + 1) faults.push_back(name + ": no table");
  }
  return faults;
}

std::vector<int> BreaksByParticipant(const ScheduleProblem& problem,
                                     const std::vector<int>& slots) {
  std::vector<int> breaks;
  for (std::size_t person = 0; person < problem.available.size(); ++person) {
    std::set<int> busy;
    for (std::size_t i = 0; i < problem.meetings.size(); ++i) {
      const MeetingToPlace& meeting = problem.meetings[i];
      const bool hers =
          meeting.first == static_cast<int>(person) || meeting.second == static_cast<int>(person);
      if (hers && slots.at(i) >= 0) busy.insert(slots.at(i));
    }
    int gaps = 0;
    std::optional<int> last;
    for (const int slot : busy) {
      if (last && slot > *last + 1) ++gaps;
      last = slot;
    }
    breaks.push_back(gaps);
  }
  return breaks;
}

BestPossible MeasureOf(const ScheduleProblem& problem, const std::vector<int>& slots) {
  BestPossible measure;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto& previous = problem.meetings[i].previous;
    if (slots[i] < 0) ++measure.unplaced;
    if (slots[i] >= 0 && previous && *previous != slots[i]) ++measure.moved;
  }
  for (const int breaks : BreaksByParticipant(problem, slots)) {
    measure.penalty += breaks + 4 * std::max(0, breaks - problem.breaks_fair);
  }
  return measure;
}

namespace {

// Faults other than a missing slot.
bool Clashes(const ScheduleProblem& problem, const std::vector<int>& slots) {
  for (const std::string& fault : FaultsOf(problem, slots)) {
    if (fault.find("has no slot") == std::string::npos) return true;
  }
  return false;
}

void TryFrom(const ScheduleProblem& problem, std::size_t next, std::vector<int>& slots,
             std::optional<BestPossible>& best) {
  if (Clashes(problem, slots)) return;
  if (next == slots.size()) {
    const BestPossible measure = MeasureOf(problem, slots);
    if (!best || measure < *best) best = measure;
    return;
  }
  const std::optional<int> fixed = problem.meetings[next].fixed;
  for (int slot = kUnplaced; slot < problem.slots; ++slot) {
    if (fixed && *fixed != slot) continue;
    slots[next] = slot;
    TryFrom(problem, next + 1, slots, best);
  }
  slots[next] = kUnplaced;
}

}  // namespace

BestPossible TryEverything(const ScheduleProblem& problem) {
  std::vector<int> slots(problem.meetings.size(), kUnplaced);
  std::optional<BestPossible> best;
  TryFrom(problem, 0, slots, best);
  return best.value_or(BestPossible{static_cast<int>(slots.size()), 0, 0});
}

}  // namespace wici::registration
