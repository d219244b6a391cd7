// Handlers of wici.cluster_registry.v1.ClusterService: clusters (cluster_service.cc), their members
// (cluster_members.cc) and contacts (cluster_contacts.cc), and the import
// (imports/cluster_importer.h).
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_CLUSTER_SERVICE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_CLUSTER_SERVICE_H_

#include "absl/status/status.h"
#include "google/protobuf/empty.pb.h"
#include "libs/rpc/server.h"
#include "services/cluster_registry/environment.h"
#include "services/cluster_registry/imports/cluster_importer.h"
#include "wici/cluster_registry/v1/cluster_service.pb.h"

namespace wici::cluster_registry {

// Thread-safe.
class ClusterService {
 public:
  explicit ClusterService(const Environment& environment)
      : environment_(environment), importer_(environment) {}
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
  absl::Status PublishCluster(const rpc::Context& context, const v1::PublishClusterRequest& request,
                              v1::Cluster& response);

  absl::Status GetMember(const rpc::Context& context, const v1::GetMemberRequest& request,
                         v1::Member& response);
  absl::Status ListMembers(const rpc::Context& context, const v1::ListMembersRequest& request,
                           v1::ListMembersResponse& response);
  absl::Status CreateMember(const rpc::Context& context, const v1::CreateMemberRequest& request,
                            v1::Member& response);
  absl::Status UpdateMember(const rpc::Context& context, const v1::UpdateMemberRequest& request,
                            v1::Member& response);
  absl::Status DeleteMember(const rpc::Context& context, const v1::DeleteMemberRequest& request,
                            google::protobuf::Empty& response);

  absl::Status GetContact(const rpc::Context& context, const v1::GetContactRequest& request,
                          v1::Contact& response);
  absl::Status ListContacts(const rpc::Context& context, const v1::ListContactsRequest& request,
                            v1::ListContactsResponse& response);
  absl::Status CreateContact(const rpc::Context& context, const v1::CreateContactRequest& request,
                             v1::Contact& response);
  absl::Status UpdateContact(const rpc::Context& context, const v1::UpdateContactRequest& request,
                             v1::Contact& response);
  absl::Status DeleteContact(const rpc::Context& context, const v1::DeleteContactRequest& request,
                             google::protobuf::Empty& response);

  // The contact as it is now: stored answers carry its name only, never personal data.
  absl::Status AnswerContact(const rpc::Context& context, v1::Contact& response);

  const Environment environment_;
  ClusterImporter importer_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_CLUSTER_SERVICE_H_
