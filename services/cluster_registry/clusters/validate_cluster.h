// What is wrong with a cluster a client sends: every violation at once, below the path `field`.
// Pure; safe to call from any thread. References to other resources are checked where these are
// read.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_VALIDATE_CLUSTER_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_VALIDATE_CLUSTER_H_

#include <string_view>

#include "libs/base/violations.h"
#include "wici/cluster_registry/v1/cluster.pb.h"

namespace wici::cluster_registry {

void ValidateCluster(std::string_view field, const v1::Cluster& cluster, Violations& violations);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_VALIDATE_CLUSTER_H_
