#include "services/cluster_registry/clusters/visibility.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "libs/auth/access.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/cluster_rules/publication.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/errors.h"

namespace wici::cluster_registry {
namespace {

// Named one by one, so that a new role sees little until somebody decides.
constexpr std::array<std::string_view, 6> kInternalRoles = {"auditor",         "cluster-manager",
                                                            "event-organiser", "platform-operator",
                                                            "region-operator", "service"};

bool IsInternal(const Principal& principal, std::string_view scope) {
  return std::any_of(
      principal.bindings.begin(), principal.bindings.end(), [&](const RoleBinding& binding) {
        return auth::ScopeContains(binding.scope, scope) &&
               std::find(kInternalRoles.begin(), kInternalRoles.end(), binding.role) !=
                   kInternalRoles.end();
      });
}

}  // namespace

v1::Visibility CircleOf(const Principal& principal, std::string_view scope) {
  if (IsInternal(principal, scope)) return v1::VISIBILITY_INTERNAL;
  const bool partner = std::any_of(
      principal.bindings.begin(), principal.bindings.end(), [&](const RoleBinding& binding) {
        return binding.role == "partner-region" && auth::ScopeContains(binding.scope, scope);
      });
  return partner ? v1::VISIBILITY_PARTNERS : v1::VISIBILITY_PUBLIC;
}

bool MaySee(const Principal& principal, const v1::Cluster& cluster) {
  return ExposureOf(cluster) <= CircleOf(principal, cluster.name());
}

void HideFrom(const Principal& principal, v1::Cluster& cluster) {
  if (!IsInternal(principal, cluster.name())) HideInternals(cluster);
}

void HideInternals(v1::Cluster& cluster) { cluster.clear_review(); }

absl::StatusOr<v1::Cluster> ReadVisibleCluster(Reader& reader, const Principal& principal,
                                               std::string_view name) {
  return ReadVisibleCluster(reader, principal, name, absl::InfiniteFuture());
}

absl::StatusOr<v1::Cluster> ReadVisibleCluster(Reader& reader, const Principal& principal,
                                               std::string_view name, absl::Time known_at) {
  WICI_ASSIGN_OR_RETURN(v1::Cluster cluster, ReadCluster(reader, name));
  if (!MaySee(principal, cluster)) return NotFoundError(name);
  if (known_at != absl::InfiniteFuture()) {
    WICI_ASSIGN_OR_RETURN(cluster, ReadCluster(reader, name, known_at));
    if (!MaySee(principal, cluster)) return NotFoundError(name);
  }
  HideFrom(principal, cluster);
  return cluster;
}

absl::StatusOr<std::set<std::string>> ReadVisibleNames(Reader& reader, const Principal& principal,
                                                       const std::set<std::string>& names) {
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::Cluster> clusters, ReadClustersNamed(reader, names));
  std::set<std::string> visible;
  for (const v1::Cluster& cluster : clusters) {
    if (MaySee(principal, cluster)) visible.insert(cluster.name());
  }
  return visible;
}

}  // namespace wici::cluster_registry
