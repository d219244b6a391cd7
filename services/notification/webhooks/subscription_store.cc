#include "services/notification/webhooks/subscription_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/rpc/etag.h"
#include "services/notification/deliveries/ledger_rows.h"
#include "services/notification/deliveries/queries.h"
#include "services/notification/deliveries/rules/ledger.h"
#include "services/notification/deliveries/sql_store.h"
#include "services/notification/errors.h"
#include "services/notification/webhooks/keys/signature.h"
#include "services/notification/webhooks/queries.h"
#include "services/notification/webhooks/sending/fan_out.h"
#include "services/notification/webhooks/subscription_rows.h"
#include "services/notification/webhooks/subscription_sql.h"
#include "services/notification/webhooks/validate_subscription.h"

namespace wici::notification {
namespace {

using sql::Rows;
using sql::Transaction;

// The row, for a change of what has `etag`.
absl::StatusOr<SubscriptionRow> LoadSubscriptionForChange(Transaction& tx, std::string_view name,
                                                          std::string_view etag) {
  WICI_ASSIGN_OR_RETURN(SubscriptionRow row, LoadSubscription(tx, name));
  WICI_RETURN_IF_ERROR(rpc::CheckEtag(kDomain, name, etag, row.revision));
  return row;
}

absl::Status AddSecrets(Transaction& tx, absl::Time now,
                        absl::Span<v1::Subscription* const> subscriptions) {
  std::vector<std::vector<sql::Value>> ids;
  for (const v1::Subscription* item : subscriptions)
    ids.push_back({SubscriptionIdOf(item->name())});
  WICI_ASSIGN_OR_RETURN(auto found, LoadSecrets(tx, ids, now));
  for (v1::Subscription* item : subscriptions) {
    for (SecretRow& row : found[SubscriptionIdOf(item->name())]) {
      *item->add_secrets() = std::move(row.secret);
    }
  }
  return absl::OkStatus();
}

// A change for each delivery of `queued` (id, notification, event, version).
absl::Status AppendReplayed(Transaction& tx, const Rows& queued, feed::Changes& changes) {
  std::vector<StampedDelivery> changed;
  for (const sql::Row& row : queued) changed.push_back({row.Text(1), row.Text(0), row.Int(3)});
  WICI_ASSIGN_OR_RETURN(const auto versions, BumpAndStamp(tx, changed));
  for (const sql::Row& row : queued) {
    const std::string& notification = row.Text(1);
    changes.push_back({.aggregate = NotificationName(notification),
                       .version = versions.at(notification),
                       .kind = "delivery.replayed",
                       .resource = DeliveryName(notification, row.Text(0)),
                       .person = "",
                       .attributes = {{"event", row.Text(2)}}});
  }
  return absl::OkStatus();
}

// The subscription as it is answered after a change.
absl::StatusOr<v1::Subscription> AnsweredSubscription(Transaction& tx, absl::Time now,
                                                      SubscriptionRow& row) {
  v1::Subscription* const subscription = &row.subscription;
  WICI_RETURN_IF_ERROR(AddSecrets(tx, now, {subscription}));
  return std::move(row.subscription);
}

// The same without the address of the contact, as it is kept for a repeated request.
absl::StatusOr<v1::Subscription> KeptSubscription(Transaction& tx, absl::Time now,
                                                  SubscriptionRow& row) {
  WICI_ASSIGN_OR_RETURN(v1::Subscription kept, AnsweredSubscription(tx, now, row));
  kept.clear_contact_email();
  return kept;
}

}  // namespace

absl::Status SubscriptionStore::ShowContact(absl::Time deadline, v1::Subscription& subscription) {
  return database_.Read(deadline, [&](Transaction& tx) -> absl::Status {
    const absl::StatusOr<SubscriptionRow> row = LoadSubscription(tx, subscription.name());
    if (absl::IsNotFound(row.status())) return absl::OkStatus();
    WICI_RETURN_IF_ERROR(row.status());
    subscription.set_contact_email(row->subscription.contact_email());
    return absl::OkStatus();
  });
}

absl::Status SubscriptionStore::InsertSecret(Transaction& tx, v1::SignatureScheme scheme,
                                             const std::string& subscription,
                                             v1::SubscriptionSecret& secret) {
  const absl::Time now = mutation_.clock().Now();
  const std::string id = mutation_.ids().NewId();
  const std::string name = SecretName(subscription, id);
  const WebhookKey key = WebhookKey::Make(scheme, mutation_.ids().NewSecret());
  const std::string sealed = box_.Seal(key.Text(), name, mutation_.ids().NewSecret());
  WICI_RETURN_IF_ERROR(
      tx.Execute(queries::kInsertSecret, {subscription, id, static_cast<std::int64_t>(key.scheme()),
                                          sql::Bytes{sealed}, ToMicros(now)})
          .status());
  secret.set_name(name);
  secret.set_signature_scheme(key.scheme());
  SetTimestamp(now, *secret.mutable_create_time());
  return absl::OkStatus();
}

absl::StatusOr<v1::CreateSubscriptionResponse> SubscriptionStore::Create(
    const feed::Call& call, v1::Subscription subscription) {
  const absl::Time now = mutation_.clock().Now();
  const std::string id = mutation_.ids().NewId();
  auto created = mutation_.Run<v1::CreateSubscriptionResponse>(
      call,
      [&](Transaction& tx,
          feed::Changes& changes) -> absl::StatusOr<v1::CreateSubscriptionResponse> {
        WICI_ASSIGN_OR_RETURN(const Rows counted,
                              tx.Execute(queries::kCountNewSubscription, {kSubscriptionsMax}));
        if (counted.empty()) return SubscriptionLimitReachedError(kSubscriptionsMax);
        v1::CreateSubscriptionResponse response;
        WICI_RETURN_IF_ERROR(
            InsertSecret(tx, subscription.signature_scheme(), id, *response.mutable_secret()));
        subscription.set_signature_scheme(response.secret().signature_scheme());
        WICI_RETURN_IF_ERROR(
            tx.Execute(queries::kInsertSubscription,
                       {id, static_cast<std::int64_t>(v1::Subscription::STATE_ACTIVE),
                        SubscriptionBody(subscription), ToMicros(now)})
                .status());
        WICI_ASSIGN_OR_RETURN(SubscriptionRow row, LoadSubscription(tx, SubscriptionName(id)));
        changes.push_back(SubscriptionChange("subscription.created", row));
        WICI_ASSIGN_OR_RETURN(*response.mutable_subscription(), KeptSubscription(tx, now, row));
        return response;
      });
  if (created.ok()) {
    WICI_RETURN_IF_ERROR(ShowContact(call.deadline, *created->mutable_subscription()));
  }
  return created;
}

absl::StatusOr<v1::Subscription> SubscriptionStore::Get(absl::Time deadline,
                                                        std::string_view name) {
  v1::Subscription found;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(SubscriptionRow row, LoadSubscription(tx, name));
    WICI_ASSIGN_OR_RETURN(found, AnsweredSubscription(tx, mutation_.clock().Now(), row));
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<std::vector<v1::Subscription>> SubscriptionStore::List(absl::Time deadline,
                                                                      std::string_view after,
                                                                      std::int32_t limit) {
  std::vector<v1::Subscription> found;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](Transaction& tx) -> absl::Status {
    found.clear();
    WICI_ASSIGN_OR_RETURN(const Rows rows, tx.Execute(queries::kListSubscriptions, {after, limit}));
    for (const sql::Row& row : rows) found.push_back(ReadSubscription(row).subscription);
    std::vector<v1::Subscription*> items;
    for (v1::Subscription& item : found) items.push_back(&item);
    return AddSecrets(tx, mutation_.clock().Now(), items);
  }));
  return found;
}

absl::StatusOr<v1::Subscription> SubscriptionStore::Update(
    const feed::Call& call, const v1::UpdateSubscriptionRequest& request, Reach reach) {
  const absl::Time now = mutation_.clock().Now();
  const std::string& name = request.subscription().name();
  auto changed = mutation_.Run<v1::Subscription>(
      call, [&](Transaction& tx, feed::Changes& changes) -> absl::StatusOr<v1::Subscription> {
        WICI_ASSIGN_OR_RETURN(SubscriptionRow row,
                              LoadSubscriptionForChange(tx, name, request.subscription().etag()));
        const std::string url_before = row.subscription.url();
        Violations violations;
        rpc::ApplyUpdateMask(
            request.update_mask(), request.subscription(),
            {"title", "url", "kind_prefixes", "event", "contact_email", "contact_language"},
            violations, row.subscription);
        CheckSubscription(row.subscription, reach, violations);
        WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
        if (row.subscription.url() != url_before) row.health = {};
        WICI_RETURN_IF_ERROR(WriteSubscription(tx, "subscription.updated", now, row, changes));
        return KeptSubscription(tx, now, row);
      });
  if (changed.ok()) WICI_RETURN_IF_ERROR(ShowContact(call.deadline, *changed));
  return changed;
}

absl::StatusOr<v1::Subscription> SubscriptionStore::SetState(const feed::Call& call,
                                                             std::string_view name,
                                                             std::string_view etag,
                                                             v1::Subscription::State state) {
  const absl::Time now = mutation_.clock().Now();
  auto changed = mutation_.Run<v1::Subscription>(
      call, [&](Transaction& tx, feed::Changes& changes) -> absl::StatusOr<v1::Subscription> {
        WICI_ASSIGN_OR_RETURN(SubscriptionRow row, LoadSubscriptionForChange(tx, name, etag));
        if (row.subscription.state() == state) return KeptSubscription(tx, now, row);
        const bool resumed = state == v1::Subscription::STATE_ACTIVE;
        row.subscription.set_state(state);
        row.subscription.set_disable_reason(v1::Subscription::DISABLE_REASON_UNSPECIFIED);
        if (resumed) row.health = {};
        WICI_RETURN_IF_ERROR(WriteSubscription(
            tx, resumed ? "subscription.resumed" : "subscription.paused", now, row, changes));
        return KeptSubscription(tx, now, row);
      });
  if (changed.ok()) WICI_RETURN_IF_ERROR(ShowContact(call.deadline, *changed));
  return changed;
}

absl::StatusOr<v1::DeleteSubscriptionResponse> SubscriptionStore::Delete(const feed::Call& call,
                                                                         std::string_view name,
                                                                         std::string_view etag) {
  return mutation_.Run<v1::DeleteSubscriptionResponse>(
      call,
      [&](Transaction& tx,
          feed::Changes& changes) -> absl::StatusOr<v1::DeleteSubscriptionResponse> {
        WICI_ASSIGN_OR_RETURN(SubscriptionRow row, LoadSubscriptionForChange(tx, name, etag));
        WICI_ASSIGN_OR_RETURN(const Rows deleted,
                              tx.Execute(queries::kDeleteSubscription, {row.id, row.revision}));
        if (deleted.empty()) {
          return absl::AbortedError("another change of the subscription was first");
        }
        WICI_RETURN_IF_ERROR(tx.Execute(queries::kDeleteSecrets, {row.id}).status());
        // A mail to its contact that may have arrived.
        WICI_RETURN_IF_ERROR(tx.Execute(queries::kForgetMailsOfPerson, {name}).status());
        WICI_RETURN_IF_ERROR(tx.Execute(queries::kCountDeletedSubscription).status());
        ++row.revision;
        changes.push_back(SubscriptionChange("subscription.deleted", row));
        return v1::DeleteSubscriptionResponse();
      });
}

absl::StatusOr<v1::SubscriptionSecret> SubscriptionStore::Rotate(
    const feed::Call& call, const v1::RotateSubscriptionSecretRequest& request) {
  const absl::Time now = mutation_.clock().Now();
  const int overlap = request.has_overlap_hours() ? request.overlap_hours() : kOverlapHoursDefault;
  return mutation_.Run<v1::SubscriptionSecret>(
      call, [&](Transaction& tx, feed::Changes& changes) -> absl::StatusOr<v1::SubscriptionSecret> {
        WICI_ASSIGN_OR_RETURN(SubscriptionRow row, LoadSubscription(tx, request.name()));
        if (request.signature_scheme() != v1::SIGNATURE_SCHEME_UNSPECIFIED) {
          row.subscription.set_signature_scheme(request.signature_scheme());
        }
        WICI_RETURN_IF_ERROR(tx.Execute(queries::kDeleteOldSecrets, {row.id}).status());
        WICI_RETURN_IF_ERROR(
            tx.Execute(queries::kEndSecret, {row.id, ToMicros(now + absl::Hours(overlap))})
                .status());
        v1::SubscriptionSecret secret;
        WICI_RETURN_IF_ERROR(InsertSecret(tx, row.subscription.signature_scheme(), row.id, secret));
        WICI_RETURN_IF_ERROR(
            WriteSubscription(tx, "subscription.secret_rotated", now, row, changes));
        return secret;
      });
}

absl::Status SubscriptionStore::ShowSecret(absl::Time deadline, v1::SubscriptionSecret& secret) {
  return database_.Read(deadline, [&](Transaction& tx) -> absl::Status {
    const std::string& name = secret.name();
    const std::string subscription = SubscriptionIdOf(name.substr(0, name.rfind("/secrets/")));
    WICI_ASSIGN_OR_RETURN(const Rows rows,
                          tx.SelectMany(queries::kGetSecrets, "", {{subscription}}));
    for (const sql::Row& row : rows) {
      const SecretRow found = ReadSecret(row);
      if (found.secret.name() != name) continue;
      const auto text = box_.Open(found.sealed, name);
      if (!text) return absl::InternalError("the secret was sealed under another key");
      WICI_ASSIGN_OR_RETURN(const WebhookKey key, WebhookKey::FromText(*text));
      secret.set_secret(key.ReceiverText());
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<std::optional<v1::TestSubscriptionResponse>> SubscriptionStore::FindTest(
    const feed::Call& call) {
  std::optional<v1::TestSubscriptionResponse> found;
  if (call.key.request_id.empty()) return found;
  WICI_RETURN_IF_ERROR(database_.Read(call.deadline, [&](Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const auto stored, sql::FindAnswer(tx, kDomain, call.key));
    if (stored) found.emplace().ParseFromString(*stored);
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<v1::TestSubscriptionResponse> SubscriptionStore::KeepTest(
    const feed::Call& call, const v1::TestSubscriptionResponse& response) {
  if (call.key.request_id.empty()) return response;
  return mutation_.Run<v1::TestSubscriptionResponse>(
      call, [&](Transaction&, feed::Changes&) -> absl::StatusOr<v1::TestSubscriptionResponse> {
        return response;
      });
}

absl::StatusOr<v1::ReplaySubscriptionResponse> SubscriptionStore::Replay(
    const feed::Call& call, const v1::ReplaySubscriptionRequest& request) {
  const absl::Time now = mutation_.clock().Now();
  return mutation_.Run<v1::ReplaySubscriptionResponse>(
      call,
      [&](Transaction& tx,
          feed::Changes& changes) -> absl::StatusOr<v1::ReplaySubscriptionResponse> {
        WICI_ASSIGN_OR_RETURN(SubscriptionRow row, LoadSubscription(tx, request.name()));
        if (row.subscription.state() != v1::Subscription::STATE_ACTIVE) {
          return SubscriptionNotActiveError(request.name());
        }
        const sql::Value start =
            std::max(MicrosOf(request.start_time()), ToMicros(now - kReplayableFor));
        const sql::Value end = MicrosOf(request.end_time());
        WICI_ASSIGN_OR_RETURN(const Rows rows,
                              tx.Execute(queries::kReplayableOfSubscription,
                                         {request.name(), start, end, request.failed_only(),
                                          kSubscriptionReplayMax + 1}));
        if (rows.size() > static_cast<std::size_t>(kSubscriptionReplayMax)) {
          return ReplayTooLargeError(request.name(), kSubscriptionReplayMax);
        }
        v1::ReplaySubscriptionResponse response;
        response.set_queued(static_cast<std::int32_t>(rows.size()));
        if (rows.empty()) return response;
        WICI_ASSIGN_OR_RETURN(const Rows queued,
                              tx.Execute(queries::kReplayOfSubscription,
                                         {request.name(), start, end, request.failed_only(),
                                          ToMicros(now), ToMicros(now + kDefaultLifetime)}));
        WICI_RETURN_IF_ERROR(AppendReplayed(tx, queued, changes));
        WICI_RETURN_IF_ERROR(WriteSubscription(tx, "subscription.replayed", now, row, changes));
        changes.back().attributes = {{"queued", absl::StrCat(response.queued())}};
        return response;
      });
}

}  // namespace wici::notification
