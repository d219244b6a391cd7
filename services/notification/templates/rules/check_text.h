// What is wrong with a text of a template: syntax, variables, and places where a value could break
// out of its context. Built on the tree of mustache.h. Pure; any thread.
#ifndef WICI_SERVICES_NOTIFICATION_TEMPLATES_RULES_CHECK_TEXT_H_
#define WICI_SERVICES_NOTIFICATION_TEMPLATES_RULES_CHECK_TEXT_H_

#include <string>
#include <string_view>
#include <vector>

namespace wici::notification {

// Where a text goes, which decides how values are escaped.
enum class TextContext { kHeader, kText, kHtml };

// Every problem, each a sentence with the byte at which it is: a tag or section that is not closed,
// a variable or partial that does not exist, delimiters that are changed. Plural forms are for
// sections only. In HTML also: an unescaped variable; a variable in a script, a style, a comment,
// outside of quotes in a tag, or in an attribute that holds code; at the beginning of an address
// anything but a variable ending in _url, and further on in it anything but the form
// {{variable.url}}.
std::vector<std::string> CheckText(std::string_view text, TextContext context);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_TEMPLATES_RULES_CHECK_TEXT_H_
