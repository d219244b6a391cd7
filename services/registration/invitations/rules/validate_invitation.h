// Requests checked field by field; each answer lists every violation. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_INVITATIONS_RULES_VALIDATE_INVITATION_H_
#define WICI_SERVICES_REGISTRATION_INVITATIONS_RULES_VALIDATE_INVITATION_H_

#include "absl/status/status.h"
#include "wici/registration/v1/invitation_service.pb.h"

namespace wici::registration {

absl::Status Validate(const v1::CreateInvitationsRequest& request);
absl::Status Validate(const v1::AnswerInvitationRequest& request);
absl::Status Validate(const v1::GetOwnInvitationRequest& request);
absl::Status Validate(const v1::DelegateInvitationRequest& request);
absl::Status Validate(const v1::RevokeInvitationRequest& request);
absl::Status Validate(const v1::RemindInvitationsRequest& request);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_INVITATIONS_RULES_VALIDATE_INVITATION_H_
