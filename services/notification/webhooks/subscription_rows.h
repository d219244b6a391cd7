// Rows of subscriptions and secrets as what they stand for, and back. Pure; any thread.
#ifndef WICI_SERVICES_NOTIFICATION_WEBHOOKS_SUBSCRIPTION_ROWS_H_
#define WICI_SERVICES_NOTIFICATION_WEBHOOKS_SUBSCRIPTION_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "services/notification/webhooks/rules/endpoint_health.h"
#include "wici/notification/v1/subscription.pb.h"

namespace wici::notification {

// How many subscriptions there may be.
inline constexpr std::int32_t kSubscriptionsMax = 1000;

std::string SubscriptionName(std::string_view id);
// The id in a subscription's name.
std::string SubscriptionIdOf(std::string_view name);
std::string SecretName(std::string_view subscription_id, std::string_view id);

struct SubscriptionRow {
  std::string id;
  std::int64_t revision = 0;
  EndpointHealth health;
  v1::Subscription subscription;  // all but `secrets`
};

struct SecretRow {
  std::string subscription_id;
  std::string sealed;
  std::optional<absl::Time> expires;
  v1::SubscriptionSecret secret;  // all but `secret`
};

// The columns of kListSubscriptions and the like.
SubscriptionRow ReadSubscription(const sql::Row& row);
// The columns of kGetSecrets.
SecretRow ReadSecret(const sql::Row& row);

// The column `body`.
sql::Bytes SubscriptionBody(const v1::Subscription& subscription);
// The values of kUpdateSubscription for the row as it shall be, whose revision is still the old
// one.
std::vector<sql::Value> UpdatedSubscription(const SubscriptionRow& row, absl::Time now);
// Columns of an instant that may be absent.
sql::Value MicrosOrNull(const std::optional<absl::Time>& time);

// Shows in the message what the row knows of the endpoint.
void SetHealth(const EndpointHealth& health, v1::Subscription& subscription);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_WEBHOOKS_SUBSCRIPTION_ROWS_H_
