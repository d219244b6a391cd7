// What is read most often, kept in the process: an LRU bounded by entries and bytes, in front of
// the database, emptied by the change feed (change_marks.h). Between the two, if there is one,
// stands a tier in Redis that the replicas share (redis_tier.h).
//
//   ReadCache<Answer> cache("clusters", options);
//   std::shared_ptr<const Answer> answer = cache.Find(name, context.seen);  // never blocks
//   if (answer == nullptr) {                                                // on another thread
//     WICI_ASSIGN_OR_RETURN(answer, cache.Get(name, context.seen, [&]() ->
//     absl::StatusOr<Loaded<Answer>> {
//       ... one read of the database, after the call of this function began
//       return Loaded<Answer>{answer, {{name, version}}, bytes};
//     }));
//   }
//
// Keep answers as they go over the wire (rpc::Serialized): they take less memory than messages do,
// and a hit sends them as they are. What they depend on belongs into the key (a day), or
// is kept beside them, once for each kind of caller.
//
// What is promised. Without a token (rpc::Versions) an answer is at most
// ChangeMarksOptions::lag_max behind the database. With the token of a write it shows that write or
// a later one, in whichever process and however late the feed is: an older entry is passed over,
// and the database asked. A value that was read before a change does not come back after this
// process has heard of the change, by the feed or as its own write, however late it arrives.
// Errors, and so what is not there, are never kept.
//
// All that holds for what comes from Redis, too, whatever has become of it there: an entry says
// under which number of the feed it was read, and is taken only where all changes since are known
// and none is of its sources. Of two replicas that have not heard of a change yet one may have put
// away the state before it, so without a token a value that has left the process may come back
// once as it was before such a change, within lag_max.
//
// Whether the caller may see the value is not asked here: what is kept is kept for all callers, and
// who sees which of it is asked of each answer. Metrics: wici_read_cache_reads_total{cache,
// result}, where result is hit, redis_hit, miss, bypassed (the feed is not followed closely, or the
// client asks for the database), or late (missed, and too old to be kept when it came);
// wici_read_cache_redis_misses_total{cache, reason}, of the reads that asked Redis in vain, where
// reason is absent (also what cannot be read), outdated (also what this process cannot judge), or
// failed (also when it is passed by after a failure); wici_read_cache_entries,
// wici_read_cache_bytes.
#ifndef WICI_LIBS_FEED_CACHE_READ_CACHE_H_
#define WICI_LIBS_FEED_CACHE_READ_CACHE_H_

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/feed/cache/change_marks.h"
#include "libs/feed/cache/read_cache_options.h"
#include "libs/rpc/versions.h"

namespace prometheus {
class Counter;
class Gauge;
}  // namespace prometheus

namespace wici::feed {

// What the database gave: the value, the aggregates it was made of at their versions, always the
// same ones for a key, and about how much memory it takes. Without sources it is not kept.
template <class T>
struct Loaded {
  std::shared_ptr<const T> value;
  std::vector<rpc::Version> sources;
  std::size_t bytes = 0;
};

// How values go through Redis. Both are pure.
template <class T>
struct ReadCodec {
  // The value in parts. None for what is not to stand there: only what is published may, and no
  // words that may be about a person.
  std::function<std::vector<std::string>(const T& value)> encode;
  // The value of such parts; null when they are not those of one.
  std::function<std::shared_ptr<const T>(const std::vector<std::string>& parts)> decode;
};

template <>
struct ReadCodec<void> {
  std::function<std::vector<std::string>(const void* value)> encode;
  std::function<std::shared_ptr<const void>(const std::vector<std::string>& parts)> decode;
};

// ReadCache without the type of the values. Thread-safe.
class UntypedReadCache {
 public:
  using Load = std::function<absl::StatusOr<Loaded<void>>()>;

  UntypedReadCache(std::string_view name, ReadCacheOptions options, ReadCodec<void> codec);

  absl::StatusOr<std::shared_ptr<const void>> Get(const std::string& key, const rpc::Versions& seen,
                                                  const Load& load);
  std::shared_ptr<const void> Find(std::string_view key, const rpc::Versions& seen);
  std::size_t entries() const;
  std::size_t bytes() const;

 private:
  struct Entry {
    std::string key;
    ChangeMarks::Ticket ticket;
    Loaded<void> loaded;  // bytes with those of the entry itself
  };
  using Entries = std::list<std::shared_ptr<const Entry>>;

  std::shared_ptr<const Entry> Lookup(std::string_view key);
  std::shared_ptr<const Entry> AskRedis(const std::string& key, const rpc::Versions& seen);
  void TellRedis(const Entry& entry);
  void Put(std::shared_ptr<const Entry> entry);
  void Erase(const std::shared_ptr<const Entry>& entry);
  void EraseLocked(Entries::iterator position, Entries& erased)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string name_;
  const ReadCacheOptions options_;
  const ReadCodec<void> codec_;
  prometheus::Counter& hits_;
  prometheus::Counter& redis_hits_;
  prometheus::Counter& misses_;
  prometheus::Counter& bypassed_;
  prometheus::Counter& late_;
  prometheus::Counter& redis_absent_;
  prometheus::Counter& redis_outdated_;
  prometheus::Counter& redis_failed_;
  prometheus::Gauge& entries_gauge_;
  prometheus::Gauge& bytes_gauge_;

  mutable Mutex mutex_;
  Entries entries_ ABSL_GUARDED_BY(mutex_);  // the one used last in front
  std::unordered_map<std::string_view, Entries::iterator> by_key_ ABSL_GUARDED_BY(mutex_);
  std::size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

template <class T>
class ReadCache {
 public:
  using Load = std::function<absl::StatusOr<Loaded<T>>()>;

  // `name` is a label of the metrics, and a part of the keys in Redis. What has no codec is not
  // shared.
  ReadCache(std::string_view name, ReadCacheOptions options, ReadCodec<T> codec = {})
      : cache_(name, options, Untyped(std::move(codec))) {}

  // The value of `key` if Get would take it from what is kept, else null: then Get says why, and
  // counts. For a thread that must not wait.
  std::shared_ptr<const T> Find(std::string_view key, const rpc::Versions& seen) {
    return std::static_pointer_cast<const T>(cache_.Find(key, seen));
  }

  // The value of `key`, kept, or from Redis, or from `load`, whose error is returned as it is. All
  // that waits for runs on the calling thread, without any lock.
  absl::StatusOr<std::shared_ptr<const T>> Get(const std::string& key, const rpc::Versions& seen,
                                               const Load& load) {
    absl::StatusOr<std::shared_ptr<const void>> value =
        cache_.Get(key, seen, [&load]() -> absl::StatusOr<Loaded<void>> {
          WICI_ASSIGN_OR_RETURN(Loaded<T> loaded, load());
          return Loaded<void>{std::move(loaded.value), std::move(loaded.sources), loaded.bytes};
        });
    if (!value.ok()) return value.status();
    return std::static_pointer_cast<const T>(*std::move(value));
  }

  std::size_t entries() const { return cache_.entries(); }
  std::size_t bytes() const { return cache_.bytes(); }

 private:
  static ReadCodec<void> Untyped(ReadCodec<T> codec) {
    if (!codec.encode || !codec.decode) return {};
    return {[encode = std::move(codec.encode)](const void* value) {
              return encode(*static_cast<const T*>(value));
            },
            std::move(codec.decode)};
  }

  UntypedReadCache cache_;
};

}  // namespace wici::feed

#endif  // WICI_LIBS_FEED_CACHE_READ_CACHE_H_
