// Feeds all WatchChanges streams of a process from one thread.
//
// A watch that is up to date is fed from one read for all of them; a change is serialised once,
// and a message once for all watches with the same subscriptions. A watch that is behind (it
// resumed from an old cursor, or its client reads slowly) is fed from reads of its own, no more
// than its stream takes: a slow client lags, it does not pile up memory.
#ifndef WICI_LIBS_FEED_WATCH_HUB_H_
#define WICI_LIBS_FEED_WATCH_HUB_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"
#include "libs/rpc/server.h"
#include "libs/sql/database.h"
#include "wici/feed/v1/feed.pb.h"
#include "wici/feed/v1/feed_service.pb.h"

namespace wici::feed {

// Which subscriptions of a watch a change answers. Not thread-safe.
class Subscriptions {
 public:
  explicit Subscriptions(const v1::WatchChangesRequest& request);
  // The ids, sorted.
  std::vector<std::int32_t> Match(const v1::Change& change) const;
  // Equal for watches that get the same messages.
  const std::string& key() const { return key_; }

 private:
  struct Filter {
    std::int32_t id;
    std::string kind_prefix;
  };
  std::string key_;
  std::unordered_map<std::string, std::vector<Filter>> by_aggregate_;  // "": all aggregates
};

// Thread-safe.
class WatchHub {
 public:
  WatchHub(sql::Database& database, const Clock& clock);
  ~WatchHub();  // ends every watch with UNAVAILABLE

  // Takes over a valid watch. A cursor the feed cannot serve ends it with OUT_OF_RANGE, too many
  // watches with RESOURCE_EXHAUSTED. Never blocks.
  void Add(const v1::WatchChangesRequest& request, std::shared_ptr<rpc::StreamWriter> writer);
  // The feed has come to `head`. Never blocks.
  void Notify(const v1::Cursor& head);
  // As FeedService::Committed.
  void Committed();

 private:
  struct Watch;
  struct Batch;
  using Watches = std::vector<std::unique_ptr<Watch>>;

  void Loop();
  void Round();
  bool WaitForWork();
  void TakeNew();
  absl::Status Read(const v1::Cursor& after, Batch& batch);
  absl::Status FeedCurrent();
  void FeedBehind();
  void MarkProgress();
  void Send(Watch& watch, Batch& batch);
  bool IsCurrent(const Watch& watch) const;

  sql::Database& database_;
  const Clock& clock_;

  // Of the hub's thread.
  Watches watches_;
  v1::Cursor position_;      // of all watches that are up to date
  bool positioned_ = false;  // position_ was read
  bool busy_ = false;        // somebody is behind: come back soon
  bool failing_ = false;

  Mutex mutex_;
  CondVar work_;
  Watches new_ ABSL_GUARDED_BY(mutex_);
  v1::Cursor head_ ABSL_GUARDED_BY(mutex_);
  bool notified_ ABSL_GUARDED_BY(mutex_) = false;
  bool committed_ ABSL_GUARDED_BY(mutex_) = false;  // the feed may have gone beyond head_
  bool waiting_ ABSL_GUARDED_BY(mutex_) = false;    // the thread is
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::size_t count_ ABSL_GUARDED_BY(mutex_) = 0;  // watches, new ones included
  std::thread thread_;
};

}  // namespace wici::feed

#endif  // WICI_LIBS_FEED_WATCH_HUB_H_
