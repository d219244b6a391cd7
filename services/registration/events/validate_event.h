// Requests checked field by field; each answer lists every violation. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_EVENTS_VALIDATE_EVENT_H_
#define WICI_SERVICES_REGISTRATION_EVENTS_VALIDATE_EVENT_H_

#include <string_view>

#include "absl/status/status.h"
#include "libs/base/violations.h"
#include "wici/registration/v1/audience.pb.h"
#include "wici/registration/v1/event_service.pb.h"

namespace wici::registration {

// The whole of a resource as it would be stored; `field` is its path in the request.
void ValidateEvent(std::string_view field, const v1::Event& event, Violations& violations);
void ValidateSession(std::string_view field, const v1::Session& session, Violations& violations);
void ValidateCategory(std::string_view field, const v1::AdmissionCategory& category,
                      Violations& violations);
void ValidateAudience(std::string_view field, const v1::Audience& audience, Violations& violations);

absl::Status Validate(const v1::CreateEventRequest& request);
absl::Status Validate(const v1::CloneEventRequest& request);
absl::Status Validate(const v1::CreateEventSeriesRequest& request);
absl::Status Validate(const v1::CreateOccurrencesRequest& request);
absl::Status Validate(const v1::PublishEventRequest& request);
absl::Status Validate(const v1::CancelEventRequest& request);
absl::Status Validate(const v1::RescheduleEventRequest& request);
absl::Status Validate(const v1::WatchEventRequest& request);
absl::Status Validate(const v1::CreateSessionRequest& request);
absl::Status Validate(const v1::DeleteSessionRequest& request);
absl::Status Validate(const v1::CreateAdmissionCategoryRequest& request);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_EVENTS_VALIDATE_EVENT_H_
