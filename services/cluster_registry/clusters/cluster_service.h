// Handlers of wici.cluster_registry.v1.ClusterService: clusters here, their life and history
// (cluster_lifecycle/), their members (members/member_handlers.h) and contacts
// (contacts/contact_handlers.h), and the import (imports/cluster_file/cluster_importer.h).
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_CLUSTER_SERVICE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_CLUSTER_SERVICE_H_

#include <string>

#include "absl/status/status.h"
#include "libs/feed/cache/read_cache.h"
#include "libs/rpc/server.h"
#include "services/cluster_registry/cluster_lifecycle/cluster_history.h"
#include "services/cluster_registry/cluster_lifecycle/cluster_lifecycle.h"
#include "services/cluster_registry/contacts/contact_handlers.h"
#include "services/cluster_registry/environment.h"
#include "services/cluster_registry/imports/cluster_file/cluster_importer.h"
#include "services/cluster_registry/members/member_handlers.h"
#include "wici/cluster_registry/v1/cluster_service.pb.h"

namespace wici::cluster_registry {

// Thread-safe.
class ClusterService {
 public:
  explicit ClusterService(const Environment& environment)
      : environment_(environment),
        cache_("clusters", environment.cache),
        lifecycle_(environment),
        history_(environment),
        importer_(environment),
        members_(environment),
        contacts_(environment) {}
  void Register(rpc::Server& server);

 private:
  absl::Status GetCluster(const rpc::Context& context, const v1::GetClusterRequest& request,
                          v1::Cluster& response);
  absl::Status ListClusters(const rpc::Context& context, const v1::ListClustersRequest& request,
                            v1::ListClustersResponse& response);
  absl::Status BatchGetClusters(const rpc::Context& context,
                                const v1::BatchGetClustersRequest& request,
                                v1::BatchGetClustersResponse& response);
  absl::Status CreateCluster(const rpc::Context& context, const v1::CreateClusterRequest& request,
                             v1::Cluster& response);
  absl::Status UpdateCluster(const rpc::Context& context, const v1::UpdateClusterRequest& request,
                             v1::Cluster& response);
  absl::Status DeleteCluster(const rpc::Context& context, const v1::DeleteClusterRequest& request,
                             v1::Cluster& response);
  absl::Status UndeleteCluster(const rpc::Context& context,
                               const v1::UndeleteClusterRequest& request, v1::Cluster& response);

  // As it is now, before ShowManagementOn: from the cache, or the database.
  absl::Status GetPresentCluster(const rpc::Context& context, const std::string& name,
                                 v1::Cluster& response);

  using Clusters = google::protobuf::RepeatedPtrField<v1::Cluster>;
  // Fills what depends on the day, and takes out what is not for the caller.
  void Show(const rpc::Context& context, Clusters& clusters) const;

  const Environment environment_;
  feed::ReadCache<v1::Cluster> cache_;  // by name, as the database has them
  ClusterLifecycle lifecycle_;
  ClusterHistory history_;
  ClusterImporter importer_;
  MemberHandlers members_;
  ContactHandlers contacts_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_CLUSTER_SERVICE_H_
