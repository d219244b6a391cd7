// The part of SqlStore that workers use: attempts and their outcomes (claims: claim_store.cc).
#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/log.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"
#include "libs/feed/mutation.h"
#include "services/notification/audit/audit.h"
#include "services/notification/deliveries/ledger_rows.h"
#include "services/notification/deliveries/queries.h"
#include "services/notification/deliveries/sql_store.h"

namespace wici::notification {
namespace {

using sql::Row;
using sql::Rows;
using sql::Transaction;
using sql::Value;

// Phases of an attempt; see kInsertAttempts.
constexpr std::int64_t kBegun = 1;
constexpr std::int64_t kCommitted = 2;

// The key of all outcomes at the committer: deliveries of many events, which share no row.
constexpr std::string_view kLedger = "deliveries";

// How long an outcome is kept that is refused while no other goes through, which may be the
// database: to give it up means a second mail with the same id.
constexpr absl::Duration kKeptAlone = absl::Hours(1);

// Whether it may fail for ever, and not until the database answers again.
bool IsOfItsOwn(const absl::Status& status) {
  return !absl::IsUnavailable(status) && !absl::IsDeadlineExceeded(status) &&
         !absl::IsResourceExhausted(status) && !absl::IsAborted(status);
}

Value NextAt(const Settlement& settlement) {
  return settlement.next_attempt ? Value(ToMicros(*settlement.next_attempt)) : Value(nullptr);
}

// Sets `instead` of the attempts that a check speaks against.
absl::Status AskCheck(Transaction& tx, SendCheck& check, absl::Span<PlannedAttempt> attempts,
                      absl::Time now) {
  std::vector<PlannedAttempt*> asked;
  std::vector<Candidate> candidates;
  for (PlannedAttempt& attempt : attempts) {
    if (attempt.instead) continue;
    asked.push_back(&attempt);
    candidates.push_back({&attempt.delivery, attempt.outgoing.recipient, attempt.outgoing.lane});
  }
  if (candidates.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const std::vector<Verdict> verdicts, check.Check(tx, candidates, now));
  for (std::size_t i = 0; i < asked.size(); ++i) {
    asked[i]->instead = SettleByVerdict(asked[i]->delivery, verdicts[i]);
  }
  return absl::OkStatus();
}

// Sets `instead` of what was sent time and again while nobody could write down what became of it.
absl::Status EndUnheard(Transaction& tx, absl::Span<PlannedAttempt> attempts) {
  std::map<std::string, PlannedAttempt*> doubtful;
  std::vector<std::vector<Value>> keys;
  for (PlannedAttempt& attempt : attempts) {
    if (!attempt.delivery.may_have_arrived) continue;
    doubtful[attempt.delivery.id] = &attempt;
    keys.push_back({attempt.delivery.id});
  }
  if (keys.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const Rows rows,
                        tx.SelectMany(queries::kCountUnheard, queries::kCountUnheardSuffix, keys));
  for (const Row& row : rows) {
    PlannedAttempt& attempt = *doubtful.at(row.Text(0));
    attempt.instead = SettleUnheard(attempt.delivery, row.Int(1));
  }
  return absl::OkStatus();
}

std::optional<Settlement> SettleAsCancelled(ClaimedDelivery delivery, absl::Time now) {
  delivery.cancelled = true;
  return SettleWithoutAttempt(delivery, now);
}

// Writes down that the attempts begin that nothing speaks against. One that was cancelled since it
// was claimed gets CANCELLED; so does one that is somebody else's by now, for which that has no
// effect since its fence has moved on.
absl::Status InsertAttempts(Transaction& tx, absl::Span<PlannedAttempt> attempts, absl::Time now) {
  std::vector<std::vector<Value>> keys;
  for (const PlannedAttempt& attempt : attempts) {
    if (!attempt.instead) keys.push_back({attempt.delivery.id, attempt.delivery.fence});
  }
  if (keys.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const Rows rows, tx.SelectMany(queries::kBeginDeliveries,
                                                       queries::kBeginDeliveriesSuffix, keys));
  std::set<std::string> begun;
  for (const Row& row : rows) begun.insert(row.Text(0));
  std::vector<std::vector<Value>> inserted;
  for (PlannedAttempt& attempt : attempts) {
    if (attempt.instead) continue;
    const ClaimedDelivery& d = attempt.delivery;
    if (begun.count(d.id) == 0) {
      attempt.instead = SettleAsCancelled(d, now);
      continue;
    }
    const bool narrow = d.unknown_policy == v1::UNKNOWN_POLICY_AT_MOST_ONCE;
    inserted.push_back({d.id, d.attempt, d.fence, narrow ? kBegun : kCommitted, ToMicros(now),
                        nullptr, static_cast<std::int64_t>(v1::ATTEMPT_OUTCOME_UNSPECIFIED), 0,
                        ""});
  }
  if (inserted.empty()) return absl::OkStatus();
  return tx.InsertMany(queries::kInsertAttempts, "", inserted).status();
}

// Keeps what is sent; `messages` gets what was kept of those that may have arrived, by delivery.
absl::Status KeepMessages(Transaction& tx, absl::Span<const PlannedAttempt> attempts,
                          std::map<std::string, std::string>& messages) {
  std::vector<std::vector<Value>> doubtful;
  for (const PlannedAttempt& attempt : attempts) {
    if (attempt.delivery.may_have_arrived) doubtful.push_back({attempt.delivery.id});
  }
  std::map<std::pair<std::string, std::string>, std::string> kept;
  if (!doubtful.empty()) {
    WICI_ASSIGN_OR_RETURN(const Rows rows, tx.SelectMany(queries::kGetKeptMails, "", doubtful));
    for (const Row& row : rows) kept[{row.Text(0), row.Text(1)}] = row.Blob(2);
  }
  std::vector<std::vector<Value>> rows;
  for (const PlannedAttempt& attempt : attempts) {
    const ClaimedDelivery& d = attempt.delivery;
    const Outgoing& outgoing = attempt.outgoing;
    const auto found = kept.find({d.id, outgoing.recipient});
    if (found != kept.end()) {
      messages[d.id] = found->second;
    } else if (!attempt.instead && !outgoing.message.empty()) {
      rows.push_back({d.id, d.person, d.fence, outgoing.recipient, sql::Bytes{outgoing.message}});
    }
  }
  if (rows.empty()) return absl::OkStatus();
  return tx.InsertMany(queries::kKeepMails, queries::kKeepMailsSuffix, rows).status();
}

// What kEndAttempt is given.
std::vector<Value> EndOfAttempt(const AttemptRecord& record) {
  const AttemptResult& result = record.result;
  return {record.delivery.id,
          record.delivery.attempt,
          ToMicros(record.ended),
          static_cast<std::int64_t>(result.outcome),
          result.code,
          result.enhanced_code};
}

// What kSettleDelivery is given for an attempt, kSettleUnsent where there was none.
std::vector<Value> EndOfDelivery(const AttemptRecord& record, absl::Time now) {
  const AttemptResult& result = record.result;
  const Settlement& settlement = record.settlement;
  const bool tried = result.outcome != v1::ATTEMPT_OUTCOME_UNSPECIFIED && !result.common_cause &&
                     !result.not_tried;
  const std::int64_t failures = settlement.state == v1::DELIVERY_STATE_DEFERRED && tried ? 1 : 0;
  std::vector<Value> values = {record.delivery.id, record.delivery.fence,
                               static_cast<std::int64_t>(settlement.state),
                               static_cast<std::int64_t>(settlement.reason), NextAt(settlement)};
  if (!record.begun) {
    values.insert(values.end(), {ToMicros(now), failures});
    return values;
  }
  values.insert(values.end(),
                {static_cast<std::int64_t>(result.outcome), result.code, result.enhanced_code,
                 ToMicros(now), failures, result.outcome == v1::ATTEMPT_OUTCOME_UNKNOWN});
  return values;
}

struct Settled {
  const AttemptRecord* record = nullptr;
  bool may_have_arrived = false;
  bool changed = false;
  std::int64_t version = 0;
};

// By notification, and in that order, so that two workers cannot wait for each other.
using SettledByNotification = std::map<std::string, std::vector<Settled>>;

// Deletes what was sent, but for what may have arrived and comes again.
absl::Status ForgetMails(Transaction& tx, const SettledByNotification& settled) {
  std::vector<std::vector<Value>> keys;
  for (const auto& [notification, its_settled] : settled) {
    for (const Settled& item : its_settled) {
      const bool comes_again = !IsFinal(item.record->settlement.state);
      if (!(comes_again && item.may_have_arrived)) keys.push_back({item.record->delivery.id});
    }
  }
  if (keys.empty()) return absl::OkStatus();
  return tx.SelectMany(queries::kForgetMails, "", keys).status();
}

// Adds to `changes`.
absl::Status AddOutcomes(Transaction& tx, const SettledByNotification& settled,
                         std::vector<feed::Change>& changes) {
  std::vector<StampedDelivery> changed;
  for (const auto& [notification_id, its_settled] : settled) {
    for (const Settled& item : its_settled) {
      if (!item.changed) continue;
      changed.push_back({notification_id, item.record->delivery.id, item.version});
    }
  }
  WICI_ASSIGN_OR_RETURN(const auto versions, BumpAndStamp(tx, changed));
  for (const auto& [notification_id, its_settled] : settled) {
    for (const Settled& item : its_settled) {
      const AttemptRecord& record = *item.record;
      // Put off once more.
      if (!record.begun && record.settlement.state == record.delivery.prior_state) continue;
      changes.push_back(feed::Change{.aggregate = NotificationName(notification_id),
                                     .version = versions.at(notification_id),
                                     .kind = std::string(ChangeKind(record.settlement.state)),
                                     .resource = DeliveryName(notification_id, record.delivery.id),
                                     .person = record.delivery.person,
                                     .attributes = {{"event", record.delivery.event}}});
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status SqlStore::RenewLeases(absl::Time deadline, v1::Channel channel,
                                   const std::vector<std::string>& owners, absl::Duration lease,
                                   absl::Time now) {
  if (owners.empty()) return absl::OkStatus();
  std::vector<std::vector<Value>> leases;
  for (const std::string& owner : owners) {
    leases.push_back(
        {owner, ToMicros(now + lease), ToMicros(now), static_cast<std::int64_t>(channel)});
  }
  return database_.Write(deadline, [&](Transaction& tx) {
    return tx.ExecuteMany(queries::kRenewLeases, leases).status();
  });
}

absl::Status SqlStore::BeginAttempts(absl::Time deadline, absl::Span<PlannedAttempt> attempts,
                                     absl::Time now) {
  std::map<std::string, std::string> kept;
  WICI_RETURN_IF_ERROR(database_.Write(deadline, [&](Transaction& tx) -> absl::Status {
    kept.clear();
    for (PlannedAttempt& attempt : attempts) attempt.instead.reset();
    WICI_RETURN_IF_ERROR(EndUnheard(tx, attempts));
    for (SendCheck* check : checks_) {
      WICI_RETURN_IF_ERROR(AskCheck(tx, *check, attempts, now));
    }
    WICI_RETURN_IF_ERROR(InsertAttempts(tx, attempts, now));
    return KeepMessages(tx, attempts, kept);
  }));
  for (PlannedAttempt& attempt : attempts) {
    const auto found = kept.find(attempt.delivery.id);
    if (found != kept.end()) attempt.outgoing.message = std::move(found->second);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Settlement>> SqlStore::LookAgain(absl::Time deadline,
                                                              const ClaimedDelivery& delivery,
                                                              const Outgoing& outgoing,
                                                              absl::Time now) {
  PlannedAttempt attempt{delivery, {outgoing.lane, outgoing.recipient, ""}, std::nullopt};
  WICI_RETURN_IF_ERROR(database_.Write(deadline, [&](Transaction& tx) -> absl::Status {
    attempt.instead.reset();
    for (SendCheck* check : checks_) {
      if (check->TakesAPlace()) continue;
      WICI_RETURN_IF_ERROR(AskCheck(tx, *check, absl::MakeSpan(&attempt, 1), now));
    }
    if (attempt.instead) return absl::OkStatus();
    WICI_ASSIGN_OR_RETURN(const Rows rows,
                          tx.Execute(queries::kFindBegun, {delivery.id, delivery.fence}));
    if (rows.empty()) attempt.instead = SettleAsCancelled(delivery, now);
    return absl::OkStatus();
  }));
  return attempt.instead;
}

absl::StatusOr<bool> SqlStore::CommitAttempt(absl::Time deadline, const ClaimedDelivery& delivery) {
  bool committed = false;
  WICI_RETURN_IF_ERROR(database_.Write(deadline, [&](Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const Rows rows,
                          tx.Execute(queries::kCommitDelivery, {delivery.id, delivery.fence}));
    committed = !rows.empty();
    if (!committed) return absl::OkStatus();
    return tx.Execute(queries::kCommitAttempt, {delivery.id, delivery.attempt}).status();
  }));
  return committed;
}

absl::Status SqlStore::ApplyOutcomes(Transaction& tx, absl::Span<Outcome* const> outcomes) {
  std::vector<std::vector<Value>> ended;
  std::vector<std::vector<Value>> begun;
  std::vector<std::vector<Value>> unsent;
  std::vector<AttemptRecord> records;  // that were settled
  absl::Time now = absl::InfinitePast();
  for (const Outcome* outcome : outcomes) {
    const AttemptRecord& record = *outcome->record;
    (record.begun ? begun : unsent).push_back(EndOfDelivery(record, outcome->now));
    if (record.begun) ended.push_back(EndOfAttempt(record));
    now = std::max(now, outcome->now);
  }
  WICI_RETURN_IF_ERROR(
      tx.UpdateMany(queries::kEndAttempt, queries::kEndAttemptSuffix, ended).status());
  WICI_ASSIGN_OR_RETURN(
      Rows rows, tx.UpdateMany(queries::kSettleDelivery, queries::kSettleDeliverySuffix, begun));
  WICI_ASSIGN_OR_RETURN(
      Rows others, tx.UpdateMany(queries::kSettleUnsent, queries::kSettleUnsentSuffix, unsent));
  std::move(others.begin(), others.end(), std::back_inserter(rows));
  // By claim: a worker may bring the end of an earlier one of the same delivery.
  std::map<std::pair<std::string, std::int64_t>, const Row*> found;
  for (const Row& row : rows) found[{row.Text(0), row.Int(1)}] = &row;
  SettledByNotification settled;
  for (Outcome* outcome : outcomes) {
    const ClaimedDelivery& d = outcome->record->delivery;
    const auto row = found.find({d.id, d.fence});
    outcome->settled = row != found.end();
    if (!outcome->settled) continue;
    records.push_back(*outcome->record);
    settled[d.notification_id].push_back(
        {outcome->record, row->second->Bool(2), row->second->Int(3) != 0, row->second->Int(4)});
  }
  if (records.empty()) return absl::OkStatus();
  WICI_RETURN_IF_ERROR(ForgetMails(tx, settled));
  std::vector<feed::Change> changes;
  for (SendCheck* check : checks_) {
    WICI_RETURN_IF_ERROR(check->Ended(tx, records, now, changes));
  }
  WICI_RETURN_IF_ERROR(AddOutcomes(tx, settled, changes));
  return feed::AppendAll(tx, ids_.NewId(), changes, also_, ByService(), now);
}

absl::StatusOr<int> SqlStore::RecordAttempts(absl::Time deadline,
                                             absl::Span<const AttemptRecord> records,
                                             absl::Time now) {
  std::vector<Outcome> outcomes;
  for (const AttemptRecord& record : records) outcomes.push_back({&record, now, false});
  Mutex mutex;
  CondVar all_done;
  std::size_t open = records.size();
  std::vector<std::pair<const AttemptRecord*, absl::Status>> failed;
  int settled = 0;
  outcomes_.SubmitAll(kLedger, deadline, std::move(outcomes),
                      [&](Outcome& outcome, const absl::Status& status) {
                        MutexLock lock(mutex);
                        if (!status.ok()) {
                          failed.emplace_back(outcome.record, status);
                        } else if (outcome.settled) {
                          ++settled;
                        }
                        if (--open == 0) all_done.NotifyAll();
                      });
  MutexLock lock(mutex);
  while (open > 0) all_done.Wait(mutex);
  for (const auto& [record, status] : failed) {
    const bool alone = failed.size() == records.size() && now - record->ended < kKeptAlone;
    // Written again with the others it does no harm.
    if (alone || !IsOfItsOwn(status)) return status;
    Log(LogLevel::kError, "outcome_refused",
        {{"delivery", record->delivery.id}, {"error", std::string(status.message())}});
  }
  return settled;
}

absl::StatusOr<absl::Time> SqlStore::NextDue(absl::Time deadline, v1::Channel channel) {
  absl::Time due = absl::InfiniteFuture();
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const Rows rows,
                          tx.Execute(queries::kNextDue, {static_cast<std::int64_t>(channel)}));
    due = rows[0].IsNull(0) ? absl::InfiniteFuture() : FromMicros(rows[0].Int(0));
    return absl::OkStatus();
  }));
  return due;
}

}  // namespace wici::notification
