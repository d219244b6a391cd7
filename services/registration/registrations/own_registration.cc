// What a person does with their own registration, by the token of a mail or a hold.
#include <string>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/base/violations.h"
#include "libs/rpc/page_token.h"
#include "services/registration/check_in/check_in_code.h"
#include "services/registration/errors.h"
#include "services/registration/links.h"
#include "services/registration/names.h"
#include "services/registration/registrations/registration_service.h"
#include "services/registration/registrations/rules/registration_state.h"
#include "services/registration/registrations/rules/validate_registration.h"
#include "services/registration/registrations/submit.h"

namespace wici::registration {

absl::StatusOr<std::string> RegistrationService::ReadManageToken(std::string_view token) const {
  return auth::ReadLinkToken(key_, kManagePurpose, token, clock_.Now());
}

RegistrationService::Reply RegistrationService::WithHoldToken(Reply reply) const {
  return Reply(
      [this, reply = std::move(reply)](const absl::Status& status, const v1::Registration* answer) {
        if (!status.ok()) return reply(status);
        if (answer->state() != v1::REGISTRATION_STATE_HELD) return reply(*answer);
        v1::Registration held = *answer;
        held.set_hold_token(auth::MakeLinkToken(key_, kManagePurpose, held.name(),
                                                TimeOf(held.expire_time()) + kLinkGrace));
        reply(held);
      });
}

template <class Request>
void RegistrationService::SubmitOwn(const rpc::Context& context, const Request& request,
                                    RegistrationStep step, Reply reply) {
  if (absl::Status wrong = Validate(request); !wrong.ok()) return reply(wrong);
  absl::StatusOr<std::string> name = ReadManageToken(request.token());
  if (!name.ok()) return reply(name.status());
  step.name = *std::move(name);
  step.own = true;
  SubmitStep(store_, context, request, std::move(step), std::move(reply));
}

void RegistrationService::CancelOwnRegistration(const rpc::Context& context,
                                                const v1::CancelOwnRegistrationRequest& request,
                                                Reply reply) {
  SubmitOwn(context, request, {"", Step::kWithdraw, "cancelled"}, std::move(reply));
}

void RegistrationService::CompleteOwnRegistration(const rpc::Context& context,
                                                  const v1::CompleteOwnRegistrationRequest& request,
                                                  Reply reply) {
  RegistrationStep step{"", Step::kComplete, "confirmed"};
  step.answers = {request.answers().begin(), request.answers().end()};
  SubmitOwn(context, request, std::move(step), std::move(reply));
}

void RegistrationService::AcceptOwnOffer(const rpc::Context& context,
                                         const v1::AcceptOwnOfferRequest& request, Reply reply) {
  SubmitOwn(context, request, {"", Step::kAccept, "confirmed"}, std::move(reply));
}

absl::Status RegistrationService::GetOwnRegistration(const rpc::Context& context,
                                                     const v1::GetOwnRegistrationRequest& request,
                                                     v1::Registration& response) {
  WICI_ASSIGN_OR_RETURN(const std::string name, ReadManageToken(request.token()));
  WICI_ASSIGN_OR_RETURN(response, store_.Get(context.deadline, name));
  if (response.state() == v1::REGISTRATION_STATE_TRANSFERRED) return LinkPassedOnError();
  if (HoldsSeat(response.state())) {
    response.set_check_in_token(CheckInCode(key_, name, response.person()));
  }
  return absl::OkStatus();
}

void RegistrationService::UpdateOwnRegistration(const rpc::Context& context,
                                                const v1::UpdateOwnRegistrationRequest& request,
                                                Reply reply) {
  const absl::StatusOr<std::string> name = ReadManageToken(request.token());
  if (!name.ok()) return reply(name.status());
  if (absl::Status wrong = Validate(request, EventOf(*name)); !wrong.ok()) return reply(wrong);
  RegistrationStep step{*name, Step::kUpdate, "updated", request.etag()};
  step.own = true;
  RegistrationEdit edit{{}, request.update_mask()};
  *edit.wanted.mutable_sessions() = request.sessions();
  *edit.wanted.mutable_answers() = request.answers();
  *edit.wanted.mutable_follow_up_answers() = request.follow_up_answers();
  step.edit = std::move(edit);
  SubmitStep(store_, context, request, std::move(step), std::move(reply));
}

void RegistrationService::TransferOwnRegistration(const rpc::Context& context,
                                                  const v1::TransferOwnRegistrationRequest& request,
                                                  Reply reply) {
  if (absl::Status wrong = Validate(request); !wrong.ok()) return reply(wrong);
  const absl::StatusOr<std::string> name = ReadManageToken(request.token());
  if (!name.ok()) return reply(name.status());
  RegistrationStep step{*name, Step::kTransfer, "transferred"};
  step.own = true;
  NameNew(EventOf(*name), request.person(), step.heir.emplace());
  SubmitStep(store_, context, request, std::move(step), std::move(reply));
}

absl::Status RegistrationService::ResendOwnLinks(const rpc::Context& context,
                                                 const v1::ResendOwnLinksRequest& request,
                                                 v1::ResendOwnLinksResponse&) {
  WICI_RETURN_IF_ERROR(Validate(request));
  const std::string key = blind_index_.Of(request.parent(), request.email());
  WICI_RETURN_IF_ERROR(resend_limit_.Take(context.deadline, key));
  WICI_ASSIGN_OR_RETURN(const std::string id, store_.FindActive(context.deadline, key));
  Call call = CallOf(context, request);
  SeatOp op;
  op.event = request.parent();
  op.key = std::move(call.key);
  // Of an id that nobody has when there is none; and the answer does not wait for what comes of it:
  // so it takes as long either way.
  op.what = RegistrationStep{RegistrationName(request.parent(), id.empty() ? "none" : id),
                             Step::kResend, "links_requested"};
  // Without op.written: a version would tell that somebody is registered.
  store_.Submit(call.deadline, std::move(op), [](SeatOp&, const absl::Status&) {});
  return absl::OkStatus();
}

absl::Status RegistrationService::ListLikelyDuplicates(
    const rpc::Context& context, const v1::ListLikelyDuplicatesRequest& request,
    v1::ListLikelyDuplicatesResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(AlikePage alike, persons_.ListAlike(context.deadline, request.parent(),
                                                            page.after, page.size));
  for (v1::LikelyDuplicate& duplicate : alike.duplicates) {
    *response.add_duplicates() = std::move(duplicate);
  }
  if (!alike.next.empty()) {
    response.set_next_page_token(rpc::MakePageToken(request, alike.next));
  }
  return absl::OkStatus();
}

}  // namespace wici::registration
