// A cache of serialized values with expiry. A miss and an absent Redis look the same.
#ifndef WICI_LIBS_REDIS_CACHE_H_
#define WICI_LIBS_REDIS_CACHE_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "libs/redis/client.h"

namespace wici::redis {

// Thread-safe. Keys are "<prefix>:<key>"; never personal data.
class Cache {
 public:
  Cache(Client& client, std::string prefix, absl::Duration expiry)
      : client_(client), prefix_(std::move(prefix)), expiry_(expiry) {}
  std::optional<std::string> Get(std::string_view key);
  void Put(std::string_view key, std::string_view value);
  void Remove(std::string_view key);

 private:
  std::string FullKey(std::string_view key) const { return prefix_ + ":" + std::string(key); }

  Client& client_;
  std::string prefix_;
  absl::Duration expiry_;
};

}  // namespace wici::redis

#endif  // WICI_LIBS_REDIS_CACHE_H_
