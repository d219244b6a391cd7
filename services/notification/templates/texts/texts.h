// The texts of the built-in templates, one file a language.
//
// A file is a list of parts, each under a line "== id". First come the shared parts, which the
// messages name as partials ({{> facts}}); then the messages by id: a line with the subject, an
// empty line, the plain text. Their HTML is made from the plain text (rules/html_of_text.h), so
// that the two cannot come apart.
//
// The language of the texts is Mustache: {{variable}}, {{#variable}}only when it has a
// value{{/variable}}, {{^variable}}only when it has none{{/variable}}, and of a number {{days}} its
// plural forms (CLDR): {{#days.one}}day{{/days.one}}{{#days.other}}days{{/days.other}}. The
// variables are those of rules/template_values.h; a test renders each text with and without the
// optional values.
#ifndef WICI_SERVICES_NOTIFICATION_TEMPLATES_TEXTS_TEXTS_H_
#define WICI_SERVICES_NOTIFICATION_TEMPLATES_TEXTS_TEXTS_H_

#include <string_view>

namespace wici::notification {

extern const std::string_view kCzechTexts;
extern const std::string_view kEnglishTexts;
extern const std::string_view kGermanTexts;
extern const std::string_view kPolishTexts;
extern const std::string_view kUkrainianTexts;

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_TEMPLATES_TEXTS_TEXTS_H_
