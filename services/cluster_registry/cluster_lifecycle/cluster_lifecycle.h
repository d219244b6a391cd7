// Handlers of wici.cluster_registry.v1.ClusterService that move a cluster through its life: review,
// publication, dormancy, closing. Which steps there are says cluster_rules/cluster_state.h.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_CLUSTER_LIFECYCLE_CLUSTER_LIFECYCLE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_CLUSTER_LIFECYCLE_CLUSTER_LIFECYCLE_H_

#include "absl/status/status.h"
#include "libs/rpc/server.h"
#include "services/cluster_registry/environment.h"
#include "wici/cluster_registry/v1/cluster_service.pb.h"

namespace wici::cluster_registry {

// Thread-safe.
class ClusterLifecycle {
 public:
  explicit ClusterLifecycle(const Environment& environment) : environment_(environment) {}
  void Register(rpc::Service& service);

 private:
  absl::Status SubmitCluster(const rpc::Context& context, const v1::SubmitClusterRequest& request,
                             v1::Cluster& response);
  absl::Status ReturnCluster(const rpc::Context& context, const v1::ReturnClusterRequest& request,
                             v1::Cluster& response);
  absl::Status PublishCluster(const rpc::Context& context, const v1::PublishClusterRequest& request,
                              v1::Cluster& response);
  absl::Status SetClusterDormant(const rpc::Context& context,
                                 const v1::SetClusterDormantRequest& request,
                                 v1::Cluster& response);
  absl::Status ReactivateCluster(const rpc::Context& context,
                                 const v1::ReactivateClusterRequest& request,
                                 v1::Cluster& response);
  absl::Status CloseCluster(const rpc::Context& context, const v1::CloseClusterRequest& request,
                            v1::Cluster& response);

  const Environment environment_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_CLUSTER_LIFECYCLE_CLUSTER_LIFECYCLE_H_
