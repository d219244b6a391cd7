// Numbers committed changes and tells the world.
//
// One sequencer works at a time, by a lease row with an epoch that every stamp checks. It stamps
// transactions, not rows: each transaction that appended changes also wrote one row with their
// count, and that row gets its first number. Then local watchers are woken, and the new changes go
// to the Redis Stream "feed:<source>" in pipelines (relay.h), on a thread of their own: a Redis
// that hangs delays nobody. Redis is never needed for progress: what could not be relayed is read
// by consumers from FeedService.
//
// On SQLite the transactions number themselves (changes.h), but for those an older version of the
// software left. What remains is to look how far they have come, to tell it, and to relay: only the
// process that has the lease does.
//
// The lease only decides who bothers; it lapses when there is nothing to do. Safety is in the
// stamp itself: it updates the lease row only under its own owner and epoch, so a process that was
// paused and comes back stamps nothing.
#ifndef WICI_LIBS_FEED_SEQUENCER_H_
#define WICI_LIBS_FEED_SEQUENCER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/redis/client.h"
#include "libs/sql/database.h"
#include "wici/feed/v1/feed.pb.h"

namespace wici::feed {

// After a restore from a backup, before the service serves again: StartNewEpoch of changes.h in a
// transaction of its own. What the flag --new_feed_epoch of a service does.
absl::Status StartNewEpoch(sql::Database& database, IdSource& ids);

struct SequencerOptions {
  std::string source;  // "registration"
  std::string owner;   // unique to this process
  absl::Duration lease = absl::Seconds(5);
  absl::Duration poll = absl::Milliseconds(200);  // when nobody calls Wake
  std::size_t stream_length_max = 100'000;        // entries kept in the Redis Stream, about
};

class Sequencer {
 public:
  // `redis` may be null: no relay. `on_head` is called on the sequencer's thread with every new
  // head seen, stamped here or by another process. Everything outlives the sequencer.
  Sequencer(sql::Database& database, redis::Client* redis, const Clock& clock,
            SequencerOptions options, std::function<void(const v1::Cursor&)> on_head);
  // Stops the thread, which stamps and relays what was committed before; gives back the lease.
  ~Sequencer();

  // Starts the thread.
  void Start();
  // There is something to stamp or to tell: call after a commit. Thread-safe, never blocks.
  void Wake();
  // One round on the calling thread, for tests: stamps what is committed and relays it; returns
  // how many transactions it stamped, without those that numbered themselves. Not together with
  // Start.
  absl::StatusOr<int> RunOnce();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wici::feed

#endif  // WICI_LIBS_FEED_SEQUENCER_H_
