// What a person does with their own registration, by the token of a mail or a hold.
#include <string>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "services/registration/check_in/check_in_code.h"
#include "services/registration/links.h"
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
  if (HoldsSeat(response.state())) {
    response.set_check_in_token(CheckInCode(key_, name, response.person()));
  }
  return absl::OkStatus();
}

}  // namespace wici::registration
