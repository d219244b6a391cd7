// What may still be done with an invitation, and when something becomes of it by itself.
//
//   OPEN --revoke--> REVOKED, --delegate, give away--> DELEGATED, --expire--> EXPIRED (unless
//   answered YES, NO); REVOKED, EXPIRED, DELEGATED in vain --invite--> OPEN
//
// It can be answered while it is OPEN and until reply_by_time; who answered YES by then may
// register later. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_INVITATIONS_RULES_INVITATION_STATE_H_
#define WICI_SERVICES_REGISTRATION_INVITATIONS_RULES_INVITATION_STATE_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "wici/registration/v1/invitation.pb.h"

namespace wici::registration {

inline constexpr int kDelegationsMax = 3;  // on the way of one invitation
inline constexpr int kPlusOnesMax = 10;    // of one invitation

// OK, or INVITATION_REVOKED, INVITATION_DELEGATED, INVITATION_EXPIRED.
absl::Status CheckAnswerable(const v1::Invitation& invitation, absl::Time now);

// Whether one may register with it: as CheckAnswerable, and also late after YES.
absl::Status CheckOpensRegistration(const v1::Invitation& invitation, absl::Time now);

// As CheckAnswerable, or DELEGATION_LIMIT_REACHED.
absl::Status CheckCanDelegate(const v1::Invitation& invitation, absl::Time now);

// Takes an answer, with the time until when somebody who said MAYBE decides.
void SetAnswer(v1::Answer answer, std::optional<absl::Time> decide_by, absl::Time now,
               v1::Invitation& invitation);

// One reminder more.
void SetReminded(absl::Time now, v1::Invitation& invitation);

// Opens one that was revoked or has expired again, on the terms of `anew`, as if it were not
// answered yet; also one that was passed on, if `in_vain`: whoever had it last has it no more, and
// no place by it. Returns whether it did.
bool Reopen(const v1::Invitation& anew, bool in_vain, v1::Invitation& invitation);

// The invitation of the colleague to whom `given` is passed on: the same terms for `person`, who
// comes for the cluster of the contact that was invited.
v1::Invitation Delegated(const v1::Invitation& given, const std::string& person);

// The place that was taken with it belongs to somebody else: it has served, and opens no other.
void GiveAway(v1::Invitation& invitation);

// Lets pass what is due now: it expires, or the person is reminded to decide, if the event
// `takes_answers`. Returns the kind of the change, "" for none.
std::string_view Elapse(bool takes_answers, absl::Time now, v1::Invitation& invitation);

// When something becomes of it; nullopt for never.
struct InvitationTimes {
  // A reminder goes out by itself: the person said MAYBE until then and was not reminded since.
  std::optional<absl::Time> undecided_until;
  std::optional<absl::Time> expires;
  // From then on a reminder makes sense: always without an answer, from decide_by_time on after
  // MAYBE, never after MAYBE without a time; and not before the last reminder.
  std::optional<absl::Time> reminder_due;
};
InvitationTimes TimesOf(const v1::Invitation& invitation);

// Whether a reminder makes sense now and the last one, if any, was not sent after `not_since`.
bool MayRemind(const v1::Invitation& invitation, absl::Time now, absl::Time not_since);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_INVITATIONS_RULES_INVITATION_STATE_H_
