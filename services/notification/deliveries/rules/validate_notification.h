// What is wrong with requests: every violation at once. Pure.
#ifndef WICI_SERVICES_NOTIFICATION_DELIVERIES_RULES_VALIDATE_NOTIFICATION_H_
#define WICI_SERVICES_NOTIFICATION_DELIVERIES_RULES_VALIDATE_NOTIFICATION_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/violations.h"
#include "wici/notification/v1/notification_service.pb.h"

namespace wici::notification {

inline constexpr int kPersonsMax = 1000;
inline constexpr int kBatchMax = 500;
inline constexpr int kBatchPersonsMax = 5000;  // of a batch, all together
// The parent of the deliveries of all notifications.
inline constexpr std::string_view kAllNotifications = "notifications/-";
inline constexpr int kDigestMinutesMax = 10080;  // a week
// How far ahead a notification may be scheduled, and how long it may live after that.
inline constexpr absl::Duration kScheduleMax = absl::Hours(24 * 366);
inline constexpr absl::Duration kLifetimeMax = absl::Hours(24 * 31);

// Without what only the database knows: whether the templates exist.
Violations CheckSendNotification(const v1::SendNotificationRequest& request, absl::Time now);
Violations CheckBatchSend(const v1::BatchSendNotificationsRequest& request, absl::Time now);
absl::Status ValidateReplay(const v1::ReplayDeliveriesRequest& request);
// Adds what is wrong with a request but for its page.
void ValidateListDeliveries(const v1::ListDeliveriesRequest& request, Violations& violations);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_DELIVERIES_RULES_VALIDATE_NOTIFICATION_H_
