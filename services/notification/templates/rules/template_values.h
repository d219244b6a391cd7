// The variables of templates, and their values for one message. Pure; any thread.
#ifndef WICI_SERVICES_NOTIFICATION_TEMPLATES_RULES_TEMPLATE_VALUES_H_
#define WICI_SERVICES_NOTIFICATION_TEMPLATES_RULES_TEMPLATE_VALUES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace wici::notification {

// An empty value, and a number that is 0, count as false in a section.
struct TemplateValues {
  std::string name = "";         // to greet with
  std::string event_title = "";  // the rest is about the event
  std::string organiser = "";
  std::string date = "";
  std::string when = "";
  std::string where = "";
  std::string online_url = "";
  std::string summary = "";
  std::string reason = "";            // why it was moved or called off
  std::string until = "";             // how long a place is offered
  std::string spoken_languages = "";  // of the event, by their names
  std::string accept_url = "";
  std::string decline_url = "";
  std::string answer_url = "";
  std::string manage_url = "";
  std::string check_in_url = "";
  std::string calendar_url = "";
  std::string survey_url = "";   // of the event, once they may answer it
  std::string confirm_url = "";  // of a consent
  std::string items = "";        // of a digest, one to a paragraph
  std::int64_t days = 0;         // until the event begins, or confirm_url ends to work
  std::int64_t hours = 0;        // the same when it is less than a day
  std::int64_t count = 0;        // of the items
  // Of a mail about a webhook, which has nothing of the above but the name.
  std::string subscription = "";  // "subscriptions/{subscription}"
  std::string subscription_title = "";
  std::string failing_since = "";
};

// What a text may write between braces.
enum class VariableKind {
  kText,    // {{name}}
  kUrl,     // {{answer_url}}: an http or https address
  kNumber,  // {{days}}
  kPlural,  // {{#days.few}}: whether the number takes this form in the language
  kEncoded  // {{name.url}}: percent-encoded, to be a part of an address
};

// nullopt for a name that is none.
std::optional<VariableKind> FindVariable(std::string_view name);

// The names of the variables, without their forms, in order.
const std::vector<std::string_view>& TemplateVariables();

// The value of a variable in a language, "" when it has none; a plural form is "1" or "". Control
// characters of values become spaces, but for line feeds. nullopt for a name that is none.
std::optional<std::string> ValueOf(const TemplateValues& values, std::string_view name,
                                   std::string_view language);

// The plural category of `number` by CLDR: "one", "few", "many", "other"... "other" for a language
// that ICU does not know.
std::string PluralCategory(std::int64_t number, std::string_view language);

// The names of languages (BCP-47) in a language, as a list: "Polish and English". What
// is no such tag is left out.
std::string NamesOfLanguages(const std::vector<std::string>& tags, std::string_view language);

// RFC 3986: everything but letters, digits and "-._~" as %XX.
std::string PercentEncode(std::string_view text);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_TEMPLATES_RULES_TEMPLATE_VALUES_H_
