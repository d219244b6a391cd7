#include "services/notification/webhooks/subscription_sql.h"

#include <algorithm>
#include <utility>

#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/rpc/etag.h"
#include "services/notification/errors.h"
#include "services/notification/webhooks/queries.h"

namespace wici::notification {

using sql::Rows;
using sql::Transaction;

absl::StatusOr<SubscriptionRow> LoadSubscription(Transaction& tx, std::string_view name) {
  WICI_ASSIGN_OR_RETURN(const Rows rows,
                        tx.SelectMany(queries::kGetSubscriptions, "", {{SubscriptionIdOf(name)}}));
  if (rows.empty()) return SubscriptionNotFoundError(name);
  return ReadSubscription(rows[0]);
}

feed::Change SubscriptionChange(std::string_view kind, const SubscriptionRow& row) {
  const std::string name = SubscriptionName(row.id);
  return {name, row.revision, std::string(kind), name, "", {}};
}

absl::Status WriteSubscription(Transaction& tx, std::string_view kind, absl::Time now,
                               SubscriptionRow& row, feed::Changes& changes) {
  WICI_ASSIGN_OR_RETURN(const Rows rows,
                        tx.Execute(queries::kUpdateSubscription, UpdatedSubscription(row, now)));
  if (rows.empty()) return absl::AbortedError("another change of the subscription was first");
  ++row.revision;
  row.subscription.set_etag(rpc::MakeEtag(row.revision));
  SetHealth(row.health, row.subscription);
  SetTimestamp(now, *row.subscription.mutable_update_time());
  changes.push_back(SubscriptionChange(kind, row));
  return absl::OkStatus();
}

absl::StatusOr<std::map<std::string, std::vector<SecretRow>>> LoadSecrets(
    Transaction& tx, const std::vector<std::vector<sql::Value>>& subscriptions, absl::Time now) {
  std::map<std::string, std::vector<SecretRow>> found;
  if (subscriptions.empty()) return found;
  WICI_ASSIGN_OR_RETURN(const Rows rows, tx.SelectMany(queries::kGetSecrets, "", subscriptions));
  for (const sql::Row& row : rows) {
    SecretRow secret = ReadSecret(row);
    if (secret.expires && *secret.expires <= now) continue;
    found[secret.subscription_id].push_back(std::move(secret));
  }
  for (auto& [id, secrets] : found) {
    std::sort(secrets.begin(), secrets.end(), [](const SecretRow& a, const SecretRow& b) {
      return a.secret.name() > b.secret.name();  // ids are in the order of their making
    });
  }
  return found;
}

}  // namespace wici::notification
