#include "services/notification/webhooks/subscription_rows.h"

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/log.h"
#include "libs/base/timestamp.h"
#include "libs/rpc/etag.h"

namespace wici::notification {
namespace {

std::optional<absl::Time> OptionalTimeOf(const sql::Row& row, std::size_t column) {
  if (row.IsNull(column)) return std::nullopt;
  return FromMicros(row.Int(column));
}

}  // namespace

std::string SubscriptionName(std::string_view id) {
  return absl::StrCat("subscriptions/", std::string(id));
}

std::string SubscriptionIdOf(std::string_view name) {
  return std::string(name.substr(name.rfind('/') + 1));
}

std::string SecretName(std::string_view subscription_id, std::string_view id) {
  return absl::StrCat(SubscriptionName(subscription_id), "/secrets/", std::string(id));
}

SubscriptionRow ReadSubscription(const sql::Row& row) {
  SubscriptionRow result;
  result.id = row.Text(0);
  result.revision = row.Int(1);
  result.health = {OptionalTimeOf(row, 4), OptionalTimeOf(row, 5)};
  v1::Subscription& subscription = result.subscription;
  WICI_CHECK(subscription.ParseFromString(row.Blob(6)));
  subscription.set_name(SubscriptionName(result.id));
  subscription.set_etag(rpc::MakeEtag(result.revision));
  subscription.set_state(static_cast<v1::Subscription::State>(row.Int(2)));
  subscription.set_disable_reason(static_cast<v1::Subscription::DisableReason>(row.Int(3)));
  SetHealth(result.health, subscription);
  SetTimestamp(FromMicros(row.Int(7)), *subscription.mutable_create_time());
  SetTimestamp(FromMicros(row.Int(8)), *subscription.mutable_update_time());
  return result;
}

SecretRow ReadSecret(const sql::Row& row) {
  SecretRow result;
  result.subscription_id = row.Text(0);
  result.sealed = row.Blob(3);
  result.expires = OptionalTimeOf(row, 5);
  v1::SubscriptionSecret& secret = result.secret;
  secret.set_name(SecretName(row.Text(0), row.Text(1)));
  secret.set_signature_scheme(static_cast<v1::SignatureScheme>(row.Int(2)));
  SetTimestamp(FromMicros(row.Int(4)), *secret.mutable_create_time());
  if (result.expires) SetTimestamp(*result.expires, *secret.mutable_expire_time());
  return result;
}

sql::Bytes SubscriptionBody(const v1::Subscription& subscription) {
  v1::Subscription body;
  body.set_title(subscription.title());
  body.set_url(subscription.url());
  *body.mutable_kind_prefixes() = subscription.kind_prefixes();
  body.set_event(subscription.event());
  body.set_signature_scheme(subscription.signature_scheme());
  body.set_contact_email(subscription.contact_email());
  body.set_contact_language(subscription.contact_language());
  return sql::Bytes{body.SerializeAsString()};
}

std::vector<sql::Value> UpdatedSubscription(const SubscriptionRow& row, absl::Time now) {
  return {row.id,
          row.revision,
          static_cast<std::int64_t>(row.subscription.state()),
          static_cast<std::int64_t>(row.subscription.disable_reason()),
          MicrosOrNull(row.health.failing_since),
          MicrosOrNull(row.health.resting_until),
          SubscriptionBody(row.subscription),
          ToMicros(now)};
}

sql::Value MicrosOrNull(const std::optional<absl::Time>& time) {
  return time ? sql::Value(ToMicros(*time)) : sql::Value(nullptr);
}

void SetHealth(const EndpointHealth& health, v1::Subscription& subscription) {
  subscription.clear_failing_since();
  subscription.clear_rest_end_time();
  if (health.failing_since) {
    SetTimestamp(*health.failing_since, *subscription.mutable_failing_since());
  }
  if (health.resting_until) {
    SetTimestamp(*health.resting_until, *subscription.mutable_rest_end_time());
  }
}

}  // namespace wici::notification
