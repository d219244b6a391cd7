// Handlers of wici.cluster_registry.v1.ImportService.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_IMPORT_SERVICE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_IMPORT_SERVICE_H_

#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "google/protobuf/empty.pb.h"
#include "libs/rpc/server.h"
#include "services/cluster_registry/environment.h"
#include "wici/cluster_registry/v1/import_service.pb.h"

namespace wici::cluster_registry {

inline constexpr int kImportPartsMax = 1000;

// Thread-safe.
class ImportService {
 public:
  explicit ImportService(const Environment& environment) : environment_(environment) {}
  void Register(rpc::Server& server);

 private:
  absl::Status GetImport(const rpc::Context& context, const v1::GetImportRequest& request,
                         v1::Import& response);
  absl::Status ListImports(const rpc::Context& context, const v1::ListImportsRequest& request,
                           v1::ListImportsResponse& response);
  absl::Status CreateImport(const rpc::Context& context, const v1::CreateImportRequest& request,
                            v1::Import& response);
  absl::Status AppendImportRows(const rpc::Context& context,
                                const v1::AppendImportRowsRequest& request, v1::Import& response);
  absl::Status StartImport(const rpc::Context& context, const v1::StartImportRequest& request,
                           v1::Import& response);
  absl::Status CancelImport(const rpc::Context& context, const v1::CancelImportRequest& request,
                            v1::Import& response);
  absl::Status DeleteImport(const rpc::Context& context, const v1::DeleteImportRequest& request,
                            google::protobuf::Empty& response);
  absl::Status ListImportRows(const rpc::Context& context, const v1::ListImportRowsRequest& request,
                              v1::ListImportRowsResponse& response);

  const Environment environment_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_IMPORT_SERVICE_H_
