// Texts of JSON (RFC 8259). Pure; any thread.
#ifndef WICI_LIBS_BASE_JSON_TEXT_H_
#define WICI_LIBS_BASE_JSON_TEXT_H_

#include <string>
#include <string_view>

namespace wici {

// Appends `text`, which is UTF-8, in quotes and escaped. No line break is left in it.
void AppendJsonString(std::string& out, std::string_view text);

}  // namespace wici

#endif  // WICI_LIBS_BASE_JSON_TEXT_H_
