#include "services/notification/deliveries/replay/replay_store.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/feed/changes.h"
#include "services/notification/deliveries/ledger_rows.h"
#include "services/notification/deliveries/queries.h"
#include "services/notification/deliveries/replay/queries.h"
#include "services/notification/deliveries/rules/ledger.h"
#include "services/notification/deliveries/sql_store.h"
#include "services/notification/errors.h"

namespace wici::notification {
namespace {

using sql::Row;
using sql::Rows;
using sql::Transaction;
using sql::Value;

// Adds a change of `kind` for each delivery of `rows` (id, notification, person, event, version).
absl::Status AddChangesOf(Transaction& tx, absl::Span<const Row> rows, std::string_view kind,
                          std::vector<feed::Change>& changes) {
  std::vector<StampedDelivery> changed;
  for (const Row& row : rows) changed.push_back({row.Text(1), row.Text(0), row.Int(4)});
  WICI_ASSIGN_OR_RETURN(const auto versions, BumpAndStamp(tx, changed));
  for (const Row& row : rows) {
    changes.push_back(feed::Change{.aggregate = NotificationName(row.Text(1)),
                                   .version = versions.at(row.Text(1)),
                                   .kind = std::string(kind),
                                   .resource = DeliveryName(row.Text(1), row.Text(0)),
                                   .person = row.Text(2),
                                   .attributes = {{"event", row.Text(3)}}});
  }
  return absl::OkStatus();
}

absl::Status AppendChangesOf(Transaction& tx, absl::Span<const Row> rows, std::string_view kind,
                             std::string_view transaction_id, absl::Time now) {
  std::vector<feed::Change> changes;
  WICI_RETURN_IF_ERROR(AddChangesOf(tx, rows, kind, changes));
  if (changes.empty()) return absl::OkStatus();
  return feed::AppendChanges(tx, transaction_id, changes, now);
}

// What the deliveries are about that a request chooses.
std::vector<NameRange> AboutWhat(const v1::ReplayDeliveriesRequest& request) {
  if (request.without_event()) return {Exactly("")};
  return {Exactly(request.event()), Below(request.event())};
}

// What was kept for an attempt goes with it: a replay makes the message anew.
absl::Status ForgetKept(Transaction& tx, absl::Span<const Row> rows) {
  std::vector<std::vector<Value>> ids;
  for (const Row& row : rows) ids.push_back({row.Text(0)});
  if (ids.empty()) return absl::OkStatus();
  return tx.SelectMany(queries::kForgetMails, "", ids).status();
}

// When the first delivery of a replay is due: after those of earlier ones. REPLAY_QUEUE_FULL.
absl::StatusOr<absl::Time> StartOf(Transaction& tx, absl::Time now) {
  WICI_ASSIGN_OR_RETURN(const Rows rows, tx.Execute(queries::kGetReplayPace));
  const absl::Time start = std::max(now, rows.empty() ? now : FromMicros(rows[0].Int(0)));
  if (start - now > kReplayAheadMax) return ReplayQueueFullError(start - now - kReplayAheadMax);
  return start;
}

absl::Status SetEnd(Transaction& tx, absl::Time start, std::size_t replayed) {
  if (replayed == 0) return absl::OkStatus();
  const std::size_t seconds = (replayed + kReplayRate - 1) / kReplayRate;
  const absl::Time end = start + absl::Seconds(static_cast<std::int64_t>(seconds));
  return tx.Execute(queries::kSetReplayPace, {ToMicros(end)}).status();
}

// The deliveries that were queued again from `start` on, a second's worth at a time.
absl::StatusOr<Rows> QueueAgain(Transaction& tx, const v1::ReplayDeliveriesRequest& request,
                                absl::Time start, absl::Time now) {
  const absl::Time after =
      request.has_ended_after() ? TimeOf(request.ended_after()) : absl::UnixEpoch();
  // Each once, whatever the client repeats.
  const std::set<int> states(request.states().begin(), request.states().end());
  std::vector<std::pair<int, NameRange>> parts;
  for (const int state : states) {
    for (NameRange& range : AboutWhat(request)) parts.emplace_back(state, std::move(range));
  }
  Rows all;
  for (auto part = parts.begin(); part != parts.end() && all.size() < kReplayMax;) {
    // What does not fill a second leaves its rest to the next part.
    const std::size_t seconds = all.size() / kReplayRate;
    const absl::Time due = start + absl::Seconds(static_cast<std::int64_t>(seconds));
    const std::size_t room = (seconds + 1) * kReplayRate - all.size();
    WICI_ASSIGN_OR_RETURN(
        const Rows rows,
        tx.Execute(queries::kReplayDeliveries,
                   {part->second.from, static_cast<std::int64_t>(part->first), request.last_code(),
                    static_cast<std::int64_t>(request.reason()), ToMicros(after),
                    static_cast<std::int64_t>(room), ToMicros(due),
                    ToMicros(due + kDefaultLifetime), ToMicros(now), part->second.until}));
    all.insert(all.end(), rows.begin(), rows.end());
    if (rows.size() < room) ++part;
  }
  return all;
}

}  // namespace

absl::StatusOr<v1::ReplayDeliveriesResponse> ReplayStore::Replay(
    absl::Time deadline, const sql::IdempotencyKey& key, const v1::ReplayDeliveriesRequest& request,
    absl::Time now) {
  v1::ReplayDeliveriesResponse answer;
  const std::string transaction_id = ids_.NewId();
  const std::string replay_id = ids_.NewId();
  WICI_RETURN_IF_ERROR(database_.Write(deadline, [&](Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const auto stored, sql::FindAnswer(tx, kDomain, key));
    if (stored) {
      answer.ParseFromString(*stored);
      return absl::OkStatus();
    }
    WICI_ASSIGN_OR_RETURN(const absl::Time start, StartOf(tx, now));
    WICI_ASSIGN_OR_RETURN(const Rows rows, QueueAgain(tx, request, start, now));
    WICI_RETURN_IF_ERROR(SetEnd(tx, start, rows.size()));
    feed::Changes changes;
    WICI_RETURN_IF_ERROR(AddChangesOf(tx, rows, "delivery.replayed", changes));
    answer.set_replayed(static_cast<std::int32_t>(rows.size()));
    answer.set_remaining(rows.size() >= kReplayMax);
    const std::vector<std::vector<Value>> written = {
        {replay_id, key.principal, request.event(), absl::StrJoin(request.states(), ","),
         request.last_code(), static_cast<std::int64_t>(request.reason()),
         ToMicros(TimeOf(request.ended_after())), answer.replayed(), ToMicros(now)}};
    WICI_RETURN_IF_ERROR(tx.InsertMany(queries::kInsertReplay, "", written).status());
    WICI_RETURN_IF_ERROR(sql::StoreAnswers(tx, {{key, answer.SerializeAsString()}}, now));
    changes.push_back(
        {.aggregate = "",
         .version = 0,
         .kind = "deliveries.replayed",
         .resource = absl::StrCat("replays/", replay_id),
         .person = "",
         .attributes = {{"event", request.event()}, {"replayed", absl::StrCat(answer.replayed())}},
         .in_feed = false});
    return feed::AppendAll(tx, transaction_id, changes, also_, key, now);
  }));
  return answer;
}

absl::StatusOr<std::int32_t> ReplayStore::HoldRestored(absl::Time deadline, v1::Channel channel,
                                                       std::int32_t limit, absl::Time now) {
  std::int32_t held = 0;
  const std::string transaction_id = ids_.NewId();
  WICI_RETURN_IF_ERROR(database_.Write(deadline, [&](Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(Rows rows,
                          tx.Execute(queries::kHoldDeliveries,
                                     {static_cast<std::int64_t>(channel), ToMicros(now), limit}));
    held = static_cast<std::int32_t>(rows.size());
    if (channel == v1::CHANNEL_EMAIL && held < limit) {
      WICI_ASSIGN_OR_RETURN(const Rows collected,
                            tx.Execute(queries::kHoldCollected, {ToMicros(now), limit - held}));
      rows.insert(rows.end(), collected.begin(), collected.end());
      held = static_cast<std::int32_t>(rows.size());
    }
    WICI_RETURN_IF_ERROR(ForgetKept(tx, rows));
    return AppendChangesOf(tx, rows, ChangeKind(v1::DELIVERY_STATE_UNKNOWN), transaction_id, now);
  }));
  return held;
}

absl::Status HoldNotifications(Transaction& tx, absl::Span<const std::string> ids, absl::Time now,
                               std::vector<feed::Change>& changes) {
  for (const std::string& id : ids) {
    WICI_ASSIGN_OR_RETURN(const Rows rows,
                          tx.Execute(queries::kHoldNotification, {id, ToMicros(now)}));
    WICI_RETURN_IF_ERROR(AddChangesOf(tx, rows, ChangeKind(v1::DELIVERY_STATE_UNKNOWN), changes));
  }
  return absl::OkStatus();
}

}  // namespace wici::notification
