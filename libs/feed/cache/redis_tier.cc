#include "libs/feed/cache/redis_tier.h"

#include <chrono>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/sql/digest.h"

namespace wici::feed {
namespace {

constexpr std::size_t kDigestSize = 64;

std::int64_t SteadyNanos() {
  return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Under another key it would be the answer to another question.
std::string DigestOf(const std::string& redis_key, std::string_view body) {
  return sql::Sha256Hex(absl::StrCat(redis_key, "\n", absl::string_view(body.data(), body.size())));
}

// One build writes and reads it, so numbers stand there as they do in memory.
void AppendNumber(std::int64_t number, std::string& out) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void AppendText(std::string_view text, std::string& out) {
  AppendNumber(static_cast<std::int64_t>(text.size()), out);
  out += text;
}

std::string BodyOf(const TierEntry& entry) {
  std::string body;
  AppendText(entry.epoch, body);
  AppendNumber(entry.seq, body);
  AppendNumber(static_cast<std::int64_t>(entry.sources.size()), body);
  for (const rpc::Version& source : entry.sources) {
    AppendText(source.aggregate, body);
    AppendNumber(source.version, body);
  }
  for (const std::string& part : entry.parts) AppendText(part, body);
  return body;
}

bool TakeNumber(std::string_view& bytes, std::int64_t& number) {
  if (bytes.size() < sizeof number) return false;
  std::memcpy(&number, bytes.data(), sizeof number);
  bytes.remove_prefix(sizeof number);
  return true;
}

bool TakeText(std::string_view& bytes, std::string& text) {
  std::int64_t size = 0;
  if (!TakeNumber(bytes, size) || size < 0 || bytes.size() < static_cast<std::size_t>(size)) {
    return false;
  }
  text = bytes.substr(0, static_cast<std::size_t>(size));
  bytes.remove_prefix(text.size());
  return true;
}

std::optional<TierEntry> ReadBody(std::string_view body) {
  TierEntry entry;
  std::int64_t sources = 0;
  if (!TakeText(body, entry.epoch) || !TakeNumber(body, entry.seq) || !TakeNumber(body, sources)) {
    return std::nullopt;
  }
  for (std::int64_t i = 0; i < sources; ++i) {
    rpc::Version& source = entry.sources.emplace_back();
    if (!TakeText(body, source.aggregate) || !TakeNumber(body, source.version)) return std::nullopt;
  }
  while (!body.empty()) {
    if (!TakeText(body, entry.parts.emplace_back())) return std::nullopt;
  }
  // Of what has no sources nobody would ever say that it is old.
  if (entry.sources.empty() || entry.parts.empty()) return std::nullopt;
  return entry;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RedisTier>> RedisTier::Make(std::string_view url,
                                                           RedisTierOptions options) {
  WICI_ASSIGN_OR_RETURN(std::unique_ptr<redis::Client> client,
                        redis::Client::Make(url, options.client));
  return std::unique_ptr<RedisTier>(new RedisTier(std::move(client), std::move(options)));
}

absl::StatusOr<std::unique_ptr<RedisTier>> OpenTier(std::string_view url,
                                                    const sql::Database& database,
                                                    std::string_view service) {
  RedisTierOptions options = {.service = std::string(service)};
  if (url.empty() || database.engine() != sql::Engine::kPostgres || options.build.empty()) {
    return nullptr;
  }
  return RedisTier::Make(url, std::move(options));
}

absl::StatusOr<TierEntry> RedisTier::Get(std::string_view cache, std::string_view key) {
  const std::string redis_key = KeyOf(cache, key);
  WICI_ASSIGN_OR_RETURN(const redis::Value reply, Call({"GET", redis_key}));
  const std::string_view stored = reply.text;
  if (stored.size() < kDigestSize) return absl::NotFoundError("not in Redis");
  const std::string_view body = stored.substr(kDigestSize);
  if (stored.substr(0, kDigestSize) != DigestOf(redis_key, body)) {
    return absl::NotFoundError("not as it was written");
  }
  std::optional<TierEntry> entry = ReadBody(body);
  if (!entry) return absl::NotFoundError("not an entry");
  return *std::move(entry);
}

void RedisTier::Set(std::string_view cache, std::string_view key, const TierEntry& entry) {
  const std::string redis_key = KeyOf(cache, key);
  const std::string body = BodyOf(entry);
  if (kDigestSize + body.size() > options_.entry_bytes_max) return;
  Call({"SET", redis_key, DigestOf(redis_key, body) + body, "PX",
        absl::StrCat(absl::ToInt64Milliseconds(options_.ttl))})
      .IgnoreError();
}

std::string RedisTier::KeyOf(std::string_view cache, std::string_view key) const {
  std::string name = absl::StrCat("wici:", options_.service, ":cache:", options_.build, ":");
  name += cache;
  name += ':';
  name += key;
  return name;
}

absl::StatusOr<redis::Value> RedisTier::Call(const redis::Command& command) {
  const std::int64_t rest = absl::ToInt64Nanoseconds(options_.rest);
  std::int64_t until = rests_until_.load();
  if (until != 0) {
    const std::int64_t now = SteadyNanos();
    if (now < until || !rests_until_.compare_exchange_strong(until, now + rest)) {
      return absl::UnavailableError("Redis is passed by");
    }
  }
  absl::StatusOr<redis::Value> reply = client_->Call(command);
  if (absl::IsUnavailable(reply.status())) {
    rests_until_.store(SteadyNanos() + rest);
  } else if (until != 0) {
    rests_until_.store(0);
  }
  return reply;
}

}  // namespace wici::feed
