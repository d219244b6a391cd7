// FeedService of every service: GetFeedHead, ReadChanges, WatchChanges.
#ifndef WICI_LIBS_FEED_FEED_SERVICE_H_
#define WICI_LIBS_FEED_FEED_SERVICE_H_

#include <memory>

#include "libs/base/clock.h"
#include "libs/rpc/server.h"
#include "libs/sql/database.h"
#include "wici/feed/v1/feed.pb.h"

namespace wici::feed {

class FeedService {
 public:
  // `database` and `clock` outlive the service, and the service outlives the server it is
  // registered with.
  FeedService(sql::Database& database, const Clock& clock);
  ~FeedService();
  // Adds wici.feed.v1.FeedService to `server`.
  void Register(rpc::Server& server);
  // New changes up to `head` are stamped: watchers are served from one read, serialised once.
  // This is what a Sequencer calls as its on_head, whoever stamped.
  // Thread-safe, never blocks (the read happens on the service's own thread).
  void Notify(const v1::Cursor& head);
  // A transaction of this process has been committed. On SQLite, where its changes have their
  // numbers already (changes.h), watchers are served without waiting for the sequencer's turn;
  // elsewhere nothing happens. Thread-safe, never blocks.
  void Committed();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wici::feed

#endif  // WICI_LIBS_FEED_FEED_SERVICE_H_
