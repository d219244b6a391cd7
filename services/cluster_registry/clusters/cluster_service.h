// Handlers of wici.cluster_registry.v1.ClusterService: clusters here, their life and history
// (cluster_lifecycle/), their members (members/member_handlers.h) and contacts
// (contacts/contact_handlers.h), and the import (imports/cluster_file/cluster_importer.h).
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_CLUSTER_SERVICE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_CLUSTER_SERVICE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/base/principal.h"
#include "libs/feed/cache/read_cache.h"
#include "libs/rpc/serialized.h"
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
        cache_("clusters", environment.cache, {&KeptCluster::Encode, &KeptCluster::Decode}),
        lifecycle_(environment),
        history_(environment),
        importer_(environment),
        members_(environment),
        contacts_(environment) {}
  void Register(rpc::Server& server);

 private:
  // GetCluster from the cache, and else.
  rpc::Serialized<v1::Cluster> FindCluster(const rpc::Context& context,
                                           const v1::GetClusterRequest& request);
  absl::StatusOr<rpc::Serialized<v1::Cluster>> GetCluster(const rpc::Context& context,
                                                          const v1::GetClusterRequest& request);
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

  // What GetCluster answers about one cluster on one day, to whoever may see it.
  struct KeptCluster {
    explicit KeptCluster(v1::Cluster cluster);
    // For Redis, where only what is published goes: no cluster that is internal, and none with
    // reasons of a review or a state, which may be about people. Its contact address is that of a
    // role.
    static std::vector<std::string> Encode(const KeptCluster& kept);
    static std::shared_ptr<const KeptCluster> Decode(const std::vector<std::string>& parts);
    // Nothing for who may not see it.
    rpc::Serialized<v1::Cluster> For(const Principal& principal, std::string_view name) const;
    std::size_t bytes() const;

    v1::Visibility exposure;
    bool gives_reasons = false;
    rpc::Serialized<v1::Cluster> internal;  // to the internal circle
    rpc::Serialized<v1::Cluster> external;  // to others; the same bytes where that is the same

   private:
    KeptCluster() = default;
  };
  // As it is now and stood on `day`, from the database.
  absl::StatusOr<feed::Loaded<KeptCluster>> LoadCluster(const rpc::Context& context,
                                                        const std::string& name,
                                                        absl::CivilDay day);
  absl::StatusOr<rpc::Serialized<v1::Cluster>> GetPastCluster(const rpc::Context& context,
                                                              const std::string& name,
                                                              absl::Time known_at,
                                                              absl::CivilDay day);

  using Clusters = google::protobuf::RepeatedPtrField<v1::Cluster>;
  // Fills what depends on the day, and takes out what is not for the caller.
  void Show(const rpc::Context& context, Clusters& clusters) const;

  const Environment environment_;
  feed::ReadCache<KeptCluster> cache_;  // by name and day, as known now
  ClusterLifecycle lifecycle_;
  ClusterHistory history_;
  ClusterImporter importer_;
  MemberHandlers members_;
  ContactHandlers contacts_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_CLUSTER_SERVICE_H_
