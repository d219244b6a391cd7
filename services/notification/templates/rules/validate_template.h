// What is wrong with templates in requests: every violation at once. Pure.
#ifndef WICI_SERVICES_NOTIFICATION_TEMPLATES_RULES_VALIDATE_TEMPLATE_H_
#define WICI_SERVICES_NOTIFICATION_TEMPLATES_RULES_VALIDATE_TEMPLATE_H_

#include <cstddef>

#include "absl/status/status.h"
#include "wici/notification/v1/template_service.pb.h"

namespace wici::notification {

// Of an HTML text; subjects and plain texts have the bounds of libs/base/limits.h.
inline constexpr std::size_t kHtmlBytesMax = 64 * 1024;

// Texts are checked by CheckText (check_text.h).
absl::Status ValidateCreateTemplate(const v1::CreateTemplateRequest& request);
absl::Status ValidateCreateTemplateVersion(const v1::CreateTemplateVersionRequest& request);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_TEMPLATES_RULES_VALIDATE_TEMPLATE_H_
