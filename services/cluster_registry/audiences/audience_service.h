// Handlers of wici.cluster_registry.v1.AudienceService.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_AUDIENCE_SERVICE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_AUDIENCE_SERVICE_H_

#include "absl/status/status.h"
#include "libs/rpc/server.h"
#include "services/cluster_registry/audiences/snapshots/snapshot_service.h"
#include "services/cluster_registry/environment.h"
#include "services/cluster_registry/regions/region_cache.h"
#include "wici/cluster_registry/v1/audience_service.pb.h"

namespace wici::cluster_registry {

// Thread-safe. The rules are in rules/, the evaluation over the database in audience_scan.h, frozen
// audiences in snapshots/.
class AudienceService {
 public:
  explicit AudienceService(const Environment& environment)
      : environment_(environment), snapshots_(environment, regions_) {}
  void Register(rpc::Server& server);

 private:
  absl::Status EvaluateAudience(const rpc::Context& context,
                                const v1::EvaluateAudienceRequest& request,
                                v1::EvaluateAudienceResponse& response);

  const Environment environment_;
  RegionCache regions_;
  SnapshotService snapshots_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_AUDIENCE_SERVICE_H_
