// SHA-256 for checksums of migrations and digests of requests. Pure.
#ifndef WICI_LIBS_SQL_DIGEST_H_
#define WICI_LIBS_SQL_DIGEST_H_

#include <string>
#include <string_view>

namespace wici::sql {

// The SHA-256 of `data` in 64 hexadecimal digits.
std::string Sha256Hex(std::string_view data);

}  // namespace wici::sql

#endif  // WICI_LIBS_SQL_DIGEST_H_
