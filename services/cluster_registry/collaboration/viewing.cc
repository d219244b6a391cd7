#include "services/cluster_registry/collaboration/viewing.h"

#include <vector>

#include "libs/base/status_macros.h"
#include "services/cluster_registry/collaboration/rules/activity.h"
#include "services/cluster_registry/environment.h"
#include "services/cluster_registry/regions/region_store.h"

namespace wici::cluster_registry {

absl::StatusOr<View> ReadView(Reader& reader, const Principal& principal) {
  View view;
  view.viewer = MakeViewer(principal);
  if (view.viewer.everything) return view;
  WICI_ASSIGN_OR_RETURN(const Owners owners, ReadOwners(reader, {view.viewer.clusters.begin(),
                                                                 view.viewer.clusters.end()}));
  for (const auto& [name, cluster] : owners.clusters) {
    if (!cluster.home_region().empty()) view.viewer.regions.insert(cluster.home_region());
  }
  if (view.viewer.regions.empty()) return view;
  WICI_ASSIGN_OR_RETURN(
      const std::vector<v1::Region> regions,
      ReadAll<v1::Region>([&](const Keyset& keyset) { return ReadRegions(reader, {}, keyset); }));
  view.open_regions = RegionsOpenTo(view.viewer, regions);
  return view;
}

bool IsActive(const Owners& owners, std::string_view owner, absl::CivilDay today) {
  const auto cluster = owners.clusters.find(ClusterOf(owner));
  if (cluster == owners.clusters.end() || !IsActive(cluster->second)) return false;
  if (cluster->first == owner) return true;
  const auto member = owners.members.find(owner);
  return member != owners.members.end() && IsActive(member->second, today);
}

std::string OwnerOf(const v1::CollaborationItem& item) {
  return item.owner().empty() ? ClusterOf(item.name()) : item.owner();
}

}  // namespace wici::cluster_registry
