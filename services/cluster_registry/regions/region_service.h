// Handlers of wici.cluster_registry.v1.RegionService.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_REGIONS_REGION_SERVICE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_REGIONS_REGION_SERVICE_H_

#include "absl/status/status.h"
#include "libs/rpc/server.h"
#include "services/cluster_registry/environment.h"
#include "wici/cluster_registry/v1/region_service.pb.h"

namespace wici::cluster_registry {

// Thread-safe.
class RegionService {
 public:
  explicit RegionService(const Environment& environment) : environment_(environment) {}
  void Register(rpc::Server& server);

 private:
  absl::Status GetRegion(const rpc::Context& context, const v1::GetRegionRequest& request,
                         v1::Region& response);
  absl::Status ListRegions(const rpc::Context& context, const v1::ListRegionsRequest& request,
                           v1::ListRegionsResponse& response);
  absl::Status CreateRegion(const rpc::Context& context, const v1::CreateRegionRequest& request,
                            v1::Region& response);
  absl::Status UpdateRegion(const rpc::Context& context, const v1::UpdateRegionRequest& request,
                            v1::Region& response);

  const Environment environment_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_REGIONS_REGION_SERVICE_H_
