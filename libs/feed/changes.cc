#include "libs/feed/changes.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <optional>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"

namespace wici::feed {
namespace {

constexpr std::size_t kAttributesMax = 8;

// No cursor asked for lies beyond this: what clients make up does not overflow where it is added
// to.
constexpr std::int64_t kSeqMax = std::int64_t{1} << 62;

// Not before the feed has a name, and not past a transaction that waits for its number: an older
// version of the software leaves some.
constexpr sql::Query kTakeNumbers{
    "feed_take_numbers",
    "UPDATE feed_state SET head = head + CAST($1 AS BIGINT) WHERE id = 1 AND epoch <> '' AND "
    "NOT EXISTS (SELECT 1 FROM feed_transactions WHERE first_seq IS NULL) RETURNING head"};

constexpr sql::Query kInsertTransaction{
    "feed_insert_transaction",
    "INSERT INTO feed_transactions (transaction_id, ticket, change_count, created_at, first_seq) "
    "SELECT CAST($1 AS TEXT), COALESCE(MAX(ticket), 0) + 1, CAST($2 AS BIGINT), "
    "CAST($3 AS BIGINT), CAST($4 AS BIGINT) FROM feed_transactions WHERE first_seq IS NULL"};

constexpr sql::Query kInsertChanges{
    "feed_insert_changes",
    "INSERT INTO changes (transaction_id, ordinal, aggregate, version, kind, resource, person, "
    "attributes) VALUES"};

constexpr sql::Query kReadState{"feed_read_state",
                                "SELECT epoch, head, purged_to FROM feed_state WHERE id = 1"};

// The transaction that holds the first number wanted; it may have begun before that.
constexpr sql::Query kFirstTransaction{
    "feed_first_transaction",
    "SELECT COALESCE(MAX(first_seq), 0) FROM feed_transactions WHERE first_seq <= $1"};

// Numbers are dense, so the ranges have an upper end as well: without that of the ordinals all that
// is left of a transaction of 50,000 changes is read, and sorted, for each page. Both ends of the
// first are parameters, the lower one not a subquery: from that PostgreSQL would guess a range so
// long that it reads whole tables.
constexpr sql::Query kReadChanges{
    "feed_read_changes",
    "SELECT t.first_seq + c.ordinal, t.created_at, c.aggregate, c.version, c.kind, c.resource, "
    "c.person, c.attributes "
    "FROM feed_transactions t JOIN changes c ON c.transaction_id = t.transaction_id "
    "WHERE t.first_seq >= $1 AND t.first_seq <= CAST($2 AS BIGINT) + CAST($3 AS BIGINT) "
    "AND c.ordinal > CAST($2 AS BIGINT) - t.first_seq "
    "AND c.ordinal <= CAST($2 AS BIGINT) + CAST($3 AS BIGINT) - t.first_seq "
    "ORDER BY t.first_seq, c.ordinal LIMIT CAST($3 AS BIGINT)"};

constexpr sql::Query kOldestTransactions{
    "feed_oldest_transactions",
    "SELECT first_seq, change_count, created_at FROM feed_transactions "
    "WHERE first_seq IS NOT NULL ORDER BY first_seq LIMIT $1"};

constexpr sql::Query kPurgeChanges{
    "feed_purge_changes",
    "DELETE FROM changes WHERE transaction_id IN "
    "(SELECT transaction_id FROM feed_transactions WHERE first_seq <= $1)"};

constexpr sql::Query kPurgeTransactions{"feed_purge_transactions",
                                        "DELETE FROM feed_transactions WHERE first_seq <= $1"};

constexpr sql::Query kSetPurgedTo{"feed_set_purged_to",
                                  "UPDATE feed_state SET purged_to = $1 WHERE id = 1"};

// "5272786a94000+850": what has no number yet gets the first ones of the new epoch, and is older.
constexpr sql::Query kSetEpoch{
    "feed_set_epoch",
    "UPDATE feed_state SET epoch = CAST($1 AS TEXT) || '+' || CAST(head + "
    "(SELECT COALESCE(SUM(change_count), 0) FROM feed_transactions WHERE first_seq IS NULL) "
    "AS TEXT) WHERE id = 1"};

// Rows of a statement: no second copy of very many changes is held.
constexpr std::size_t kInsertRowsMax = 1000;

bool Printable(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return std::iscntrl(c) != 0; });
}

// One "name=value" a line.
absl::StatusOr<std::string> EncodeAttributes(const Change& change) {
  if (change.attributes.size() > kAttributesMax) {
    return absl::InternalError(absl::StrCat("change ", change.kind, " has too many attributes"));
  }
  std::string text;
  for (const auto& [name, value] : change.attributes) {
    if (!Printable(name) || !Printable(value) || name.find('=') != std::string::npos) {
      return absl::InternalError(absl::StrCat("change ", change.kind, " has a bad attribute"));
    }
    absl::StrAppend(&text, name, "=", value, "\n");
  }
  return text;
}

void DecodeAttributes(std::string_view text, v1::Change& change) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() + 1);
    const std::size_t equals = line.find('=');
    (*change.mutable_attributes())[std::string(line.substr(0, equals))] =
        std::string(line.substr(equals + 1));
  }
}

v1::Change ToChange(const sql::Row& row, const std::string& epoch) {
  v1::Change change;
  change.mutable_cursor()->set_epoch(epoch);
  change.mutable_cursor()->set_seq(row.Int(0));
  const std::int64_t micros = row.Int(1);
  change.mutable_change_time()->set_seconds(micros / 1'000'000);
  change.mutable_change_time()->set_nanos(static_cast<std::int32_t>(micros % 1'000'000 * 1'000));
  change.set_aggregate(row.Text(2));
  change.set_version(row.Int(3));
  change.set_kind(row.Text(4));
  change.set_resource(row.Text(5));
  change.set_person(row.Text(6));
  DecodeAttributes(row.Text(7), change);
  return change;
}

absl::StatusOr<sql::Row> ReadState(sql::Transaction& tx) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kReadState));
  if (rows.empty()) return absl::InternalError("the feed has no state");
  return rows[0];
}

absl::Status CheckCursor(const v1::Cursor& after, const sql::Row& state) {
  const bool beginning = after.epoch().empty() && after.seq() == 0;
  if (after.seq() < 0 || after.seq() > state.Int(1) ||
      (!beginning && after.epoch() != state.Text(0))) {
    const std::string& epoch = state.Text(0);
    const std::string head = std::to_string(state.Int(1));
    ErrorMetadata metadata = {{"epoch", epoch}, {"head", head}};
    const std::size_t plus = epoch.find('+');
    if (plus != std::string::npos) {
      metadata.emplace_back("begin", std::string_view(epoch).substr(plus + 1));
    }
    return MakeError(absl::StatusCode::kOutOfRange, kFeedDomain, "CURSOR_FUTURE",
                     "the cursor is ahead of the feed or of another epoch: take a snapshot, then "
                     "resume at the head",
                     metadata);
  }
  if (after.seq() < state.Int(2)) {
    return MakeError(absl::StatusCode::kOutOfRange, kFeedDomain, "CURSOR_EXPIRED",
                     "changes after the cursor are no longer kept: take a snapshot, then resume "
                     "at the head",
                     {{"kept_after", std::to_string(state.Int(2))}});
  }
  return absl::OkStatus();
}

// The first of the numbers of `count` changes, where they can be given before the commit: SQLite
// runs one writing transaction at a time, so the order of these is that of the commits.
absl::StatusOr<std::optional<std::int64_t>> TakeNumbers(sql::Transaction& tx, std::int64_t count) {
  if (tx.engine() != sql::Engine::kSqlite) return std::nullopt;
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kTakeNumbers, {count}));
  if (rows.empty()) return std::nullopt;
  return rows[0].Int(0) - count + 1;
}

bool IsInFeed(const Change& change) { return change.in_feed; }

}  // namespace

absl::Status AppendChanges(sql::Transaction& tx, std::string_view transaction_id,
                           absl::Span<const Change> changes, absl::Time now) {
  if (changes.empty()) return absl::OkStatus();
  if (!std::all_of(changes.begin(), changes.end(), IsInFeed)) {
    std::vector<Change> told;
    std::copy_if(changes.begin(), changes.end(), std::back_inserter(told), IsInFeed);
    return AppendChanges(tx, transaction_id, told, now);
  }
  const auto count = static_cast<std::int64_t>(changes.size());
  WICI_ASSIGN_OR_RETURN(const std::optional<std::int64_t> first, TakeNumbers(tx, count));
  const sql::Value transaction[] = {transaction_id, count, ToMicros(now),
                                    sql::Value::Nullable(first)};
  WICI_RETURN_IF_ERROR(tx.ExecuteExpecting(kInsertTransaction, transaction, {}));
  std::int64_t number = 0;
  std::vector<std::vector<sql::Value>> rows;
  rows.reserve(std::min(changes.size(), kInsertRowsMax));
  while (!changes.empty()) {
    for (const Change& change : changes.subspan(0, kInsertRowsMax)) {
      WICI_ASSIGN_OR_RETURN(std::string attributes, EncodeAttributes(change));
      rows.push_back(sql::RowOf(transaction_id, number++, change.aggregate, change.version,
                                change.kind, change.resource, change.person,
                                std::move(attributes)));
    }
    WICI_RETURN_IF_ERROR(tx.InsertMany(kInsertChanges, "", rows).status());
    changes.remove_prefix(rows.size());
    rows.clear();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<v1::Change>> ReadChanges(sql::Transaction& tx, const v1::Cursor& after,
                                                    std::int64_t limit) {
  const std::int64_t from = std::clamp<std::int64_t>(after.seq(), 0, kSeqMax);
  // As if a transaction began with the next number: after the end of another it does.
  WICI_ASSIGN_OR_RETURN(const std::vector<sql::Rows> answers,
                        tx.ExecuteAll({{kReadState, {}},
                                       {kFirstTransaction, {from + 1}},
                                       {kReadChanges, {from + 1, from, limit}}}));
  if (answers[0].empty()) return absl::InternalError("the feed has no state");
  const sql::Row& state = answers[0][0];
  WICI_RETURN_IF_ERROR(CheckCursor(after, state));
  std::vector<v1::Change> changes;
  if (after.seq() == state.Int(1)) return changes;
  sql::Rows rows = answers[2];
  const std::int64_t first = answers[1][0].Int(0);
  if (first != from + 1) {
    WICI_ASSIGN_OR_RETURN(rows, tx.Execute(kReadChanges, {first, from, limit}));
  }
  changes.reserve(rows.size());
  for (const sql::Row& row : rows) changes.push_back(ToChange(row, state.Text(0)));
  return changes;
}

absl::StatusOr<v1::Cursor> FeedHead(sql::Transaction& tx) {
  WICI_ASSIGN_OR_RETURN(const sql::Row state, ReadState(tx));
  v1::Cursor head;
  head.set_epoch(state.Text(0));
  head.set_seq(state.Int(1));
  return head;
}

absl::StatusOr<std::int64_t> PurgeChanges(sql::Transaction& tx, absl::Time before,
                                          std::int64_t transactions_max) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows oldest,
                        tx.Execute(kOldestTransactions, {transactions_max}));
  std::int64_t count = 0;
  std::int64_t purged_to = 0;
  std::int64_t last_first_seq = 0;
  for (const sql::Row& row : oldest) {
    if (row.Int(2) >= ToMicros(before)) break;
    ++count;
    last_first_seq = row.Int(0);
    purged_to = row.Int(0) + row.Int(1) - 1;
  }
  if (count == 0) return 0;
  WICI_RETURN_IF_ERROR(tx.Execute(kPurgeChanges, {last_first_seq}).status());
  WICI_RETURN_IF_ERROR(tx.Execute(kPurgeTransactions, {last_first_seq}).status());
  WICI_RETURN_IF_ERROR(tx.Execute(kSetPurgedTo, {purged_to}).status());
  return count;
}

absl::Status StartNewEpoch(sql::Transaction& tx, std::string_view epoch) {
  if (epoch.empty()) return absl::InvalidArgumentError("an epoch has a name");
  return tx.Execute(kSetEpoch, {epoch}).status();
}

}  // namespace wici::feed
