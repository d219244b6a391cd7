#include "services/notification/templates/template_service.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/status_macros.h"
#include "libs/base/violations.h"
#include "libs/rpc/page.h"
#include "services/notification/errors.h"
#include "services/notification/mail/event_times.h"
#include "services/notification/templates/rules/built_in.h"
#include "services/notification/templates/rules/render.h"
#include "services/notification/templates/rules/validate_template.h"

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
  values.summary = "Two clusters present themselves.";
  values.spoken_languages = NamesOfLanguages({"pl", "en"}, language);
  values.answer_url = "https://example.org/answer";
  values.manage_url = "https://example.org/registration";
  values.check_in_url = "https://example.org/check-in";
  values.survey_url = "https://example.org/survey";
  values.confirm_url = "https://example.org/confirm-consent";
  values.items = "- A meeting has a time\n  https://example.org/registration";
  values.days = 7;
  values.count = 1;
  return values;
}

// "templates/invitation" of "templates/invitation/versions/1".
std::string TemplateOf(const std::string& name) { return name.substr(0, name.find("/versions/")); }

}  // namespace

void TemplateService::Register(rpc::Server& server) {
  rpc::Service service =
      server.AddService(v1::GetTemplateRequest::descriptor()->file()->service(0)->full_name());
  service.Pooled("GetTemplate", this, &TemplateService::GetTemplate);
  service.Pooled("ListTemplates", this, &TemplateService::ListTemplates);
  service.Pooled("CreateTemplate", this, &TemplateService::CreateTemplate);
  service.Pooled("DeleteTemplate", this, &TemplateService::DeleteTemplate);
  service.Pooled("GetTemplateVersion", this, &TemplateService::GetTemplateVersion);
  service.Pooled("ListTemplateVersions", this, &TemplateService::ListTemplateVersions);
  service.Pooled("CreateTemplateVersion", this, &TemplateService::CreateTemplateVersion);
  service.Pooled("PreviewTemplate", this, &TemplateService::PreviewTemplate);
}

absl::Status TemplateService::GetTemplate(const rpc::Context& context,
                                          const v1::GetTemplateRequest& request,
                                          v1::Template& response) {
  Violations v;
  v.RequireResourceName("name", request.name(), "templates/*");
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  if (const v1::Template* built_in = FindBuiltIn(request.name())) {
    response = *built_in;
    return absl::OkStatus();
  }
  WICI_ASSIGN_OR_RETURN(response, store_.Get(context.deadline, request.name()));
  return absl::OkStatus();
}

absl::Status TemplateService::ListTemplates(const rpc::Context& context,
                                            const v1::ListTemplatesRequest& request,
                                            v1::ListTemplatesResponse& response) {
  Violations v;
  const rpc::Page page = rpc::ParsePage(request, v);
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  const std::string after = rpc::After(page);
  WICI_ASSIGN_OR_RETURN(
      std::vector<v1::Template> found,
      store_.List(context.deadline, std::string(absl::StripPrefix(after, "templates/")),
                  page.size + 1));
  for (const v1::Template& item : BuiltInTemplates()) {
    if (item.name() > after) found.push_back(item);
  }
  std::sort(found.begin(), found.end(),
            [](const v1::Template& a, const v1::Template& b) { return a.name() < b.name(); });
  rpc::FillPage(
      request, page, std::move(found),
      [](const v1::Template& last) -> std::vector<std::string> { return {last.name()}; },
      *response.mutable_templates(), *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status TemplateService::CreateTemplate(const rpc::Context& context,
                                             const v1::CreateTemplateRequest& request,
                                             v1::Template& response) {
  WICI_RETURN_IF_ERROR(ValidateCreateTemplate(request));
  v1::Template wanted = request.template_();
  wanted.set_name(absl::StrCat("templates/", request.template_id()));
  if (FindBuiltIn(wanted.name()) != nullptr) return TemplateExistsError(wanted.name());
  WICI_ASSIGN_OR_RETURN(response, store_.Create(feed::CallOf(context, request), std::move(wanted),
                                                request.version()));
  return absl::OkStatus();
}

absl::Status TemplateService::DeleteTemplate(const rpc::Context& context,
                                             const v1::DeleteTemplateRequest& request,
                                             v1::DeleteTemplateResponse& response) {
  Violations v;
  v.RequestId("request_id", request.request_id());
  v.RequireResourceName("name", request.name(), "templates/*");
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  if (FindBuiltIn(request.name()) != nullptr) return TemplateBuiltInError(request.name());
  WICI_ASSIGN_OR_RETURN(
      response, store_.Delete(feed::CallOf(context, request), request.name(), request.etag()));
  return absl::OkStatus();
}

absl::StatusOr<v1::TemplateVersion> TemplateService::FindVersion(absl::Time deadline,
                                                                 const std::string& name) {
  const std::string owner = TemplateOf(name);
  if (const v1::TemplateVersion* built_in = FindBuiltInVersion(owner)) {
    if (name == owner || name == built_in->name()) return *built_in;
    return TemplateNotFoundError(name);
  }
  std::string version = name;
  if (name == owner) {
    WICI_ASSIGN_OR_RETURN(const v1::Template found, store_.Get(deadline, name));
    version = found.current_version();
  }
  WICI_ASSIGN_OR_RETURN(TemplateTexts texts, store_.GetVersion(deadline, version));
  return std::move(texts.version);
}

absl::Status TemplateService::GetTemplateVersion(const rpc::Context& context,
                                                 const v1::GetTemplateVersionRequest& request,
                                                 v1::TemplateVersion& response) {
  Violations v;
  v.RequireResourceName("name", request.name(), "templates/*/versions/*");
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(response, FindVersion(context.deadline, request.name()));
  return absl::OkStatus();
}

absl::Status TemplateService::ListTemplateVersions(const rpc::Context& context,
                                                   const v1::ListTemplateVersionsRequest& request,
                                                   v1::ListTemplateVersionsResponse& response) {
  Violations v;
  v.RequireResourceName("parent", request.parent(), "templates/*");
  const rpc::Page page = rpc::ParsePage(request, v);
  std::int64_t before = INT64_MAX;
  if (!page.after.empty() && !absl::SimpleAtoi(page.after[0], &before)) {
    v.Add("page_token", "is not a token of this method");
  }
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  if (const v1::TemplateVersion* built_in = FindBuiltInVersion(request.parent())) {
    if (page.after.empty()) *response.add_template_versions() = *built_in;
    return absl::OkStatus();
  }
  WICI_ASSIGN_OR_RETURN(
      std::vector<v1::TemplateVersion> found,
      store_.ListVersions(context.deadline, request.parent(), before, page.size + 1));
  rpc::FillPage(
      request, page, std::move(found),
      [](const v1::TemplateVersion& last) -> std::vector<std::string> {
        return {last.name().substr(last.name().rfind('/') + 1)};
      },
      *response.mutable_template_versions(), *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status TemplateService::CreateTemplateVersion(const rpc::Context& context,
                                                    const v1::CreateTemplateVersionRequest& request,
                                                    v1::TemplateVersion& response) {
  WICI_RETURN_IF_ERROR(ValidateCreateTemplateVersion(request));
  if (FindBuiltIn(request.parent()) != nullptr) return TemplateBuiltInError(request.parent());
  WICI_ASSIGN_OR_RETURN(response,
                        store_.CreateVersion(feed::CallOf(context, request), request.parent(),
                                             request.template_version()));
  return absl::OkStatus();
}

absl::Status TemplateService::PreviewTemplate(const rpc::Context& context,
                                              const v1::PreviewTemplateRequest& request,
                                              v1::PreviewTemplateResponse& response) {
  Violations v;
  if (!MatchesResourcePattern(request.name(), "templates/*/versions/*")) {
    v.RequireResourceName("name", request.name(), "templates/*");
  }
  v.OptionalLanguage("language", request.language());
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(const v1::TemplateVersion version,
                        FindVersion(context.deadline, request.name()));
  const v1::TemplateVersion::Content& content = ChooseContent(version, {request.language()});
  WICI_ASSIGN_OR_RETURN(TemplateValues values, SampleValues(content.language()));
  if (TemplateOf(request.name()) == kSubscriptionDisabled) {
    values.subscription = "subscriptions/example";
    values.subscription_title = "Example webhook";
  }
  absl::StatusOr<RenderedTexts> texts = Render(content, values);
  if (!texts.ok())
    return TemplateNotRenderedError(request.name(), std::string(texts.status().message()));
  response.set_language(content.language());
  response.set_subject(std::move(texts->subject));
  response.set_text(std::move(texts->text));
  response.set_html(std::move(texts->html));
  return absl::OkStatus();
}

}  // namespace wici::notification
