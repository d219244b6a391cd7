// What is wrong with requests: every violation at once. Pure.
#ifndef WICI_SERVICES_NOTIFICATION_DELIVERIES_RULES_VALIDATE_NOTIFICATION_H_
#define WICI_SERVICES_NOTIFICATION_DELIVERIES_RULES_VALIDATE_NOTIFICATION_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "wici/notification/v1/notification_service.pb.h"

namespace wici::notification {

inline constexpr int kPersonsMax = 1000;
// How far ahead a notification may be scheduled, and how long it may live after that.
inline constexpr absl::Duration kScheduleMax = absl::Hours(24 * 366);
inline constexpr absl::Duration kLifetimeMax = absl::Hours(24 * 31);

absl::Status ValidateSendNotification(const v1::SendNotificationRequest& request, absl::Time now);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_DELIVERIES_RULES_VALIDATE_NOTIFICATION_H_
