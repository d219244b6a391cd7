#include "services/registration/registrations/registration_service.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <variant>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/base/violations.h"
#include "libs/rpc/page.h"
#include "libs/rpc/page_token.h"
#include "services/registration/errors.h"
#include "services/registration/links.h"
#include "services/registration/names.h"
#include "services/registration/people/likeness.h"
#include "services/registration/registrations/rules/validate_registration.h"
#include "services/registration/registrations/submit.h"
#include "services/registration/validate_fields.h"

namespace wici::registration {
namespace {

// Answers a batch when the last of its operations is done. Thread-safe.
class BatchReply {
 public:
  BatchReply(int size, rpc::Reply<v1::BatchCreateRegistrationsResponse> reply)
      : open_(size), reply_(std::move(reply)) {
    response_.mutable_results()->Reserve(size);
    for (int i = 0; i < size; ++i) results_.push_back(response_.add_results());
  }

  // Once for each index.
  void Set(int index, const absl::Status& status, v1::Registration&& registration) {
    auto& result = *results_[static_cast<std::size_t>(index)];
    if (status.ok()) {
      *result.mutable_registration() = std::move(registration);
    } else {
      result.mutable_error()->set_code(static_cast<int>(status.code()));
      result.mutable_error()->set_reason(ErrorReason(status));
      result.mutable_error()->set_message(std::string(status.message()));
    }
    if (--open_ == 0) reply_(response_);  // nobody else is left to touch it
  }

 private:
  std::atomic<int> open_;
  v1::BatchCreateRegistrationsResponse response_;
  std::vector<v1::BatchCreateRegistrationsResponse::Result*> results_;  // each is set by one thread
  const rpc::Reply<v1::BatchCreateRegistrationsResponse> reply_;
};

}  // namespace

void RegistrationService::Register(rpc::Server& server) {
  rpc::Service service = server.AddService("wici.registration.v1.RegistrationService");
  service.Committed("CreateRegistration", this, &RegistrationService::CreateRegistration);
  service.Committed("BatchCreateRegistrations", this,
                    &RegistrationService::BatchCreateRegistrations);
  service.Committed("CancelRegistration", this, &RegistrationService::CancelRegistration);
  service.Committed("CreatePartyRegistrations", this,
                    &RegistrationService::CreatePartyRegistrations);
  service.Committed("ConfirmPartyRegistration", this,
                    &RegistrationService::ConfirmPartyRegistration);
  service.Committed("CancelPartyRegistration", this, &RegistrationService::CancelPartyRegistration);
  service.Committed("TransferPartyRegistration", this,
                    &RegistrationService::TransferPartyRegistration);
  service.Pooled("ListPartyRegistrations", this, &RegistrationService::ListPartyRegistrations);
  service.Committed("ConfirmRegistration", this, &RegistrationService::ConfirmRegistration);
  service.Committed("RejectRegistration", this, &RegistrationService::RejectRegistration);
  service.Committed("UpdateRegistration", this, &RegistrationService::UpdateRegistration);
  service.Committed("TransferRegistration", this, &RegistrationService::TransferRegistration);
  service.Committed("MoveOnWaitingList", this, &RegistrationService::MoveOnWaitingList);
  service.Committed("CancelOwnRegistration", this, &RegistrationService::CancelOwnRegistration);
  service.Committed("CompleteOwnRegistration", this, &RegistrationService::CompleteOwnRegistration);
  service.Committed("AcceptOwnOffer", this, &RegistrationService::AcceptOwnOffer);
  service.Committed("UpdateOwnRegistration", this, &RegistrationService::UpdateOwnRegistration);
  service.Committed("TransferOwnRegistration", this, &RegistrationService::TransferOwnRegistration);
  service.Pooled("ResendOwnLinks", this, &RegistrationService::ResendOwnLinks);
  service.Pooled("ListLikelyDuplicates", this, &RegistrationService::ListLikelyDuplicates);
  service.Pooled("GetRegistrationLog", this, &RegistrationService::GetRegistrationLog);
  service.Pooled("GetRegistration", this, &RegistrationService::GetRegistration);
  service.Pooled("ListRegistrations", this, &RegistrationService::ListRegistrations);
  service.Pooled("ListWaitingList", this, &RegistrationService::ListWaitingList);
  service.Pooled("GetOwnRegistration", this, &RegistrationService::GetOwnRegistration);
}

void RegistrationService::NameNew(std::string_view event, const v1::PersonDetails& person,
                                  NewRegistration& added) {
  added.id = ids_.NewId();
  added.person = person;
  added.person_id = absl::StrCat("persons/", ids_.NewId());
  added.active_key = blind_index_.Of(event, person.email());
  if (const std::string likeness = Likeness(person); !likeness.empty()) {
    added.likeness = absl::StrCat(View(event), " ", blind_index_.Of(event, likeness));
  }
}

absl::Status RegistrationService::MakeOp(const rpc::Context& context, std::string_view event,
                                         const v1::CreateRegistrationRequest& request,
                                         v1::RegistrationSource source, SeatOp& op) {
  auto& added = op.what.emplace<NewRegistration>();
  if (request.has_person()) {
    NameNew(event, request.person(), added);
  } else {
    added.id = ids_.NewId();
  }
  if (!request.invitation_token().empty()) {
    WICI_ASSIGN_OR_RETURN(
        added.invitation,
        auth::ReadLinkToken(key_, kAnswerPurpose, request.invitation_token(), clock_.Now()));
    if (EventOf(added.invitation) != event) {
      return MakeError(absl::StatusCode::kPermissionDenied, kDomain, "LINK_INVALID",
                       "the invitation is for another event");
    }
  }
  const v1::Registration& wanted = request.registration();
  // Empty strings too take memory of their own once they are set.
  if (!wanted.party().empty()) added.facts.set_party(wanted.party());
  if (!wanted.admission_category().empty()) {
    added.facts.set_admission_category(wanted.admission_category());
  }
  *added.facts.mutable_sessions() = wanted.sessions();
  *added.facts.mutable_answers() = wanted.answers();
  *added.facts.mutable_other_categories() = wanted.other_categories();
  if (!request.code().empty()) added.code_key = codes_.KeyOf(event, request.code());
  added.facts.set_source(source);
  added.facts.set_plus_one(request.plus_one());
  added.hold = absl::Seconds(request.hold_duration().seconds());
  Call call = CallOf(context, request);
  op.event = std::string(event);
  op.actor = context.principal.id;
  op.key = std::move(call.key);
  op.written = std::move(call.written);
  return absl::OkStatus();
}

void RegistrationService::CreateRegistration(const rpc::Context& context,
                                             const v1::CreateRegistrationRequest& request,
                                             Reply reply) {
  if (absl::Status wrong = Validate(request); !wrong.ok()) return reply(wrong);
  SeatOp op;
  absl::Status made =
      MakeOp(context, request.parent(), request,
             request.invitation_token().empty() ? v1::REGISTRATION_SOURCE_OPEN
                                                : v1::REGISTRATION_SOURCE_INVITATION,
             op);
  if (!made.ok()) return reply(made);
  if (!request.code().empty()) {
    if (absl::Status wait = BeginGuess(context); !wait.ok()) return reply(wait);
    reply = GuardCode(context, std::move(reply));
  }
  if (request.has_hold_duration()) reply = WithHoldToken(std::move(reply));
  SubmitAndReply(store_, context.deadline, std::move(op), std::move(reply));
}

std::string RegistrationService::CallerOf(const rpc::Context& context) {
  return context.principal.anonymous() ? context.peer : context.principal.id;
}

absl::Status RegistrationService::BeginGuess(const rpc::Context& context) {
  const int callers = context.principal.anonymous() ? rpc::kCallersBehindAddress : 1;
  const absl::Duration wait = guesses_.Begin(CallerOf(context), callers, clock_.Now());
  return wait == absl::ZeroDuration() ? absl::OkStatus() : TooManyTriesError(wait);
}

RegistrationService::Reply RegistrationService::GuardCode(const rpc::Context& context,
                                                          Reply reply) {
  return Reply([this, caller = CallerOf(context), reply = std::move(reply)](
                   const absl::Status& status, const v1::Registration* answer) {
    if (ErrorReason(status) != "CODE_INVALID") guesses_.Forgive(caller);
    if (!status.ok()) return reply(status);
    reply(*answer);
  });
}

void RegistrationService::BatchCreateRegistrations(
    const rpc::Context& context, const v1::BatchCreateRegistrationsRequest& request,
    rpc::Reply<v1::BatchCreateRegistrationsResponse> reply) {
  if (absl::Status wrong = Validate(request); !wrong.ok()) return reply(wrong);
  CreateAll(context, request, v1::REGISTRATION_SOURCE_ORGANISER, std::move(reply));
}

void RegistrationService::CreateAll(const rpc::Context& context,
                                    const v1::BatchCreateRegistrationsRequest& request,
                                    v1::RegistrationSource source,
                                    rpc::Reply<v1::BatchCreateRegistrationsResponse> reply) {
  if (request.all_or_none()) return CreateGroup(context, request, source, std::move(reply));
  auto batch = std::make_shared<BatchReply>(request.requests_size(), std::move(reply));
  std::vector<SeatOp> ops;
  ops.reserve(static_cast<std::size_t>(request.requests_size()));
  v1::CreateRegistrationRequest numbered;
  for (int i = 0; i < request.requests_size(); ++i) {
    const v1::CreateRegistrationRequest* item = &request.requests(i);
    if (item->request_id().empty() && !request.request_id().empty()) {
      numbered = *item;
      numbered.set_request_id(absl::StrCat(request.request_id(), "/", i));
      item = &numbered;
    }
    SeatOp& op = ops.emplace_back();
    op.place = i;
    if (absl::Status made = MakeOp(context, request.parent(), *item, source, op); !made.ok()) {
      ops.pop_back();
      batch->Set(i, made, {});
    }
  }
  store_.SubmitAll(
      context.deadline, std::move(ops), [batch](SeatOp& done, const absl::Status& status) {
        batch->Set(done.place, status.ok() ? done.status : status, std::move(done.registration));
      });
}

void RegistrationService::CreateGroup(const rpc::Context& context,
                                      const v1::BatchCreateRegistrationsRequest& request,
                                      v1::RegistrationSource source,
                                      rpc::Reply<v1::BatchCreateRegistrationsResponse> reply) {
  NewGroup group;
  group.id = ids_.NewId();
  for (const v1::CreateRegistrationRequest& item : request.requests()) {
    SeatOp member;
    absl::Status made = MakeOp(context, request.parent(), item, source, member);
    if (!made.ok()) return reply(made);
    group.members.push_back(std::get<NewRegistration>(std::move(member.what)));
  }
  SeatOp op;
  op.event = request.parent();
  op.actor = context.principal.id;
  op.key = CallOf(context, request).key;
  op.written = context.written;
  op.what = std::move(group);
  store_.Submit(context.deadline, std::move(op),
                [reply = std::move(reply)](SeatOp& done, const absl::Status& status) {
                  if (!status.ok()) return reply(status);
                  if (!done.status.ok()) return reply(done.status);
                  v1::BatchCreateRegistrationsResponse response;
                  for (v1::Registration& member : done.group) {
                    *response.add_results()->mutable_registration() = std::move(member);
                  }
                  reply(response);
                });
}

void RegistrationService::CancelRegistration(const rpc::Context& context,
                                             const v1::CancelRegistrationRequest& request,
                                             Reply reply) {
  if (absl::Status wrong = Validate(request); !wrong.ok()) return reply(wrong);
  SubmitStep(store_, context, request,
             {request.name(), Step::kCancel, "cancelled", request.etag(), request.reason()},
             std::move(reply));
}

void RegistrationService::ConfirmRegistration(const rpc::Context& context,
                                              const v1::ConfirmRegistrationRequest& request,
                                              Reply reply) {
  if (absl::Status wrong = Validate(request); !wrong.ok()) return reply(wrong);
  SubmitStep(store_, context, request,
             {request.name(), Step::kConfirm, "confirmed", request.etag(), ""}, std::move(reply));
}

void RegistrationService::RejectRegistration(const rpc::Context& context,
                                             const v1::RejectRegistrationRequest& request,
                                             Reply reply) {
  if (absl::Status wrong = Validate(request); !wrong.ok()) return reply(wrong);
  SubmitStep(store_, context, request,
             {request.name(), Step::kReject, "rejected", request.etag(), request.reason()},
             std::move(reply));
}

void RegistrationService::UpdateRegistration(const rpc::Context& context,
                                             const v1::UpdateRegistrationRequest& request,
                                             Reply reply) {
  if (absl::Status wrong = Validate(request); !wrong.ok()) return reply(wrong);
  RegistrationStep step{request.registration().name(), Step::kUpdate, "updated",
                        request.registration().etag()};
  step.field = "registration";
  step.edit = RegistrationEdit{request.registration(), request.update_mask()};
  SubmitStep(store_, context, request, std::move(step), std::move(reply));
}

void RegistrationService::TransferRegistration(const rpc::Context& context,
                                               const v1::TransferRegistrationRequest& request,
                                               Reply reply) {
  if (absl::Status wrong = Validate(request); !wrong.ok()) return reply(wrong);
  RegistrationStep step{request.name(), Step::kTransfer, "transferred", request.etag()};
  NameNew(EventOf(request.name()), request.person(), step.heir.emplace());
  SubmitStep(store_, context, request, std::move(step), std::move(reply));
}

void RegistrationService::MoveOnWaitingList(const rpc::Context& context,
                                            const v1::MoveOnWaitingListRequest& request,
                                            Reply reply) {
  if (absl::Status wrong = Validate(request); !wrong.ok()) return reply(wrong);
  RegistrationStep step{request.name(), Step::kMove, "moved", request.etag(), request.reason()};
  step.position = request.position();
  SubmitStep(store_, context, request, std::move(step), std::move(reply));
}

absl::Status RegistrationService::GetRegistration(const rpc::Context& context,
                                                  const v1::GetRegistrationRequest& request,
                                                  v1::Registration& response) {
  WICI_RETURN_IF_ERROR(ValidateName(request.name(), kRegistrationPattern));
  WICI_ASSIGN_OR_RETURN(response, store_.Get(context.deadline, request.name()));
  return absl::OkStatus();
}

absl::Status RegistrationService::GetRegistrationLog(const rpc::Context& context,
                                                     const v1::GetRegistrationLogRequest& request,
                                                     v1::RegistrationLog& response) {
  WICI_RETURN_IF_ERROR(ValidateName(request.name(), kRegistrationPattern));
  WICI_ASSIGN_OR_RETURN(response, store_.GetLog(context.deadline, request.name()));
  return absl::OkStatus();
}

absl::Status RegistrationService::ListRegistrations(const rpc::Context& context,
                                                    const v1::ListRegistrationsRequest& request,
                                                    v1::ListRegistrationsResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  if (request.states_size() > 13) violations.Add("states", "must have at most 13 items");
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  std::vector<v1::RegistrationState> states;
  for (const int state : request.states()) {
    states.push_back(static_cast<v1::RegistrationState>(state));
  }
  WICI_ASSIGN_OR_RETURN(std::vector<v1::Registration> found,
                        store_.List(context.deadline, request.parent(), After(page),
                                    std::move(states), page.size + 1));
  FillPage(
      request, page, std::move(found),
      [](const v1::Registration& last) -> std::vector<std::string> { return {IdOf(last.name())}; },
      *response.mutable_registrations(), *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status RegistrationService::ListWaitingList(const rpc::Context& context,
                                                  const v1::ListWaitingListRequest& request,
                                                  v1::ListWaitingListResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  const rpc::Page page = rpc::ParsePage(request, violations);
  std::int64_t after = 0;
  if (!page.after.empty() && !absl::SimpleAtoi(page.after[0], &after)) {
    violations.Add("page_token", "is not a token of this method");
  }
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(
      std::vector<RegistrationRow> rows,
      store_.ListWaiting(context.deadline, request.parent(), after, page.size + 1));
  if (rows.size() > static_cast<std::size_t>(page.size)) {
    rows.pop_back();
    response.set_next_page_token(
        rpc::MakePageToken(request, {absl::StrCat(*rows.back().waiting_number)}));
  }
  for (RegistrationRow& row : rows) {
    *response.add_registrations() = std::move(row.registration);
  }
  return absl::OkStatus();
}

}  // namespace wici::registration
