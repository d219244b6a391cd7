// Clusters in the database; see store.h for errors and transactions.
//
// The cluster is locked, or was inserted, before anything below it is written: members
// (members/member_store.h), contacts (contacts/contact_store.h), labels (labels/label_store.h).
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_CLUSTER_STORE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_CLUSTER_STORE_H_

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/cluster_registry/contacts/contact_store.h"
#include "services/cluster_registry/members/member_store.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/cluster.pb.h"
#include "wici/cluster_registry/v1/cluster_history.pb.h"

namespace wici::cluster_registry {

// An empty or unset field does not filter.
struct ClusterFilter {
  std::string country;
  std::string home_region;
  v1::Cluster::State state = v1::Cluster::STATE_UNSPECIFIED;
  bool show_deleted = false;
  // Only clusters that callers of this circle may see; see visibility.h.
  v1::Visibility exposure = v1::VISIBILITY_INTERNAL;
};

// Of what is read, management_organisation and mandate_gaps are filled by ShowManagementOn
// (cluster_rules/mandates.h), since they depend on the day.
absl::StatusOr<v1::Cluster> ReadCluster(Reader& reader, std::string_view name);
// The same, and the version of its aggregate in this snapshot.
absl::StatusOr<v1::Cluster> ReadCluster(Reader& reader, std::string_view name,
                                        std::int64_t& aggregate_version);
// As the registry knew it at `known_at`; NOT_FOUND also when it knew nothing of it yet.
absl::StatusOr<v1::Cluster> ReadCluster(Reader& reader, std::string_view name, absl::Time known_at);
// Those of the clusters that exist, in no order, by one query.
absl::StatusOr<std::vector<v1::Cluster>> ReadClustersNamed(Reader& reader,
                                                           const std::set<std::string>& names);
absl::StatusOr<std::vector<v1::Cluster>> ReadClusters(Reader& reader, const ClusterFilter& filter,
                                                      const Keyset& keyset);
// The record versions below `before_version`, newest first, the present one included; only those
// that callers of the circle `exposure` might have read.
absl::StatusOr<std::vector<v1::ClusterVersion>> ReadClusterVersions(Reader& reader,
                                                                    std::string_view name,
                                                                    v1::Visibility exposure,
                                                                    std::int64_t before_version,
                                                                    int limit);
// The number of a version, below which ReadClusterVersions goes on.
std::int64_t NumberOf(const v1::ClusterVersion& version);
// Takes the cluster for this transaction: others that write to it wait. FAILED_PRECONDITION with
// reason CLUSTER_DELETED for a deleted one unless `deleted_too`.
absl::StatusOr<v1::Cluster> LockCluster(Writer& writer, std::string_view name, bool deleted_too);
absl::Status InsertCluster(Writer& writer, v1::Cluster& cluster);
// Keeps the version before. `kind` of the change: "cluster.updated", "cluster.published", ...
absl::Status SaveCluster(Writer& writer, v1::Cluster& cluster, std::string_view kind);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_CLUSTER_STORE_H_
