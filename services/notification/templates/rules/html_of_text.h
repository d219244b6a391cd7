// HTML made from the plain text of a template, so that a message always has both. Pure; any thread.
#ifndef WICI_SERVICES_NOTIFICATION_TEMPLATES_RULES_HTML_OF_TEXT_H_
#define WICI_SERVICES_NOTIFICATION_TEMPLATES_RULES_HTML_OF_TEXT_H_

#include <string>
#include <string_view>

namespace wici::notification {

// `text` is Mustache, paragraphs stand between empty lines. A paragraph "Label:" with an address
// {{..._url}} in its second line becomes a link, one to be noticed unless it leads to a calendar or
// declines something. Sections and partials around paragraphs stay around them; what is no tag is
// escaped.
std::string HtmlOfText(std::string_view text);

// The same for the shared texts that look different: the facts of an event, each in a line "Label:
// {{variable}}", become a table; the footer has the regards before a line "---" and small print
// after it.
std::string HtmlOfFacts(std::string_view text);
std::string HtmlOfFooter(std::string_view text);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_TEMPLATES_RULES_HTML_OF_TEXT_H_
