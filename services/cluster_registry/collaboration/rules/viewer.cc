#include "services/cluster_registry/collaboration/rules/viewer.h"

#include <algorithm>
#include <array>

#include "services/cluster_registry/cluster_rules/publication.h"
#include "services/cluster_registry/regions/regions.h"

namespace wici::cluster_registry {
namespace {

// Those of clusters/visibility.h: with any of them, or as partner region, one reads a registry.
constexpr std::array<std::string_view, 6> kInternalRoles = {"auditor",         "cluster-manager",
                                                            "event-organiser", "platform-operator",
                                                            "region-operator", "service"};

bool IsInternalRole(std::string_view role) {
  return std::find(kInternalRoles.begin(), kInternalRoles.end(), role) != kInternalRoles.end();
}

// Whether a fact of this visibility is for `viewer` without a role on its cluster.
bool IsSharedWith(const Viewer& viewer, v1::Visibility visibility) {
  return visibility == v1::VISIBILITY_PUBLIC ||
         (viewer.partner && visibility == v1::VISIBILITY_PARTNERS);
}

std::string_view ClusterOfItem(std::string_view item) {
  return item.substr(0, item.find('/', item.find('/') + 1));
}

}  // namespace

Viewer MakeViewer(const Principal& principal) {
  Viewer viewer;
  for (const RoleBinding& binding : principal.bindings) {
    const bool internal = IsInternalRole(binding.role);
    viewer.partner = viewer.partner || internal || binding.role == "partner-region";
    if (binding.scope == "platform") {
      viewer.everything = viewer.everything || internal;
    } else if (binding.scope.rfind("clusters/", 0) == 0) {
      viewer.clusters.insert(binding.scope);
    } else if (binding.scope.rfind("regions/", 0) == 0) {
      viewer.regions.insert(binding.scope);
    }
  }
  return viewer;
}

std::set<std::string, std::less<>> RegionsOpenTo(const Viewer& viewer,
                                                 absl::Span<const v1::Region> regions) {
  std::set<std::string, std::less<>> open = viewer.regions;
  const RegionMap map(regions);
  for (const std::string& own : viewer.regions) {
    for (const v1::Region& region : regions) {
      // What is not certainly inside stays hidden.
      if (map.Contains(region.name(), own).truth == Truth::kTrue) open.insert(region.name());
    }
  }
  return open;
}

bool IsShared(v1::Visibility visibility) {
  return visibility == v1::VISIBILITY_PUBLIC || visibility == v1::VISIBILITY_PARTNERS;
}

bool MaySee(const Viewer& viewer, const std::set<std::string, std::less<>>& open_regions,
            const v1::CollaborationItem& item) {
  if (viewer.everything || viewer.clusters.count(ClusterOfItem(item.name())) > 0) return true;
  if (item.state() != v1::CollaborationItem::STATE_OPEN ||
      !IsSharedWith(viewer, item.visibility())) {
    return false;
  }
  return item.visible_in_regions().empty() ||
         std::any_of(item.visible_in_regions().begin(), item.visible_in_regions().end(),
                     [&](const std::string& region) { return open_regions.count(region) > 0; });
}

bool MaySee(const Viewer& viewer, const v1::Cluster& cluster) {
  if (cluster.has_delete_time()) return false;
  if (viewer.everything || viewer.clusters.count(cluster.name()) > 0) return true;
  return IsSharedWith(viewer, ExposureOf(cluster));
}

}  // namespace wici::cluster_registry
