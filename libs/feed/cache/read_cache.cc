#include "libs/feed/cache/read_cache.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "libs/base/metrics.h"
#include "libs/feed/cache/redis_tier.h"
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

prometheus::Counter& RedisMissesCounter(std::string_view cache, const std::string& reason) {
  return prometheus::BuildCounter()
      .Name("wici_read_cache_redis_misses_total")
      .Help("Reads that Redis was asked for and did not answer, by why")
      .Register(*Metrics())
      .Add({{"cache", std::string(cache)}, {"reason", reason}});
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

UntypedReadCache::UntypedReadCache(std::string_view name, ReadCacheOptions options,
                                   ReadCodec<void> codec)
    : name_(name),
      options_(options),
      codec_(std::move(codec)),
      hits_(ReadsCounter(name, "hit")),
      redis_hits_(ReadsCounter(name, "redis_hit")),
      misses_(ReadsCounter(name, "miss")),
      bypassed_(ReadsCounter(name, "bypassed")),
      late_(ReadsCounter(name, "late")),
      redis_absent_(RedisMissesCounter(name, "absent")),
      redis_outdated_(RedisMissesCounter(name, "outdated")),
      redis_failed_(RedisMissesCounter(name, "failed")),
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
  if (std::shared_ptr<const Entry> shared = AskRedis(key, seen); shared != nullptr) {
    redis_hits_.Increment();
    std::shared_ptr<const void> value = shared->loaded.value;
    Put(std::move(shared));
    return value;
  }
  WICI_ASSIGN_OR_RETURN(Loaded<void> loaded, load());
  std::shared_ptr<const void> value = loaded.value;
  if (!loaded.sources.empty() && options_.marks->Holds(*ticket, loaded.sources)) {
    misses_.Increment();
    loaded.bytes += 2 * key.size() + kBytesOfAnEntry;
    const auto entry = std::make_shared<const Entry>(Entry{key, *ticket, std::move(loaded)});
    Put(entry);
    TellRedis(*entry);
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

std::shared_ptr<const UntypedReadCache::Entry> UntypedReadCache::AskRedis(
    const std::string& key, const rpc::Versions& seen) {
  if (options_.tier == nullptr || !codec_.decode) return nullptr;
  absl::StatusOr<TierEntry> found = options_.tier->Get(name_, key);
  if (!found.ok()) {
    (absl::IsNotFound(found.status()) ? redis_absent_ : redis_failed_).Increment();
    return nullptr;
  }
  // Only now: a change that was heard of while Redis was asked counts as well.
  const std::optional<ChangeMarks::Ticket> ticket =
      options_.marks->Adopt(found->epoch, found->seq, found->sources);
  if (!ticket || IsAnyOutdated(seen, found->sources)) {
    redis_outdated_.Increment();
    return nullptr;
  }
  std::shared_ptr<const void> value = codec_.decode(found->parts);
  if (value == nullptr) {
    redis_absent_.Increment();
    return nullptr;
  }
  std::size_t bytes = 2 * key.size() + kBytesOfAnEntry;
  for (const std::string& part : found->parts) bytes += part.size();
  return std::make_shared<const Entry>(
      Entry{key, *ticket, {std::move(value), std::move(found->sources), bytes}});
}

void UntypedReadCache::TellRedis(const Entry& entry) {
  if (options_.tier == nullptr || !codec_.encode) return;
  TierEntry told = {.epoch = options_.marks->EpochOf(entry.ticket),
                    .seq = entry.ticket.seq,
                    .sources = entry.loaded.sources,
                    .parts = codec_.encode(entry.loaded.value.get())};
  if (told.epoch.empty() || told.parts.empty()) return;
  options_.tier->Set(name_, entry.key, told);
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
