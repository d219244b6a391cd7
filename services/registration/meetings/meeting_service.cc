#include "services/registration/meetings/meeting_service.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/base/violations.h"
#include "libs/rpc/etag.h"
#include "libs/rpc/page.h"
#include "services/registration/call.h"
#include "services/registration/errors.h"
#include "services/registration/meetings/rules/meeting_views.h"
#include "services/registration/meetings/rules/validate_meeting.h"
#include "services/registration/meetings/store/meeting_acts.h"
#include "services/registration/names.h"
#include "services/registration/validate_fields.h"

namespace wici::registration {
namespace {

// An event, or a registration of one.
void RequireEventOrRegistration(std::string_view name, Violations& violations) {
  if (MatchesResourcePattern(name, kRegistrationPattern)) return;
  violations.RequireResourceName("parent", name, kEventPattern);
}

absl::Status CheckNameBelow(std::string_view name, std::string_view pattern,
                            std::string_view suffix) {
  Violations violations;
  RequireNameBelow("name", name, pattern, suffix, violations);
  return violations.ToStatus(kDomain);
}

}  // namespace

void MeetingService::Register(rpc::Server& server) {
  rpc::Service service = server.AddService("wici.registration.v1.MeetingService");
  service.Pooled("GetMeetingProfile", this, &MeetingService::GetMeetingProfile);
  service.Pooled("ListMeetingProfiles", this, &MeetingService::ListMeetingProfiles);
  service.Pooled("UpdateMeetingProfile", this, &MeetingService::UpdateMeetingProfile);
  service.Pooled("SetAvailability", this, &MeetingService::SetAvailability);
  service.Pooled("SetVetoes", this, &MeetingService::SetVetoes);
  service.Pooled("GetMeeting", this, &MeetingService::GetMeeting);
  service.Pooled("BatchGetMeetings", this, &MeetingService::BatchGetMeetings);
  service.Pooled("ListMeetings", this, &MeetingService::ListMeetings);
  service.Pooled("RequestMeeting", this, &MeetingService::RequestMeeting);
  service.Pooled("AcceptMeeting", this, &MeetingService::AcceptMeeting);
  service.Pooled("DeclineMeeting", this, &MeetingService::DeclineMeeting);
  service.Pooled("CancelMeeting", this, &MeetingService::CancelMeeting);
  service.Pooled("RecordMeetingOutcome", this, &MeetingService::RecordMeetingOutcome);
  service.Pooled("RateMeeting", this, &MeetingService::RateMeeting);
  service.Pooled("ScheduleMeetings", this, &MeetingService::ScheduleMeetings);
  service.Pooled("RescheduleMeetings", this, &MeetingService::RescheduleMeetings);
  service.Pooled("GetMeetingSchedule", this, &MeetingService::GetMeetingSchedule);
  service.Pooled("PublishSchedule", this, &MeetingService::PublishSchedule);
  service.Pooled("GetAgenda", this, &MeetingService::GetAgenda);
  service.Pooled("ListAgendas", this, &MeetingService::ListAgendas);
}

absl::Status MeetingService::GetMeetingProfile(const rpc::Context& context,
                                               const v1::GetMeetingProfileRequest& request,
                                               v1::MeetingProfile& response) {
  WICI_RETURN_IF_ERROR(CheckNameBelow(request.name(), kRegistrationPattern, kMeetingProfileSuffix));
  WICI_ASSIGN_OR_RETURN(response, store_.GetProfile(context.deadline, ParentOf(request.name())));
  return absl::OkStatus();
}

absl::Status MeetingService::ListMeetingProfiles(const rpc::Context& context,
                                                 const v1::ListMeetingProfilesRequest& request,
                                                 v1::ListMeetingProfilesResponse& response) {
  Violations violations;
  RequireEventOrRegistration(request.parent(), violations);
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const bool all = MatchesResourcePattern(request.parent(), kEventPattern);
  WICI_ASSIGN_OR_RETURN(
      std::vector<v1::MeetingProfile> found,
      store_.ListProfiles(context.deadline, EventOf(request.parent()), all ? "" : request.parent(),
                          After(page), page.size + 1));
  for (v1::MeetingProfile& profile : found) HideFrom(request.parent(), profile);
  FillPage(
      request, page, std::move(found),
      [](const v1::MeetingProfile& profile) -> std::vector<std::string> {
        return {IdOf(profile.registration())};
      },
      *response.mutable_meeting_profiles(), *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status MeetingService::UpdateMeetingProfile(const rpc::Context& context,
                                                  const v1::UpdateMeetingProfileRequest& request,
                                                  v1::MeetingProfile& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  const v1::MeetingProfile& sent = request.meeting_profile();
  const auto edit = [&](v1::MeetingProfile& profile) {
    Violations violations;
    rpc::ApplyUpdateMask(request.update_mask(), sent, {"offers", "needs"}, violations, profile);
    return violations.ToStatus(kDomain);
  };
  return Answer(
      store_.ChangeProfile(CallOf(context, request), ParentOf(sent.name()), sent.etag(), edit),
      response);
}

absl::Status MeetingService::SetAvailability(const rpc::Context& context,
                                             const v1::SetAvailabilityRequest& request,
                                             v1::MeetingProfile& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  const auto edit = [&](v1::MeetingProfile& profile) {
    *profile.mutable_availability() = request.availability();
    return absl::OkStatus();
  };
  return Answer(store_.ChangeProfile(CallOf(context, request), ParentOf(request.name()),
                                     request.etag(), edit),
                response);
}

absl::Status MeetingService::SetVetoes(const rpc::Context& context,
                                       const v1::SetVetoesRequest& request,
                                       v1::MeetingProfile& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  const auto edit = [&](v1::MeetingProfile& profile) {
    *profile.mutable_vetoes() = request.vetoes();
    return absl::OkStatus();
  };
  return Answer(store_.ChangeProfile(CallOf(context, request), ParentOf(request.name()),
                                     request.etag(), edit),
                response);
}

absl::Status MeetingService::GetMeeting(const rpc::Context& context,
                                        const v1::GetMeetingRequest& request,
                                        v1::Meeting& response) {
  WICI_RETURN_IF_ERROR(ValidateName(request.name(), kMeetingPattern));
  return Answer(store_.Get(context.deadline, request.name()), response);
}

absl::Status MeetingService::BatchGetMeetings(const rpc::Context& context,
                                              const v1::BatchGetMeetingsRequest& request,
                                              v1::BatchGetMeetingsResponse& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  WICI_ASSIGN_OR_RETURN(
      std::vector<v1::MeetingOfPersons> found,
      store_.BatchGet(context.deadline, {request.names().begin(), request.names().end()}));
  for (v1::MeetingOfPersons& meeting : found) {
    ClearWords(*meeting.mutable_meeting());
    *response.add_meetings() = std::move(meeting);
  }
  return absl::OkStatus();
}

absl::Status MeetingService::ListMeetings(const rpc::Context& context,
                                          const v1::ListMeetingsRequest& request,
                                          v1::ListMeetingsResponse& response) {
  Violations violations;
  RequireEventOrRegistration(request.parent(), violations);
  CheckCount("states", request.states_size(), 0, 9, violations);
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  std::vector<v1::MeetingState> states;
  for (const int state : request.states()) states.push_back(static_cast<v1::MeetingState>(state));
  WICI_ASSIGN_OR_RETURN(
      std::vector<v1::Meeting> found,
      store_.List(context.deadline, request.parent(), states, After(page), page.size + 1));
  for (v1::Meeting& meeting : found) HideFrom(request.parent(), meeting);
  auto& meetings = *response.mutable_meetings();
  FillPage(
      request, page, std::move(found),
      [](const v1::Meeting& meeting) -> std::vector<std::string> { return {IdOf(meeting.name())}; },
      meetings, *response.mutable_next_page_token());
  // A request that expired, and is not written down as such yet, is no REQUESTED one.
  meetings.erase(std::remove_if(meetings.begin(), meetings.end(),
                                [&](const v1::Meeting& meeting) {
                                  return !states.empty() &&
                                         std::find(states.begin(), states.end(), meeting.state()) ==
                                             states.end();
                                }),
                 meetings.end());
  return absl::OkStatus();
}

absl::Status MeetingService::RequestMeeting(const rpc::Context& context,
                                            const v1::RequestMeetingRequest& request,
                                            v1::Meeting& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  v1::Meeting meeting = request.meeting();
  meeting.set_name(MeetingName(request.parent(), ids_.NewId()));
  return Answer(store_.Request(CallOf(context, request), meeting), response);
}

template <class Request>
absl::Status MeetingService::Change(const rpc::Context& context, const Request& request,
                                    const MeetingStore::Act& act, v1::Meeting& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  WICI_ASSIGN_OR_RETURN(
      response, store_.Change(CallOf(context, request), request.name(), request.etag(), act));
  HideFrom(request.actor(), response);
  return absl::OkStatus();
}

absl::Status MeetingService::AcceptMeeting(const rpc::Context& context,
                                           const v1::AcceptMeetingRequest& request,
                                           v1::Meeting& response) {
  const auto act = [&](MeetingTransaction& transaction, MeetingRow& row) {
    return Accept(transaction, row, request.actor());
  };
  return Change(context, request, act, response);
}

absl::Status MeetingService::DeclineMeeting(const rpc::Context& context,
                                            const v1::DeclineMeetingRequest& request,
                                            v1::Meeting& response) {
  const auto act = [&](MeetingTransaction& transaction, MeetingRow& row) {
    return Decline(transaction, row, request.actor(), request.reason());
  };
  return Change(context, request, act, response);
}

absl::Status MeetingService::CancelMeeting(const rpc::Context& context,
                                           const v1::CancelMeetingRequest& request,
                                           v1::Meeting& response) {
  const auto act = [&](MeetingTransaction& transaction, MeetingRow& row) {
    return CallOff(transaction, row, request.actor(), request.reason());
  };
  return Change(context, request, act, response);
}

absl::Status MeetingService::RecordMeetingOutcome(const rpc::Context& context,
                                                  const v1::RecordMeetingOutcomeRequest& request,
                                                  v1::Meeting& response) {
  const auto act = [&](MeetingTransaction& transaction, MeetingRow& row) {
    return RecordOutcome(transaction, row, request);
  };
  return Change(context, request, act, response);
}

absl::Status MeetingService::RateMeeting(const rpc::Context& context,
                                         const v1::RateMeetingRequest& request,
                                         v1::Meeting& response) {
  const auto act = [&](MeetingTransaction& transaction, MeetingRow& row) {
    return Rate(transaction, row, request);
  };
  return Change(context, request, act, response);
}

template <class Request>
absl::Status MeetingService::WorkOut(const rpc::Context& context, const Request& request,
                                     PlanOptions options, v1::MeetingSchedule& response) {
  // Meetings of people who gave up their seat get no place.
  WICI_RETURN_IF_ERROR(store_.Reconcile(context.deadline, EventOf(request.session())));
  WICI_ASSIGN_OR_RETURN(const SessionPlan plan, store_.Plan(context.deadline, request.session()));
  options.limits.steps = request.steps() == 0 ? kScheduleStepsDefault : request.steps();
  options.limits.seed = static_cast<std::uint64_t>(request.seed());
  v1::MeetingSchedule schedule = PlanSchedule(plan, options, scheduler_);
  if (request.validate_only()) {
    response = std::move(schedule);
    return absl::OkStatus();
  }
  return Answer(store_.SaveSchedule(CallOf(context, request), std::move(schedule)), response);
}

absl::Status MeetingService::ScheduleMeetings(const rpc::Context& context,
                                              const v1::ScheduleMeetingsRequest& request,
                                              v1::MeetingSchedule& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  PlanOptions options;
  options.move_after = store_.clock().Now();
  return WorkOut(context, request, std::move(options), response);
}

absl::Status MeetingService::RescheduleMeetings(const rpc::Context& context,
                                                const v1::RescheduleMeetingsRequest& request,
                                                v1::MeetingSchedule& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  PlanOptions options;
  options.keep = true;
  options.move_after = store_.clock().Now();
  if (request.has_move_after()) {
    options.move_after = std::max(options.move_after, TimeOf(request.move_after()));
  }
  options.absent.insert(request.absent().begin(), request.absent().end());
  return WorkOut(context, request, std::move(options), response);
}

absl::Status MeetingService::GetMeetingSchedule(const rpc::Context& context,
                                                const v1::GetMeetingScheduleRequest& request,
                                                v1::MeetingSchedule& response) {
  WICI_RETURN_IF_ERROR(CheckNameBelow(request.name(), kSessionPattern, kScheduleSuffix));
  return Answer(store_.GetSchedule(context.deadline, request.name()), response);
}

absl::Status MeetingService::PublishSchedule(const rpc::Context& context,
                                             const v1::PublishScheduleRequest& request,
                                             v1::MeetingSchedule& response) {
  WICI_RETURN_IF_ERROR(Validate(request));
  return Answer(store_.Publish(CallOf(context, request), request.name(), request.etag()), response);
}

absl::Status MeetingService::GetAgenda(const rpc::Context& context,
                                       const v1::GetAgendaRequest& request, v1::Agenda& response) {
  WICI_RETURN_IF_ERROR(CheckNameBelow(request.name(), kRegistrationPattern, kAgendaSuffix));
  return Answer(store_.GetAgenda(context.deadline, ParentOf(request.name())), response);
}

absl::Status MeetingService::ListAgendas(const rpc::Context& context,
                                         const v1::ListAgendasRequest& request,
                                         v1::ListAgendasResponse& response) {
  Violations violations;
  violations.RequireResourceName("session", request.session(), kSessionPattern);
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(
      std::vector<v1::Agenda> found,
      store_.ListAgendas(context.deadline, request.session(), After(page), page.size + 1));
  FillPage(
      request, page, std::move(found),
      [](const v1::Agenda& agenda) -> std::vector<std::string> {
        return {IdOf(ParentOf(agenda.name()))};
      },
      *response.mutable_agendas(), *response.mutable_next_page_token());
  return absl::OkStatus();
}

}  // namespace wici::registration
