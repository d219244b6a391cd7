// The errors of this service, each with its reason of wici.notification.v1.ErrorReason.
#ifndef WICI_SERVICES_NOTIFICATION_ERRORS_H_
#define WICI_SERVICES_NOTIFICATION_ERRORS_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "wici/notification/v1/campaign.pb.h"
#include "wici/notification/v1/notification.pb.h"

namespace wici::notification {

inline constexpr std::string_view kDomain = "notification.wici";

absl::Status NotificationNotFoundError(std::string_view name);
absl::Status DeliveryNotFoundError(std::string_view name);
absl::Status NotificationCompletedError(std::string_view name);
absl::Status TemplateNotFoundError(std::string_view name);
absl::Status ConsentNotFoundError(std::string_view name);
absl::Status ConsentWithdrawnError(std::string_view name);
absl::Status SuppressionNotFoundError(std::string_view name);
absl::Status AddressUnknownError(std::string_view person);
absl::Status TemplateExistsError(std::string_view name);
absl::Status TemplateBuiltInError(std::string_view name);
// `problem` names variables, never values.
absl::Status TemplateNotRenderedError(std::string_view name, std::string_view problem);
absl::Status TooManyTemplateVersionsError(std::string_view name, std::int64_t limit);
absl::Status InboxItemNotFoundError(std::string_view name);
absl::Status CampaignNotFoundError(std::string_view name);
// `state` is where the campaign stands.
absl::Status CampaignStepNotAllowedError(std::string_view name, v1::Campaign::State state);
absl::Status CampaignSelfApprovedError(std::string_view name, std::int64_t most);
absl::Status ChannelNotSetUpError(v1::Channel channel);
absl::Status PushSubscriptionLimitReachedError(int browsers_max);
absl::Status PushSubscriptionNotFoundError(std::string_view name);

// Subscriptions.
absl::Status SubscriptionNotFoundError(std::string_view name);
absl::Status SubscriptionLimitReachedError(int subscriptions_max);
absl::Status SubscriptionNotActiveError(std::string_view name);
absl::Status ReplayTooLargeError(std::string_view name, int deliveries_max);

// Of deliveries that are queued again; `wait` until there is room.
absl::Status ReplayQueueFullError(absl::Duration wait);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_ERRORS_H_
