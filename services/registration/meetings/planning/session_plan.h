// The meetings of one session as a problem for the scheduler, and its answer as a MeetingSchedule.
//
//   SessionPlan plan = ...;  // what is known of the session
//   v1::MeetingSchedule schedule = PlanSchedule(plan, options, scheduler);
//   ...
//   WICI_RETURN_IF_ERROR(CheckSchedule(plan, schedule));  // when it is published, later
//
// Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_MEETINGS_PLANNING_SESSION_PLAN_H_
#define WICI_SERVICES_REGISTRATION_MEETINGS_PLANNING_SESSION_PLAN_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/registration/meetings/rules/meeting_slots.h"
#include "services/registration/meetings/scheduling/scheduler.h"
#include "wici/registration/v1/meeting.pb.h"

namespace wici::registration {

// A meeting with the slot it stands in, when it has a place.
struct PlacedMeeting {
  v1::Meeting meeting;
  int slot = kUnplaced;
};

struct SessionPlan {
  std::string session;  // its name
  SessionSlots slots;
  std::vector<PlacedMeeting> meetings;                 // ACCEPTED, SCHEDULED, HELD, MISSED; by name
  std::map<std::string, v1::MeetingProfile> profiles;  // by registration; absent: always available
  // By registration: meetings of other sessions, and the sessions the person chose.
  std::map<std::string, std::vector<TimeSpan>> busy;
};

struct PlanOptions {
  bool keep = false;             // move as few scheduled meetings as possible
  absl::Time move_after;         // meetings that start before stay
  std::set<std::string> absent;  // registrations whose movable meetings get no place
  SearchLimits limits;
};

// The schedule as PROVISIONAL, without etag and times of its own. Meetings that are HELD or MISSED,
// or have begun, stay where they are and are part of it.
v1::MeetingSchedule PlanSchedule(const SessionPlan& plan, const PlanOptions& options,
                                 const Scheduler& scheduler);

// Whether the placements of ACCEPTED and SCHEDULED meetings can still take place as they are, by
// what `plan` knows now: times are those of slots, people are available and nowhere else, and no
// table is used twice. SCHEDULE_OUTDATED.
absl::Status CheckSchedule(const SessionPlan& plan, const v1::MeetingSchedule& schedule);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_MEETINGS_PLANNING_SESSION_PLAN_H_
