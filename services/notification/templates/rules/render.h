// Renders the texts of a template version: Mustache (mustache.h) with strict variables.
//
// A variable that does not exist, or that would be written but has no value, is an error: no
// message ever goes out with a hole. Values are escaped for HTML in HTML only; in a subject they
// are kept on one line. Rendering is pure and thread-safe.
#ifndef WICI_SERVICES_NOTIFICATION_TEMPLATES_RULES_RENDER_H_
#define WICI_SERVICES_NOTIFICATION_TEMPLATES_RULES_RENDER_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/notification/templates/rules/check_text.h"
#include "services/notification/templates/rules/template_values.h"
#include "wici/notification/v1/template.pb.h"

namespace wici::notification {

struct RenderedTexts {
  std::string subject;  // one line
  std::string text;
  std::string html;  // a whole document
};

// FAILED_PRECONDITION (naming the variable, never a value) for a text with a hole, or one that
// cannot be read.
absl::StatusOr<RenderedTexts> Render(const v1::TemplateVersion::Content& content,
                                     const TemplateValues& values);

// One text of a language.
absl::StatusOr<std::string> RenderText(const std::string& text, std::string_view language,
                                       const TemplateValues& values, TextContext context);

// The texts for the first of `wishes` (BCP-47, "de-AT" counts as "de") that the version has, or
// the English ones. A version has English texts.
const v1::TemplateVersion::Content& ChooseContent(const v1::TemplateVersion& version,
                                                  const std::vector<std::string>& wishes);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_TEMPLATES_RULES_RENDER_H_
