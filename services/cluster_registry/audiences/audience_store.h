// What the evaluation of an audience reads, a batch at a time; see store.h for errors.
//
// Resources come with name and body only. Each function is one statement, or two.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_AUDIENCE_STORE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_AUDIENCE_STORE_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/cluster_registry/audiences/rules/audience_plan.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/cluster.pb.h"
#include "wici/cluster_registry/v1/contact.pb.h"
#include "wici/cluster_registry/v1/label.pb.h"

namespace wici::cluster_registry {

// The next clusters of a range, by name. `last` is how far the range was followed, which is beyond
// the last cluster when deleted ones were left out; "" when the range has no more.
struct RangePart {
  std::vector<v1::Cluster> clusters;
  std::string last;
};
absl::StatusOr<RangePart> ReadRange(Reader& reader, const ClusterRange& range,
                                    const Keyset& keyset);

// Those that exist and are not deleted, by name.
absl::StatusOr<std::vector<v1::Cluster>> ReadClustersNamed(Reader& reader,
                                                           const std::vector<std::string>& names);

// By name.
absl::StatusOr<std::vector<v1::Contact>> ReadContactsOfClusters(
    Reader& reader, const std::vector<std::string>& clusters);
absl::StatusOr<std::vector<v1::Contact>> ReadContactsNamed(Reader& reader,
                                                           const std::vector<std::string>& names);

// The names of all contacts with one of these addresses (EmailKey), by address.
absl::StatusOr<std::map<std::string, std::vector<std::string>>> ReadContactsByEmail(
    Reader& reader, const std::set<std::string>& email_keys);

struct LabelsOfCluster {
  std::vector<v1::Label> labels;  // as known at the instant asked, by name
  std::set<LabelKey> kinds;       // of all record versions
};
absl::StatusOr<std::map<std::string, LabelsOfCluster>> ReadLabelsOfClusters(
    Reader& reader, const std::vector<std::string>& clusters, absl::Time known_at);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_AUDIENCE_STORE_H_
