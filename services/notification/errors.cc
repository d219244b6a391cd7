#include "services/notification/errors.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace wici::notification {

absl::Status NotificationNotFoundError(std::string_view name) {
  return MakeError(absl::StatusCode::kNotFound, kDomain, "NOTIFICATION_NOT_FOUND",
                   absl::StrCat(std::string(name), " does not exist"), {{"notification", name}});
}

absl::Status DeliveryNotFoundError(std::string_view name) {
  return MakeError(absl::StatusCode::kNotFound, kDomain, "DELIVERY_NOT_FOUND",
                   absl::StrCat(std::string(name), " does not exist"), {{"delivery", name}});
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

absl::Status TemplateExistsError(std::string_view name) {
  return MakeError(absl::StatusCode::kAlreadyExists, kDomain, "TEMPLATE_EXISTS",
                   absl::StrCat(std::string(name), " exists, or did once"), {{"template", name}});
}

absl::Status TemplateBuiltInError(std::string_view name) {
  absl::Status status =
      MakeError(absl::StatusCode::kFailedPrecondition, kDomain, "TEMPLATE_BUILT_IN",
                absl::StrCat(std::string(name), " comes with the service"), {{"template", name}});
  AddPreconditionViolation(status, "TEMPLATE_BUILT_IN", name, "it cannot be changed");
  return status;
}

absl::Status TooManyTemplateVersionsError(std::string_view name, std::int64_t limit) {
  const std::string most = absl::StrCat(limit);
  absl::Status status =
      MakeError(absl::StatusCode::kFailedPrecondition, kDomain, "TOO_MANY_TEMPLATE_VERSIONS",
                absl::StrCat(std::string(name), " has ", most, " versions"),
                {{"template", name}, {"limit", most}});
  AddPreconditionViolation(status, "TOO_MANY_TEMPLATE_VERSIONS", name, "create another template");
  return status;
}

absl::Status TemplateNotRenderedError(std::string_view name, std::string_view problem) {
  absl::Status status =
      MakeError(absl::StatusCode::kFailedPrecondition, kDomain, "TEMPLATE_NOT_RENDERED",
                absl::StrCat(std::string(name), ": ", std::string(problem)), {{"template", name}});
  AddPreconditionViolation(status, "TEMPLATE_NOT_RENDERED", name, problem);
  return status;
}

absl::Status InboxItemNotFoundError(std::string_view name) {
  return MakeError(absl::StatusCode::kNotFound, kDomain, "INBOX_ITEM_NOT_FOUND",
                   absl::StrCat(std::string(name), " does not exist"), {{"item", name}});
}

absl::Status CampaignNotFoundError(std::string_view name) {
  return MakeError(absl::StatusCode::kNotFound, kDomain, "CAMPAIGN_NOT_FOUND",
                   absl::StrCat(std::string(name), " does not exist"), {{"campaign", name}});
}

absl::Status CampaignStepNotAllowedError(std::string_view name, v1::Campaign::State state) {
  const std::string& word = v1::Campaign::State_Name(state);
  absl::Status status =
      MakeError(absl::StatusCode::kFailedPrecondition, kDomain, "CAMPAIGN_STEP_NOT_ALLOWED",
                absl::StrCat(std::string(name), " is in state ", word),
                {{"campaign", name}, {"state", word}});
  AddPreconditionViolation(status, "CAMPAIGN_STEP_NOT_ALLOWED", name,
                           "the step does not follow this state");
  return status;
}

absl::Status CampaignSelfApprovedError(std::string_view name, std::int64_t most) {
  const std::string limit = absl::StrCat(most);
  absl::Status status =
      MakeError(absl::StatusCode::kFailedPrecondition, kDomain, "CAMPAIGN_SELF_APPROVED",
                absl::StrCat(std::string(name), " goes to more than ", limit, " people"),
                {{"campaign", name}, {"limit", limit}});
  AddPreconditionViolation(status, "CAMPAIGN_SELF_APPROVED", name,
                           "somebody other than its author must approve it");
  return status;
}

absl::Status ChannelNotSetUpError(v1::Channel channel) {
  const std::string& word = v1::Channel_Name(channel);
  absl::Status status =
      MakeError(absl::StatusCode::kFailedPrecondition, kDomain, "CHANNEL_NOT_SET_UP",
                absl::StrCat(word, " is not set up here"), {{"channel", word}});
  AddPreconditionViolation(status, "CHANNEL_NOT_SET_UP", word,
                           "the operator has set up nothing that serves it");
  return status;
}

absl::Status PushSubscriptionLimitReachedError(int browsers_max) {
  const std::string max = absl::StrCat(browsers_max);
  absl::Status status =
      MakeError(absl::StatusCode::kFailedPrecondition, kDomain, "PUSH_SUBSCRIPTION_LIMIT_REACHED",
                absl::StrCat("the person has ", max, " browsers already"), {{"max", max}});
  AddPreconditionViolation(status, "PUSH_SUBSCRIPTION_LIMIT_REACHED", "pushSubscriptions",
                           "delete one that is not used");
  return status;
}

absl::Status ReplayQueueFullError(absl::Duration wait) {
  absl::Status status =
      MakeError(absl::StatusCode::kResourceExhausted, kDomain, "REPLAY_QUEUE_FULL",
                "what was replayed before is not sent yet", {});
  AddRetryInfo(status, wait);
  return status;
}

absl::Status PushSubscriptionNotFoundError(std::string_view name) {
  return MakeError(absl::StatusCode::kNotFound, kDomain, "PUSH_SUBSCRIPTION_NOT_FOUND",
                   absl::StrCat(std::string(name), " does not exist"),
                   {{"push_subscription", name}});
}

}  // namespace wici::notification
