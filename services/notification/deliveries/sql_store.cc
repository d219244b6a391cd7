#include "services/notification/deliveries/sql_store.h"

#include <utility>

#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"
#include "libs/rpc/etag.h"
#include "services/notification/deliveries/ledger_rows.h"
#include "services/notification/deliveries/queries.h"
#include "services/notification/digests/digest_items.h"
#include "services/notification/errors.h"
#include "services/notification/webhooks/queries.h"
#include "services/notification/webhooks/subscription_rows.h"

namespace wici::notification {
namespace {

using sql::Row;
using sql::Rows;
using sql::Transaction;
using sql::Value;

// Greater than every id.
constexpr std::string_view kAfterAllIds = "~";

// Rows of a statement: a message to very many people is written without a second copy of all.
constexpr std::size_t kInsertRowsMax = 1000;

absl::StatusOr<v1::Notification> FindNotification(Transaction& tx, std::string_view name) {
  WICI_ASSIGN_OR_RETURN(const Rows rows, tx.Execute(queries::kGetNotification, {IdOf(name)}));
  if (rows.empty()) return NotificationNotFoundError(name);
  return ReadNotification(rows[0]);
}

// NOTIFICATION_NOT_FOUND.
absl::StatusOr<Rows> FindDeliveries(Transaction& tx, const DeliveryFilter& filter,
                                    std::string_view after, std::int32_t limit) {
  const auto state = static_cast<std::int64_t>(filter.state);
  const auto reason = static_cast<std::int64_t>(filter.reason);
  const std::int64_t changed_after = ToMicros(filter.changed_after);
  const std::string& id = filter.notification_id;
  if (id.empty()) {
    const NameRange parts = filter.event.empty() ? NameRange() : Below(filter.event);
    return tx.Execute(queries::kListDeadDeliveries,
                      {parts.from, state, after, limit, filter.event, reason, filter.last_code,
                       changed_after, parts.until});
  }
  WICI_RETURN_IF_ERROR(FindNotification(tx, NotificationName(id)).status());
  return tx.Execute(queries::kListDeliveries, {id, state, after, limit, filter.event, reason,
                                               filter.last_code, changed_after});
}

// DELIVERY_NOT_FOUND.
absl::StatusOr<v1::Delivery> FindDelivery(Transaction& tx, std::string_view name) {
  const std::string_view notification = name.substr(0, name.find("/deliveries/"));
  WICI_ASSIGN_OR_RETURN(const Rows rows,
                        tx.Execute(queries::kGetDelivery, {IdOf(notification), IdOf(name)}));
  if (rows.empty()) return DeliveryNotFoundError(name);
  std::vector<v1::Delivery> found = {ReadDelivery(rows[0])};
  WICI_RETURN_IF_ERROR(ShowCloseTimes(tx, found));
  return found[0];
}

// "events/e" of "events/e", "events/e/sessions/s" and "events/e/meetings/m".
std::string RootEvent(const std::string& event) {
  return event.substr(0, event.find('/', event.find('/') + 1));
}

absl::StatusOr<v1::Notification> Cancel(Transaction& tx, std::string_view name,
                                        std::string_view etag, std::string_view transaction_id,
                                        absl::Time now) {
  WICI_ASSIGN_OR_RETURN(const Rows found, tx.Execute(queries::kGetNotification, {IdOf(name)}));
  if (found.empty()) return NotificationNotFoundError(name);
  const v1::Notification before = ReadNotification(found[0]);
  WICI_RETURN_IF_ERROR(rpc::CheckEtag(kDomain, name, etag, found[0].Int(1)));
  if (before.state() == v1::Notification::STATE_CANCELLED) return before;
  if (before.state() == v1::Notification::STATE_COMPLETED) return NotificationCompletedError(name);
  WICI_ASSIGN_OR_RETURN(const auto versions, StopNotifications(tx, {IdOf(name)}, now));
  const feed::Change change{.aggregate = std::string(name),
                            .version = versions.at(IdOf(name)),
                            .kind = "notification.cancelled",
                            .resource = std::string(name),
                            .person = "",
                            .attributes = {{"event", before.event()}}};
  WICI_RETURN_IF_ERROR(feed::AppendChanges(tx, transaction_id, {change}, now));
  return FindNotification(tx, name);
}

}  // namespace

absl::Status AddNotifications(Transaction& tx, absl::Span<const NewNotification> notifications,
                              std::vector<feed::Change>& changes, absl::Time now) {
  std::vector<std::vector<Value>> notification_rows;
  for (const NewNotification& n : notifications) {
    notification_rows.push_back(
        {n.id, 1, 1, n.template_name, n.event, RootEvent(n.event),
         static_cast<std::int64_t>(n.channel), static_cast<std::int64_t>(n.unknown_policy), n.cause,
         false, ToMicros(n.not_before), ToMicros(n.expires), ToMicros(now), ToMicros(now)});
    changes.push_back(feed::Change{
        .aggregate = NotificationName(n.id),
        .version = 1,
        .kind = "notification.accepted",
        .resource = NotificationName(n.id),
        .person = "",
        .attributes = {{"event", n.event}, {"template", n.template_name}, {"cause", n.cause}}});
  }
  if (notification_rows.empty()) return absl::OkStatus();
  WICI_RETURN_IF_ERROR(
      tx.InsertMany(queries::kInsertNotifications, "", notification_rows).status());
  std::vector<std::vector<Value>> delivery_rows;
  for (const NewNotification& n : notifications) {
    for (const NewNotification::Recipient& recipient : n.recipients) {
      delivery_rows.push_back(DeliveryRow(n, recipient, now));
      if (delivery_rows.size() < kInsertRowsMax) continue;
      WICI_RETURN_IF_ERROR(tx.InsertMany(queries::kInsertDeliveries, "", delivery_rows).status());
      delivery_rows.clear();
    }
  }
  return tx.InsertMany(queries::kInsertDeliveries, "", delivery_rows).status();
}

absl::Status RecordNotifications(Transaction& tx, absl::Span<const NewNotification> notifications,
                                 std::string_view transaction_id, absl::Time now) {
  if (notifications.empty()) return absl::OkStatus();
  std::vector<feed::Change> changes;
  WICI_RETURN_IF_ERROR(AddNotifications(tx, notifications, changes, now));
  return feed::AppendChanges(tx, transaction_id, changes, now);
}

absl::StatusOr<std::map<std::string, std::int64_t>> StopNotifications(
    Transaction& tx, const std::set<std::string>& ids, absl::Time now) {
  std::vector<std::vector<Value>> keys;
  std::vector<std::vector<Value>> at;
  for (const std::string& id : ids) {
    keys.push_back({id});
    at.push_back({id, ToMicros(now)});
  }
  WICI_ASSIGN_OR_RETURN(const Rows rows, tx.ExecuteMany(queries::kCancelNotification, at));
  std::map<std::string, std::int64_t> versions;
  std::vector<std::vector<Value>> open;
  for (const Row& row : rows) {
    versions[row.Text(0)] = row.Int(1);
    open.push_back({row.Text(0), ToMicros(now), row.Int(1)});
  }
  WICI_RETURN_IF_ERROR(tx.ExecuteMany(queries::kCancelOpenDeliveries, open).status());
  WICI_RETURN_IF_ERROR(tx.ExecuteMany(queries::kForgetMailsOfNotification, keys).status());
  WICI_RETURN_IF_ERROR(tx.ExecuteMany(queries::kMarkSendingDeliveries, keys).status());
  return versions;
}

SqlStore::SqlStore(sql::Database& database, IdSource& ids, std::vector<SendCheck*> checks,
                   sql::CommitterOptions options, feed::Also also)
    : database_(database),
      ids_(ids),
      checks_(std::move(checks)),
      also_(std::move(also)),
      outcomes_("delivery_results", database, machine_, options,
                [this](Transaction& tx, absl::Span<Outcome* const> outcomes) {
                  return ApplyOutcomes(tx, outcomes);
                }) {}

absl::StatusOr<v1::Notification> SqlStore::GetNotification(absl::Time deadline,
                                                           std::string_view name) {
  v1::Notification found;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(found, FindNotification(tx, name));
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<std::vector<v1::Notification>> SqlStore::ListNotifications(
    absl::Time deadline, std::string_view event, std::string_view template_name,
    std::string_view before, std::int32_t limit) {
  std::vector<v1::Notification> found;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](Transaction& tx) -> absl::Status {
    found.clear();
    WICI_ASSIGN_OR_RETURN(
        const Rows rows,
        tx.Execute(queries::kListNotifications,
                   {event, template_name, before.empty() ? kAfterAllIds : before, limit}));
    for (const Row& row : rows) found.push_back(ReadNotification(row));
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<std::vector<v1::Delivery>> SqlStore::ListDeliveries(absl::Time deadline,
                                                                   const DeliveryFilter& filter,
                                                                   std::string_view after,
                                                                   std::int32_t limit) {
  std::vector<v1::Delivery> found;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](Transaction& tx) -> absl::Status {
    found.clear();
    WICI_ASSIGN_OR_RETURN(const Rows rows, FindDeliveries(tx, filter, after, limit));
    for (const Row& row : rows) found.push_back(ReadDelivery(row));
    return ShowCloseTimes(tx, found);
  }));
  return found;
}

absl::StatusOr<v1::Delivery> SqlStore::GetDelivery(absl::Time deadline, std::string_view name) {
  v1::Delivery found;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(found, FindDelivery(tx, name));
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<std::vector<v1::Attempt>> SqlStore::ListAttempts(absl::Time deadline,
                                                                std::string_view delivery,
                                                                std::int32_t after,
                                                                std::int32_t limit) {
  std::vector<v1::Attempt> found;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](Transaction& tx) -> absl::Status {
    found.clear();
    WICI_RETURN_IF_ERROR(FindDelivery(tx, delivery).status());
    WICI_ASSIGN_OR_RETURN(const Rows rows,
                          tx.Execute(queries::kListAttempts, {IdOf(delivery), after, limit}));
    for (const Row& row : rows) found.push_back(ReadAttempt(delivery, row));
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<v1::Notification> SqlStore::CancelNotification(absl::Time deadline,
                                                              const sql::IdempotencyKey& key,
                                                              std::string_view name,
                                                              std::string_view etag,
                                                              absl::Time now) {
  v1::Notification answer;
  const std::string transaction_id = ids_.NewId();
  WICI_RETURN_IF_ERROR(database_.Write(deadline, [&](Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const auto stored, sql::FindAnswer(tx, kDomain, key));
    if (stored) {
      answer.ParseFromString(*stored);
      return absl::OkStatus();
    }
    WICI_ASSIGN_OR_RETURN(answer, Cancel(tx, name, etag, transaction_id, now));
    return sql::StoreAnswers(tx, {{key, answer.SerializeAsString()}}, now);
  }));
  return answer;
}

absl::StatusOr<std::map<std::string, TemplateTexts>> SqlStore::GetTemplateTexts(
    absl::Time deadline, const std::set<std::string>& version_names) {
  std::map<std::string, TemplateTexts> found;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(found, FindTemplateTexts(tx, version_names));
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<std::map<std::string, v1::Subscription>> SqlStore::GetSubscriptions(
    absl::Time deadline, const std::set<std::string>& names) {
  std::vector<std::vector<Value>> ids;
  for (const std::string& name : names) ids.push_back({SubscriptionIdOf(name)});
  std::map<std::string, v1::Subscription> found;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](Transaction& tx) -> absl::Status {
    found.clear();
    WICI_ASSIGN_OR_RETURN(const Rows rows, tx.SelectMany(queries::kGetSubscriptions, "", ids));
    for (const Row& row : rows) {
      v1::Subscription subscription = ReadSubscription(row).subscription;
      found[subscription.name()] = std::move(subscription);
    }
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<std::map<std::string, std::int64_t>> BumpNotifications(
    Transaction& tx, const std::set<std::string>& ids) {
  std::vector<std::vector<Value>> keys;
  for (const std::string& id : ids) keys.push_back({id});
  WICI_ASSIGN_OR_RETURN(const Rows rows, tx.UpdateMany(queries::kBumpNotification,
                                                       queries::kBumpNotificationSuffix, keys));
  std::map<std::string, std::int64_t> versions;
  for (const Row& row : rows) versions[row.Text(0)] = row.Int(1);
  return versions;
}

absl::StatusOr<std::map<std::string, std::int64_t>> BumpAndStamp(
    Transaction& tx, absl::Span<const StampedDelivery> deliveries) {
  std::set<std::string> ids;
  for (const StampedDelivery& delivery : deliveries) ids.insert(delivery.notification_id);
  WICI_ASSIGN_OR_RETURN(const auto versions, BumpNotifications(tx, ids));
  std::vector<std::vector<Value>> others;
  for (const StampedDelivery& delivery : deliveries) {
    const std::int64_t version = versions.at(delivery.notification_id);
    if (version != delivery.version) others.push_back({delivery.id, version});
  }
  WICI_RETURN_IF_ERROR(
      tx.UpdateMany(queries::kStampDelivery, queries::kStampDeliverySuffix, others).status());
  return versions;
}

absl::Status EndCollected(Transaction& tx, absl::Span<const Collected> deliveries,
                          const Settlement& settlement, std::vector<feed::Change>& changes,
                          absl::Time now) {
  std::set<std::string> notifications;
  for (const Collected& item : deliveries) notifications.insert(item.notification_id);
  WICI_ASSIGN_OR_RETURN(const auto versions, BumpNotifications(tx, notifications));
  std::vector<std::vector<Value>> ended;
  for (const Collected& item : deliveries) {
    const std::int64_t version = versions.at(item.notification_id);
    ended.push_back({item.delivery_id, static_cast<std::int64_t>(settlement.state),
                     static_cast<std::int64_t>(settlement.reason), ToMicros(now), version});
    changes.push_back({.aggregate = NotificationName(item.notification_id),
                       .version = version,
                       .kind = std::string(ChangeKind(settlement.state)),
                       .resource = DeliveryName(item.notification_id, item.delivery_id),
                       .person = item.person,
                       .attributes = {{"event", item.event}}});
  }
  return tx.ExecuteMany(queries::kEndCollected, ended).status();
}

absl::StatusOr<std::map<std::string, std::vector<ClaimedDelivery>>> SqlStore::GetDigestItems(
    absl::Time deadline, const std::set<std::string>& pages) {
  std::map<std::string, std::vector<ClaimedDelivery>> found;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(found, FindDigestItems(tx, pages));
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<std::vector<std::string>> SqlStore::ListKeptMails(absl::Time deadline,
                                                                 std::string_view person,
                                                                 std::int32_t limit) {
  std::vector<std::string> mails;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const Rows rows,
                          tx.Execute(queries::kListMailsOfPerson, {person, limit}));
    mails.clear();
    for (const Row& row : rows) mails.push_back(row.Blob(0));
    return absl::OkStatus();
  }));
  return mails;
}

}  // namespace wici::notification
