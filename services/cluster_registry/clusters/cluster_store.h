// Clusters, their members and contacts in the database; see store.h for errors and transactions.
//
// The cluster is locked, or was inserted, before anything below it is written.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_CLUSTER_STORE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_CLUSTER_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/cluster.pb.h"
#include "wici/cluster_registry/v1/contact.pb.h"
#include "wici/cluster_registry/v1/member.pb.h"

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

absl::StatusOr<v1::Member> ReadMember(Reader& reader, std::string_view name);
absl::StatusOr<std::vector<v1::Member>> ReadMembers(Reader& reader, std::string_view cluster,
                                                    const Keyset& keyset);
absl::Status InsertMember(Writer& writer, v1::Member& member);
absl::Status SaveMember(Writer& writer, v1::Member& member);
absl::Status RemoveMember(Writer& writer, std::string_view name);

absl::StatusOr<v1::Contact> ReadContact(Reader& reader, std::string_view name);
// An empty `cluster` reads those of all clusters.
absl::StatusOr<std::vector<v1::Contact>> ReadContacts(Reader& reader, std::string_view cluster,
                                                      const Keyset& keyset);
absl::Status InsertContact(Writer& writer, v1::Contact& contact);
absl::Status SaveContact(Writer& writer, v1::Contact& contact);
absl::Status RemoveContact(Writer& writer, std::string_view name);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_CLUSTER_STORE_H_
