// What requests of SubscriptionService must fulfil: every violation at once. Thread-safe.
#ifndef WICI_SERVICES_NOTIFICATION_WEBHOOKS_VALIDATE_SUBSCRIPTION_H_
#define WICI_SERVICES_NOTIFICATION_WEBHOOKS_VALIDATE_SUBSCRIPTION_H_

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/violations.h"
#include "services/notification/webhooks/transport/endpoint_url.h"
#include "wici/notification/v1/subscription_service.pb.h"

namespace wici::notification {

inline constexpr std::string_view kSubscriptionPattern = "subscriptions/*";
inline constexpr int kKindPrefixesMax = 20;
inline constexpr std::size_t kKindBytesMax = 64;
inline constexpr absl::Duration kReplaySpanMax = absl::Hours(24 * 14);
inline constexpr int kOverlapHoursDefault = 24;
inline constexpr int kOverlapHoursMax = 168;

// `subscription` as it is to be stored.
void CheckSubscription(const v1::Subscription& subscription, Reach reach, Violations& violations);

absl::Status Validate(const v1::CreateSubscriptionRequest& request, Reach reach);
absl::Status Validate(const v1::RotateSubscriptionSecretRequest& request);
absl::Status Validate(const v1::ReplaySubscriptionRequest& request);
// Of requests that have a name and a request_id only.
absl::Status ValidateNameAndRequestId(std::string_view name, std::string_view request_id);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_WEBHOOKS_VALIDATE_SUBSCRIPTION_H_
