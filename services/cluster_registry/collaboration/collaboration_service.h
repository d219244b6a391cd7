// Handlers of wici.cluster_registry.v1.CollaborationService: offers and requests
// (collaboration_service.cc), interests (interests.cc), matches (matches.cc).
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_COLLABORATION_SERVICE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_COLLABORATION_SERVICE_H_

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/empty.pb.h"
#include "libs/rpc/server.h"
#include "services/cluster_registry/collaboration/rules/states.h"
#include "services/cluster_registry/environment.h"
#include "wici/cluster_registry/v1/collaboration_service.pb.h"

namespace wici::cluster_registry {

inline constexpr std::string_view kItemPattern = "clusters/*/collaborationItems/*";
inline constexpr int kLiveInterestsMax = 200;  // of one item
inline constexpr int kCandidatesMax = 1000;    // weighed for one list of matches

// Thread-safe.
class CollaborationService {
 public:
  explicit CollaborationService(const Environment& environment) : environment_(environment) {}
  void Register(rpc::Server& server);

 private:
  absl::Status GetCollaborationItem(const rpc::Context& context,
                                    const v1::GetCollaborationItemRequest& request,
                                    v1::CollaborationItem& response);
  absl::Status ListCollaborationItems(const rpc::Context& context,
                                      const v1::ListCollaborationItemsRequest& request,
                                      v1::ListCollaborationItemsResponse& response);
  absl::Status CreateCollaborationItem(const rpc::Context& context,
                                       const v1::CreateCollaborationItemRequest& request,
                                       v1::CollaborationItem& response);
  absl::Status UpdateCollaborationItem(const rpc::Context& context,
                                       const v1::UpdateCollaborationItemRequest& request,
                                       v1::CollaborationItem& response);
  absl::Status SubmitCollaborationItem(const rpc::Context& context,
                                       const v1::SubmitCollaborationItemRequest& request,
                                       v1::CollaborationItem& response);
  absl::Status ReturnCollaborationItem(const rpc::Context& context,
                                       const v1::ReturnCollaborationItemRequest& request,
                                       v1::CollaborationItem& response);
  absl::Status PublishCollaborationItem(const rpc::Context& context,
                                        const v1::PublishCollaborationItemRequest& request,
                                        v1::CollaborationItem& response);
  absl::Status CloseCollaborationItem(const rpc::Context& context,
                                      const v1::CloseCollaborationItemRequest& request,
                                      v1::CollaborationItem& response);
  absl::Status DeleteCollaborationItem(const rpc::Context& context,
                                       const v1::DeleteCollaborationItemRequest& request,
                                       google::protobuf::Empty& response);

  absl::Status CreateInterest(const rpc::Context& context, const v1::CreateInterestRequest& request,
                              v1::Interest& response);
  absl::Status ListInterests(const rpc::Context& context, const v1::ListInterestsRequest& request,
                             v1::ListInterestsResponse& response);
  absl::Status ListExpressedInterests(const rpc::Context& context,
                                      const v1::ListExpressedInterestsRequest& request,
                                      v1::ListExpressedInterestsResponse& response);
  absl::Status AnswerInterest(const rpc::Context& context, const v1::AnswerInterestRequest& request,
                              v1::Interest& response);
  absl::Status WithdrawInterest(const rpc::Context& context,
                                const v1::WithdrawInterestRequest& request, v1::Interest& response);
  absl::Status RecordInterestOutcome(const rpc::Context& context,
                                     const v1::RecordInterestOutcomeRequest& request,
                                     v1::Interest& response);

  absl::Status ListMatches(const rpc::Context& context, const v1::ListMatchesRequest& request,
                           v1::ListMatchesResponse& response);

  const Environment environment_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_COLLABORATION_SERVICE_H_
