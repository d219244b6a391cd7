// Requests of MeetingService checked field by field; each answer lists every violation. Pure; any
// thread.
#ifndef WICI_SERVICES_REGISTRATION_MEETINGS_RULES_VALIDATE_MEETING_H_
#define WICI_SERVICES_REGISTRATION_MEETINGS_RULES_VALIDATE_MEETING_H_

#include <string_view>

#include "absl/status/status.h"
#include "libs/base/violations.h"
#include "wici/registration/v1/meeting_service.pb.h"

namespace wici::registration {

inline constexpr std::string_view kMeetingPattern = "events/*/meetings/*";
inline constexpr std::string_view kMeetingProfileSuffix = "/meetingProfile";
inline constexpr std::string_view kAgendaSuffix = "/agenda";
inline constexpr std::string_view kScheduleSuffix = "/meetingSchedule";
inline constexpr std::int64_t kScheduleStepsDefault = 1'000'000;
inline constexpr std::int64_t kScheduleStepsMax = 20'000'000;

// Offers and needs as they would be stored; `field` is the path of the profile in the request.
void ValidateMeetingProfile(std::string_view field, const v1::MeetingProfile& profile,
                            Violations& violations);

// `value` is a name of `pattern` followed by `suffix`: "events/e/registrations/r" + "/agenda".
void RequireNameBelow(std::string_view field, std::string_view value, std::string_view pattern,
                      std::string_view suffix, Violations& violations);

absl::Status Validate(const v1::UpdateMeetingProfileRequest& request);
absl::Status Validate(const v1::SetAvailabilityRequest& request);
absl::Status Validate(const v1::SetVetoesRequest& request);
absl::Status Validate(const v1::BatchGetMeetingsRequest& request);
absl::Status Validate(const v1::RequestMeetingRequest& request);
absl::Status Validate(const v1::AcceptMeetingRequest& request);
absl::Status Validate(const v1::DeclineMeetingRequest& request);
absl::Status Validate(const v1::CancelMeetingRequest& request);
absl::Status Validate(const v1::RecordMeetingOutcomeRequest& request);
absl::Status Validate(const v1::RateMeetingRequest& request);
absl::Status Validate(const v1::ScheduleMeetingsRequest& request);
absl::Status Validate(const v1::RescheduleMeetingsRequest& request);
absl::Status Validate(const v1::PublishScheduleRequest& request);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_MEETINGS_RULES_VALIDATE_MEETING_H_
