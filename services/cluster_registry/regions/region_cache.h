// The map of all regions, built once and kept until a region changes.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_REGIONS_REGION_CACHE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_REGIONS_REGION_CACHE_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "libs/base/mutex.h"
#include "services/cluster_registry/regions/regions.h"
#include "services/cluster_registry/store.h"

namespace wici::cluster_registry {

// Thread-safe. Every change of a region, by whichever process, moves the generation in the
// database; a map of another generation is never used.
class RegionCache {
 public:
  // The regions as the snapshot of `reader` sees them: one look at the generation, and all regions
  // only when it is not the one of the map at hand.
  absl::StatusOr<std::shared_ptr<const RegionMap>> Get(Reader& reader);

  // How often all regions were read.
  std::int64_t builds() const;

 private:
  mutable Mutex mutex_;
  std::int64_t generation_ ABSL_GUARDED_BY(mutex_) = -1;
  std::int64_t builds_ ABSL_GUARDED_BY(mutex_) = 0;
  std::shared_ptr<const RegionMap> map_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_REGIONS_REGION_CACHE_H_
