// The change feed of a service: what changed, in the order it was committed.
//
// A state change appends its records with AppendChanges inside its own transaction. They get dense
// numbers, by transaction: on SQLite in the same transaction, on PostgreSQL after its commit, from
// a Sequencer (see sequencer.h). Records carry ids, never personal data.
//
// Order. Insert order is not commit order: who follows a row counter skips the rows of slower
// transactions. On SQLite it is, because transactions that write do so one at a time. On PostgreSQL
// only committed transactions are numbered, and among those a transaction that saw another (it
// changed the same aggregate later, or began after the other's commit) has the higher ticket and
// gets the higher number. The ticket is taken in AppendChanges: call it after the aggregate has
// been read or changed in the transaction, as its version requires anyhow.
//
// While a transaction without a number is left on SQLite, by an older version of the software or
// from before the first sequencer ever ran, those after it get none either, and the sequencer
// numbers all.
//
// The tables are in migrations/feed.sql.
#ifndef WICI_LIBS_FEED_CHANGES_H_
#define WICI_LIBS_FEED_CHANGES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/sql/database.h"
#include "wici/feed/v1/feed.pb.h"

namespace wici::feed {

// The domain of the reasons in wici/feed/v1/error_reason.proto.
inline constexpr std::string_view kFeedDomain = "feed.wici";

// One change, before it has its number.
struct Change {
  std::string aggregate;     // the root: "events/e1"
  std::int64_t version = 0;  // of the aggregate after the change
  std::string kind;          // "registration.confirmed"; the list is in the service's proto
  std::string resource;      // what changed: "events/e1/registrations/r7"
  std::string person;        // opaque id of the person concerned, or ""
  // Ids and codes, at most 8, without control characters; no "=" in a name.
  std::vector<std::pair<std::string, std::string>> attributes;
  // False for what only the code beside the feed is to see (feed::Also): it is not appended.
  bool in_feed = true;
};

// Appends the changes of this transaction, in this order. Call it at most once in a transaction.
// `transaction_id` is unique (IdSource::NewId). Errors: INTERNAL for attributes as above not.
absl::Status AppendChanges(sql::Transaction& tx, std::string_view transaction_id,
                           absl::Span<const Change> changes, absl::Time now);

// Stamped (numbered) changes after `after`, at most `limit`, and never beyond the head. A cursor
// without epoch and number is the beginning. Errors: OUT_OF_RANGE with reason CURSOR_FUTURE (ahead
// of the head, or of another epoch; its metadata say "epoch", "head", and after a restore as
// "begin" the number after which changes are newer than that) or CURSOR_EXPIRED (older than what is
// kept).
absl::StatusOr<std::vector<v1::Change>> ReadChanges(sql::Transaction& tx, const v1::Cursor& after,
                                                    std::int64_t limit);

// The cursor of the newest stamped change. Its epoch is empty until the first sequencer ran.
absl::StatusOr<v1::Cursor> FeedHead(sql::Transaction& tx);

// Retention: deletes the oldest stamped transactions made before `before`, at most
// `transactions_max`, and returns how many; run it again until it returns 0. Cursors that point
// before what is left are CURSOR_EXPIRED from then on.
absl::StatusOr<std::int64_t> PurgeChanges(sql::Transaction& tx, absl::Time before,
                                          std::int64_t transactions_max);

// After a restore from a backup: numbers given since the backup were seen by clients and will be
// given again, so every cursor handed out before becomes CURSOR_FUTURE. `epoch` is new and not
// empty; the number after which the new epoch has changes of its own is kept as a part of its name.
absl::Status StartNewEpoch(sql::Transaction& tx, std::string_view epoch);

}  // namespace wici::feed

#endif  // WICI_LIBS_FEED_CHANGES_H_
