// Requests checked field by field; each answer lists every violation. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_REGISTRATIONS_RULES_VALIDATE_REGISTRATION_H_
#define WICI_SERVICES_REGISTRATION_REGISTRATIONS_RULES_VALIDATE_REGISTRATION_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "libs/base/violations.h"
#include "wici/registration/v1/link_service.pb.h"
#include "wici/registration/v1/registration_service.pb.h"

namespace wici::registration {

absl::Status Validate(const v1::CreateRegistrationRequest& request);
// What it brings, as part of another request: `field` is its path there, "" for itself.
void CheckCreateRegistration(std::string_view field, std::string_view event,
                             const v1::CreateRegistrationRequest& request, Violations& violations);
absl::Status Validate(const v1::BatchCreateRegistrationsRequest& request);
absl::Status Validate(const v1::CancelRegistrationRequest& request);
absl::Status Validate(const v1::ConfirmRegistrationRequest& request);
absl::Status Validate(const v1::RejectRegistrationRequest& request);
absl::Status Validate(const v1::CreatePartyRegistrationsRequest& request);
absl::Status Validate(const v1::ConfirmPartyRegistrationRequest& request);
absl::Status Validate(const v1::CancelPartyRegistrationRequest& request);
absl::Status Validate(const v1::TransferPartyRegistrationRequest& request);
absl::Status Validate(const v1::CancelOwnRegistrationRequest& request);
absl::Status Validate(const v1::CompleteOwnRegistrationRequest& request);
absl::Status Validate(const v1::AcceptOwnOfferRequest& request);
absl::Status Validate(const v1::UpdateRegistrationRequest& request);
// `event` is that of the registration its token names.
absl::Status Validate(const v1::UpdateOwnRegistrationRequest& request, std::string_view event);
absl::Status Validate(const v1::TransferRegistrationRequest& request);
absl::Status Validate(const v1::TransferOwnRegistrationRequest& request);
absl::Status Validate(const v1::ResendOwnLinksRequest& request);
absl::Status Validate(const v1::MoveOnWaitingListRequest& request);
absl::Status Validate(const v1::BatchGetLinksRequest& request);
absl::Status Validate(const v1::BatchGetParticipationsRequest& request);
absl::Status Validate(const v1::GetOwnOnlineLinksRequest& request);

// `party` is "clusters/*" or "clusters/*/members/*".
void RequireParty(const std::string& party, Violations& violations);

// The batch of a party as one of the organiser: with the party in each.
v1::BatchCreateRegistrationsRequest BatchOf(const v1::CreatePartyRegistrationsRequest& request);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_REGISTRATIONS_RULES_VALIDATE_REGISTRATION_H_
