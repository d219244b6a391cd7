// Deletes what a service need not keep, so that its database stays bounded: stamped changes and
// idempotency answers past their age. A cursor older than what is kept is CURSOR_EXPIRED; its owner
// takes a snapshot and resumes at the head.
#ifndef WICI_LIBS_FEED_RETENTION_H_
#define WICI_LIBS_FEED_RETENTION_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/rounds_thread.h"
#include "libs/sql/database.h"

namespace wici::feed {

struct RetentionOptions {
  absl::Duration changes = absl::Hours(24 * 30);
  absl::Duration answers = absl::Hours(24 * 7);  // the contract promises 24 hours
  absl::Duration interval = absl::Minutes(10);
  std::int64_t batch_max = 1000;  // rows a transaction, so that no writer waits long
  // What else a service need not keep. Each deletes at most `rows_max` rows that are too old at
  // `now`, and returns how many; called again, in a transaction of its own, until that is 0.
  using Deletion = std::function<absl::StatusOr<std::int64_t>(sql::Transaction& tx, absl::Time now,
                                                              std::int64_t rows_max)>;
  std::vector<Deletion> also = {};
};

class Retention {
 public:
  // `database` and `clock` outlive it.
  Retention(sql::Database& database, const Clock& clock, RetentionOptions options = {});

  // Starts the thread, which deletes at once and then at every interval, and ends with the object.
  void Start() { thread_.Start(); }
  // One round on the calling thread; returns how many transactions of the feed, answers and rows
  // of `also` went.
  absl::StatusOr<std::int64_t> RunOnce();

 private:
  bool Round();
  // Until nothing is left, or the thread is to stop.
  absl::StatusOr<std::int64_t> DeleteAll(const RetentionOptions::Deletion& deletion,
                                         absl::Time now);

  sql::Database& database_;
  const Clock& clock_;
  const RetentionOptions options_;
  RoundsThread thread_{options_.interval, [this] { return Round(); }};
};

}  // namespace wici::feed

#endif  // WICI_LIBS_FEED_RETENTION_H_
