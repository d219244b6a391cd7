// What is read most often, kept in the process: an LRU bounded by entries and bytes, in front of
// the database, emptied by the change feed (change_marks.h).
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
// and the database asked. A value that was read before a change does not come back after it,
// however late it arrives. Errors, and so what is not there, are never kept.
//
// Whether the caller may see the value is not asked here: what is kept is kept for all callers, and
// who sees which of it is asked of each answer. Metrics: wici_read_cache_reads_total{cache,
// result}, where result is hit, miss, bypassed (the feed is not followed closely, or the client
// asks for the database), or late (missed, and too old to be kept when it came);
// wici_read_cache_entries, wici_read_cache_bytes.
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

// ReadCache without the type of the values. Thread-safe.
class UntypedReadCache {
 public:
  using Load = std::function<absl::StatusOr<Loaded<void>>()>;

  UntypedReadCache(std::string_view name, ReadCacheOptions options);

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
  void Put(std::shared_ptr<const Entry> entry);
  void Erase(const std::shared_ptr<const Entry>& entry);
  void EraseLocked(Entries::iterator position, Entries& erased)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const ReadCacheOptions options_;
  prometheus::Counter& hits_;
  prometheus::Counter& misses_;
  prometheus::Counter& bypassed_;
  prometheus::Counter& late_;
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

  // `name` is a label of the metrics.
  ReadCache(std::string_view name, ReadCacheOptions options) : cache_(name, options) {}

  // The value of `key` if Get would take it from what is kept, else null: then Get says why, and
  // counts. For a thread that must not wait.
  std::shared_ptr<const T> Find(std::string_view key, const rpc::Versions& seen) {
    return std::static_pointer_cast<const T>(cache_.Find(key, seen));
  }

  // The value of `key`, kept or from `load`, whose error is returned as it is. `load` runs on the
  // calling thread, without any lock.
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
  UntypedReadCache cache_;
};

}  // namespace wici::feed

#endif  // WICI_LIBS_FEED_CACHE_READ_CACHE_H_
