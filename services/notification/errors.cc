#include "services/notification/errors.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace wici::notification {

absl::Status NotificationNotFoundError(std::string_view name) {
  return MakeError(absl::StatusCode::kNotFound, kDomain, "NOTIFICATION_NOT_FOUND",
                   absl::StrCat(std::string(name), " does not exist"), {{"notification", name}});
}

absl::Status NotificationCompletedError(std::string_view name) {
  absl::Status status =
      MakeError(absl::StatusCode::kFailedPrecondition, kDomain, "NOTIFICATION_COMPLETED",
                absl::StrCat("every delivery of ", std::string(name), " has ended"),
                {{"notification", name}});
  AddPreconditionViolation(status, "NOTIFICATION_COMPLETED", name, "nothing is left to cancel");
  return status;
}

absl::Status TemplateNotFoundError(std::string_view name) {
  return MakeError(absl::StatusCode::kNotFound, kDomain, "TEMPLATE_NOT_FOUND",
                   absl::StrCat(std::string(name), " does not exist"), {{"template", name}});
}

}  // namespace wici::notification
