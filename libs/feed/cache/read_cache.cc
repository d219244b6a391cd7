#include "libs/feed/cache/read_cache.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "libs/base/metrics.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"

namespace wici::feed {
namespace {

// A node of the list and one of the map, both with their pointers.
constexpr std::size_t kBytesOfAnEntry = 256;

prometheus::Counter& ReadsCounter(std::string_view cache, const std::string& result) {
  return prometheus::BuildCounter()
      .Name("wici_read_cache_reads_total")
      .Help("Reads of what is kept in the process, by what came of them")
      .Register(*Metrics())
      .Add({{"cache", std::string(cache)}, {"result", result}});
}

prometheus::Gauge& SizeGauge(const std::string& name, const std::string& help,
                             std::string_view cache) {
  return prometheus::BuildGauge()
      .Name(name)
      .Help(help)
      .Register(*Metrics())
      .Add({{"cache", std::string(cache)}});
}

bool IsAnyOutdated(const rpc::Versions& seen, const std::vector<rpc::Version>& sources) {
  return std::any_of(sources.begin(), sources.end(),
                     [&](const rpc::Version& source) { return seen.IsOutdated(source); });
}

// Whether `held` shows a later version of a source than `loaded` does.
bool IsAhead(const std::vector<rpc::Version>& held, const std::vector<rpc::Version>& loaded) {
  return std::any_of(held.begin(), held.end(), [&](const rpc::Version& one) {
    return std::any_of(loaded.begin(), loaded.end(), [&](const rpc::Version& other) {
      return other.aggregate == one.aggregate && other.version < one.version;
    });
  });
}

}  // namespace

UntypedReadCache::UntypedReadCache(std::string_view name, ReadCacheOptions options)
    : options_(options),
      hits_(ReadsCounter(name, "hit")),
      misses_(ReadsCounter(name, "miss")),
      bypassed_(ReadsCounter(name, "bypassed")),
      late_(ReadsCounter(name, "late")),
      entries_gauge_(SizeGauge("wici_read_cache_entries", "What is kept in the process", name)),
      bytes_gauge_(SizeGauge("wici_read_cache_bytes", "Memory it takes, about", name)) {}

absl::StatusOr<std::shared_ptr<const void>> UntypedReadCache::Get(const std::string& key,
                                                                  const rpc::Versions& seen,
                                                                  const Load& load) {
  // Before the database is read: see change_marks.h.
  const std::optional<ChangeMarks::Ticket> ticket =
      options_.marks == nullptr || options_.bytes_max == 0 ? std::nullopt : options_.marks->Begin();
  if (!ticket || seen.all()) {
    bypassed_.Increment();
    WICI_ASSIGN_OR_RETURN(Loaded<void> loaded, load());
    return std::move(loaded.value);
  }
  if (const std::shared_ptr<const Entry> entry = Lookup(key); entry != nullptr) {
    const Loaded<void>& held = entry->loaded;
    if (!options_.marks->Holds(entry->ticket, held.sources)) {
      Erase(entry);
    } else if (!IsAnyOutdated(seen, held.sources)) {
      hits_.Increment();
      return held.value;
    }
  }
  WICI_ASSIGN_OR_RETURN(Loaded<void> loaded, load());
  std::shared_ptr<const void> value = loaded.value;
  if (!loaded.sources.empty() && options_.marks->Holds(*ticket, loaded.sources)) {
    misses_.Increment();
    loaded.bytes += 2 * key.size() + kBytesOfAnEntry;
    Put(std::make_shared<const Entry>(Entry{key, *ticket, std::move(loaded)}));
  } else {
    late_.Increment();
  }
  return value;
}

std::shared_ptr<const void> UntypedReadCache::Find(std::string_view key,
                                                   const rpc::Versions& seen) {
  if (options_.marks == nullptr || seen.all()) return nullptr;
  std::shared_ptr<const Entry> entry = Lookup(key);
  if (entry == nullptr || !options_.marks->Shows(entry->ticket, entry->loaded.sources) ||
      IsAnyOutdated(seen, entry->loaded.sources)) {
    return nullptr;
  }
  hits_.Increment();
  const void* value = entry->loaded.value.get();
  return {std::move(entry), value};
}

std::shared_ptr<const UntypedReadCache::Entry> UntypedReadCache::Lookup(std::string_view key) {
  MutexLock lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return *found->second;
}

void UntypedReadCache::Put(std::shared_ptr<const Entry> entry) {
  if (entry->loaded.bytes > options_.bytes_max || options_.entries_max == 0) return;
  Entries erased;  // freed without the lock
  MutexLock lock(mutex_);
  const auto found = by_key_.find(entry->key);
  if (found != by_key_.end()) {
    // Who read it later may have been faster.
    if (IsAhead((*found->second)->loaded.sources, entry->loaded.sources)) return;
    EraseLocked(found->second, erased);
  }
  bytes_ += entry->loaded.bytes;
  entries_.push_front(std::move(entry));
  by_key_[entries_.front()->key] = entries_.begin();
  while (bytes_ > options_.bytes_max || entries_.size() > options_.entries_max) {
    EraseLocked(std::prev(entries_.end()), erased);
  }
  entries_gauge_.Set(static_cast<double>(entries_.size()));
  bytes_gauge_.Set(static_cast<double>(bytes_));
}

void UntypedReadCache::Erase(const std::shared_ptr<const Entry>& entry) {
  Entries erased;
  MutexLock lock(mutex_);
  const auto found = by_key_.find(entry->key);
  if (found == by_key_.end() || *found->second != entry) return;
  EraseLocked(found->second, erased);
  entries_gauge_.Set(static_cast<double>(entries_.size()));
  bytes_gauge_.Set(static_cast<double>(bytes_));
}

void UntypedReadCache::EraseLocked(Entries::iterator position, Entries& erased) {
  bytes_ -= (*position)->loaded.bytes;
  by_key_.erase((*position)->key);
  erased.splice(erased.end(), entries_, position);
}

std::size_t UntypedReadCache::entries() const {
  MutexLock lock(mutex_);
  return entries_.size();
}

std::size_t UntypedReadCache::bytes() const {
  MutexLock lock(mutex_);
  return bytes_;
}

}  // namespace wici::feed
