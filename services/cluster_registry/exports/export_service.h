// Handlers of wici.cluster_registry.v1.ExportService.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_EXPORTS_EXPORT_SERVICE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_EXPORTS_EXPORT_SERVICE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "libs/rpc/server.h"
#include "services/cluster_registry/environment.h"
#include "wici/cluster_registry/v1/export_service.pb.h"
#include "wici/cluster_registry/v1/label.pb.h"
#include "wici/cluster_registry/v1/label_scheme.pb.h"

namespace wici::cluster_registry {

// Thread-safe.
class ExportService {
 public:
  explicit ExportService(const Environment& environment) : environment_(environment) {}
  void Register(rpc::Server& server);

 private:
  absl::Status ExportClusters(const rpc::Context& context, const v1::ExportClustersRequest& request,
                              v1::ExportClustersResponse& response);
  absl::Status ExportInitiatives(const rpc::Context& context,
                                 const v1::ExportInitiativesRequest& request,
                                 v1::ExportInitiativesResponse& response);

  const Environment environment_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_EXPORTS_EXPORT_SERVICE_H_
