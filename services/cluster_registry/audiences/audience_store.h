// What the evaluation of an audience reads, a batch at a time, as the registry knew it at an
// instant; see store.h for errors. Each function is a few statements, whatever the batch.
//
// At kPresent only present versions are looked at; an instant of the past costs a statement more
// for each range, and two where a cluster was changed since.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_AUDIENCE_STORE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_AUDIENCE_STORE_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/cluster_registry/audiences/plans/audience_plan.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/cluster.pb.h"
#include "wici/cluster_registry/v1/contact.pb.h"
#include "wici/cluster_registry/v1/label.pb.h"

namespace wici::cluster_registry {

// The next clusters of a range that were known and not deleted, by name. `last` is how far the
// range was followed, which may be beyond the last cluster; "" when the range has no more.
struct RangePart {
  std::vector<v1::Cluster> clusters;
  std::string last;
};
absl::StatusOr<RangePart> ReadRange(Reader& reader, const ClusterRange& range, absl::Time known_at,
                                    const Keyset& keyset);

// Those of the clusters that were known and not deleted, by name.
absl::StatusOr<std::vector<v1::Cluster>> ReadClustersKnownAt(Reader& reader, absl::Time known_at,
                                                             const std::vector<std::string>& names);

// By name; see SetKnownAt in contacts/contact_store.h.
absl::StatusOr<std::vector<v1::Contact>> ReadContactsOfClustersKnownAt(
    Reader& reader, absl::Time known_at, const std::vector<std::string>& clusters);
absl::StatusOr<std::vector<v1::Contact>> ReadContactsKnownAt(Reader& reader, absl::Time known_at,
                                                             const std::vector<std::string>& names);

struct LabelsOfCluster {
  std::vector<v1::Label> labels;  // as known then, by name
  std::set<LabelKey> kinds;       // of all record versions
};
absl::StatusOr<std::map<std::string, LabelsOfCluster>> ReadLabelsOfClusters(
    Reader& reader, absl::Time known_at, const std::vector<std::string>& clusters);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_AUDIENCE_STORE_H_
