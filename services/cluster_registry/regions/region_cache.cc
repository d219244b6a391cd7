#include "services/cluster_registry/regions/region_cache.h"

#include <utility>
#include <vector>

#include "libs/base/status_macros.h"
#include "services/cluster_registry/environment.h"
#include "services/cluster_registry/regions/region_store.h"

namespace wici::cluster_registry {

absl::StatusOr<std::shared_ptr<const RegionMap>> RegionCache::Get(Reader& reader) {
  WICI_ASSIGN_OR_RETURN(const std::int64_t generation, ReadRegionGeneration(reader));
  {
    MutexLock lock(mutex_);
    if (map_ != nullptr && generation_ == generation) return map_;
  }
  // Without the lock: two threads may both build, and neither waits for the other's SQL.
  WICI_ASSIGN_OR_RETURN(
      const std::vector<v1::Region> regions,
      ReadAll<v1::Region>([&](const Keyset& keyset) { return ReadRegions(reader, {}, keyset); }));
  auto map = std::make_shared<const RegionMap>(regions);
  MutexLock lock(mutex_);
  ++builds_;
  // A snapshot from before a change must not replace the map from after it.
  if (generation > generation_) {
    generation_ = generation;
    map_ = map;
  }
  return map;
}

std::int64_t RegionCache::builds() const {
  MutexLock lock(mutex_);
  return builds_;
}

}  // namespace wici::cluster_registry
