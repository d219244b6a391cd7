// What the coordinator of a cluster or member firm does for its people.
#include <map>
#include <set>
#include <string>
#include <utility>

#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/base/violations.h"
#include "libs/rpc/page.h"
#include "libs/rpc/page_token.h"
#include "services/registration/names.h"
#include "services/registration/registrations/registration_service.h"
#include "services/registration/registrations/rules/party.h"
#include "services/registration/registrations/rules/validate_registration.h"
#include "services/registration/registrations/submit.h"

namespace wici::registration {
namespace {

// The different codes of a batch, each with a number of its own.
std::map<std::string, int> CodesOf(const v1::CreatePartyRegistrationsRequest& request) {
  std::map<std::string, int> codes;
  for (const v1::CreateRegistrationRequest& item : request.requests()) {
    if (!item.code().empty()) codes.try_emplace(item.code(), static_cast<int>(codes.size()));
  }
  return codes;
}

// Answers with what the party sees.
rpc::Reply<v1::Registration> ToParty(rpc::Reply<v1::Registration> reply) {
  return rpc::Reply<v1::Registration>(
      [reply = std::move(reply)](const absl::Status& status, const v1::Registration* answer) {
        if (!status.ok()) return reply(status);
        reply(SeenByParty(*answer));
      });
}

}  // namespace

void RegistrationService::CreatePartyRegistrations(
    const rpc::Context& context, const v1::CreatePartyRegistrationsRequest& request,
    rpc::Reply<v1::BatchCreateRegistrationsResponse> reply) {
  if (absl::Status wrong = Validate(request); !wrong.ok()) return reply(wrong);
  const std::map<std::string, int> codes = CodesOf(request);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (absl::Status wait = BeginGuess(context); !wait.ok()) return reply(wait);
  }
  if (!codes.empty()) {
    reply = rpc::Reply<v1::BatchCreateRegistrationsResponse>(
        [this, request, codes, caller = CallerOf(context), reply = std::move(reply)](
            const absl::Status& status, const v1::BatchCreateRegistrationsResponse* answer) {
          std::set<int> wrong;
          if (ErrorReason(status) == "CODE_INVALID") wrong.insert(0);
          for (int i = 0; answer != nullptr && i < answer->results_size(); ++i) {
            if (answer->results(i).error().reason() != "CODE_INVALID") continue;
            wrong.insert(codes.at(request.requests(i).code()));
          }
          for (std::size_t i = wrong.size(); i < codes.size(); ++i) guesses_.Forgive(caller);
          if (!status.ok()) return reply(status);
          reply(*answer);
        });
  }
  CreateAll(context, BatchOf(request), v1::REGISTRATION_SOURCE_PARTY, std::move(reply));
}

absl::Status RegistrationService::ListPartyRegistrations(
    const rpc::Context& context, const v1::ListPartyRegistrationsRequest& request,
    v1::ListPartyRegistrationsResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), kEventPattern);
  RequireParty(request.party(), violations);
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(RegistrationStore::PartyPage found,
                        store_.ListOfParty(context.deadline, request.parent(), request.party(),
                                           After(page), page.size));
  if (!found.next.empty()) {
    response.set_next_page_token(rpc::MakePageToken(request, {found.next}));
  }
  for (v1::PartyRegistration& one : found.registrations) {
    *response.add_party_registrations() = std::move(one);
  }
  return absl::OkStatus();
}

void RegistrationService::ConfirmPartyRegistration(
    const rpc::Context& context, const v1::ConfirmPartyRegistrationRequest& request, Reply reply) {
  if (absl::Status wrong = Validate(request); !wrong.ok()) return reply(wrong);
  RegistrationStep step{request.name(), Step::kConfirm, "confirmed", request.etag()};
  step.party = request.party();
  SubmitStep(store_, context, request, std::move(step), ToParty(std::move(reply)));
}

void RegistrationService::CancelPartyRegistration(const rpc::Context& context,
                                                  const v1::CancelPartyRegistrationRequest& request,
                                                  Reply reply) {
  if (absl::Status wrong = Validate(request); !wrong.ok()) return reply(wrong);
  RegistrationStep step{request.name(), Step::kCancel, "cancelled", request.etag(),
                        request.reason()};
  step.party = request.party();
  SubmitStep(store_, context, request, std::move(step), ToParty(std::move(reply)));
}

void RegistrationService::TransferPartyRegistration(
    const rpc::Context& context, const v1::TransferPartyRegistrationRequest& request, Reply reply) {
  if (absl::Status wrong = Validate(request); !wrong.ok()) return reply(wrong);
  RegistrationStep step{request.name(), Step::kTransfer, "transferred", request.etag(),
                        request.reason()};
  step.party = request.party();
  NameNew(EventOf(request.name()), request.person(), step.heir.emplace());
  SubmitStep(store_, context, request, std::move(step), ToParty(std::move(reply)));
}

}  // namespace wici::registration
