// When the meetings of a session take place: a problem in, a schedule or the reasons against it
// out.
//
// This is the room of the scheduler. Who asks (schedule_problem.h in the folder above) knows only
// this header; another way to schedule is another class below Scheduler.
//
// A schedule is feasible when every meeting has a slot, nobody is in two meetings of a slot, a slot
// has no more meetings than tables, both participants are available, and fixed meetings stay. Among
// the feasible ones the best moves the fewest meetings from the slot they had, then has the fewest
// breaks, where breaks of one participant beyond `breaks_fair` count five times. A break is
// a maximal run of idle slots between two meetings of one participant (as in M. Bofill et al.,
// "Constraint Solving Approaches to the Business-to-Business Meeting Scheduling Problem", JAIR 74,
// 2022). Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_MEETINGS_SCHEDULING_SCHEDULER_H_
#define WICI_SERVICES_REGISTRATION_MEETINGS_SCHEDULING_SCHEDULER_H_

#include <cstdint>
#include <optional>
#include <vector>

namespace wici::registration {

inline constexpr int kScheduleSlotsMax = 512;
inline constexpr int kScheduleMeetingsMax = 10'000;
inline constexpr int kScheduleParticipantsMax = 10'000;

struct MeetingToPlace {
  int first = 0;  // the two participants, by index, not the same
  int second = 0;
  std::vector<int> slots;       // those it may take place in; empty: all
  std::optional<int> fixed;     // stays here, whoever is available
  std::optional<int> previous;  // where it was; elsewhere it counts as moved
};

// Within the bounds above; indices lie within their ranges.
struct ScheduleProblem {
  int slots = 0;                             // 0 .. slots-1, one after the other
  int tables = 0;                            // meetings at once
  std::vector<std::vector<bool>> available;  // by participant and slot
  std::vector<MeetingToPlace> meetings;
  int breaks_fair = 2;
};

// Why there is no feasible schedule. Each is a proof.
struct Obstacle {
  enum class Kind {
    kMeetingWithoutSlot,     // `index`: a meeting whose participants are never available together
    kParticipantOverbooked,  // `index`: a participant with more meetings than slots to have them in
    kFixedMeetingsClash,     // `index`: a fixed meeting at the same time as another of a person
    kSlotOverbooked,         // `index`: a slot with more fixed meetings than tables
    kSessionOverbooked,      // more meetings than slots and tables
  };
  Kind kind = Kind::kSessionOverbooked;
  int index = 0;
  friend bool operator==(const Obstacle&, const Obstacle&) = default;
};

inline constexpr int kUnplaced = -1;

struct MeetingSchedule {
  std::vector<int> slot_of;         // by meeting; kUnplaced for those without
  std::vector<Obstacle> obstacles;  // none, yet meetings unplaced: not found within the steps
  int unplaced = 0;
  int moved = 0;         // placed meetings that are not where they were
  int breaks = 0;        // of all participants together
  int breaks_bound = 0;  // no complete schedule has fewer: it is the best when equal to breaks
};

// The bound of the work, and the seed that makes it the same every time.
struct SearchLimits {
  std::int64_t steps = 0;
  std::uint64_t seed = 0;
};

class Scheduler {
 public:
  virtual ~Scheduler() = default;
  virtual MeetingSchedule Schedule(const ScheduleProblem& problem,
                                   const SearchLimits& limits) const = 0;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_MEETINGS_SCHEDULING_SCHEDULER_H_
