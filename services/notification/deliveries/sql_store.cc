#include "services/notification/deliveries/sql_store.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"
#include "libs/rpc/etag.h"
#include "services/notification/deliveries/ledger_rows.h"
#include "services/notification/deliveries/queries.h"
#include "services/notification/errors.h"

namespace wici::notification {
namespace {

using sql::Row;
using sql::Rows;
using sql::Transaction;
using sql::Value;

// Greater than every id.
constexpr std::string_view kAfterAllIds = "~";

using EventAndPerson = std::pair<std::string, std::string>;

// The SEQUENCE for each delivery id. One statement cannot count the same (event, person) twice, so
// repetitions go into further ones.
absl::StatusOr<std::map<std::string, std::int64_t>> TakeSequences(
    Transaction& tx, absl::Span<const NewNotification> notifications) {
  std::vector<std::map<EventAndPerson, std::string>> waves;
  std::map<EventAndPerson, std::size_t> uses;
  for (const NewNotification& n : notifications) {
    if (n.calendar_method == v1::CALENDAR_METHOD_UNSPECIFIED || n.calendar_sequence) continue;
    for (const NewNotification::Recipient& recipient : n.recipients) {
      EventAndPerson key{n.event, recipient.person};
      const std::size_t wave = uses[key]++;
      if (wave == waves.size()) waves.emplace_back();
      waves[wave].emplace(std::move(key), recipient.delivery_id);
    }
  }
  std::map<std::string, std::int64_t> sequences;
  for (const auto& wave : waves) {
    std::vector<std::vector<Value>> rows;
    for (const auto& [key, delivery] : wave) rows.push_back({key.first, key.second, 0});
    WICI_ASSIGN_OR_RETURN(const Rows taken, tx.InsertMany(queries::kTakeSequences,
                                                          queries::kTakeSequencesSuffix, rows));
    for (const Row& row : taken) {
      sequences[wave.at({row.Text(0), row.Text(1)})] = row.Int(2);
    }
  }
  return sequences;
}

absl::StatusOr<v1::Notification> FindNotification(Transaction& tx, std::string_view name) {
  WICI_ASSIGN_OR_RETURN(const Rows rows, tx.Execute(queries::kGetNotification, {IdOf(name)}));
  if (rows.empty()) return NotificationNotFoundError(name);
  return ReadNotification(rows[0]);
}

absl::Status RecordAttempt(Transaction& tx, const AttemptRecord& record, absl::Time now,
                           bool& settled) {
  const AttemptResult& result = record.result;
  const Settlement& settlement = record.settlement;
  const bool fails = settlement.state == v1::DELIVERY_STATE_DEFERRED && !result.common_cause;
  WICI_RETURN_IF_ERROR(
      tx.Execute(queries::kEndAttempt,
                 {record.delivery.id, record.delivery.attempt, ToMicros(record.ended),
                  static_cast<std::int64_t>(result.outcome), result.code, result.enhanced_code})
          .status());
  WICI_ASSIGN_OR_RETURN(
      const Rows rows,
      tx.Execute(
          queries::kSettleDelivery,
          {record.delivery.id, record.delivery.fence, static_cast<std::int64_t>(settlement.state),
           static_cast<std::int64_t>(settlement.reason),
           settlement.next_attempt ? Value(ToMicros(*settlement.next_attempt)) : Value(nullptr),
           static_cast<std::int64_t>(result.outcome), result.code, result.enhanced_code,
           ToMicros(now), fails ? 1 : 0}));
  settled = !rows.empty();
  return absl::OkStatus();
}

// Deletes the mails of settled attempts, but for those that may have arrived and come again.
absl::Status ForgetMails(Transaction& tx,
                         const std::map<std::string, std::vector<const AttemptRecord*>>& settled) {
  std::vector<std::vector<Value>> ended;
  std::vector<std::vector<Value>> deferred;
  for (const auto& [notification, records] : settled) {
    for (const AttemptRecord* record : records) {
      const bool comes_again = record->settlement.state == v1::DELIVERY_STATE_DEFERRED;
      (comes_again ? deferred : ended).push_back({record->delivery.id});
    }
  }
  WICI_RETURN_IF_ERROR(tx.SelectMany(queries::kForgetMails, "", ended).status());
  return tx.SelectMany(queries::kForgetMailsNotInDoubt, "", deferred).status();
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
  const std::string id = IdOf(name);
  WICI_ASSIGN_OR_RETURN(const Rows rows,
                        tx.Execute(queries::kCancelNotification, {id, ToMicros(now)}));
  WICI_RETURN_IF_ERROR(tx.Execute(queries::kCancelOpenDeliveries, {id, ToMicros(now)}).status());
  WICI_RETURN_IF_ERROR(tx.Execute(queries::kForgetMailsOfNotification, {id}).status());
  WICI_RETURN_IF_ERROR(tx.Execute(queries::kMarkSendingDeliveries, {id}).status());
  const feed::Change change{.aggregate = std::string(name),
                            .version = rows[0].Int(0),
                            .kind = "notification.cancelled",
                            .resource = std::string(name),
                            .person = "",
                            .attributes = {{"event", before.event()}}};
  WICI_RETURN_IF_ERROR(feed::AppendChanges(tx, transaction_id, {change}, now));
  return FindNotification(tx, name);
}

}  // namespace

absl::Status RecordNotifications(Transaction& tx, absl::Span<const NewNotification> notifications,
                                 std::string_view transaction_id, absl::Time now) {
  WICI_ASSIGN_OR_RETURN(const auto sequences, TakeSequences(tx, notifications));
  std::vector<std::vector<Value>> notification_rows;
  std::vector<std::vector<Value>> delivery_rows;
  std::vector<feed::Change> changes;
  for (const NewNotification& n : notifications) {
    notification_rows.push_back(
        {n.id, 1, 1, n.template_name, n.event, static_cast<std::int64_t>(n.channel),
         static_cast<std::int64_t>(n.unknown_policy), n.cause, false, ToMicros(n.not_before),
         ToMicros(n.expires), ToMicros(now), ToMicros(now)});
    for (const NewNotification::Recipient& recipient : n.recipients) {
      const auto sequence = sequences.find(recipient.delivery_id);
      delivery_rows.push_back(DeliveryRow(
          n, recipient,
          sequence == sequences.end() ? n.calendar_sequence.value_or(0) : sequence->second, now));
    }
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
  WICI_RETURN_IF_ERROR(tx.InsertMany(queries::kInsertDeliveries, "", delivery_rows).status());
  return feed::AppendChanges(tx, transaction_id, changes, now);
}

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
                                                                   std::string_view parent,
                                                                   v1::DeliveryState state,
                                                                   std::string_view after,
                                                                   std::int32_t limit) {
  std::vector<v1::Delivery> found;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](Transaction& tx) -> absl::Status {
    found.clear();
    WICI_RETURN_IF_ERROR(FindNotification(tx, parent).status());
    WICI_ASSIGN_OR_RETURN(
        const Rows rows,
        tx.Execute(queries::kListDeliveries,
                   {IdOf(parent), static_cast<std::int64_t>(state), after, limit}));
    for (const Row& row : rows) found.push_back(ReadDelivery(row));
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

absl::StatusOr<std::vector<ClaimedDelivery>> SqlStore::ClaimDeliveries(absl::Time deadline,
                                                                       std::string_view owner,
                                                                       absl::Duration lease,
                                                                       std::int32_t limit,
                                                                       absl::Time now) {
  std::vector<ClaimedDelivery> claimed;
  WICI_RETURN_IF_ERROR(database_.Write(deadline, [&](Transaction& tx) -> absl::Status {
    claimed.clear();
    WICI_ASSIGN_OR_RETURN(const Rows rows,
                          tx.Execute(queries::kClaimDeliveries,
                                     {owner, ToMicros(now + lease), ToMicros(now), limit}));
    std::vector<std::vector<Value>> attempts;
    std::vector<std::vector<Value>> repeated;
    for (const Row& row : rows) {
      ClaimedDelivery& d = claimed.emplace_back(ReadClaimed(row));
      if (d.attempt > 1) repeated.push_back({d.id});
      d.lease_owner = owner;
      attempts.push_back({d.id, d.attempt, d.fence, ToMicros(now), nullptr,
                          static_cast<std::int64_t>(v1::ATTEMPT_OUTCOME_UNSPECIFIED), 0, ""});
    }
    if (attempts.empty()) return absl::OkStatus();
    WICI_ASSIGN_OR_RETURN(const Rows doubts, tx.SelectMany(queries::kFindInDoubt, "", repeated));
    std::set<std::string> in_doubt;
    for (const Row& row : doubts) in_doubt.insert(row.Text(0));
    for (ClaimedDelivery& d : claimed) d.in_doubt = in_doubt.count(d.id) > 0;
    return tx.InsertMany(queries::kInsertAttempts, "", attempts).status();
  }));
  // RETURNING has no order of its own; the oldest go first.
  std::sort(claimed.begin(), claimed.end(),
            [](const ClaimedDelivery& a, const ClaimedDelivery& b) { return a.id < b.id; });
  return claimed;
}

absl::Status SqlStore::RenewLeases(absl::Time deadline, std::string_view owner,
                                   absl::Duration lease, absl::Time now) {
  return database_.Write(deadline, [&](Transaction& tx) {
    return tx.Execute(queries::kRenewLeases, {owner, ToMicros(now + lease), ToMicros(now)})
        .status();
  });
}

absl::StatusOr<bool> ForgetMailsOf(Transaction& tx, std::string_view person) {
  WICI_ASSIGN_OR_RETURN(const Rows rows, tx.Execute(queries::kForgetMailsOfPerson, {person}));
  return !rows.empty();
}

absl::Status SqlStore::KeepMails(absl::Time deadline, absl::Span<KeptMail> mails) {
  return database_.Write(deadline, [&](Transaction& tx) -> absl::Status {
    std::vector<std::vector<Value>> repeated;
    for (const KeptMail& mail : mails) {
      if (mail.repeated) repeated.push_back({mail.delivery_id});
    }
    std::map<std::pair<std::string, std::string>, std::string> kept;
    if (!repeated.empty()) {
      WICI_ASSIGN_OR_RETURN(const Rows rows, tx.SelectMany(queries::kGetKeptMails, "", repeated));
      for (const Row& row : rows) kept[{row.Text(0), row.Text(1)}] = row.Blob(2);
    }
    std::vector<std::vector<Value>> rows;
    for (KeptMail& mail : mails) {
      const auto found = kept.find({mail.delivery_id, mail.recipient});
      if (found != kept.end()) {
        mail.message = found->second;
      } else {
        rows.push_back(
            {mail.delivery_id, mail.person, mail.fence, mail.recipient, sql::Bytes{mail.message}});
      }
    }
    if (rows.empty()) return absl::OkStatus();
    return tx.InsertMany(queries::kKeepMails, queries::kKeepMailsSuffix, rows).status();
  });
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

absl::StatusOr<bool> SqlStore::ForgetPerson(absl::Time deadline, const sql::IdempotencyKey& key,
                                            std::string_view person, absl::Time now) {
  bool any = false;
  WICI_RETURN_IF_ERROR(database_.Write(deadline, [&](Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const auto stored, sql::FindAnswer(tx, kDomain, key));
    if (stored) {
      any = !stored->empty();
      return absl::OkStatus();
    }
    WICI_ASSIGN_OR_RETURN(any, ForgetMailsOf(tx, person));
    return sql::StoreAnswers(tx, {{key, std::string(any ? "erased" : "")}}, now);
  }));
  return any;
}

absl::StatusOr<int> SqlStore::RecordAttempts(absl::Time deadline,
                                             absl::Span<const AttemptRecord> records,
                                             absl::Time now) {
  int settled_count = 0;
  const std::string transaction_id = ids_.NewId();
  WICI_RETURN_IF_ERROR(database_.Write(deadline, [&](Transaction& tx) -> absl::Status {
    // In the order of the notifications, so that two workers cannot wait for each other.
    std::map<std::string, std::vector<const AttemptRecord*>> settled;
    settled_count = 0;
    for (const AttemptRecord& record : records) {
      bool is_settled = false;
      WICI_RETURN_IF_ERROR(RecordAttempt(tx, record, now, is_settled));
      if (!is_settled) continue;
      ++settled_count;
      settled[record.delivery.notification_id].push_back(&record);
    }
    WICI_RETURN_IF_ERROR(ForgetMails(tx, settled));
    std::vector<feed::Change> changes;
    for (const auto& [notification_id, its_records] : settled) {
      WICI_ASSIGN_OR_RETURN(const Rows rows,
                            tx.Execute(queries::kBumpNotification, {notification_id}));
      for (const AttemptRecord* record : its_records) {
        changes.push_back(
            feed::Change{.aggregate = NotificationName(notification_id),
                         .version = rows[0].Int(0),
                         .kind = std::string(ChangeKind(record->settlement.state)),
                         .resource = DeliveryName(notification_id, record->delivery.id),
                         .person = record->delivery.person,
                         .attributes = {{"event", record->delivery.event}}});
      }
    }
    if (changes.empty()) return absl::OkStatus();
    return feed::AppendChanges(tx, transaction_id, changes, now);
  }));
  return settled_count;
}

absl::StatusOr<absl::Time> SqlStore::NextDue(absl::Time deadline) {
  absl::Time due = absl::InfiniteFuture();
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const Rows rows, tx.Execute(queries::kNextDue));
    due = rows[0].IsNull(0) ? absl::InfiniteFuture() : FromMicros(rows[0].Int(0));
    return absl::OkStatus();
  }));
  return due;
}

}  // namespace wici::notification
