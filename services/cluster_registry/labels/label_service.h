// Handlers of wici.cluster_registry.v1.LabelService.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_LABELS_LABEL_SERVICE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_LABELS_LABEL_SERVICE_H_

#include "absl/status/status.h"
#include "libs/rpc/server.h"
#include "services/cluster_registry/environment.h"
#include "services/cluster_registry/label_schemes/label_scheme_handlers.h"
#include "services/cluster_registry/labels/status/label_status_handlers.h"
#include "wici/cluster_registry/v1/label_service.pb.h"

namespace wici::cluster_registry {

// Thread-safe. The rules are in label_policy.h and label_status.h; schemes and statuses have
// handlers of their own.
class LabelService {
 public:
  explicit LabelService(const Environment& environment)
      : environment_(environment), schemes_(environment), statuses_(environment) {}
  void Register(rpc::Server& server);

 private:
  absl::Status GetLabel(const rpc::Context& context, const v1::GetLabelRequest& request,
                        v1::Label& response);
  absl::Status ListLabels(const rpc::Context& context, const v1::ListLabelsRequest& request,
                          v1::ListLabelsResponse& response);
  absl::Status ListLabelVersions(const rpc::Context& context,
                                 const v1::ListLabelVersionsRequest& request,
                                 v1::ListLabelVersionsResponse& response);
  absl::Status CreateLabel(const rpc::Context& context, const v1::CreateLabelRequest& request,
                           v1::Label& response);
  absl::Status RecordLabelEvent(const rpc::Context& context,
                                const v1::RecordLabelEventRequest& request, v1::Label& response);
  // Two forms of RecordLabelEvent, inside its transaction: `response` is the label as it is.
  absl::Status Renew(Writer& writer, const v1::RecordLabelEventRequest& request,
                     const v1::LabelEvent& event, const v1::LabelScheme& scheme,
                     v1::Label& response);
  absl::Status Correct(Writer& writer, const v1::RecordLabelEventRequest& request,
                       const v1::LabelEvent& event, v1::Label& response);

  const Environment environment_;
  LabelSchemeHandlers schemes_;
  LabelStatusHandlers statuses_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_LABELS_LABEL_SERVICE_H_
