// Follows the service's own change feed for ChangeMarks, from the database itself: every process
// does, whoever numbers the changes, and without Redis.
//
// It also finds out how far behind the marks may be. That nothing was left to read is not enough:
// committed changes may wait for a sequencer. So it remembers the newest transaction without a
// number, and when that has got one, what had been committed before an earlier look has been taken.
#ifndef WICI_LIBS_FEED_CACHE_MARKS_FOLLOWER_H_
#define WICI_LIBS_FEED_CACHE_MARKS_FOLLOWER_H_

#include <optional>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"
#include "libs/feed/cache/change_marks.h"
#include "libs/sql/database.h"
#include "wici/feed/v1/feed.pb.h"

namespace wici::feed {

struct MarksFollowerOptions {
  absl::Duration poll = absl::Milliseconds(500);  // when nobody calls Wake; well below lag_max
  absl::Duration timeout = absl::Seconds(2);      // of one read of the database
};

class MarksFollower {
 public:
  // All outlive the follower; `clock` is that of the marks.
  MarksFollower(sql::Database& database, const Clock& clock, ChangeMarks& marks,
                MarksFollowerOptions options = {})
      : database_(database), clock_(clock), marks_(marks), options_(options) {}
  ~MarksFollower();  // stops the thread

  void Start();
  // There may be changes: call when the feed has a new head. Thread-safe, never blocks.
  void Wake();
  // Takes what there is, on the calling thread, for tests. Not together with Start.
  absl::Status RunOnce();

 private:
  struct Look;

  void Run();
  absl::Status TakeLook(Look& look);
  void ConfirmUpTo(const Look& look);

  sql::Database& database_;
  const Clock& clock_;
  ChangeMarks& marks_;
  const MarksFollowerOptions options_;

  // Of the thread that runs.
  std::optional<v1::Cursor> position_;
  std::string awaited_;                    // a transaction that had no number yet, or ""
  absl::Time awaited_since_;               // when that was found
  std::optional<absl::Time> before_that_;  // when the one before it was

  Mutex mutex_;
  CondVar changed_;
  bool awake_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace wici::feed

#endif  // WICI_LIBS_FEED_CACHE_MARKS_FOLLOWER_H_
