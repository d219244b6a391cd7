// Handlers of wici.cluster_registry.v1.EligibilityService.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_ELIGIBILITY_ELIGIBILITY_SERVICE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_ELIGIBILITY_ELIGIBILITY_SERVICE_H_

#include "absl/status/status.h"
#include "libs/rpc/server.h"
#include "services/cluster_registry/environment.h"
#include "wici/cluster_registry/v1/eligibility_service.pb.h"

namespace wici::cluster_registry {

// Thread-safe.
class EligibilityService {
 public:
  explicit EligibilityService(const Environment& environment) : environment_(environment) {}
  void Register(rpc::Server& server);

 private:
  absl::Status CheckEligibility(const rpc::Context& context,
                                const v1::CheckEligibilityRequest& request,
                                v1::Eligibility& response);

  const Environment environment_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_ELIGIBILITY_ELIGIBILITY_SERVICE_H_
