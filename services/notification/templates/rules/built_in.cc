#include "services/notification/templates/rules/built_in.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/notification/templates/rules/html_of_text.h"
#include "services/notification/templates/rules/template_values.h"
#include "services/notification/templates/texts/texts.h"

namespace wici::notification {
namespace {

struct BuiltIn {
  std::string_view id;
  std::string_view title;
  v1::Purpose purpose;
  v1::CalendarMethod calendar_method;
  // Whoever misses one of these misses little, and minds it twice.
  bool at_most_once = false;
};

// In the order of the ids.
constexpr BuiltIn kBuiltIns[] = {
    {"consent-invitation", "Whether somebody wants invitations", v1::PURPOSE_MANDATORY,
     v1::CALENDAR_METHOD_UNSPECIFIED},
    {"consent-marketing", "Whether somebody wants news", v1::PURPOSE_MANDATORY,
     v1::CALENDAR_METHOD_UNSPECIFIED},
    {"digest", "What was collected for somebody", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_UNSPECIFIED},
    {"event-cancelled", "An event was called off", v1::PURPOSE_MANDATORY,
     v1::CALENDAR_METHOD_CANCEL},
    {"event-follow-up", "An event has ended", v1::PURPOSE_SERVICE, v1::CALENDAR_METHOD_UNSPECIFIED,
     /*at_most_once=*/true},
    {"event-reminder", "An event begins soon", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_UNSPECIFIED},
    {"event-rescheduled", "An event was moved", v1::PURPOSE_MANDATORY, v1::CALENDAR_METHOD_REQUEST},
    {"event-updated", "What an event is called or where it is changed", v1::PURPOSE_MANDATORY,
     v1::CALENDAR_METHOD_REQUEST},
    {"invitation", "Invitation to an event", v1::PURPOSE_INVITATION, v1::CALENDAR_METHOD_REQUEST},
    {"invitation-delegated", "An invitation was passed on", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_REQUEST},
    {"invitation-reminder", "An invitation is not answered", v1::PURPOSE_INVITATION,
     v1::CALENDAR_METHOD_REQUEST, /*at_most_once=*/true},
    {"meeting-accepted", "A request for a meeting was accepted", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_UNSPECIFIED},
    {"meeting-cancelled", "A meeting was called off", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_CANCEL},
    {"meeting-declined", "A request for a meeting was declined", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_UNSPECIFIED},
    {"meeting-expired", "A request for a meeting was not answered", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_UNSPECIFIED},
    {"meeting-requested", "Somebody asks for a meeting", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_UNSPECIFIED},
    {"meeting-rescheduled", "A meeting was moved", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_REQUEST},
    {"meeting-scheduled", "A meeting has a time", v1::PURPOSE_SERVICE, v1::CALENDAR_METHOD_REQUEST},
    {"registration-cancelled", "A registration was cancelled", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_CANCEL},
    {"registration-confirmed", "A registration has a seat", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_REQUEST},
    {"registration-offer-lapsed", "The offer of a seat was not accepted", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_UNSPECIFIED},
    {"registration-offered", "A seat is offered from the waiting list", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_UNSPECIFIED},
    {"registration-promoted", "A registration moved up from the waiting list", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_REQUEST},
    {"registration-rejected", "A registration was not approved", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_UNSPECIFIED},
    {"registration-waitlisted", "A registration is on the waiting list", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_UNSPECIFIED},
    {"session-cancelled", "A chosen session was called off", v1::PURPOSE_MANDATORY,
     v1::CALENDAR_METHOD_CANCEL},
    {"session-rescheduled", "A chosen session was moved", v1::PURPOSE_MANDATORY,
     v1::CALENDAR_METHOD_REQUEST},
    {"subscription-disabled", "A webhook was switched off", v1::PURPOSE_MANDATORY,
     v1::CALENDAR_METHOD_UNSPECIFIED}};

struct TextsOfLanguage {
  std::string_view language;
  const std::string_view& texts;
};

constexpr TextsOfLanguage kTextsOfLanguages[] = {{"cs", kCzechTexts},
                                                 {"de", kGermanTexts},
                                                 {"en", kEnglishTexts},
                                                 {"pl", kPolishTexts},
                                                 {"uk", kUkrainianTexts}};

// How a link that is to be noticed looks.
constexpr std::string_view kButton =
    "style=\"display:inline-block;padding:10px 18px;background:#1a5fb4;color:#ffffff;\n"
    "  text-decoration:none;border-radius:6px\"";

std::string TemplateName(std::string_view id) {
  return absl::StrCat("templates/", std::string(id));
}

// The parts of a file of texts/, by id.
std::map<std::string, std::string> PartsOf(std::string_view file) {
  std::map<std::string, std::string> parts;
  constexpr std::string_view kMark = "== ";
  std::size_t at = kMark.size();
  while (at < file.size()) {
    const std::size_t line = file.find('\n', at);
    const std::size_t next = std::min(file.find("\n== ", line), file.size() - 1);
    parts.emplace(file.substr(at, line - at), file.substr(line + 1, next - line - 1));
    at = next + 1 + kMark.size();
  }
  return parts;
}

struct Shared {
  std::string text;
  std::string html;
};

// Everything the files of texts/ say.
struct Texts {
  std::map<std::pair<std::string, std::string>, Shared> shared;  // by language and name
  std::map<std::string, v1::TemplateVersion> versions;           // by the name of the template
};

Shared MakeShared(const std::string& name, const std::string& text) {
  // Those are named alone on a line, which goes away with the tag: their own ends take its place.
  if (name == "greeting") return {text + "\n", HtmlOfText(text)};
  if (name == "facts") return {text + "\n\n", HtmlOfFacts(text) + "\n"};
  if (name == "footer") return {text + "\n", HtmlOfFooter(text)};
  return {text, HtmlOfText(text)};
}

void AddContent(const std::string& language, const std::string& part,
                v1::TemplateVersion& version) {
  const std::size_t line = part.find('\n');
  v1::TemplateVersion::Content& content = *version.add_contents();
  content.set_language(language);
  content.set_subject(part.substr(0, line));
  content.set_text(part.substr(line + 2));
  content.set_html(HtmlOfText(content.text()));
}

const Texts& AllTexts() {
  static const auto* const all = [] {
    auto* texts = new Texts();
    std::set<std::string_view> ids;
    for (const BuiltIn& built_in : kBuiltIns) ids.insert(built_in.id);
    for (const TextsOfLanguage& file : kTextsOfLanguages) {
      const std::string language(file.language);
      texts->shared[{language, "button"}] = {"", std::string(kButton)};
      for (const auto& [id, part] : PartsOf(file.texts)) {
        if (ids.count(id) == 0) {
          texts->shared[{language, id}] = MakeShared(id, part);
          continue;
        }
        v1::TemplateVersion& version = texts->versions[TemplateName(id)];
        version.set_name(absl::StrCat(TemplateName(id), "/versions/1"));
        AddContent(language, part, version);
      }
    }
    return texts;
  }();
  return *all;
}

v1::Template MakeTemplate(const BuiltIn& built_in) {
  v1::Template result;
  result.set_name(TemplateName(built_in.id));
  result.set_etag("\"1\"");
  result.set_title(std::string(built_in.title));
  result.set_purpose(built_in.purpose);
  result.set_calendar_method(built_in.calendar_method);
  result.set_unknown_policy(built_in.at_most_once ? v1::UNKNOWN_POLICY_AT_MOST_ONCE
                                                  : v1::UNKNOWN_POLICY_AT_LEAST_ONCE);
  result.set_built_in(true);
  result.set_current_version(absl::StrCat(result.name(), "/versions/1"));
  for (const std::string_view name : TemplateVariables()) {
    result.add_variables(std::string(name));
  }
  return result;
}

}  // namespace

const std::vector<v1::Template>& BuiltInTemplates() {
  static const auto* const templates = [] {
    auto* result = new std::vector<v1::Template>();
    for (const BuiltIn& built_in : kBuiltIns) result->push_back(MakeTemplate(built_in));
    return result;
  }();
  return *templates;
}

const v1::Template* FindBuiltIn(std::string_view template_name) {
  for (const v1::Template& found : BuiltInTemplates()) {
    if (found.name() == template_name) return &found;
  }
  return nullptr;
}

const v1::TemplateVersion* FindBuiltInVersion(std::string_view template_name) {
  const auto found = AllTexts().versions.find(std::string(template_name));
  return found == AllTexts().versions.end() ? nullptr : &found->second;
}

bool IsOwnTemplate(std::string_view template_name) {
  return template_name == kConsentInvitationTemplate ||
         template_name == kConsentMarketingTemplate || template_name == kDigestTemplate ||
         template_name == kSubscriptionDisabled;
}

bool TellsOfAnEnd(std::string_view template_name) {
  return template_name == "templates/event-cancelled" ||
         template_name == "templates/meeting-cancelled" ||
         template_name == "templates/registration-cancelled" ||
         template_name == "templates/registration-offer-lapsed" ||
         template_name == "templates/registration-rejected";
}

bool IsSentByServiceOnly(std::string_view template_name) {
  const v1::Template* found = FindBuiltIn(template_name);
  return IsOwnTemplate(template_name) || TellsOfAnEnd(template_name) ||
         (found != nullptr && found->purpose() == v1::PURPOSE_MANDATORY);
}

bool IsAboutOnesOwn(std::string_view template_name) {
  return template_name == "templates/invitation-delegated" ||
         (FindBuiltIn(template_name) != nullptr &&
          (template_name.rfind("templates/meeting-", 0) == 0 ||
           template_name.rfind("templates/registration-", 0) == 0));
}

v1::UnknownPolicy UnknownPolicyOf(const v1::Template& wanted) {
  if (wanted.unknown_policy() != v1::UNKNOWN_POLICY_UNSPECIFIED) return wanted.unknown_policy();
  const bool audience =
      wanted.purpose() == v1::PURPOSE_INVITATION || wanted.purpose() == v1::PURPOSE_MARKETING;
  return audience && wanted.calendar_method() == v1::CALENDAR_METHOD_UNSPECIFIED
             ? v1::UNKNOWN_POLICY_AT_MOST_ONCE
             : v1::UNKNOWN_POLICY_AT_LEAST_ONCE;
}

const std::vector<std::string>& SupportedLanguages() {
  static const auto* const languages = [] {
    auto* result = new std::vector<std::string>();
    for (const TextsOfLanguage& file : kTextsOfLanguages) result->emplace_back(file.language);
    return result;
  }();
  return *languages;
}

const std::string* FindSharedText(const std::string& name, const std::string& language, bool html) {
  const auto found = AllTexts().shared.find({language, name});
  if (found == AllTexts().shared.end()) return nullptr;
  return html ? &found->second.html : &found->second.text;
}

}  // namespace wici::notification
