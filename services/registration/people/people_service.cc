#include "services/registration/people/people_service.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/util/json_util.h"
#include "libs/base/limits.h"
#include "libs/base/status_macros.h"
#include "libs/base/violations.h"
#include "services/registration/call.h"
#include "services/registration/errors.h"
#include "services/registration/meetings/rules/meeting_views.h"
#include "services/registration/names.h"

namespace wici::registration {
namespace {

constexpr std::string_view kPersonPattern = "persons/*";
constexpr std::string_view kInvitedPattern = "clusters/*/contacts/*";

void RequirePerson(const std::string& person, Violations& violations) {
  if (MatchesResourcePattern(person, kPersonPattern) ||
      MatchesResourcePattern(person, kInvitedPattern)) {
    return;
  }
  violations.Add("person", "must be persons/* or clusters/*/contacts/*");
}

absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message) {
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json).ok()) {
    return absl::InternalError("a stored message cannot be written as JSON");
  }
  return json;
}

}  // namespace

void PeopleService::Register(rpc::Server& server) {
  rpc::Service contacts = server.AddService("wici.people.v1.ContactPointService");
  contacts.Pooled("BatchGetContactPoints", this, &PeopleService::BatchGetContactPoints);
  rpc::Service personal = server.AddService("wici.people.v1.PersonalDataService");
  personal.Pooled("ExportPerson", this, &PeopleService::ExportPerson);
  personal.Pooled("ErasePerson", this, &PeopleService::ErasePerson);
}

absl::Status PeopleService::BatchGetContactPoints(
    const rpc::Context& context, const people::v1::BatchGetContactPointsRequest& request,
    people::v1::BatchGetContactPointsResponse& response) {
  if (request.persons_size() > static_cast<int>(kBatchSizeMax)) {
    Violations violations;
    violations.Add("persons", absl::StrCat("must have at most ", kBatchSizeMax, " items"));
    return violations.ToStatus(kDomain);
  }
  const std::vector<std::string> ids(request.persons().begin(), request.persons().end());
  WICI_ASSIGN_OR_RETURN(const std::vector<PersonRow> rows, persons_.Get(context.deadline, ids));
  for (const PersonRow& row : rows) {
    people::v1::ContactPoint& point = *response.add_contact_points();
    point.set_person(row.id);
    point.set_display_name(absl::StrCat(row.person.given_name(), " ", row.person.family_name()));
    point.set_email(row.person.email());
    point.set_language(row.person.language());
  }
  return absl::OkStatus();
}

absl::Status PeopleService::ExportPerson(const rpc::Context& context,
                                         const people::v1::ExportPersonRequest& request,
                                         people::v1::ExportPersonResponse& response) {
  Violations violations;
  RequirePerson(request.person(), violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  if (MatchesResourcePattern(request.person(), kInvitedPattern)) {
    WICI_ASSIGN_OR_RETURN(*response.mutable_json(),
                          ExportContact(context.deadline, request.person()));
    return absl::OkStatus();
  }
  WICI_ASSIGN_OR_RETURN(const std::vector<PersonRow> rows,
                        persons_.Get(context.deadline, {request.person()}));
  if (rows.empty()) {
    response.set_json("{}");
    return absl::OkStatus();
  }
  WICI_ASSIGN_OR_RETURN(const std::string person, ToJson(rows[0].person));
  std::string name = rows[0].registration;
  if (MatchesResourcePattern(name, kInvitationPattern)) {
    WICI_ASSIGN_OR_RETURN(const v1::Invitation invitation,
                          invitations_.Get(context.deadline, name));
    name = invitation.registration();
    if (name.empty()) {
      WICI_ASSIGN_OR_RETURN(const std::string text, ToJson(invitation));
      response.set_json(absl::StrCat("{\"person\":", person, ",\"invitation\":", text, "}"));
      return absl::OkStatus();
    }
  }
  WICI_ASSIGN_OR_RETURN(const v1::Registration found, registrations_.Get(context.deadline, name));
  WICI_ASSIGN_OR_RETURN(const std::string registration, ToJson(found));
  WICI_ASSIGN_OR_RETURN(const std::string meetings, ExportMeetings(context.deadline, name));
  response.set_json(
      absl::StrCat("{\"person\":", person, ",\"registration\":", registration, ",", meetings, "}"));
  return absl::OkStatus();
}

absl::StatusOr<std::string> PeopleService::ExportContact(absl::Time deadline,
                                                         const std::string& contact) {
  WICI_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                        persons_.ListInvitations(deadline, contact));
  if (names.empty()) return std::string("{}");
  std::vector<std::string> texts;
  for (const std::string& name : names) {
    WICI_ASSIGN_OR_RETURN(const v1::Invitation invitation, invitations_.Get(deadline, name));
    WICI_ASSIGN_OR_RETURN(const std::string text, ToJson(invitation));
    WICI_ASSIGN_OR_RETURN(const std::vector<std::string> made,
                          persons_.ListRegistrations(deadline, invitation));
    std::vector<std::string> registrations;
    for (const std::string& one : made) {
      WICI_ASSIGN_OR_RETURN(const v1::Registration found, registrations_.Get(deadline, one));
      WICI_ASSIGN_OR_RETURN(const std::string registration, ToJson(found));
      WICI_ASSIGN_OR_RETURN(const std::string meetings, ExportMeetings(deadline, one));
      registrations.push_back(absl::StrCat("{\"registration\":", registration, ",", meetings, "}"));
    }
    texts.push_back(absl::StrCat("{\"invitation\":", text, ",\"registrations\":[",
                                 absl::StrJoin(registrations, ","), "]}"));
  }
  return absl::StrCat("{\"invitations\":[", absl::StrJoin(texts, ","), "]}");
}

absl::StatusOr<std::string> PeopleService::ExportMeetings(absl::Time deadline,
                                                          const std::string& registration) {
  constexpr int kPage = 1000;
  WICI_ASSIGN_OR_RETURN(const v1::MeetingProfile own, meetings_.GetProfile(deadline, registration));
  WICI_ASSIGN_OR_RETURN(const std::string profile, ToJson(own));
  std::vector<std::string> texts;
  std::string after;
  for (bool more = true; more;) {
    WICI_ASSIGN_OR_RETURN(std::vector<v1::Meeting> page,
                          meetings_.List(deadline, registration, {}, after, kPage));
    for (v1::Meeting& meeting : page) {
      HideFrom(registration, meeting);
      WICI_ASSIGN_OR_RETURN(texts.emplace_back(), ToJson(meeting));
    }
    more = page.size() == static_cast<std::size_t>(kPage);
    if (more) after = IdOf(page.back().name());
  }
  return absl::StrCat("\"meetingProfile\":", profile, ",\"meetings\":[", absl::StrJoin(texts, ","),
                      "]");
}

absl::Status PeopleService::ErasePerson(const rpc::Context& context,
                                        const people::v1::ErasePersonRequest& request,
                                        people::v1::ErasePersonResponse& response) {
  Violations violations;
  RequirePerson(request.person(), violations);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return Answer(persons_.Erase(CallOf(context, request), request.person()), response);
}

}  // namespace wici::registration
