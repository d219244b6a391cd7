#include "services/registration/meetings/planning/session_plan.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <tuple>
#include <utility>

#include "libs/base/timestamp.h"
#include "services/registration/meetings/rules/meeting_errors.h"
#include "services/registration/meetings/rules/meeting_state.h"
#include "services/registration/meetings/scheduling/tables.h"

namespace wici::registration {
namespace {

// The problem, with what its indices stand for.
struct Numbered {
  ScheduleProblem problem;
  std::vector<const PlacedMeeting*> meetings;
  std::vector<std::string> registrations;
  std::vector<std::optional<int>> tables_before;
};

std::vector<bool> FreeSlotsOf(const SessionPlan& plan, const std::string& registration) {
  static const v1::MeetingProfile* const none = new v1::MeetingProfile;
  const auto profile = plan.profiles.find(registration);
  const auto busy = plan.busy.find(registration);
  return FreeSlots(plan.slots,
                   (profile == plan.profiles.end() ? *none : profile->second).availability(),
                   busy == plan.busy.end() ? std::vector<TimeSpan>() : busy->second);
}

class Numbering {
 public:
  Numbering(const SessionPlan& plan, const PlanOptions& options) : plan_(plan), options_(options) {
    result_.problem.slots = plan.slots.count;
    result_.problem.tables = plan.slots.tables;
    for (const PlacedMeeting& placed : plan.meetings) {
      if (!IsLeftOut(placed)) Add(placed);
    }
  }
  Numbered Take() { return std::move(result_); }

 private:
  // Whether it stays where it is, whatever happens.
  bool IsFixed(const PlacedMeeting& placed) const {
    const v1::Meeting& meeting = placed.meeting;
    if (placed.slot < 0 || placed.slot >= plan_.slots.count) return false;
    if (meeting.state() != v1::MEETING_STATE_SCHEDULED) return HasPlace(meeting.state());
    return TimeOf(meeting.start_time()) < options_.move_after;
  }

  bool IsLeftOut(const PlacedMeeting& placed) const {
    if (IsFixed(placed)) return false;
    const v1::Meeting& meeting = placed.meeting;
    const bool over = HasPlace(meeting.state()) && meeting.state() != v1::MEETING_STATE_SCHEDULED;
    return over || options_.absent.count(meeting.requester()) > 0 ||
           options_.absent.count(meeting.invitee()) > 0;
  }

  int Number(const std::string& registration) {
    const auto [at, added] =
        numbers_.try_emplace(registration, static_cast<int>(result_.registrations.size()));
    if (added) {
      result_.registrations.push_back(registration);
      std::vector<bool> free = FreeSlotsOf(plan_, registration);
      for (int slot = 0; slot < plan_.slots.count; ++slot) {
        if (plan_.slots.At(slot).start < options_.move_after) {
          free[static_cast<std::size_t>(slot)] = false;
        }
      }
      result_.problem.available.push_back(std::move(free));
    }
    return at->second;
  }

  void Add(const PlacedMeeting& placed) {
    MeetingToPlace meeting;
    meeting.first = Number(placed.meeting.requester());
    meeting.second = Number(placed.meeting.invitee());
    const bool scheduled = placed.slot != kUnplaced;
    if (IsFixed(placed)) meeting.fixed = placed.slot;
    if (options_.keep && scheduled) meeting.previous = placed.slot;
    result_.problem.meetings.push_back(std::move(meeting));
    result_.meetings.push_back(&placed);
    result_.tables_before.push_back(scheduled ? std::optional(placed.meeting.table())
                                              : std::nullopt);
  }

  const SessionPlan& plan_;
  const PlanOptions& options_;
  std::map<std::string, int> numbers_;
  Numbered result_;
};

void AddObstacle(const Numbered& numbered, const Obstacle& obstacle, v1::MeetingSchedule& to) {
  v1::ScheduleObstacle& added = *to.add_obstacles();
  const auto index = static_cast<std::size_t>(obstacle.index);
  switch (obstacle.kind) {
    case Obstacle::Kind::kMeetingWithoutSlot:
      added.set_kind(v1::SCHEDULE_OBSTACLE_KIND_NO_COMMON_TIME);
      added.set_resource(numbered.meetings[index]->meeting.name());
      break;
    case Obstacle::Kind::kParticipantOverbooked:
      added.set_kind(v1::SCHEDULE_OBSTACLE_KIND_PERSON_OVERBOOKED);
      added.set_resource(numbered.registrations[index]);
      break;
    case Obstacle::Kind::kFixedMeetingsClash:
      added.set_kind(v1::SCHEDULE_OBSTACLE_KIND_FIXED_CLASH);
      added.set_resource(numbered.meetings[index]->meeting.name());
      break;
    case Obstacle::Kind::kSlotOverbooked:
    case Obstacle::Kind::kSessionOverbooked:
      added.set_kind(v1::SCHEDULE_OBSTACLE_KIND_SESSION_OVERBOOKED);
      break;
  }
}

v1::MeetingPlacement Placement(const SessionPlan& plan, const std::string& meeting, int slot,
                               int table) {
  v1::MeetingPlacement placement;
  placement.set_meeting(meeting);
  placement.set_slot(slot);
  placement.set_table(table);
  SetTimestamp(plan.slots.At(slot).start, *placement.mutable_start_time());
  SetTimestamp(plan.slots.At(slot).end, *placement.mutable_end_time());
  return placement;
}

// The most breaks of one participant, and those of all together as `total`.
int CountBreaks(const Numbered& numbered, const std::vector<int>& slot_of, int& total) {
  std::vector<std::vector<int>> slots(numbered.registrations.size());
  for (std::size_t i = 0; i < slot_of.size(); ++i) {
    if (slot_of[i] == kUnplaced) continue;
    slots[static_cast<std::size_t>(numbered.problem.meetings[i].first)].push_back(slot_of[i]);
    slots[static_cast<std::size_t>(numbered.problem.meetings[i].second)].push_back(slot_of[i]);
  }
  int most = 0;
  total = 0;
  for (std::vector<int>& own : slots) {
    std::sort(own.begin(), own.end());
    int breaks = 0;
    for (std::size_t i = 1; i < own.size(); ++i) breaks += own[i] > own[i - 1] + 1 ? 1 : 0;
    total += breaks;
    most = std::max(most, breaks);
  }
  return most;
}

bool Moves(const PlacedMeeting& before, const v1::MeetingPlacement& after) {
  return before.slot != kUnplaced &&
         (before.slot != after.slot() || before.meeting.table() != after.table());
}

}  // namespace

v1::MeetingSchedule PlanSchedule(const SessionPlan& plan, const PlanOptions& options,
                                 const Scheduler& scheduler) {
  const Numbered numbered = Numbering(plan, options).Take();
  const MeetingSchedule found = scheduler.Schedule(numbered.problem, options.limits);
  const std::vector<int> tables =
      AssignTables(numbered.problem, found.slot_of, numbered.tables_before);
  v1::MeetingSchedule schedule;
  schedule.set_name(plan.session + "/meetingSchedule");
  schedule.set_state(v1::MEETING_SCHEDULE_STATE_PROVISIONAL);
  std::map<std::string, std::size_t> placed;
  for (std::size_t i = 0; i < numbered.meetings.size(); ++i) {
    if (found.slot_of[i] != kUnplaced) placed[numbered.meetings[i]->meeting.name()] = i;
  }
  int moved = 0;
  for (const PlacedMeeting& meeting : plan.meetings) {
    const auto at = placed.find(meeting.meeting.name());
    if (at != placed.end()) {
      *schedule.add_placements() =
          Placement(plan, at->first, found.slot_of[at->second], tables[at->second]);
      const bool moves = Moves(meeting, schedule.placements(schedule.placements_size() - 1));
      moved += moves ? 1 : 0;
    } else if (IsOpen(meeting.meeting.state())) {
      schedule.add_unscheduled(meeting.meeting.name());
    }
  }
  for (const Obstacle& obstacle : found.obstacles) AddObstacle(numbered, obstacle, schedule);
  int breaks = 0;
  schedule.set_breaks_max(CountBreaks(numbered, found.slot_of, breaks));
  schedule.set_breaks(breaks);
  schedule.set_breaks_bound(found.breaks_bound);
  schedule.set_moved(moved);
  return schedule;
}

absl::Status CheckSchedule(const SessionPlan& plan, const v1::MeetingSchedule& schedule) {
  std::map<std::string, const v1::Meeting*> meetings;
  for (const PlacedMeeting& placed : plan.meetings) {
    meetings[placed.meeting.name()] = &placed.meeting;
  }
  std::set<std::pair<std::string, int>> people;  // registration, slot
  std::set<std::pair<int, int>> tables;          // slot, table
  std::map<std::string, std::vector<bool>> free;
  for (const v1::MeetingPlacement& placement : schedule.placements()) {
    const auto at = meetings.find(placement.meeting());
    if (at == meetings.end()) continue;  // cancelled meanwhile
    const absl::Status outdated = ScheduleOutdatedError(schedule.name(), placement.meeting());
    const int slot = placement.slot();
    if (slot < 0 || slot >= plan.slots.count || placement.table() > plan.slots.tables) {
      return outdated;
    }
    const TimeSpan span = plan.slots.At(slot);
    if (span != TimeSpan{TimeOf(placement.start_time()), TimeOf(placement.end_time())} ||
        !tables.emplace(slot, placement.table()).second) {
      return outdated;
    }
    const bool stays =
        HasPlace(at->second->state()) && TimeOf(at->second->start_time()) == span.start;
    for (const std::string& person : {at->second->requester(), at->second->invitee()}) {
      if (!people.emplace(person, slot).second) return outdated;
      const auto hours = free.try_emplace(person);
      if (hours.second) hours.first->second = FreeSlotsOf(plan, person);
      if (!stays && !hours.first->second[static_cast<std::size_t>(slot)]) return outdated;
    }
  }
  return absl::OkStatus();
}

}  // namespace wici::registration
