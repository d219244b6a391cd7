// The world of a rule, read from the database: regions, schemes and initiatives.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_AUDIENCE_WORLD_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_AUDIENCE_WORLD_H_

#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "services/cluster_registry/audiences/rules/audience_rule.h"
#include "services/cluster_registry/regions/region_cache.h"
#include "services/cluster_registry/store.h"

namespace wici::cluster_registry {

// The instant under which the answer to a question as known at `known_at` can be asked for again.
// Within the transaction, after it has read: the present it sees was recorded by then.
absl::Time ShownAt(absl::Time known_at, const Clock& clock);

// A World with the regions it points to.
struct ReadWorld {
  World world;
  std::shared_ptr<const RegionMap> regions;
};

// What `rule`, which is valid, looks at: schemes and initiatives as known at the instant, regions
// as they are. NOT_FOUND for a resource that does not exist, never "nobody". INVALID_ARGUMENT,
// below `field`, for a kind or a code that does not.
absl::Status ReadWorldOf(Reader& reader, RegionCache& cache, std::string_view field,
                         const v1::AudienceRule& rule, absl::CivilDay on_date, absl::Time known_at,
                         ReadWorld& read);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_AUDIENCE_WORLD_H_
