#include "services/notification/templates/template_service.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/violations.h"
#include "libs/rpc/page_token.h"
#include "services/notification/errors.h"
#include "services/notification/mail/event_times.h"
#include "services/notification/mail/templates.h"

namespace wici::notification {
namespace {

// What a preview shows: an event long past, and nobody's name.
absl::StatusOr<TemplateValues> SampleValues(const std::string& language) {
  const absl::Time start = absl::FromUnixSeconds(1450425600);  // 2015-12-18T08:00:00Z
  WICI_ASSIGN_OR_RETURN(EventTimes times, DescribeEventTimes(start, start + absl::Hours(7),
                                                             "Europe/Warsaw", language));
  TemplateValues values;
  values.name = "Alex Example";
  values.event_title = "Silver meets Gold";
  values.organiser = "Example Cluster";
  values.date = std::move(times.date);
  values.when = std::move(times.when);
  values.where = "Example Hall, 1 Example Street, Warszawa";
  values.answer_url = "https://example.org/answer";
  values.manage_url = "https://example.org/registration";
  values.check_in_url = "https://example.org/check-in";
  return values;
}

}  // namespace

void TemplateService::Register(rpc::Server& server) {
  rpc::Service service =
      server.AddService(v1::GetTemplateRequest::descriptor()->file()->service(0)->full_name());
  service.Inline("GetTemplate", this, &TemplateService::GetTemplate);
  service.Inline("ListTemplates", this, &TemplateService::ListTemplates);
  service.Inline("GetTemplateVersion", this, &TemplateService::GetTemplateVersion);
  service.Inline("ListTemplateVersions", this, &TemplateService::ListTemplateVersions);
  service.Inline("PreviewTemplate", this, &TemplateService::PreviewTemplate);
}

absl::Status TemplateService::GetTemplate(const rpc::Context& /*context*/,
                                          const v1::GetTemplateRequest& request,
                                          v1::Template& response) {
  Violations v;
  v.RequireResourceName("name", request.name(), "templates/*");
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  const v1::Template* found = FindTemplate(request.name());
  if (found == nullptr) return TemplateNotFoundError(request.name());
  response = *found;
  return absl::OkStatus();
}

absl::Status TemplateService::ListTemplates(const rpc::Context& /*context*/,
                                            const v1::ListTemplatesRequest& request,
                                            v1::ListTemplatesResponse& response) {
  Violations v;
  const rpc::Page page = rpc::ParsePage(request, v);
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  for (const v1::Template& item : BuiltInTemplates()) {
    if (!page.after.empty() && item.name() <= page.after[0]) continue;
    if (response.templates_size() == page.size) {
      response.set_next_page_token(
          rpc::MakePageToken(request, {response.templates(page.size - 1).name()}));
      break;
    }
    *response.add_templates() = item;
  }
  return absl::OkStatus();
}

absl::Status TemplateService::GetTemplateVersion(const rpc::Context& /*context*/,
                                                 const v1::GetTemplateVersionRequest& request,
                                                 v1::TemplateVersion& response) {
  Violations v;
  v.RequireResourceName("name", request.name(), "templates/*/versions/*");
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  constexpr std::string_view kFirst = "/versions/1";
  if (!absl::EndsWith(request.name(), "/versions/1")) return TemplateNotFoundError(request.name());
  const absl::StatusOr<v1::TemplateVersion> found = notification::GetTemplateVersion(
      request.name().substr(0, request.name().size() - kFirst.size()));
  if (!found.ok()) return TemplateNotFoundError(request.name());
  response = *found;
  return absl::OkStatus();
}

absl::Status TemplateService::ListTemplateVersions(const rpc::Context& /*context*/,
                                                   const v1::ListTemplateVersionsRequest& request,
                                                   v1::ListTemplateVersionsResponse& response) {
  Violations v;
  v.RequireResourceName("parent", request.parent(), "templates/*");
  const rpc::Page page = rpc::ParsePage(request, v);
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  const absl::StatusOr<v1::TemplateVersion> found =
      notification::GetTemplateVersion(request.parent());
  if (!found.ok()) return TemplateNotFoundError(request.parent());
  if (page.after.empty()) *response.add_template_versions() = *found;
  return absl::OkStatus();
}

absl::Status TemplateService::PreviewTemplate(const rpc::Context& /*context*/,
                                              const v1::PreviewTemplateRequest& request,
                                              v1::PreviewTemplateResponse& response) {
  Violations v;
  v.RequireResourceName("name", request.name(), "templates/*");
  v.OptionalLanguage("language", request.language());
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  if (FindTemplate(request.name()) == nullptr) return TemplateNotFoundError(request.name());
  const std::string language = ChooseLanguage({request.language()});
  WICI_ASSIGN_OR_RETURN(const TemplateValues values, SampleValues(language));
  WICI_ASSIGN_OR_RETURN(RenderedTexts texts, RenderTemplate(request.name(), language, values));
  response.set_language(language);
  response.set_subject(std::move(texts.subject));
  response.set_text(std::move(texts.text));
  response.set_html(std::move(texts.html));
  return absl::OkStatus();
}

}  // namespace wici::notification
