#include "services/notification/webhooks/sending/endpoint_store.h"

#include <utility>

#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "services/notification/deliveries/sql_store.h"
#include "services/notification/templates/rules/built_in.h"
#include "services/notification/webhooks/queries.h"
#include "services/notification/webhooks/subscription_sql.h"

namespace wici::notification {

using sql::Rows;
using sql::Transaction;

namespace {

// The mail that tells the contact of a subscription that it was switched off.
NewNotification ToContact(const SubscriptionRow& row, IdSource& ids, absl::Time now) {
  const std::string name = SubscriptionName(row.id);
  NewNotification notification;
  notification.id = ids.NewId();
  notification.template_name = kSubscriptionDisabled;
  notification.cause = name;
  notification.not_before = now;
  notification.expires = now + kDefaultLifetime;
  notification.recipients.push_back({ids.NewId(), name, name});
  return notification;
}

}  // namespace

absl::StatusOr<std::vector<v1::Subscription>> EndpointStore::ListActive(absl::Time deadline) {
  std::vector<v1::Subscription> found;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](Transaction& tx) -> absl::Status {
    found.clear();
    WICI_ASSIGN_OR_RETURN(const Rows rows,
                          tx.Execute(queries::kListActiveSubscriptions, {kSubscriptionsMax}));
    for (const sql::Row& row : rows) found.push_back(ReadSubscription(row).subscription);
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<std::map<std::string, Endpoint>> EndpointStore::GetEndpoints(
    absl::Time deadline, const std::vector<std::string>& subscriptions, absl::Time now) {
  std::map<std::string, Endpoint> found;
  if (subscriptions.empty()) return found;
  std::vector<std::vector<sql::Value>> ids;
  for (const std::string& id : subscriptions) ids.push_back({id});
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](Transaction& tx) -> absl::Status {
    found.clear();
    WICI_ASSIGN_OR_RETURN(const Rows rows, tx.SelectMany(queries::kGetSubscriptions, "", ids));
    WICI_ASSIGN_OR_RETURN(auto secrets, LoadSecrets(tx, ids, now));
    for (const sql::Row& item : rows) {
      SubscriptionRow row = ReadSubscription(item);
      Endpoint& endpoint = found[row.id];
      endpoint = {std::move(row.subscription), row.health, {}};
      for (const SecretRow& secret : secrets[row.id]) {
        const auto text = box_.Open(secret.sealed, secret.secret.name());
        if (!text) {
          Log(LogLevel::kError, "webhook_secret_not_opened", {{"secret", secret.secret.name()}});
          continue;
        }
        WICI_ASSIGN_OR_RETURN(WebhookKey key, WebhookKey::FromText(*text));
        endpoint.keys.push_back(std::move(key));
      }
    }
    return absl::OkStatus();
  }));
  return found;
}

absl::Status EndpointStore::Report(absl::Time deadline, const std::string& subscription,
                                   const std::string& url, const EndpointAnswer& answer) {
  const absl::Time now = mutation_.clock().Now();
  const auto reported = mutation_.Run<v1::Subscription>(
      {{}, deadline},
      [&](Transaction& tx, feed::Changes& changes) -> absl::StatusOr<v1::Subscription> {
        WICI_ASSIGN_OR_RETURN(SubscriptionRow row,
                              LoadSubscription(tx, SubscriptionName(subscription)));
        if (row.subscription.url() != url) return row.subscription;
        row.health = NextHealth(row.health, answer, now);
        const auto reason = WhyDisable(row.health, answer, now);
        const bool active = row.subscription.state() == v1::Subscription::STATE_ACTIVE;
        if (!active || reason == v1::Subscription::DISABLE_REASON_UNSPECIFIED) {
          WICI_RETURN_IF_ERROR(tx.Execute(queries::kUpdateEndpointHealth,
                                          {row.id, MicrosOrNull(row.health.failing_since),
                                           MicrosOrNull(row.health.resting_until)})
                                   .status());
          return row.subscription;
        }
        row.subscription.set_state(v1::Subscription::STATE_DISABLED);
        row.subscription.set_disable_reason(reason);
        WICI_RETURN_IF_ERROR(WriteSubscription(tx, "subscription.disabled", now, row, changes));
        changes.back().attributes = {
            {"reason", reason == v1::Subscription::DISABLE_REASON_GONE ? "gone" : "failing"}};
        if (!row.subscription.contact_email().empty()) {
          WICI_RETURN_IF_ERROR(
              AddNotifications(tx, {ToContact(row, mutation_.ids(), now)}, changes, now));
        }
        return row.subscription;
      });
  return absl::IsNotFound(reported.status()) ? absl::OkStatus() : reported.status();
}

}  // namespace wici::notification
