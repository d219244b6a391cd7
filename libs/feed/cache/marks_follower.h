// Follows the service's own change feed for ChangeMarks, from the database itself: every process
// does, whoever numbers the changes, and without Redis.
//
// It also finds out how far behind the marks may be. That nothing was left to read is not enough:
// committed changes may wait for a sequencer. So it remembers the newest transaction without a
// number, and when that has got one, what had been committed before an earlier look has been taken.
//
// It begins some changes back, so that what other processes have read since then is known to hold
// (ChangeMarks::Adopt).
#ifndef WICI_LIBS_FEED_CACHE_MARKS_FOLLOWER_H_
#define WICI_LIBS_FEED_CACHE_MARKS_FOLLOWER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/rounds_thread.h"
#include "libs/feed/cache/change_marks.h"
#include "libs/sql/database.h"
#include "wici/feed/v1/feed.pb.h"

namespace wici::feed {

struct MarksFollowerOptions {
  absl::Duration poll = absl::Milliseconds(500);  // when nobody calls Wake; well below lag_max
  absl::Duration timeout = absl::Seconds(2);      // of one read of the database
  std::int64_t look_back = 10'000;                // changes that it begins with, if they are kept
};

class MarksFollower {
 public:
  // All outlive the follower.
  MarksFollower(sql::Database& database, ChangeMarks& marks, MarksFollowerOptions options = {})
      : database_(database), marks_(marks), options_(options) {}

  // Starts the thread, which ends with the object.
  void Start() { thread_.Start(); }
  // There may be changes: call when the feed has a new head. Thread-safe, never blocks.
  void Wake() { thread_.Wake(); }
  // Takes what there is, on the calling thread, for tests. Not together with Start.
  absl::Status RunOnce();

 private:
  struct Look;

  bool Round();
  absl::Status TakeLook(Look& look);
  void ConfirmUpTo(const Look& look);

  sql::Database& database_;
  ChangeMarks& marks_;
  const MarksFollowerOptions options_;

  // Of the thread that runs.
  std::optional<v1::Cursor> position_;
  std::string awaited_;                             // a transaction without a number yet, or ""
  ChangeMarks::Moment awaited_since_;               // when that was found
  std::optional<ChangeMarks::Moment> before_that_;  // when the one before it was
  bool failing_ = false;

  RoundsThread thread_{options_.poll, [this] { return Round(); }};
};

}  // namespace wici::feed

#endif  // WICI_LIBS_FEED_CACHE_MARKS_FOLLOWER_H_
