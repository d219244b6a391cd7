#include "services/registration/meetings/scheduling/bounds.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <set>
#include <utility>

namespace wici::registration {
namespace {

struct Participation {
  std::vector<bool> slots;  // in which one of the meetings may take place
  int meetings = 0;
};

std::vector<Participation> ParticipationsIn(const ScheduleProblem& problem) {
  std::vector<Participation> all(problem.available.size());
  for (Participation& one : all) one.slots.resize(static_cast<std::size_t>(problem.slots));
  for (const MeetingToPlace& meeting : problem.meetings) {
    for (const int person : {meeting.first, meeting.second}) {
      Participation& one = all[static_cast<std::size_t>(person)];
      ++one.meetings;
      for (int slot = 0; slot < problem.slots; ++slot) {
        if (MayTakePlace(problem, meeting, slot)) one.slots[static_cast<std::size_t>(slot)] = true;
      }
    }
  }
  return all;
}

// Lengths of the maximal runs of true, longest first.
std::vector<int> Runs(const std::vector<bool>& slots) {
  std::vector<int> runs;
  int length = 0;
  for (const bool free : slots) {
    if (!free && length > 0) runs.push_back(std::exchange(length, 0));
    if (free) ++length;
  }
  if (length > 0) runs.push_back(length);
  std::sort(runs.begin(), runs.end(), std::greater<>());
  return runs;
}

// Meetings in one run of slots have no break; in k runs at least k - 1.
int BreaksOf(const Participation& one) {
  int left = one.meetings;
  int runs = 0;
  for (const int length : Runs(one.slots)) {
    if (left <= 0) break;
    left -= length;
    ++runs;
  }
  return std::max(0, runs - 1);
}

void FindClashes(const ScheduleProblem& problem, std::vector<Obstacle>& found) {
  std::set<std::pair<int, int>> taken;  // participant, slot
  std::vector<int> count(static_cast<std::size_t>(problem.slots));
  for (std::size_t i = 0; i < problem.meetings.size(); ++i) {
    const MeetingToPlace& meeting = problem.meetings[i];
    if (!meeting.fixed) continue;
    const bool first = taken.insert({meeting.first, *meeting.fixed}).second;
    const bool second = taken.insert({meeting.second, *meeting.fixed}).second;
    if (!first || !second) {
      found.push_back({Obstacle::Kind::kFixedMeetingsClash, static_cast<int>(i)});
    }
    if (++count[static_cast<std::size_t>(*meeting.fixed)] == problem.tables + 1) {
      found.push_back({Obstacle::Kind::kSlotOverbooked, *meeting.fixed});
    }
  }
}

}  // namespace

bool MayTakePlace(const ScheduleProblem& problem, const MeetingToPlace& meeting, int slot) {
  if (meeting.fixed) return slot == *meeting.fixed;
  const auto index = static_cast<std::size_t>(slot);
  if (!problem.available[static_cast<std::size_t>(meeting.first)][index]) return false;
  if (!problem.available[static_cast<std::size_t>(meeting.second)][index]) return false;
  return meeting.slots.empty() ||
         std::find(meeting.slots.begin(), meeting.slots.end(), slot) != meeting.slots.end();
}

std::vector<Obstacle> FindObstacles(const ScheduleProblem& problem) {
  std::vector<Obstacle> found;
  for (std::size_t i = 0; i < problem.meetings.size(); ++i) {
    int slot = 0;
    while (slot < problem.slots && !MayTakePlace(problem, problem.meetings[i], slot)) ++slot;
    if (slot == problem.slots) {
      found.push_back({Obstacle::Kind::kMeetingWithoutSlot, static_cast<int>(i)});
    }
  }
  const std::vector<Participation> participations = ParticipationsIn(problem);
  for (std::size_t i = 0; i < participations.size(); ++i) {
    const std::vector<bool>& slots = participations[i].slots;
    if (participations[i].meetings > std::count(slots.begin(), slots.end(), true)) {
      found.push_back({Obstacle::Kind::kParticipantOverbooked, static_cast<int>(i)});
    }
  }
  FindClashes(problem, found);
  if (problem.meetings.size() >
      static_cast<std::size_t>(problem.slots) * static_cast<std::size_t>(problem.tables)) {
    found.push_back({Obstacle::Kind::kSessionOverbooked, 0});
  }
  return found;
}

int BreaksBound(const ScheduleProblem& problem) {
  int bound = 0;
  for (const Participation& one : ParticipationsIn(problem)) bound += BreaksOf(one);
  return bound;
}

}  // namespace wici::registration
