#include "services/notification/mail/templates.h"

#include <algorithm>
#include <iterator>
#include <kainjow/mustache.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"

namespace wici::notification {
namespace {

namespace mustache = kainjow::mustache;

struct Variable {
  std::string_view name;
  std::string TemplateValues::*member;
};

constexpr Variable kVariables[] = {{"accept_url", &TemplateValues::accept_url},
                                   {"answer_url", &TemplateValues::answer_url},
                                   {"calendar_url", &TemplateValues::calendar_url},
                                   {"check_in_url", &TemplateValues::check_in_url},
                                   {"date", &TemplateValues::date},
                                   {"decline_url", &TemplateValues::decline_url},
                                   {"event_title", &TemplateValues::event_title},
                                   {"manage_url", &TemplateValues::manage_url},
                                   {"name", &TemplateValues::name},
                                   {"online_url", &TemplateValues::online_url},
                                   {"organiser", &TemplateValues::organiser},
                                   {"reason", &TemplateValues::reason},
                                   {"summary", &TemplateValues::summary},
                                   {"until", &TemplateValues::until},
                                   {"when", &TemplateValues::when},
                                   {"where", &TemplateValues::where}};

struct BuiltIn {
  std::string_view id;
  std::string_view title;
  v1::Purpose purpose;
  v1::CalendarMethod calendar_method;
  Texts LanguageTexts::*texts;
};

// In the order of the ids.
constexpr BuiltIn kBuiltIns[] = {
    {"event-cancelled", "An event was called off", v1::PURPOSE_MANDATORY,
     v1::CALENDAR_METHOD_CANCEL, &LanguageTexts::event_cancelled},
    {"event-rescheduled", "An event was moved", v1::PURPOSE_MANDATORY, v1::CALENDAR_METHOD_REQUEST,
     &LanguageTexts::event_rescheduled},
    {"invitation", "Invitation to an event", v1::PURPOSE_INVITATION, v1::CALENDAR_METHOD_REQUEST,
     &LanguageTexts::invitation},
    {"invitation-delegated", "An invitation was passed on", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_REQUEST, &LanguageTexts::invitation_delegated},
    {"invitation-reminder", "An invitation is not answered", v1::PURPOSE_INVITATION,
     v1::CALENDAR_METHOD_REQUEST, &LanguageTexts::invitation_reminder},
    {"meeting-accepted", "A request for a meeting was accepted", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_UNSPECIFIED, &LanguageTexts::meeting_accepted},
    {"meeting-cancelled", "A meeting was called off", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_CANCEL, &LanguageTexts::meeting_cancelled},
    {"meeting-declined", "A request for a meeting was declined", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_UNSPECIFIED, &LanguageTexts::meeting_declined},
    {"meeting-expired", "A request for a meeting was not answered", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_UNSPECIFIED, &LanguageTexts::meeting_expired},
    {"meeting-requested", "Somebody asks for a meeting", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_UNSPECIFIED, &LanguageTexts::meeting_requested},
    {"meeting-rescheduled", "A meeting was moved", v1::PURPOSE_SERVICE, v1::CALENDAR_METHOD_REQUEST,
     &LanguageTexts::meeting_rescheduled},
    {"meeting-scheduled", "A meeting has a time", v1::PURPOSE_SERVICE, v1::CALENDAR_METHOD_REQUEST,
     &LanguageTexts::meeting_scheduled},
    {"registration-cancelled", "A registration was cancelled", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_CANCEL, &LanguageTexts::registration_cancelled},
    {"registration-confirmed", "A registration has a seat", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_REQUEST, &LanguageTexts::registration_confirmed},
    {"registration-offer-lapsed", "The offer of a seat was not accepted", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_UNSPECIFIED, &LanguageTexts::registration_offer_lapsed},
    {"registration-offered", "A seat is offered from the waiting list", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_UNSPECIFIED, &LanguageTexts::registration_offered},
    {"registration-promoted", "A registration moved up from the waiting list", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_REQUEST, &LanguageTexts::registration_promoted},
    {"registration-rejected", "A registration was not approved", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_UNSPECIFIED, &LanguageTexts::registration_rejected},
    {"registration-waitlisted", "A registration is on the waiting list", v1::PURPOSE_SERVICE,
     v1::CALENDAR_METHOD_UNSPECIFIED, &LanguageTexts::registration_waitlisted}};

// How a link that is to be noticed looks.
constexpr std::string_view kButton =
    "style=\"display:inline-block;padding:10px 18px;background:#1a5fb4;color:#ffffff;\n"
    "  text-decoration:none;border-radius:6px\"";

const LanguageTexts* const kLanguages[] = {&kGermanTexts, &kEnglishTexts, &kPolishTexts};

std::string TemplateName(std::string_view id) {
  return absl::StrCat("templates/", std::string(id));
}

const BuiltIn* FindBuiltIn(std::string_view name) {
  const auto* found = std::find_if(std::begin(kBuiltIns), std::end(kBuiltIns),
                                   [&](const BuiltIn& b) { return TemplateName(b.id) == name; });
  return found == std::end(kBuiltIns) ? nullptr : found;
}

const LanguageTexts* FindLanguage(std::string_view language) {
  for (const LanguageTexts* texts : kLanguages) {
    if (texts->language == language) return texts;
  }
  return nullptr;
}

v1::Template MakeTemplate(const BuiltIn& built_in) {
  v1::Template result;
  result.set_name(TemplateName(built_in.id));
  result.set_etag("\"1\"");
  result.set_title(std::string(built_in.title));
  result.set_purpose(built_in.purpose);
  result.set_calendar_method(built_in.calendar_method);
  result.set_built_in(true);
  result.set_current_version(absl::StrCat(result.name(), "/versions/1"));
  for (const Variable& variable : kVariables) result.add_variables(std::string(variable.name));
  return result;
}

// Looks variables up and remembers the first that does not exist.
class StrictContext final : public mustache::basic_context<std::string> {
 public:
  StrictContext(const LanguageTexts& shared, const TemplateValues& values, Escape escape) {
    const bool html = escape == Escape::kHtml;
    const auto add = [this](std::string_view name, std::string_view text) {
      partials_.emplace_back(name, std::string(text));
    };
    add("button", kButton);
    add("facts", html ? shared.facts_html : shared.facts_text);
    add("footer", html ? shared.footer_html : shared.footer_text);
    add("meeting_body", html ? shared.meeting_body_html : shared.meeting_body_text);
    for (const Variable& variable : kVariables) {
      const std::string& value = values.*(variable.member);
      data_.emplace_back(variable.name, value.empty()
                                            ? mustache::data(mustache::data::type::bool_false)
                                            : mustache::data(value));
    }
  }

  void push(const mustache::data*) override {}
  void pop() override {}
  const mustache::data* get(const std::string& name) const override {
    for (const auto& [known, data] : data_) {
      if (known == name) return &data;
    }
    if (missing_.empty()) missing_ = name;
    return nullptr;
  }
  const mustache::data* get_partial(const std::string& name) const override {
    for (const auto& [known, partial] : partials_) {
      if (known == name) return &partial;
    }
    if (missing_.empty()) missing_ = name;
    return nullptr;
  }
  const std::string& missing() const { return missing_; }

 private:
  std::vector<std::pair<std::string_view, mustache::data>> data_;
  std::vector<std::pair<std::string_view, mustache::data>> partials_;
  mutable std::string missing_;
};

// Values of one line each: a subject must not get a second one from an event title.
std::string OneLine(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return std::string(absl::StripAsciiWhitespace(text));
}

std::string HtmlDocument(std::string_view language, std::string_view body) {
  return absl::StrCat(
      "<!DOCTYPE html>\n<html lang=\"", std::string(language),
      "\">\n<head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"></head>\n"
      "<body style=\"margin:0;padding:16px;font-family:Arial,Helvetica,sans-serif;font-size:15px;"
      "line-height:1.5;color:#222222;max-width:640px\">\n",
      std::string(body), "</body>\n</html>\n");
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

const v1::Template* FindTemplate(std::string_view name) {
  for (const v1::Template& found : BuiltInTemplates()) {
    if (found.name() == name) return &found;
  }
  return nullptr;
}

absl::StatusOr<v1::TemplateVersion> GetTemplateVersion(std::string_view template_name) {
  const BuiltIn* built_in = FindBuiltIn(template_name);
  if (built_in == nullptr) return absl::NotFoundError("no such template");
  v1::TemplateVersion version;
  version.set_name(absl::StrCat(std::string(template_name), "/versions/1"));
  for (const LanguageTexts* language : kLanguages) {
    const Texts& texts = language->*(built_in->texts);
    v1::TemplateVersion::Content& content = *version.add_contents();
    content.set_language(std::string(language->language));
    content.set_subject(std::string(texts.subject));
    content.set_text(std::string(texts.text));
    content.set_html(std::string(texts.html));
  }
  return version;
}

const std::vector<std::string_view>& TemplateVariables() {
  static const auto* const names = [] {
    auto* result = new std::vector<std::string_view>();
    for (const Variable& variable : kVariables) result->push_back(variable.name);
    return result;
  }();
  return *names;
}

absl::StatusOr<std::string> RenderText(std::string_view text, const LanguageTexts& shared,
                                       const TemplateValues& values, Escape escape) {
  mustache::mustache parsed{std::string(text)};
  if (!parsed.is_valid()) {
    return absl::FailedPreconditionError(absl::StrCat("bad template: ", parsed.error_message()));
  }
  if (escape == Escape::kNone) {
    parsed.set_custom_escape([](const std::string& value) { return value; });
  }
  StrictContext context(shared, values, escape);
  std::string rendered = parsed.render(context);
  if (!context.missing().empty()) {
    return absl::FailedPreconditionError(absl::StrCat("unknown variable ", context.missing()));
  }
  return rendered;
}

absl::StatusOr<RenderedTexts> RenderTemplate(std::string_view template_name,
                                             std::string_view language,
                                             const TemplateValues& values) {
  const BuiltIn* built_in = FindBuiltIn(template_name);
  if (built_in == nullptr) return absl::NotFoundError("no such template");
  const LanguageTexts* shared = FindLanguage(language);
  if (shared == nullptr) shared = &kEnglishTexts;
  const Texts& texts = shared->*(built_in->texts);
  RenderedTexts rendered;
  WICI_ASSIGN_OR_RETURN(rendered.subject,
                        RenderText(texts.subject, *shared, values, Escape::kNone));
  rendered.subject = OneLine(std::move(rendered.subject));
  WICI_ASSIGN_OR_RETURN(rendered.text, RenderText(texts.text, *shared, values, Escape::kNone));
  WICI_ASSIGN_OR_RETURN(const std::string body,
                        RenderText(texts.html, *shared, values, Escape::kHtml));
  rendered.html = HtmlDocument(shared->language, body);
  return rendered;
}

const std::vector<std::string_view>& SupportedLanguages() {
  static const auto* const languages = [] {
    auto* result = new std::vector<std::string_view>();
    for (const LanguageTexts* texts : kLanguages) result->push_back(texts->language);
    return result;
  }();
  return *languages;
}

std::string ChooseLanguage(const std::vector<std::string>& wishes) {
  for (const std::string& wish : wishes) {
    const std::string base = absl::AsciiStrToLower(wish.substr(0, wish.find_first_of("-_")));
    if (FindLanguage(base) != nullptr) return base;
  }
  return "en";
}

}  // namespace wici::notification
