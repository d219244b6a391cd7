// Handlers of wici.notification.v1.TemplateService: the built-in templates, from memory.
#ifndef WICI_SERVICES_NOTIFICATION_TEMPLATES_TEMPLATE_SERVICE_H_
#define WICI_SERVICES_NOTIFICATION_TEMPLATES_TEMPLATE_SERVICE_H_

#include "absl/status/status.h"
#include "libs/rpc/context.h"
#include "libs/rpc/server.h"
#include "wici/notification/v1/template_service.pb.h"

namespace wici::notification {

// Thread-safe.
class TemplateService {
 public:
  void Register(rpc::Server& server);

  absl::Status GetTemplate(const rpc::Context& context, const v1::GetTemplateRequest& request,
                           v1::Template& response);
  absl::Status ListTemplates(const rpc::Context& context, const v1::ListTemplatesRequest& request,
                             v1::ListTemplatesResponse& response);
  absl::Status GetTemplateVersion(const rpc::Context& context,
                                  const v1::GetTemplateVersionRequest& request,
                                  v1::TemplateVersion& response);
  absl::Status ListTemplateVersions(const rpc::Context& context,
                                    const v1::ListTemplateVersionsRequest& request,
                                    v1::ListTemplateVersionsResponse& response);
  absl::Status PreviewTemplate(const rpc::Context& context,
                               const v1::PreviewTemplateRequest& request,
                               v1::PreviewTemplateResponse& response);
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_TEMPLATES_TEMPLATE_SERVICE_H_
