#include "services/cluster_registry/audiences/audience_world.h"

#include <string>

#include "libs/base/status_macros.h"
#include "services/cluster_registry/environment.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/initiatives/initiative_store.h"
#include "services/cluster_registry/label_schemes/label_scheme_store.h"

namespace wici::cluster_registry {

absl::Time ShownAt(absl::Time known_at, const Clock& clock) {
  return known_at == kPresent ? clock.Now() : known_at;
}

absl::Status ReadWorldOf(Reader& reader, RegionCache& cache, std::string_view field,
                         const v1::AudienceRule& rule, absl::CivilDay on_date, absl::Time known_at,
                         ReadWorld& read) {
  read = ReadWorld();
  WICI_ASSIGN_OR_RETURN(read.regions, cache.Get(reader));
  World& world = read.world;
  world.on_date = on_date;
  world.regions = read.regions.get();
  const RuleResources resources = ResourcesOf(rule);
  for (const std::string& region : resources.regions) {
    if (!world.regions->Has(region)) return NotFoundError(region);
  }
  WICI_ASSIGN_OR_RETURN(world.label_schemes,
                        ReadLabelSchemes(reader, resources.label_schemes, known_at));
  for (const std::string& scheme : resources.label_schemes) {
    if (world.label_schemes.count(scheme) == 0) return NotFoundError(scheme);
  }
  for (const std::string& initiative : resources.initiatives) {
    WICI_ASSIGN_OR_RETURN(world.initiatives[initiative],
                          ReadInitiative(reader, initiative, known_at));
  }
  Violations violations;
  CheckRuleInWorld(field, rule, world, violations);
  return violations.ToStatus(kDomain);
}

}  // namespace wici::cluster_registry
