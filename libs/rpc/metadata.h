// Reads request metadata, which anybody can send. Internal to libs/rpc. Pure functions.
#ifndef WICI_LIBS_RPC_METADATA_H_
#define WICI_LIBS_RPC_METADATA_H_

#include <string>
#include <string_view>

namespace wici::rpc {

// `text` when it can stand in a log line and a header: 1 to 64 of [A-Za-z0-9._-]; else "".
std::string CleanCallId(std::string_view text);

// `text` when it is a W3C traceparent of version 00; else "".
std::string CleanTraceparent(std::string_view text);

// The language of `accept_language` (RFC 9110) that this software speaks and the client likes
// best: "pl", "en" or "de"; "en" when none.
std::string PreferredLanguage(std::string_view accept_language);

}  // namespace wici::rpc

#endif  // WICI_LIBS_RPC_METADATA_H_
