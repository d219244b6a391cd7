// Which encoding a text is in, for people whose spreadsheet saved the wrong one.
//
// Pure; safe to call from any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_FILES_ENCODING_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_FILES_ENCODING_H_

#include <string>
#include <string_view>

namespace wici::cluster_registry {

// Whether `text` is valid UTF-8 (no overlong forms, no surrogates).
bool IsUtf8(std::string_view text);

// "" when `text` is UTF-8 without NUL. Otherwise what is wrong, which line it begins on, which
// encoding it looks like and what to do: "line 3 is not UTF-8; it looks like Windows-1250: save the
// file as \"CSV UTF-8\"".
std::string EncodingFault(std::string_view text);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_FILES_ENCODING_H_
