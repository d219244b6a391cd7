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

absl::Status SubscriptionNotFoundError(std::string_view name) {
  return MakeError(absl::StatusCode::kNotFound, kDomain, "SUBSCRIPTION_NOT_FOUND",
                   absl::StrCat(std::string(name), " does not exist"), {{"subscription", name}});
}

absl::Status SubscriptionLimitReachedError(int subscriptions_max) {
  const std::string max = absl::StrCat(subscriptions_max);
  absl::Status status =
      MakeError(absl::StatusCode::kFailedPrecondition, kDomain, "SUBSCRIPTION_LIMIT_REACHED",
                absl::StrCat("there are ", max, " subscriptions already"), {{"max", max}});
  AddPreconditionViolation(status, "SUBSCRIPTION_LIMIT_REACHED", "subscriptions",
                           "delete one that is not needed");
  return status;
}

absl::Status SubscriptionNotActiveError(std::string_view name) {
  absl::Status status = MakeError(
      absl::StatusCode::kFailedPrecondition, kDomain, "SUBSCRIPTION_NOT_ACTIVE",
      absl::StrCat(std::string(name), " is paused or disabled"), {{"subscription", name}});
  AddPreconditionViolation(status, "SUBSCRIPTION_NOT_ACTIVE", name, "resume it first");
  return status;
}

absl::Status ReplayTooLargeError(std::string_view name, int deliveries_max) {
  const std::string max = absl::StrCat(deliveries_max);
  absl::Status status = MakeError(
      absl::StatusCode::kFailedPrecondition, kDomain, "REPLAY_TOO_LARGE",
      absl::StrCat("more than ", max, " changes came up for ", std::string(name), " in this span"),
      {{"subscription", name}, {"max", max}});
  AddPreconditionViolation(status, "REPLAY_TOO_LARGE", name, "ask for a shorter span");
  return status;
}

absl::Status ConsentNotFoundError(std::string_view name) {
  return MakeError(absl::StatusCode::kNotFound, kDomain, "CONSENT_NOT_FOUND",
                   absl::StrCat(std::string(name), " does not exist or needs no confirmation"),
                   {{"consent", name}});
}

absl::Status ConsentWithdrawnError(std::string_view name) {
  absl::Status status =
      MakeError(absl::StatusCode::kFailedPrecondition, kDomain, "CONSENT_WITHDRAWN",
                absl::StrCat(std::string(name), " was withdrawn"), {{"consent", name}});
  AddPreconditionViolation(status, "CONSENT_WITHDRAWN", name, "a later record says no");
  return status;
}

absl::Status SuppressionNotFoundError(std::string_view name) {
  return MakeError(absl::StatusCode::kNotFound, kDomain, "SUPPRESSION_NOT_FOUND",
                   absl::StrCat(std::string(name), " does not exist or was lifted"),
                   {{"suppression", name}});
}

absl::Status AddressUnknownError(std::string_view person) {
  absl::Status status = MakeError(
      absl::StatusCode::kFailedPrecondition, kDomain, "ADDRESS_UNKNOWN",
      absl::StrCat("no mail address of ", std::string(person), " is known"), {{"person", person}});
  AddPreconditionViolation(status, "ADDRESS_UNKNOWN", person, "the owner of the person has none");
  return status;
}

}  // namespace wici::notification
