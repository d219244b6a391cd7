// Clusters in the database; see store.h for errors and transactions.
//
// The cluster is locked, or was inserted, before anything below it is written: members
// (members/member_store.h), contacts (contacts/contact_store.h), labels (labels/label_store.h).
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_CLUSTER_STORE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_CLUSTER_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/cluster_registry/contacts/contact_store.h"
#include "services/cluster_registry/members/member_store.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/cluster.pb.h"

namespace wici::cluster_registry {

// An empty or unset field does not filter.
struct ClusterFilter {
  std::string country;
  std::string home_region;
  v1::Cluster::State state = v1::Cluster::STATE_UNSPECIFIED;
  bool show_deleted = false;
};

absl::StatusOr<v1::Cluster> ReadCluster(Reader& reader, std::string_view name);
absl::StatusOr<std::vector<v1::Cluster>> ReadClusters(Reader& reader, const ClusterFilter& filter,
                                                      const Keyset& keyset);
// Takes the cluster for this transaction: others that write to it wait. FAILED_PRECONDITION with
// reason CLUSTER_DELETED for a deleted one unless `deleted_too`.
absl::StatusOr<v1::Cluster> LockCluster(Writer& writer, std::string_view name, bool deleted_too);
absl::Status InsertCluster(Writer& writer, v1::Cluster& cluster);
// `kind` of the change: "cluster.updated", "cluster.published", "cluster.deleted", ...
absl::Status SaveCluster(Writer& writer, v1::Cluster& cluster, std::string_view kind);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_CLUSTER_STORE_H_
