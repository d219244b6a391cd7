// Where a Redis server is and how to log in; see Client::Make for the form of the URL.
#ifndef WICI_LIBS_REDIS_ADDRESS_H_
#define WICI_LIBS_REDIS_ADDRESS_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wici::redis {

struct Address {
  std::string host;  // empty: a Unix socket
  int port = 6379;
  std::string path;  // of the Unix socket
  std::string user;
  std::string password;  // empty: no login
  int database = 0;
};

// INVALID_ARGUMENT when `url` is no Redis URL; the message does not repeat it, since it may hold
// a password.
absl::StatusOr<Address> ParseUrl(std::string_view url);

}  // namespace wici::redis

#endif  // WICI_LIBS_REDIS_ADDRESS_H_
