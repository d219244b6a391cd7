// Reads request metadata, which anybody can send. Internal to libs/rpc. Pure functions.
#ifndef WICI_LIBS_RPC_METADATA_H_
#define WICI_LIBS_RPC_METADATA_H_

#include <string>
#include <string_view>

#include "absl/types/span.h"

namespace wici::rpc {

// `text` when it can stand in a log line and a header: 1 to 64 of [A-Za-z0-9._-]; else "".
std::string CleanCallId(std::string_view text);

// `text` when it is a W3C traceparent of version 00; else "".
std::string CleanTraceparent(std::string_view text);

// Those of error texts, and those of pages for people.
inline constexpr std::string_view kErrorLanguages[] = {"en", "de", "pl"};
inline constexpr std::string_view kPageLanguages[] = {"en", "cs", "de", "pl", "uk"};

// The language of `accept_language` (RFC 9110) among `spoken` that the client likes best; the first
// of `spoken` when none.
std::string PreferredLanguage(std::string_view accept_language,
                              absl::Span<const std::string_view> spoken);

}  // namespace wici::rpc

#endif  // WICI_LIBS_RPC_METADATA_H_
