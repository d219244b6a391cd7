// The life of a registration: one table of states and steps.
//
//   PENDING_APPROVAL --confirm--> CONFIRMED      --check in-->      CHECKED_IN
//                    --waitlist-> WAITLISTED     <--undo check in--
//                    --reject---> REJECTED       --mark no-show---> NO_SHOW
//   WAITLISTED       --promote--> CONFIRMED      --move-->          WAITLISTED
//                    --offer----> OFFERED
//   OFFERED          --accept---> CONFIRMED      --expire-->        EXPIRED
//                    --requeue--> WAITLISTED   (GoesBackToTheList)
//   HELD             --complete-> CONFIRMED      --expire-->        EXPIRED
//                    --submit---> PENDING_APPROVAL
//   CONFIRMED        --review---> UNDER_REVIEW   --confirm-->       CONFIRMED
//                                                --reject-->        REJECTED
//   NO_SHOW          --check in-> CHECKED_IN     (a scan that was uploaded late)
//                    --undo no-show-> CONFIRMED  (likewise, of a session)
//   PENDING_APPROVAL, WAITLISTED, CONFIRMED, HELD, OFFERED, UNDER_REVIEW
//                    --withdraw-> WITHDRAWN, --cancel--> CANCELLED
//   PENDING_APPROVAL, WAITLISTED, CONFIRMED, OFFERED, UNDER_REVIEW
//                    --transfer-> TRANSFERRED
//
// Changes of party, sessions and answers (update) leave all active states but HELD and NO_SHOW as
// they are.
// When they call for approval again (review), a confirmed registration goes UNDER_REVIEW with its
// seat, a waitlisted one back to PENDING_APPROVAL, and one that waits for approval goes on to. Of
// several approvals all but the last (approve) change no state, nor does sending links again
// (resend).
//
// Everything else is refused with TRANSITION_NOT_ALLOWED. A registration begins as
// PENDING_APPROVAL, CONFIRMED, WAITLISTED or HELD (seats.h decides). Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_REGISTRATIONS_RULES_REGISTRATION_STATE_H_
#define WICI_SERVICES_REGISTRATION_REGISTRATIONS_RULES_REGISTRATION_STATE_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "wici/registration/v1/registration.pb.h"

namespace wici::registration {

// What can happen to a registration.
enum class Step {
  kConfirm,      // the organiser approves it and a seat is free
  kWaitlist,     // the organiser approves it and no seat is free
  kReject,       // the organiser does not approve it
  kPromote,      // a seat became free and it is first in the queue
  kWithdraw,     // the person does not come
  kCancel,       // the organiser takes the seat back
  kCheckIn,      // the person came
  kUndoCheckIn,  // the check-in was a mistake
  kMarkNoShow,   // the event is over and the person did not come
  kUndoNoShow,   // the person came, though to a session only
  kMove,         // the organiser gives it another place on the waiting list
  kOffer,        // a seat became free, and is kept for it to accept
  kAccept,       // the person accepts the offer
  kRequeue,      // nobody accepted the offer; it goes to the end of the waiting list
  kComplete,     // the person completes what was held
  kSubmit,       // likewise, and it needs approval
  kExpire,       // what was kept for a time is not kept any longer
  kUpdate,       // what it says changes
  kReview,       // likewise, and it needs approval again
  kApprove,      // one of several who have to approves it
  kTransfer,     // another person gets its places
  kResend,       // its links are sent again
};

// "check-in", for error messages.
std::string_view StepName(Step step);

// The state after `step`. `name` is the registration's, for the error.
absl::StatusOr<v1::RegistrationState> Next(std::string_view name, v1::RegistrationState state,
                                           Step step);

// Whether it takes one of the event's seats: CONFIRMED, CHECKED_IN, NO_SHOW, UNDER_REVIEW.
bool HoldsSeat(v1::RegistrationState state);

// Whether one of the event's seats is kept for it, for a time: HELD, OFFERED.
bool KeepsSeat(v1::RegistrationState state);

// Entries of the log of one registration, and how many of them at the end are kept from what
// anybody can do again and again.
inline constexpr int kLogMax = 500;
inline constexpr int kLogReserve = 20;

// Whether a log with so many entries takes one of `step`. What changes nothing but what it says, or
// its place in the queue (kUpdate, kReview, kMove), leaves the reserve to approvals, to what is
// accepted and completed, and to the door. What ends a registration always finds room: it happens
// once. So does kRequeue, which happens kOffersMax times.
bool HasLogRoom(int entries, Step step);

// How often a registration is offered a seat that it does not accept in time.
inline constexpr int kOffersMax = 3;

// Whether one that has not accepted an offer in time goes back to the waiting list, where the event
// has it so: unless it would only be offered the seat again, as no others wait, or was offered one
// kOffersMax times. Then it ends. `others_waiting` are those of the whole event, whatever they wait
// for: where they all wait for other categories it is offered the same seat again.
bool GoesBackToTheList(const v1::RegistrationLog& log, std::int64_t others_waiting);

// Whether it counts for "one active registration per (event, person)"; NO_SHOW does, because it may
// become CHECKED_IN yet.
bool IsActive(v1::RegistrationState state);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_REGISTRATIONS_RULES_REGISTRATION_STATE_H_
