#include "libs/redis/cache.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace wici::redis {

// Failures are dropped on purpose: without Redis the cache is empty, and the client counts them.

std::optional<std::string> Cache::Get(std::string_view key) {
  absl::StatusOr<Value> reply = client_.Call({"GET", FullKey(key)});
  if (!reply.ok() || reply->kind != Value::Kind::kText) return std::nullopt;
  return std::move(reply->text);
}

void Cache::Put(std::string_view key, std::string_view value) {
  client_
      .Call({"SET", FullKey(key), std::string(value), "PX",
             absl::StrCat(absl::ToInt64Milliseconds(expiry_))})
      .IgnoreError();
}

void Cache::Remove(std::string_view key) { client_.Call({"DEL", FullKey(key)}).IgnoreError(); }

}  // namespace wici::redis
