// What label statuses are decided from, read in as few queries as can be: one for one question,
// three for a thousand.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_LABELS_STATUS_LABEL_FACTS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_LABELS_STATUS_LABEL_FACTS_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/rpc/versions.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/cluster.pb.h"
#include "wici/cluster_registry/v1/label.pb.h"
#include "wici/cluster_registry/v1/label_scheme.pb.h"

namespace wici::cluster_registry {

// One cluster and one scheme as known at an instant.
struct LabelFacts {
  v1::Cluster cluster;  // as it is; only what says who may see it is to be relied on
  v1::LabelScheme scheme;
  std::vector<v1::Label> labels;  // of the scheme
  // Cluster and scheme at the versions of the snapshot; none when more than one read was needed.
  std::vector<rpc::Version> sources;
};

// Errors: NOT_FOUND (RESOURCE_NOT_FOUND) for a cluster or scheme that was not recorded at
// `known_at`; a cluster that was deleted since is still known.
absl::StatusOr<LabelFacts> ReadLabelFacts(Reader& reader, const std::string& cluster,
                                          const std::string& scheme, absl::Time known_at);

// Many clusters and schemes as known at an instant; what was not recorded then is missing.
struct ManyLabelFacts {
  std::map<std::string, v1::Cluster> clusters;           // as in LabelFacts
  std::map<std::string, std::vector<v1::Label>> labels;  // of every scheme, by cluster
  std::map<std::string, v1::LabelScheme> schemes;
};

absl::StatusOr<ManyLabelFacts> ReadManyLabelFacts(Reader& reader,
                                                  const std::set<std::string>& clusters,
                                                  const std::set<std::string>& schemes,
                                                  absl::Time known_at);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_LABELS_STATUS_LABEL_FACTS_H_
