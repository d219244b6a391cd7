// The built-in templates and how they are rendered.
//
// Mustache with two additions: a variable that is not in TemplateVariables() is an error (no
// message ever goes out with a hole), and values are escaped for HTML in HTML only. The texts are
// in services/notification/templates/, one file a language; English is the fall-back. Rendering is
// pure and thread-safe.
#ifndef WICI_SERVICES_NOTIFICATION_MAIL_TEMPLATES_H_
#define WICI_SERVICES_NOTIFICATION_MAIL_TEMPLATES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/notification/templates/texts.h"
#include "wici/notification/v1/template.pb.h"

namespace wici::notification {

// The built-in templates in the order of their names, each with one version:
// templates/event-cancelled, event-rescheduled, invitation, invitation-delegated,
// invitation-reminder, meeting-accepted, meeting-cancelled, meeting-declined, meeting-expired,
// meeting-requested, meeting-rescheduled, meeting-scheduled, registration-cancelled,
// registration-confirmed, registration-offer-lapsed, registration-offered, registration-promoted,
// registration-rejected, registration-waitlisted.
const std::vector<v1::Template>& BuiltInTemplates();

// The one with this name, or nullptr.
const v1::Template* FindTemplate(std::string_view name);

// The texts of version 1 of a built-in template. NOT_FOUND for another.
absl::StatusOr<v1::TemplateVersion> GetTemplateVersion(std::string_view template_name);

// The values of the variables; a variable with an empty value counts as false in a section.
struct TemplateValues {
  std::string name = "";         // to greet with
  std::string event_title = "";  // the rest is about the event
  std::string organiser = "";
  std::string date = "";
  std::string when = "";
  std::string where = "";
  std::string online_url = "";
  std::string summary = "";
  std::string reason = "";  // why it was moved or called off
  std::string until = "";   // how long a place is offered
  std::string accept_url = "";
  std::string decline_url = "";
  std::string answer_url = "";
  std::string manage_url = "";
  std::string check_in_url = "";
  std::string calendar_url = "";
};

// The names of the variables.
const std::vector<std::string_view>& TemplateVariables();

struct RenderedTexts {
  std::string subject;  // one line
  std::string text;
  std::string html;  // a whole document
};

// Renders a built-in template. NOT_FOUND for an unknown template, FAILED_PRECONDITION (naming the
// variable, never a value) when a text uses a variable that does not exist. `language` is one of
// SupportedLanguages().
absl::StatusOr<RenderedTexts> RenderTemplate(std::string_view template_name,
                                             std::string_view language,
                                             const TemplateValues& values);

// "de", "en", "pl".
const std::vector<std::string_view>& SupportedLanguages();

// The language of the first of `wishes` (BCP-47, "de-AT" counts as "de") that is supported, or
// "en".
std::string ChooseLanguage(const std::vector<std::string>& wishes);

// For tests and for texts of organisations: renders one text with strict variables.
enum class Escape { kNone, kHtml };
absl::StatusOr<std::string> RenderText(std::string_view text, const LanguageTexts& shared,
                                       const TemplateValues& values, Escape escape);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_MAIL_TEMPLATES_H_
