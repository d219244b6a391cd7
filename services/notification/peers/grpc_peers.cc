#include "services/notification/peers/grpc_peers.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/deadline.h"
#include "libs/base/error.h"
#include "libs/base/limits.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/rpc/channel.h"
#include "services/notification/peers/part_event.h"
#include "services/notification/peers/participant.h"

namespace wici::notification {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(10);
constexpr std::size_t kCallsAtOnce = 16;

// Whether `status` says that a page is too large for one message; then `request` asks for less.
template <class Request>
bool AskForLess(const absl::Status& status, Request& request) {
  if (ErrorReason(status) != "RESPONSE_TOO_LARGE" || request.page_size() <= 1) return false;
  request.set_page_size(request.page_size() / 2);
  return true;
}

// Whether a row of an audience is meant: it matches, unless a person decided otherwise.
bool IsIn(const cluster_registry::v1::AudienceSnapshotRow& row) {
  using cluster_registry::v1::AudienceRow;
  using cluster_registry::v1::AudienceSnapshotRow;
  if (row.decision() != AudienceSnapshotRow::DECISION_UNSPECIFIED) {
    return row.decision() == AudienceSnapshotRow::DECISION_INCLUDE;
  }
  return row.row().outcome() == AudienceRow::OUTCOME_MATCHED;
}

// "events/e1" of "events/e1/meetings/m7" and of "events/e1/sessions/s2".
std::string EventOf(const std::string& part) { return part.substr(0, part.find('/', 7)); }

// Calls `use` with parts of `names` that fit into one request.
absl::Status InBatches(const std::vector<std::string>& names,
                       const std::function<absl::Status(std::vector<std::string>)>& use) {
  for (std::size_t start = 0; start < names.size(); start += kBatchSizeMax) {
    const std::size_t end = std::min(start + kBatchSizeMax, names.size());
    WICI_RETURN_IF_ERROR(use({names.begin() + static_cast<std::ptrdiff_t>(start),
                              names.begin() + static_cast<std::ptrdiff_t>(end)}));
  }
  return absl::OkStatus();
}

}  // namespace

GrpcPeers::GrpcPeers(const std::shared_ptr<grpc::ChannelInterface>& registry,
                     const std::shared_ptr<grpc::ChannelInterface>& registration,
                     std::function<std::string()> bearer_token)
    : registry_people_(people::v1::ContactPointService::NewStub(registry)),
      registration_people_(people::v1::ContactPointService::NewStub(registration)),
      audiences_(cluster_registry::v1::AudienceService::NewStub(registry)),
      events_(registration::v1::EventService::NewStub(registration)),
      invitations_(registration::v1::InvitationService::NewStub(registration)),
      registrations_(registration::v1::RegistrationService::NewStub(registration)),
      links_(registration::v1::LinkService::NewStub(registration)),
      meetings_(registration::v1::MeetingService::NewStub(registration)),
      bearer_token_(std::move(bearer_token)) {}

template <class Stub, class Request, class Response>
absl::Status GrpcPeers::Call(Stub& stub,
                             grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                          Response*),
                             const Request& request, Response& response) {
  grpc::ClientContext context;
  rpc::PrepareCall(context, DeadlineIn(kTimeout), bearer_token_());
  return rpc::FromGrpcStatus((stub.*method)(&context, request, &response));
}

template <class Stub, class Request, class Response>
absl::Status GrpcPeers::CallEach(
    Stub& stub,
    std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> (Stub::*method)(
        grpc::ClientContext*, const Request&, grpc::CompletionQueue*),
    const std::vector<Request>& requests,
    const std::function<absl::Status(const Request&, absl::StatusOr<Response>)>& use) {
  struct CallUnderWay {
    const Request* request = nullptr;
    grpc::ClientContext context;
    Response response;
    grpc::Status status;
    std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> reader;
  };
  for (auto next = requests.begin(); next != requests.end();) {
    const auto left = static_cast<std::size_t>(std::distance(next, requests.end()));
    grpc::CompletionQueue done;
    std::vector<CallUnderWay> calls(std::min(left, kCallsAtOnce));
    for (CallUnderWay& call : calls) {
      call.request = &*next++;
      rpc::PrepareCall(call.context, DeadlineIn(kTimeout), bearer_token_());
      call.reader = (stub.*method)(&call.context, *call.request, &done);
      call.reader->Finish(&call.response, &call.status, &call);
    }
    done.Shutdown();  // ends when all have, each by its deadline at the latest
    void* tag = nullptr;
    bool ok = false;
    while (done.Next(&tag, &ok)) {
    }
    for (CallUnderWay& call : calls) {
      absl::StatusOr<Response> answer = std::move(call.response);
      if (!call.status.ok()) answer = rpc::FromGrpcStatus(call.status);
      WICI_RETURN_IF_ERROR(use(*call.request, std::move(answer)));
    }
  }
  return absl::OkStatus();
}

template <class Stub, class Request, class Response>
absl::Status GrpcPeers::GetEach(Stub& stub,
                                std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> (
                                    Stub::*method)(grpc::ClientContext*, const Request&,
                                                   grpc::CompletionQueue*),
                                const Names& names, std::map<std::string, Response>& found) {
  std::vector<Request> requests;
  for (const std::string& name : names) requests.emplace_back().set_name(name);
  return CallEach<Stub, Request, Response>(
      stub, method, requests,
      [&found](const Request& request, absl::StatusOr<Response> answer) -> absl::Status {
        if (absl::IsNotFound(answer.status())) return absl::OkStatus();
        WICI_ASSIGN_OR_RETURN(found[request.name()], std::move(answer));
        return absl::OkStatus();
      });
}

absl::Status GrpcPeers::AddContactPoints(people::v1::ContactPointService::Stub& owner,
                                         const std::vector<std::string>& persons,
                                         std::map<std::string, people::v1::ContactPoint>& found) {
  return InBatches(persons, [&](std::vector<std::string> batch) -> absl::Status {
    people::v1::BatchGetContactPointsRequest request;
    request.set_purpose("notification");
    for (std::string& person : batch) request.add_persons(std::move(person));
    people::v1::BatchGetContactPointsResponse response;
    WICI_RETURN_IF_ERROR(Call(owner, &people::v1::ContactPointService::Stub::BatchGetContactPoints,
                              request, response));
    for (people::v1::ContactPoint& point : *response.mutable_contact_points()) {
      std::string person = point.person();
      found[std::move(person)] = std::move(point);
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<std::map<std::string, people::v1::ContactPoint>> GrpcPeers::GetContactPoints(
    const Names& persons) {
  std::vector<std::string> of_registry;
  std::vector<std::string> of_registration;
  for (const std::string& person : persons) {
    (absl::StartsWith(person, "clusters/") ? of_registry : of_registration).push_back(person);
  }
  std::map<std::string, people::v1::ContactPoint> found;
  WICI_RETURN_IF_ERROR(AddContactPoints(*registry_people_, of_registry, found));
  WICI_RETURN_IF_ERROR(AddContactPoints(*registration_people_, of_registration, found));
  return found;
}

absl::StatusOr<std::map<std::string, Subject>> GrpcPeers::GetEvents(const Names& events) {
  Names meetings;
  Names plain;
  Names sessions;
  for (const std::string& name : events) {
    const bool session = absl::StrContains(name, "/sessions/");
    (absl::StrContains(name, "/meetings/") ? meetings : session ? sessions : plain).insert(name);
  }
  WICI_ASSIGN_OR_RETURN(const auto found_meetings, GetMeetings(meetings));
  for (const auto& found : found_meetings) plain.insert(EventOf(found.meeting().name()));
  for (const std::string& session : sessions) plain.insert(EventOf(session));
  std::map<std::string, registration::v1::Event> found_events;
  WICI_RETURN_IF_ERROR(
      GetEach(*events_, &registration::v1::EventService::Stub::AsyncGetEvent, plain, found_events));
  std::map<std::string, Subject> found;
  for (auto& [name, event] : found_events) found[name].event = std::move(event);
  WICI_RETURN_IF_ERROR(AddMeetings(found_meetings, found));
  WICI_RETURN_IF_ERROR(AddSessions(sessions, found));
  return found;
}

absl::StatusOr<std::vector<registration::v1::Event>> GrpcPeers::ListComingEvents(absl::Time since) {
  registration::v1::ListEventsRequest request;
  request.set_page_size(kPageSizeMax);
  request.add_states(registration::v1::EVENT_STATE_PUBLISHED);
  SetTimestamp(since, *request.mutable_end_after());
  std::vector<registration::v1::Event> events;
  while (true) {
    registration::v1::ListEventsResponse page;
    const absl::Status status =
        Call(*events_, &registration::v1::EventService::Stub::ListEvents, request, page);
    if (AskForLess(status, request)) continue;
    WICI_RETURN_IF_ERROR(status);
    for (registration::v1::Event& event : *page.mutable_events()) {
      events.push_back(std::move(event));
    }
    if (page.next_page_token().empty()) return events;
    request.set_page_token(page.next_page_token());
  }
}

absl::Status GrpcPeers::AddSessions(const Names& sessions, std::map<std::string, Subject>& found) {
  Names of_events;
  for (const std::string& name : sessions) {
    if (found.count(EventOf(name)) > 0) of_events.insert(name);
  }
  std::map<std::string, registration::v1::Session> found_sessions;
  WICI_RETURN_IF_ERROR(GetEach(*events_, &registration::v1::EventService::Stub::AsyncGetSession,
                               of_events, found_sessions));
  for (const auto& [name, session] : found_sessions) {
    found[name] = {.event = SessionAsEvent(session, found.at(EventOf(name)).event),
                   .called_off = session.has_delete_time()};
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<registration::v1::MeetingOfPersons>> GrpcPeers::GetMeetings(
    const Names& meetings) {
  std::vector<registration::v1::MeetingOfPersons> found;
  WICI_RETURN_IF_ERROR(InBatches(
      {meetings.begin(), meetings.end()}, [&](std::vector<std::string> batch) -> absl::Status {
        registration::v1::BatchGetMeetingsRequest request;
        for (std::string& name : batch) request.add_names(std::move(name));
        registration::v1::BatchGetMeetingsResponse response;
        WICI_RETURN_IF_ERROR(Call(*meetings_,
                                  &registration::v1::MeetingService::Stub::BatchGetMeetings,
                                  request, response));
        for (auto& meeting : *response.mutable_meetings()) found.push_back(std::move(meeting));
        return absl::OkStatus();
      }));
  return found;
}

absl::Status GrpcPeers::AddMeetings(const std::vector<registration::v1::MeetingOfPersons>& meetings,
                                    std::map<std::string, Subject>& found) {
  Names persons;
  for (const auto& meeting : meetings) {
    persons.insert({meeting.requester_person(), meeting.invitee_person()});
  }
  WICI_ASSIGN_OR_RETURN(const auto people, GetContactPoints(persons));
  const auto name_of = [&people](const std::string& person) {
    const auto at = people.find(person);
    return at == people.end() ? std::string() : at->second.display_name();
  };
  for (const auto& meeting : meetings) {
    const std::string& name = meeting.meeting().name();
    const auto event = found.find(EventOf(name));
    if (event == found.end()) continue;
    found[name] = {
        MeetingAsEvent(meeting.meeting(), event->second.event, name_of(meeting.requester_person()),
                       name_of(meeting.invitee_person())),
        meeting.meeting().state()};
  }
  return absl::OkStatus();
}

absl::StatusOr<std::map<std::string, registration::v1::Links>> GrpcPeers::GetLinks(
    const Names& resources) {
  std::map<std::string, registration::v1::Links> found;
  WICI_RETURN_IF_ERROR(InBatches(
      {resources.begin(), resources.end()}, [&](std::vector<std::string> batch) -> absl::Status {
        registration::v1::BatchGetLinksRequest request;
        for (std::string& resource : batch) request.add_resources(std::move(resource));
        registration::v1::BatchGetLinksResponse response;
        WICI_RETURN_IF_ERROR(
            Call(*links_, &registration::v1::LinkService::Stub::BatchGetLinks, request, response));
        for (registration::v1::Links& links : *response.mutable_links()) {
          std::string resource = links.resource();
          found[std::move(resource)] = std::move(links);
        }
        return absl::OkStatus();
      }));
  return found;
}

absl::Status GrpcPeers::AddRegistered(const std::string& event, Names& registered,
                                      std::vector<Participant>& participants) {
  registration::v1::ListRegistrationsRequest request;
  request.set_parent(event);
  request.set_page_size(kPageSizeMax);
  Names active;  // who withdrew and came back has two registrations, one of them active
  while (true) {
    registration::v1::ListRegistrationsResponse page;
    const absl::Status status =
        Call(*registrations_, &registration::v1::RegistrationService::Stub::ListRegistrations,
             request, page);
    if (AskForLess(status, request)) continue;
    WICI_RETURN_IF_ERROR(status);
    for (const registration::v1::Registration& item : page.registrations()) {
      registered.insert(item.person());
      std::optional<Participant> participant = ParticipantOf(item);
      if (participant && active.insert(item.person()).second) {
        participants.push_back(*std::move(participant));
      }
    }
    if (page.next_page_token().empty()) return absl::OkStatus();
    request.set_page_token(page.next_page_token());
  }
}

absl::Status GrpcPeers::AddInvited(const std::string& event, Names registered,
                                   std::vector<Participant>& participants) {
  registration::v1::ListInvitationsRequest request;
  request.set_parent(event);
  request.set_page_size(kPageSizeMax);
  while (true) {
    registration::v1::ListInvitationsResponse page;
    const absl::Status status = Call(
        *invitations_, &registration::v1::InvitationService::Stub::ListInvitations, request, page);
    if (AskForLess(status, request)) continue;
    WICI_RETURN_IF_ERROR(status);
    for (const registration::v1::Invitation& item : page.invitations()) {
      if (item.state() == registration::v1::INVITATION_STATE_OPEN &&
          item.answer() != registration::v1::ANSWER_NO && registered.insert(item.person()).second) {
        participants.push_back({item.person(), item.name(), true, false});
      }
    }
    if (page.next_page_token().empty()) return absl::OkStatus();
    request.set_page_token(page.next_page_token());
  }
}

absl::StatusOr<std::vector<Participant>> GrpcPeers::ListParticipants(const std::string& event) {
  Names registered;
  std::vector<Participant> participants;
  WICI_RETURN_IF_ERROR(AddRegistered(event, registered, participants));
  WICI_RETURN_IF_ERROR(AddInvited(event, std::move(registered), participants));
  return participants;
}

absl::StatusOr<std::map<std::string, Participations>> GrpcPeers::GetParticipations(
    const std::map<std::string, Names>& persons_by_event) {
  using Request = registration::v1::BatchGetParticipationsRequest;
  using Response = registration::v1::BatchGetParticipationsResponse;
  std::vector<Request> requests;
  for (const auto& [event, persons] : persons_by_event) {
    WICI_RETURN_IF_ERROR(InBatches({persons.begin(), persons.end()},
                                   [&, &event = event](std::vector<std::string> batch) {
                                     Request& request = requests.emplace_back();
                                     request.set_event(event);
                                     for (std::string& person : batch) {
                                       request.add_persons(std::move(person));
                                     }
                                     return absl::OkStatus();
                                   }));
  }
  std::map<std::string, Participations> found;
  WICI_RETURN_IF_ERROR((CallEach<registration::v1::LinkService::Stub, Request, Response>(
      *links_, &registration::v1::LinkService::Stub::AsyncBatchGetParticipations, requests,
      [&found](const Request& request, absl::StatusOr<Response> answer) -> absl::Status {
        WICI_RETURN_IF_ERROR(answer.status());
        for (const registration::v1::Participation& item : answer->participations()) {
          found[request.event()][item.person()] = item.state();
        }
        return absl::OkStatus();
      })));
  return found;
}

absl::StatusOr<AudiencePage> GrpcPeers::ListAudience(const std::string& snapshot,
                                                     const std::string& page) {
  cluster_registry::v1::ListAudienceSnapshotRowsRequest request;
  request.set_parent(snapshot);
  request.set_page_size(kPageSizeMax);
  request.set_page_token(page);
  cluster_registry::v1::ListAudienceSnapshotRowsResponse response;
  absl::Status status;
  do {
    status =
        Call(*audiences_, &cluster_registry::v1::AudienceService::Stub::ListAudienceSnapshotRows,
             request, response);
  } while (AskForLess(status, request));
  WICI_RETURN_IF_ERROR(status);
  AudiencePage found{{}, response.next_page_token()};
  for (const cluster_registry::v1::AudienceSnapshotRow& row : response.rows()) {
    if (IsIn(row)) found.persons.push_back(row.row().contact());
  }
  return found;
}

}  // namespace wici::notification
