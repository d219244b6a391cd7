#include "services/registration/meetings/rules/meeting_requests.h"

#include <algorithm>

#include "libs/base/timestamp.h"
#include "services/registration/meetings/rules/meeting_errors.h"
#include "services/registration/meetings/scheduling/scheduler.h"
#include "services/registration/names.h"

namespace wici::registration {
namespace {

constexpr absl::Duration kRequestTtl = absl::Hours(72);

bool Vetoes(const v1::MeetingProfile& who, const std::string& whom) {
  return std::find(who.vetoes().begin(), who.vetoes().end(), whom) != who.vetoes().end();
}

}  // namespace

bool MayMeet(v1::RegistrationState state) {
  return state == v1::REGISTRATION_STATE_CONFIRMED || state == v1::REGISTRATION_STATE_CHECKED_IN ||
         state == v1::REGISTRATION_STATE_UNDER_REVIEW;
}

int MeetingsOfPersonMax(const v1::MeetingRules& rules, const SessionSlots& slots) {
  const int limit = rules.meetings_per_person_max();
  return limit == 0 ? slots.count : std::min(limit, slots.count);
}

int MeetingsOfSessionMax(const SessionSlots& slots) {
  return std::min(slots.count * slots.tables, kScheduleMeetingsMax);
}

int CountForPerson(const std::vector<v1::Meeting>& meetings, std::string_view registration,
                   absl::Time now) {
  const auto counts = [&](const v1::Meeting& meeting) {
    const v1::MeetingState state = MeetingStateAt(meeting, now);
    if (meeting.requester() == registration && state == v1::MEETING_STATE_REQUESTED) return true;
    const bool part = meeting.requester() == registration || meeting.invitee() == registration;
    return part && (state == v1::MEETING_STATE_ACCEPTED || HasPlace(state));
  };
  return static_cast<int>(std::count_if(meetings.begin(), meetings.end(), counts));
}

absl::StatusOr<MeetingSide> SideOf(const v1::Meeting& meeting, std::string_view actor,
                                   MeetingStep step) {
  if (actor == meeting.requester()) return MeetingSide::kRequester;
  if (actor == meeting.invitee()) return MeetingSide::kInvitee;
  if (actor == EventOf(meeting.name())) return MeetingSide::kOrganiser;
  return NotAParticipantError(meeting.name(), MeetingStepName(step));
}

absl::Status CheckVetoes(const v1::MeetingProfile& one, const v1::MeetingProfile& other) {
  const bool unwanted = Vetoes(one, other.registration()) || Vetoes(other, one.registration());
  return unwanted ? MeetingVetoedError() : absl::OkStatus();
}

absl::Time ExpiryOf(const v1::Session& session, absl::Time now) {
  const v1::MeetingRules& rules = session.meeting_rules();
  const absl::Duration ttl =
      rules.has_request_ttl() ? absl::Seconds(rules.request_ttl().seconds()) : kRequestTtl;
  return std::min(now + ttl, TimeOf(session.end_time()));
}

}  // namespace wici::registration
