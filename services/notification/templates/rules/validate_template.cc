#include "services/notification/templates/rules/validate_template.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/limits.h"
#include "libs/base/violations.h"
#include "services/notification/errors.h"
#include "services/notification/templates/rules/built_in.h"
#include "services/notification/templates/rules/check_text.h"

namespace wici::notification {
namespace {

void AddProblems(const std::string& field, const std::string& text, TextContext context,
                 Violations& v) {
  for (const std::string& problem : CheckText(text, context)) v.Add(field, problem);
}

void CheckContent(const std::string& field, const v1::TemplateVersion::Content& content,
                  Violations& v) {
  const std::vector<std::string>& languages = SupportedLanguages();
  if (std::find(languages.begin(), languages.end(), content.language()) == languages.end()) {
    v.Add(field + ".language", absl::StrCat("must be one of ", absl::StrJoin(languages, ", ")));
  }
  if (v.RequireText(field + ".subject", content.subject(), kTitleBytesMax)) {
    AddProblems(field + ".subject", content.subject(), TextContext::kHeader, v);
  }
  if (content.text().empty()) {
    v.Add(field + ".text", "must be set");
  } else if (v.OptionalMultilineText(field + ".text", content.text(), kTextBytesMax)) {
    AddProblems(field + ".text", content.text(), TextContext::kText, v);
  }
  if (v.OptionalMultilineText(field + ".html", content.html(), kHtmlBytesMax)) {
    AddProblems(field + ".html", content.html(), TextContext::kHtml, v);
  }
}

void CheckVersion(const std::string& field, const v1::TemplateVersion& version, Violations& v) {
  const std::string contents = field + ".contents";
  const auto most = static_cast<std::int64_t>(SupportedLanguages().size());
  if (!v.RequireRange(contents, version.contents_size(), 1, most)) return;
  std::set<std::string> languages;
  for (int i = 0; i < version.contents_size(); ++i) {
    const std::string item = absl::StrCat(contents, "[", i, "]");
    CheckContent(item, version.contents(i), v);
    if (!languages.insert(version.contents(i).language()).second) {
      v.Add(item + ".language", "must not be there twice");
    }
  }
  if (languages.count("en") == 0) v.Add(contents, "must have English texts, the fall-back");
}

}  // namespace

absl::Status ValidateCreateTemplate(const v1::CreateTemplateRequest& request) {
  Violations v;
  v.RequestId("request_id", request.request_id());
  v.RequireId("template_id", request.template_id());
  const v1::Template& wanted = request.template_();
  v.RequireText("template.title", wanted.title(), kTitleBytesMax);
  // Nobody can switch off what is mandatory: that is for the built-in templates.
  const bool known = v1::Purpose_IsValid(wanted.purpose()) &&
                     wanted.purpose() != v1::PURPOSE_UNSPECIFIED &&
                     wanted.purpose() != v1::PURPOSE_MANDATORY;
  if (!known) {
    v.Add("template.purpose", "must be SERVICE, INVITATION or MARKETING");
  }
  if (!v1::CalendarMethod_IsValid(wanted.calendar_method())) {
    v.Add("template.calendar_method", "must be a known method, or none");
  }
  if (!v1::UnknownPolicy_IsValid(wanted.unknown_policy())) {
    v.Add("template.unknown_policy", "must be AT_LEAST_ONCE or AT_MOST_ONCE");
  }
  CheckVersion("version", request.version(), v);
  return v.ToStatus(kDomain);
}

absl::Status ValidateCreateTemplateVersion(const v1::CreateTemplateVersionRequest& request) {
  Violations v;
  v.RequestId("request_id", request.request_id());
  v.RequireResourceName("parent", request.parent(), "templates/*");
  CheckVersion("template_version", request.template_version(), v);
  return v.ToStatus(kDomain);
}

}  // namespace wici::notification
