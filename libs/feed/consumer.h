// Consumes the feed of another service, each change exactly once in effect.
//
// The position (source, epoch, seq) is stored in the consumer's database in the very transaction
// that carries the effect, so a redelivery is a no-op. Redis Streams are the fast path; at start,
// after a flush, on any gap in the numbers and every `compare` the consumer asks the source's
// FeedService and reads there what the stream lost. Without Redis it polls FeedService. Several
// processes may consume in one group: the stored position decides whose transaction counts.
#ifndef WICI_LIBS_FEED_CONSUMER_H_
#define WICI_LIBS_FEED_CONSUMER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/base/clock.h"
#include "libs/redis/client.h"
#include "libs/sql/database.h"
#include "wici/feed/v1/feed.pb.h"

namespace wici::feed {

// How to reach the source's FeedService; blocking calls with a deadline.
class FeedSource {
 public:
  virtual ~FeedSource() = default;
  virtual absl::StatusOr<v1::Cursor> Head() = 0;
  virtual absl::StatusOr<std::vector<v1::Change>> Read(const v1::Cursor& after, int limit) = 0;
};

struct ConsumerOptions {
  std::string source;    // "registration"
  std::string group;     // "notification"
  std::string consumer;  // unique to this process
  std::size_t batch_max = 200;
  absl::Duration poll = absl::Seconds(1);      // between reads without Redis; longest wait for it
  absl::Duration compare = absl::Seconds(10);  // look at the source this often
};

class Consumer {
 public:
  // Prepares the effect of a batch outside any transaction (other services may be asked), then
  // returns the body that writes it; the position is advanced in the same transaction. An error
  // leaves the position, and the batch is tried again with backoff, in ever smaller parts: a single
  // change that can never take effect is the handler's to record and pass over.
  using Handler = std::function<absl::StatusOr<sql::Database::Body>(absl::Span<const v1::Change>)>;
  // The cursor is lost (CURSOR_EXPIRED, CURSOR_FUTURE): returns a body that makes up for what was
  // missed, from a snapshot of the source taken now. The position moves to `next` with it: the
  // head, or where the epoch begins if the source was restored from a backup, since what came after
  // that nobody has seen.
  using Resync = std::function<absl::StatusOr<sql::Database::Body>(const v1::Cursor& next)>;

  // `redis` may be null. Everything outlives the consumer. The table `feed_positions` is part of
  // the consumer's migrations. Without `resync` a lost cursor is an error that stays, and is
  // logged, until an operator decides.
  Consumer(sql::Database& database, redis::Client* redis, FeedSource& source, const Clock& clock,
           ConsumerOptions options, Handler handler, Resync resync = nullptr);
  ~Consumer();  // stops the thread

  void Start();
  // One round on the calling thread, for tests; returns how many changes took effect. Not together
  // with Start.
  absl::StatusOr<int> RunOnce();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wici::feed

#endif  // WICI_LIBS_FEED_CONSUMER_H_
