// Requests checked field by field; each answer lists every violation. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_VALIDATE_H_
#define WICI_SERVICES_REGISTRATION_VALIDATE_H_

#include <string_view>

#include "absl/status/status.h"
#include "libs/base/violations.h"
#include "wici/registration/v1/check_in_service.pb.h"
#include "wici/registration/v1/event_service.pb.h"
#include "wici/registration/v1/invitation_service.pb.h"
#include "wici/registration/v1/link_service.pb.h"
#include "wici/registration/v1/registration_service.pb.h"

namespace wici::registration {

inline constexpr std::string_view kEventPattern = "events/*";
inline constexpr std::string_view kSessionPattern = "events/*/sessions/*";
inline constexpr std::string_view kInvitationPattern = "events/*/invitations/*";
inline constexpr std::string_view kRegistrationPattern = "events/*/registrations/*";

// The whole of a resource as it would be stored; `field` is its path in the request.
void ValidateEvent(std::string_view field, const v1::Event& event, Violations& violations);
void ValidateSession(std::string_view field, const v1::Session& session, Violations& violations);

absl::Status Validate(const v1::CreateEventRequest& request);
absl::Status Validate(const v1::PublishEventRequest& request);
absl::Status Validate(const v1::CancelEventRequest& request);
absl::Status Validate(const v1::RescheduleEventRequest& request);
absl::Status Validate(const v1::WatchEventRequest& request);
absl::Status Validate(const v1::CreateSessionRequest& request);
absl::Status Validate(const v1::DeleteSessionRequest& request);
absl::Status Validate(const v1::CreateInvitationsRequest& request);
absl::Status Validate(const v1::AnswerInvitationRequest& request);
absl::Status Validate(const v1::RevokeInvitationRequest& request);
absl::Status Validate(const v1::RemindInvitationsRequest& request);
absl::Status Validate(const v1::CreateRegistrationRequest& request);
absl::Status Validate(const v1::BatchCreateRegistrationsRequest& request);
absl::Status Validate(const v1::CancelRegistrationRequest& request);
absl::Status Validate(const v1::ConfirmRegistrationRequest& request);
absl::Status Validate(const v1::RejectRegistrationRequest& request);
absl::Status Validate(const v1::CancelOwnRegistrationRequest& request);
absl::Status Validate(const v1::CheckInRequest& request);
absl::Status Validate(const v1::UndoCheckInRequest& request);
absl::Status Validate(const v1::BatchGetLinksRequest& request);

// `name` matches `pattern`, or one violation of field "name".
absl::Status ValidateName(std::string_view name, std::string_view pattern);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_VALIDATE_H_
