// Handlers of wici.cluster_registry.v1.ClusterService that are about members.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_MEMBERS_MEMBER_HANDLERS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_MEMBERS_MEMBER_HANDLERS_H_

#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/empty.pb.h"
#include "libs/rpc/server.h"
#include "services/cluster_registry/environment.h"
#include "wici/cluster_registry/v1/cluster_service.pb.h"

namespace wici::cluster_registry {

// Thread-safe. Outlives the server it is registered at.
class MemberHandlers {
 public:
  explicit MemberHandlers(const Environment& environment) : environment_(environment) {}
  // Adds its methods to those of ClusterService.
  void Register(rpc::Service& service);

 private:
  absl::Status GetMember(const rpc::Context& context, const v1::GetMemberRequest& request,
                         v1::Member& response);
  absl::Status ListMembers(const rpc::Context& context, const v1::ListMembersRequest& request,
                           v1::ListMembersResponse& response);
  absl::Status ListMembershipsOfParty(const rpc::Context& context,
                                      const v1::ListMembershipsOfPartyRequest& request,
                                      v1::ListMembershipsOfPartyResponse& response);
  absl::Status CreateMember(const rpc::Context& context, const v1::CreateMemberRequest& request,
                            v1::Member& response);
  absl::Status BatchCreateMembers(const rpc::Context& context,
                                  const v1::BatchCreateMembersRequest& request,
                                  v1::BatchCreateMembersResponse& response);
  absl::Status UpdateMember(const rpc::Context& context, const v1::UpdateMemberRequest& request,
                            v1::Member& response);
  absl::Status DeleteMember(const rpc::Context& context, const v1::DeleteMemberRequest& request,
                            google::protobuf::Empty& response);

  // Answers to requests are stored without a person's name: completes those of `members` with what
  // the member is now. One that was removed stays as it was stored, with its name only.
  absl::Status Complete(const rpc::Context& context, const std::vector<v1::Member*>& members);

  const Environment environment_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_MEMBERS_MEMBER_HANDLERS_H_
