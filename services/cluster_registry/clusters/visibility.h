// Who may see which clusters: Cluster.visibility against the roles of the caller.
//
//   PUBLIC    whoever may read the registry
//   PARTNERS  the same callers, partner regions among them
//   INTERNAL  people of this registry: platform and region operators, auditors, event organisers,
//             its services, and the managers of the cluster
//
// A cluster in review, or not handed in yet, is internal whatever it says (ExposureOf). What a
// caller may not see does not exist for it: NOT_FOUND, and in no list. Pure but for the reads; safe
// to call from any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_VISIBILITY_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_VISIBILITY_H_

#include <set>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/principal.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/cluster.pb.h"

namespace wici::cluster_registry {

// The most internal circle `principal` belongs to for the clusters below `scope`: "clusters/c", or
// "platform" for a list of all.
v1::Visibility CircleOf(const Principal& principal, std::string_view scope);

// Whether `principal` may see `cluster`.
bool MaySee(const Principal& principal, const v1::Cluster& cluster);

// Takes out of `cluster` what is for people of this registry only: the review. From a principal,
// unless it is in the internal circle; or from everybody who is not.
void HideFrom(const Principal& principal, v1::Cluster& cluster);
void HideInternals(v1::Cluster& cluster);

// The cluster, when `principal` may see it. For what is below a cluster, before it is answered.
absl::StatusOr<v1::Cluster> ReadVisibleCluster(Reader& reader, const Principal& principal,
                                               std::string_view name);
// As the registry knew it at `known_at`. It must be visible as it is and as it was.
absl::StatusOr<v1::Cluster> ReadVisibleCluster(Reader& reader, const Principal& principal,
                                               std::string_view name, absl::Time known_at);
// Of the clusters `names`, those that are there and that `principal` may see, by one query.
absl::StatusOr<std::set<std::string>> ReadVisibleNames(Reader& reader, const Principal& principal,
                                                       const std::set<std::string>& names);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_VISIBILITY_H_
