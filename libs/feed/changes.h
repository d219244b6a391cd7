// The change feed of a service: what changed, in the order it was committed.
//
// A state change appends its records with AppendChanges inside its own transaction. A Sequencer
// later gives the committed ones a dense number, by transaction (see sequencer.h). Records carry
// ids, never personal data.
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

// One change, before it has its number.
struct Change {
  std::string aggregate;     // the root: "events/e1"
  std::int64_t version = 0;  // of the aggregate after the change
  std::string kind;          // "registration.confirmed"; the list is in the service's proto
  std::string resource;      // what changed: "events/e1/registrations/r7"
  std::string person;        // opaque id of the person concerned, or ""
  std::vector<std::pair<std::string, std::string>> attributes;  // ids and codes, at most 8
};

// Appends the changes of this transaction. Call it at most once in a transaction.
// `transaction_id` is unique (IdSource::NewId).
absl::Status AppendChanges(sql::Transaction& tx, std::string_view transaction_id,
                           absl::Span<const Change> changes, absl::Time now);

// Stamped changes after `after`, at most `limit`, and never beyond the head. Errors: OUT_OF_RANGE
// with reason CURSOR_FUTURE (ahead of the head, or of another epoch) or CURSOR_EXPIRED (older than
// what is kept).
absl::StatusOr<std::vector<v1::Change>> ReadChanges(sql::Transaction& tx, const v1::Cursor& after,
                                                    std::int64_t limit);

// The cursor of the newest stamped change.
absl::StatusOr<v1::Cursor> FeedHead(sql::Transaction& tx);

}  // namespace wici::feed

#endif  // WICI_LIBS_FEED_CHANGES_H_
