// Handlers of wici.cluster_registry.v1.ClusterService about what was when: the record versions of a
// cluster, and its number of members on a day.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_CLUSTER_LIFECYCLE_CLUSTER_HISTORY_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_CLUSTER_LIFECYCLE_CLUSTER_HISTORY_H_

#include "absl/status/status.h"
#include "libs/rpc/server.h"
#include "services/cluster_registry/environment.h"
#include "wici/cluster_registry/v1/cluster_service.pb.h"

namespace wici::cluster_registry {

// Thread-safe.
class ClusterHistory {
 public:
  explicit ClusterHistory(const Environment& environment) : environment_(environment) {}
  void Register(rpc::Service& service);

 private:
  absl::Status ListClusterVersions(const rpc::Context& context,
                                   const v1::ListClusterVersionsRequest& request,
                                   v1::ListClusterVersionsResponse& response);
  absl::Status GetMemberCount(const rpc::Context& context, const v1::GetMemberCountRequest& request,
                              v1::GetMemberCountResponse& response);

  const Environment environment_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_CLUSTER_LIFECYCLE_CLUSTER_HISTORY_H_
