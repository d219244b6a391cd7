// HMAC-SHA-256 (RFC 2104) for keyed hashes and signatures of what only this installation reads.
// Pure; thread-safe.
#ifndef WICI_LIBS_AUTH_HMAC_H_
#define WICI_LIBS_AUTH_HMAC_H_

#include <string>
#include <string_view>

namespace wici::auth {

// The 32 bytes of the HMAC-SHA-256 of `data` under `key`.
std::string HmacSha256(std::string_view key, std::string_view data);

// Whether both are equal; the time it takes tells only whether their lengths are.
bool ConstantTimeEqual(std::string_view a, std::string_view b);

}  // namespace wici::auth

#endif  // WICI_LIBS_AUTH_HMAC_H_
