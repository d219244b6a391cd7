// Handlers of wici.cluster_registry.v1.LabelService that are about label schemes.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_LABEL_SCHEMES_LABEL_SCHEME_HANDLERS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_LABEL_SCHEMES_LABEL_SCHEME_HANDLERS_H_

#include "absl/status/status.h"
#include "libs/rpc/server.h"
#include "services/cluster_registry/environment.h"
#include "wici/cluster_registry/v1/label_service.pb.h"

namespace wici::cluster_registry {

// Thread-safe. The rules are in label_scheme_changes.h.
class LabelSchemeHandlers {
 public:
  explicit LabelSchemeHandlers(const Environment& environment) : environment_(environment) {}
  // Adds the methods to LabelService.
  void Register(rpc::Service& service);

 private:
  absl::Status GetLabelScheme(const rpc::Context& context, const v1::GetLabelSchemeRequest& request,
                              v1::LabelScheme& response);
  absl::Status ListLabelSchemes(const rpc::Context& context,
                                const v1::ListLabelSchemesRequest& request,
                                v1::ListLabelSchemesResponse& response);
  absl::Status CreateLabelScheme(const rpc::Context& context,
                                 const v1::CreateLabelSchemeRequest& request,
                                 v1::LabelScheme& response);
  absl::Status UpdateLabelScheme(const rpc::Context& context,
                                 const v1::UpdateLabelSchemeRequest& request,
                                 v1::LabelScheme& response);

  const Environment environment_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_LABEL_SCHEMES_LABEL_SCHEME_HANDLERS_H_
