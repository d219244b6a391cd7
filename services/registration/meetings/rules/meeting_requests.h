// Who may ask whom for a meeting, how many meetings a person and a session can have, and when a
// request expires. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_MEETINGS_RULES_MEETING_REQUESTS_H_
#define WICI_SERVICES_REGISTRATION_MEETINGS_RULES_MEETING_REQUESTS_H_

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/registration/meetings/rules/meeting_slots.h"
#include "services/registration/meetings/rules/meeting_state.h"
#include "wici/registration/v1/meeting.pb.h"
#include "wici/registration/v1/registration.pb.h"
#include "wici/registration/v1/session.pb.h"

namespace wici::registration {

// Whether a registration in this state may have meetings: it holds a seat, and its person can come.
bool MayMeet(v1::RegistrationState state);

// Meetings one person can have in a session: what its rules say, never more than slots.
int MeetingsOfPersonMax(const v1::MeetingRules& rules, const SessionSlots& slots);

// Meetings a session can have: one for each slot and table, at most kScheduleMeetingsMax.
int MeetingsOfSessionMax(const SessionSlots& slots);

// How many of `meetings` count for `registration` at `now`: those accepted, scheduled, held and
// missed, and what it asked for itself and is waiting for. Requests of others do not: nobody can
// fill the day of somebody else. An expired request counts no more.
int CountForPerson(const std::vector<v1::Meeting>& meetings, std::string_view registration,
                   absl::Time now);

// On which side of a meeting somebody acts. The organiser acts for either.
enum class MeetingSide { kOrganiser, kRequester, kInvitee };

// The side of `actor`: an event, which is its organiser, or a registration that is one of the two.
// NOT_A_PARTICIPANT.
absl::StatusOr<MeetingSide> SideOf(const v1::Meeting& meeting, std::string_view actor,
                                   MeetingStep step);

// OK, or MEETING_VETOED when one of the two does not want to meet the other.
absl::Status CheckVetoes(const v1::MeetingProfile& one, const v1::MeetingProfile& other);

// When a request made at `now` expires: after request_ttl (72 hours when absent), at the latest
// when the session ends.
absl::Time ExpiryOf(const v1::Session& session, absl::Time now);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_MEETINGS_RULES_MEETING_REQUESTS_H_
