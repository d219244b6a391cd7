#include "services/registration/meetings/rules/meeting_views.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "libs/base/timestamp.h"
#include "libs/base/violations.h"
#include "services/registration/meetings/rules/meeting_state.h"
#include "services/registration/meetings/rules/validate_meeting.h"
#include "services/registration/names.h"

namespace wici::registration {

void HideFrom(std::string_view viewer, v1::Meeting& meeting) {
  if (!MatchesResourcePattern(viewer, kRegistrationPattern)) return;
  if (meeting.requester() != viewer) meeting.clear_requester_rating();
  if (meeting.invitee() != viewer) meeting.clear_invitee_rating();
}

void HideFrom(std::string_view viewer, v1::MeetingProfile& profile) {
  if (!MatchesResourcePattern(viewer, kRegistrationPattern)) return;
  if (profile.registration() != viewer) profile.clear_vetoes();
}

void ClearWords(v1::Meeting& meeting) {
  meeting.clear_message();
  meeting.clear_state_reason();
  meeting.clear_requester_rating();
  meeting.clear_invitee_rating();
}

void CopyWords(const v1::Meeting& from, v1::Meeting& to) {
  to.set_message(from.message());
  to.set_state_reason(from.state_reason());
  if (from.has_requester_rating()) *to.mutable_requester_rating() = from.requester_rating();
  if (from.has_invitee_rating()) *to.mutable_invitee_rating() = from.invitee_rating();
}

void ClearWords(v1::MeetingProfile& profile) {
  profile.clear_offers();
  profile.clear_needs();
}

void CopyWords(const v1::MeetingProfile& from, v1::MeetingProfile& to) {
  *to.mutable_offers() = from.offers();
  *to.mutable_needs() = from.needs();
}

v1::Agenda MakeAgenda(std::string_view registration, std::vector<v1::Meeting> meetings) {
  std::erase_if(meetings, [](const v1::Meeting& meeting) { return !HasPlace(meeting.state()); });
  const auto key = [](const v1::Meeting& meeting) {
    return std::tuple(MicrosOf(meeting.start_time()), std::string_view(meeting.name()));
  };
  std::sort(meetings.begin(), meetings.end(),
            [&](const v1::Meeting& a, const v1::Meeting& b) { return key(a) < key(b); });
  v1::Agenda agenda;
  agenda.set_name(absl::StrCat(View(registration), View(kAgendaSuffix)));
  for (v1::Meeting& meeting : meetings) {
    HideFrom(registration, meeting);
    *agenda.add_meetings() = std::move(meeting);
  }
  return agenda;
}

}  // namespace wici::registration
