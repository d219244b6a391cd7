// Handlers of wici.cluster_registry.v1.InitiativeService.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_INITIATIVES_INITIATIVE_SERVICE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_INITIATIVES_INITIATIVE_SERVICE_H_

#include "absl/status/status.h"
#include "google/protobuf/empty.pb.h"
#include "libs/rpc/server.h"
#include "services/cluster_registry/environment.h"
#include "wici/cluster_registry/v1/initiative_service.pb.h"

namespace wici::cluster_registry {

// Thread-safe.
class InitiativeService {
 public:
  explicit InitiativeService(const Environment& environment) : environment_(environment) {}
  void Register(rpc::Server& server);

 private:
  absl::Status GetInitiative(const rpc::Context& context, const v1::GetInitiativeRequest& request,
                             v1::Initiative& response);
  absl::Status ListInitiatives(const rpc::Context& context,
                               const v1::ListInitiativesRequest& request,
                               v1::ListInitiativesResponse& response);
  absl::Status CreateInitiative(const rpc::Context& context,
                                const v1::CreateInitiativeRequest& request,
                                v1::Initiative& response);
  absl::Status UpdateInitiative(const rpc::Context& context,
                                const v1::UpdateInitiativeRequest& request,
                                v1::Initiative& response);
  absl::Status DeleteInitiative(const rpc::Context& context,
                                const v1::DeleteInitiativeRequest& request,
                                google::protobuf::Empty& response);

  const Environment environment_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_INITIATIVES_INITIATIVE_SERVICE_H_
