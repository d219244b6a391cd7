// Requests checked field by field; each answer lists every violation. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_CHECK_IN_VALIDATE_CHECK_IN_H_
#define WICI_SERVICES_REGISTRATION_CHECK_IN_VALIDATE_CHECK_IN_H_

#include <string_view>

#include "absl/status/status.h"
#include "libs/base/violations.h"
#include "wici/registration/v1/check_in_service.pb.h"

namespace wici::registration {

absl::Status Validate(const v1::CheckInRequest& request);
absl::Status Validate(const v1::UndoCheckInRequest& request);
absl::Status Validate(const v1::BatchCheckInRequest& request);
absl::Status Validate(const v1::MarkNoShowsRequest& request);
absl::Status Validate(const v1::WatchCheckInsRequest& request);

// "" or a session of `event`.
void CheckList(std::string_view field, std::string_view event, std::string_view list,
               Violations& violations);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_CHECK_IN_VALIDATE_CHECK_IN_H_
