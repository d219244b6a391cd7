// Reading and writing subscriptions within a transaction.
#ifndef WICI_SERVICES_NOTIFICATION_WEBHOOKS_SUBSCRIPTION_SQL_H_
#define WICI_SERVICES_NOTIFICATION_WEBHOOKS_SUBSCRIPTION_SQL_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/feed/mutation.h"
#include "libs/sql/database.h"
#include "services/notification/webhooks/subscription_rows.h"

namespace wici::notification {

// SUBSCRIPTION_NOT_FOUND.
absl::StatusOr<SubscriptionRow> LoadSubscription(sql::Transaction& tx, std::string_view name);

feed::Change SubscriptionChange(std::string_view kind, const SubscriptionRow& row);

// Writes the row under its next revision, with a change of `kind`. ABORTED when another change was
// first.
absl::Status WriteSubscription(sql::Transaction& tx, std::string_view kind, absl::Time now,
                               SubscriptionRow& row, feed::Changes& changes);

// The secrets of these subscriptions that sign at `now`, the newest first, by subscription id.
absl::StatusOr<std::map<std::string, std::vector<SecretRow>>> LoadSecrets(
    sql::Transaction& tx, const std::vector<std::vector<sql::Value>>& subscriptions,
    absl::Time now);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_WEBHOOKS_SUBSCRIPTION_SQL_H_
