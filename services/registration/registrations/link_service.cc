#include "services/registration/registrations/link_service.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/base/violations.h"
#include "services/registration/check_in/check_in_code.h"
#include "services/registration/documents/rules/eligibility.h"
#include "services/registration/events/event_rules.h"
#include "services/registration/links.h"
#include "services/registration/names.h"
#include "services/registration/registrations/rules/registration_state.h"
#include "services/registration/registrations/rules/validate_registration.h"

namespace wici::registration {

void LinkService::Register(rpc::Server& server) {
  rpc::Service service = server.AddService("wici.registration.v1.LinkService");
  service.Pooled("BatchGetLinks", this, &LinkService::BatchGetLinks);
  service.Pooled("BatchGetParticipations", this, &LinkService::BatchGetParticipations);
  service.Pooled("GetOwnOnlineLinks", this, &LinkService::GetOwnOnlineLinks);
}

absl::Status LinkService::BatchGetLinks(const rpc::Context& context,
                                        const v1::BatchGetLinksRequest& request,
                                        v1::BatchGetLinksResponse& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  std::vector<std::string> invitations;
  std::vector<std::string> registrations;
  for (const std::string& name : request.resources()) {
    const bool invitation = MatchesResourcePattern(name, kInvitationPattern);
    (invitation ? invitations : registrations).push_back(name);
  }
  WICI_ASSIGN_OR_RETURN(const Expiries expiries, ReadExpiries(context, request));
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::Invitation> invited,
                        invitations_.BatchGet(context.deadline, invitations));
  for (const v1::Invitation& invitation : invited) {
    if (invitation.state() != v1::INVITATION_STATE_OPEN) continue;
    AddLinks(invitation, expiries.at(EventOf(invitation.name())), response);
  }
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::Registration> registered,
                        registrations_.BatchGet(context.deadline, registrations));
  for (const v1::Registration& registration : registered) {
    if (!IsActive(registration.state())) continue;
    AddLinks(registration, expiries.at(EventOf(registration.name())), response);
  }
  return AddSurveys(context.deadline, registered, response);
}

absl::Status LinkService::BatchGetParticipations(const rpc::Context& context,
                                                 const v1::BatchGetParticipationsRequest& request,
                                                 v1::BatchGetParticipationsResponse& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  WICI_ASSIGN_OR_RETURN(const auto registrations,
                        FindRegistrations(context.deadline, request.event(),
                                          {request.persons().begin(), request.persons().end()}));
  std::vector<std::string> names;
  for (const auto& [person, name] : registrations) names.push_back(name);
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::Registration> found,
                        registrations_.BatchGet(context.deadline, names));
  std::map<std::string, v1::RegistrationState> active;
  for (const v1::Registration& registration : found) {
    if (IsActive(registration.state())) active[registration.name()] = registration.state();
  }
  for (const auto& [person, name] : registrations) {
    const auto at = active.find(name);
    if (at == active.end()) continue;
    v1::Participation& participation = *response.add_participations();
    participation.set_person(person);
    participation.set_registration(name);
    participation.set_state(at->second);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::map<std::string, std::string>> LinkService::FindRegistrations(
    absl::Time deadline, const std::string& event, const std::vector<std::string>& people) {
  std::vector<std::string> contacts;
  std::vector<std::string> persons;
  for (const std::string& person : people) {
    (MatchesResourcePattern(person, "persons/*") ? persons : contacts).push_back(person);
  }
  WICI_ASSIGN_OR_RETURN(auto registrations,
                        invitations_.FindRegistrations(deadline, event, contacts));
  WICI_ASSIGN_OR_RETURN(const std::vector<PersonRow> rows, persons_.Get(deadline, persons));
  std::map<std::string, std::string> invited;  // person by invitation
  for (const PersonRow& row : rows) {
    if (EventOf(row.registration) != event) continue;
    if (MatchesResourcePattern(row.registration, kInvitationPattern)) {
      invited[row.registration] = row.id;
    } else {
      registrations[row.id] = row.registration;
    }
  }
  std::vector<std::string> names;
  for (const auto& [name, person] : invited) names.push_back(name);
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::Invitation> found,
                        invitations_.BatchGet(deadline, names));
  for (const v1::Invitation& invitation : found) {
    if (invitation.registration().empty()) continue;
    registrations[invited[invitation.name()]] = invitation.registration();
  }
  return registrations;
}

absl::Status LinkService::GetOwnOnlineLinks(const rpc::Context& context,
                                            const v1::GetOwnOnlineLinksRequest& request,
                                            v1::OnlineLinks& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  WICI_ASSIGN_OR_RETURN(const std::string name,
                        auth::ReadLinkToken(key_, kManagePurpose, request.token(), clock_.Now()));
  WICI_ASSIGN_OR_RETURN(const v1::Registration registration,
                        registrations_.Get(context.deadline, name));
  response.set_name(name);
  if (!HoldsSeat(registration.state())) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const v1::Event event, events_.Get(context.deadline, EventOf(name)));
  const auto add = [&response](const auto& resource) {
    if (resource.online_url().empty()) return;
    v1::OnlineLink& link = *response.add_links();
    link.set_resource(resource.name());
    link.set_uri(resource.online_url());
  };
  add(event);
  WICI_ASSIGN_OR_RETURN(
      const std::vector<v1::Session> sessions,
      events_.BatchGetSessions(context.deadline,
                               {registration.sessions().begin(), registration.sessions().end()}));
  for (const v1::Session& session : sessions) add(session);
  return absl::OkStatus();
}

absl::Status LinkService::AddSurveys(absl::Time deadline,
                                     const std::vector<v1::Registration>& registered,
                                     v1::BatchGetLinksResponse& response) {
  std::vector<std::string> came;
  for (const v1::Registration& registration : registered) {
    if (Came(registration)) came.push_back(registration.name());
  }
  WICI_ASSIGN_OR_RETURN(const std::set<std::string> open,
                        surveys_.WhoMayAnswer(deadline, came, clock_.Now()));
  for (v1::Links& links : *response.mutable_links()) {
    links.set_survey_open(open.count(links.resource()) > 0);
  }
  return absl::OkStatus();
}

absl::StatusOr<LinkService::Expiries> LinkService::ReadExpiries(
    const rpc::Context& context, const v1::BatchGetLinksRequest& request) {
  Expiries expiries;
  for (const std::string& name : request.resources()) expiries.try_emplace(EventOf(name));
  for (auto& [event, time] : expiries) {
    const absl::StatusOr<v1::Event> found = events_.Get(context.deadline, event);
    if (absl::IsNotFound(found.status())) continue;  // then nothing below it is found either
    WICI_RETURN_IF_ERROR(found.status());
    time = std::max(TimeOf(found->end_time()), WindowOf(*found).closes) + kLinkGrace;
  }
  return expiries;
}

void LinkService::AddLinks(const v1::Invitation& invitation, absl::Time until,
                           v1::BatchGetLinksResponse& response) const {
  v1::Links& links = *response.add_links();
  links.set_resource(invitation.name());
  links.set_person(invitation.person());
  links.set_calendar_changes(invitation.calendar_changes());
  links.set_answer_token(auth::MakeLinkToken(key_, kAnswerPurpose, invitation.name(), until));
}

void LinkService::AddLinks(const v1::Registration& registration, absl::Time until,
                           v1::BatchGetLinksResponse& response) const {
  const std::string& name = registration.name();
  v1::Links& links = *response.add_links();
  links.set_resource(name);
  links.set_person(registration.person());
  links.set_state(registration.state());
  links.set_calendar_changes(registration.calendar_changes());
  if (registration.has_expire_time()) *links.mutable_expire_time() = registration.expire_time();
  links.set_manage_token(auth::MakeLinkToken(key_, kManagePurpose, name, until));
  links.set_calendar_token(auth::MakeLinkToken(
      key_, kCalendarPurpose, CalendarSubject(name, registration.person()), until));
  if (!HoldsSeat(registration.state())) return;
  links.set_check_in_token(CheckInCode(key_, name, registration.person()));
}

}  // namespace wici::registration
