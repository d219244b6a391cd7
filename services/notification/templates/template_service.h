// Handlers of wici.notification.v1.TemplateService: the built-in templates, and those of
// organisations.
#ifndef WICI_SERVICES_NOTIFICATION_TEMPLATES_TEMPLATE_SERVICE_H_
#define WICI_SERVICES_NOTIFICATION_TEMPLATES_TEMPLATE_SERVICE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/rpc/context.h"
#include "libs/rpc/server.h"
#include "services/notification/templates/template_store.h"
#include "wici/notification/v1/template_service.pb.h"

namespace wici::notification {

// Thread-safe.
class TemplateService {
 public:
  // `store` outlives the service.
  explicit TemplateService(TemplateStore& store) : store_(store) {}
  void Register(rpc::Server& server);

 private:
  absl::Status GetTemplate(const rpc::Context& context, const v1::GetTemplateRequest& request,
                           v1::Template& response);
  absl::Status ListTemplates(const rpc::Context& context, const v1::ListTemplatesRequest& request,
                             v1::ListTemplatesResponse& response);
  absl::Status CreateTemplate(const rpc::Context& context, const v1::CreateTemplateRequest& request,
                              v1::Template& response);
  absl::Status DeleteTemplate(const rpc::Context& context, const v1::DeleteTemplateRequest& request,
                              v1::DeleteTemplateResponse& response);
  absl::Status GetTemplateVersion(const rpc::Context& context,
                                  const v1::GetTemplateVersionRequest& request,
                                  v1::TemplateVersion& response);
  absl::Status ListTemplateVersions(const rpc::Context& context,
                                    const v1::ListTemplateVersionsRequest& request,
                                    v1::ListTemplateVersionsResponse& response);
  absl::Status CreateTemplateVersion(const rpc::Context& context,
                                     const v1::CreateTemplateVersionRequest& request,
                                     v1::TemplateVersion& response);
  absl::Status PreviewTemplate(const rpc::Context& context,
                               const v1::PreviewTemplateRequest& request,
                               v1::PreviewTemplateResponse& response);

  // Of a template or of a version, whoever made it.
  absl::StatusOr<v1::TemplateVersion> FindVersion(absl::Time deadline, const std::string& name);

  TemplateStore& store_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_TEMPLATES_TEMPLATE_SERVICE_H_
