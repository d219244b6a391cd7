// Who sees what of meetings and profiles, and agendas. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_MEETINGS_RULES_MEETING_VIEWS_H_
#define WICI_SERVICES_REGISTRATION_MEETINGS_RULES_MEETING_VIEWS_H_

#include <string>
#include <string_view>
#include <vector>

#include "wici/registration/v1/meeting_service.pb.h"

namespace wici::registration {

// Takes out what `viewer` does not see: a registration sees no rating of the other; the organiser,
// an event, sees all.
void HideFrom(std::string_view viewer, v1::Meeting& meeting);
// The same of a profile: a registration sees no vetoes of others.
void HideFrom(std::string_view viewer, v1::MeetingProfile& profile);

// What people wrote, out of a stored answer and back into it from the row.
void ClearWords(v1::Meeting& meeting);
void CopyWords(const v1::Meeting& from, v1::Meeting& to);
void ClearWords(v1::MeetingProfile& profile);
void CopyWords(const v1::MeetingProfile& from, v1::MeetingProfile& to);

// The agenda of a registration: those of its `meetings` that have a place, in the order of their
// time, then of their name.
v1::Agenda MakeAgenda(std::string_view registration, std::vector<v1::Meeting> meetings);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_MEETINGS_RULES_MEETING_VIEWS_H_
