// Handlers of wici.cluster_registry.v1.LabelService.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_LABELS_LABEL_SERVICE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_LABELS_LABEL_SERVICE_H_

#include "absl/status/status.h"
#include "libs/rpc/server.h"
#include "services/cluster_registry/environment.h"
#include "wici/cluster_registry/v1/label_service.pb.h"

namespace wici::cluster_registry {

// Thread-safe. The rules are in label_policy.h and label_status.h.
class LabelService {
 public:
  explicit LabelService(const Environment& environment) : environment_(environment) {}
  void Register(rpc::Server& server);

 private:
  absl::Status GetLabel(const rpc::Context& context, const v1::GetLabelRequest& request,
                        v1::Label& response);
  absl::Status ListLabels(const rpc::Context& context, const v1::ListLabelsRequest& request,
                          v1::ListLabelsResponse& response);
  absl::Status CreateLabel(const rpc::Context& context, const v1::CreateLabelRequest& request,
                           v1::Label& response);
  absl::Status RecordLabelEvent(const rpc::Context& context,
                                const v1::RecordLabelEventRequest& request, v1::Label& response);
  absl::Status GetLabelStatus(const rpc::Context& context, const v1::GetLabelStatusRequest& request,
                              v1::GetLabelStatusResponse& response);
  absl::Status GetLabelScheme(const rpc::Context& context, const v1::GetLabelSchemeRequest& request,
                              v1::LabelScheme& response);
  absl::Status ListLabelSchemes(const rpc::Context& context,
                                const v1::ListLabelSchemesRequest& request,
                                v1::ListLabelSchemesResponse& response);
  absl::Status CreateLabelScheme(const rpc::Context& context,
                                 const v1::CreateLabelSchemeRequest& request,
                                 v1::LabelScheme& response);

  // The three forms of RecordLabelEvent, inside its transaction: `response` is the label as it is.
  absl::Status Renew(Writer& writer, const v1::RecordLabelEventRequest& request,
                     const v1::LabelEvent& event, const v1::LabelScheme& scheme,
                     v1::Label& response);
  absl::Status Correct(Writer& writer, const v1::RecordLabelEventRequest& request,
                       const v1::LabelEvent& event, v1::Label& response);

  const Environment environment_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_LABELS_LABEL_SERVICE_H_
