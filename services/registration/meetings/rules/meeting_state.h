// The life of a meeting: one table of states and steps.
//
//   REQUESTED --accept--> ACCEPTED --schedule--> SCHEDULED --hold--> HELD
//             --decline-> DECLINED <-unschedule-           --miss--> MISSED
//             --withdraw> WITHDRAWN
//             --expire--> EXPIRED
//   REQUESTED, ACCEPTED, SCHEDULED --cancel--> CANCELLED
//   SCHEDULED --schedule--> SCHEDULED (another time or table);  HELD <--hold, miss--> MISSED
//
// Everything else is refused with MEETING_STEP_NOT_ALLOWED. A meeting begins as REQUESTED. Pure;
// any thread.
#ifndef WICI_SERVICES_REGISTRATION_MEETINGS_RULES_MEETING_STATE_H_
#define WICI_SERVICES_REGISTRATION_MEETINGS_RULES_MEETING_STATE_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "wici/registration/v1/meeting.pb.h"

namespace wici::registration {

enum class MeetingStep {
  kAccept,      // the invitee wants it
  kDecline,     // the invitee does not
  kWithdraw,    // the requester takes the request back
  kExpire,      // nobody answered in time
  kSchedule,    // a published schedule gives it a time and a table
  kUnschedule,  // a published schedule has no place for it any more
  kCancel,      // one of the two, the organiser, or the end of a registration
  kHold,        // it took place
  kMiss,        // somebody did not come
};

// "accept", for error messages.
std::string_view MeetingStepName(MeetingStep step);

// The state after `step`. `meeting` is its name, for the error.
absl::StatusOr<v1::MeetingState> NextMeetingState(std::string_view meeting, v1::MeetingState state,
                                                  MeetingStep step);

// The state at `now`: an unanswered request is EXPIRED from its expire_time on, written or not.
v1::MeetingState MeetingStateAt(const v1::Meeting& meeting, absl::Time now);

// REQUESTED, ACCEPTED, SCHEDULED: two people have one open meeting in a session.
bool IsOpen(v1::MeetingState state);

// Whether it has a time: SCHEDULED, HELD, MISSED.
bool HasPlace(v1::MeetingState state);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_MEETINGS_RULES_MEETING_STATE_H_
