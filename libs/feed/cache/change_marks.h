// Whether something read earlier may still be shown, by what the change feed has said since.
//
// A table of fixed size holds, by the hash of an aggregate's name, the number of the newest change
// seen. What was read under a ticket holds as long as no later change met its places: two
// aggregates that share a place cost a needless read, never a wrong answer, and the table never
// forgets. A ticket is taken before the snapshot of the read is, so a change that commits in
// between, and is heard of before, while or after what was read is put away, is later than it.
//
// What another process read counts as well (Adopt), by the number and the epoch it was read under:
// where this process has heard of all changes after that number, and has no write of its own left
// that the feed has not told of yet.
//
// All of it is only as good as the feed is followed (marks_follower.h): Begin gives no ticket once
// the last word is older than `lag_max`.
#ifndef WICI_LIBS_FEED_CACHE_CHANGE_MARKS_H_
#define WICI_LIBS_FEED_CACHE_CHANGE_MARKS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"
#include "libs/rpc/versions.h"
#include "wici/feed/v1/feed.pb.h"

namespace wici::feed {

struct ChangeMarksOptions {
  absl::Duration lag_max = absl::Seconds(2);
  std::size_t places = 16'384;  // 16 bytes each
};

// Thread-safe.
class ChangeMarks {
 public:
  struct Ticket {
    std::int64_t generation = 0;
    std::int64_t seq = 0;     // changes up to here had been committed
    std::int64_t writes = 0;  // and so had what this process wrote
  };
  // What had been committed before a look at the feed.
  struct Moment {
    absl::Time time;
    std::int64_t writes = 0;  // of this process
  };

  explicit ChangeMarks(const Clock& clock, ChangeMarksOptions options = {})
      : clock_(clock), options_(options), places_(options.places), written_(options.places) {}

  // To be called before the snapshot of the read; nullopt when the feed is not followed closely.
  std::optional<Ticket> Begin() const;
  // Whether what was read under `ticket` is the newest heard of.
  bool Holds(const Ticket& ticket, absl::Span<const rpc::Version> sources) const;

  // Both at once, of what is kept: whether the feed is followed closely, and `sources` read under
  // `ticket` are the newest heard of.
  bool Shows(const Ticket& ticket, absl::Span<const rpc::Version> sources) const;

  // The epoch that the number of `ticket` is of; "" when that is not known (any more).
  std::string EpochOf(const Ticket& ticket) const;
  // What another process read under number `seq` of `epoch`, which may be long ago: a ticket for it
  // if the feed is followed closely and this is the newest heard of, as far as this process knows
  // at all.
  std::optional<Ticket> Adopt(std::string_view epoch, std::int64_t seq,
                              absl::Span<const rpc::Version> sources) const;

  // This process wrote, and has not answered yet: who has the answer reads nothing older here, even
  // without a token.
  void Wrote(const rpc::Versions& versions);

  // For who follows the feed. Nothing read before holds any more, nor is there a ticket until the
  // next Confirm; goes on after `start`.
  void Reset(const v1::Cursor& start);
  // The next changes, in order.
  void Take(absl::Span<const v1::Change> changes);
  // Now: to be taken before the snapshot of a look at the feed is.
  Moment Now() const;
  // Everything committed before `when` has been taken.
  void Confirm(const Moment& when);

 private:
  std::size_t PlaceOf(std::string_view aggregate) const;
  bool IsFollowed() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsNewest(const Ticket& ticket, absl::Span<const rpc::Version> sources) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock& clock_;
  const ChangeMarksOptions options_;
  mutable Mutex mutex_;
  std::vector<std::int64_t> places_ ABSL_GUARDED_BY(mutex_);   // the newest seq of each
  std::vector<std::int64_t> written_ ABSL_GUARDED_BY(mutex_);  // the newest of writes_ of each
  std::int64_t all_written_ ABSL_GUARDED_BY(mutex_) = 0;       // and of all
  std::int64_t writes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::int64_t generation_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string epoch_ ABSL_GUARDED_BY(mutex_);
  std::int64_t start_ ABSL_GUARDED_BY(mutex_) = 0;  // what changed up to there is not known
  std::int64_t seq_ ABSL_GUARDED_BY(mutex_) = 0;
  std::optional<Moment> confirmed_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wici::feed

#endif  // WICI_LIBS_FEED_CACHE_CHANGE_MARKS_H_
