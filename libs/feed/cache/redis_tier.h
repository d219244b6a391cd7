// A second tier of ReadCache, in Redis: what one replica has read from the database the others take
// from here. ReadCache decides what of it may be shown (ChangeMarks::Adopt); this only stores it.
//
// Redis is asked by who would wait for the database anyway, and not waited for long: after a
// time-out or a lost connection the tier is passed by for a second, and then tried by one caller.
// What it answers is believed only as it was written there: anything else counts as nothing, and so
// does what another build of the program wrote, which may have made something else of the same
// rows. A Redis that is away, empty, or an older one costs time, and never gives a wrong answer.
//
// Who reads Redis reads what stands here: only what is published may (see the encode of a
// ReadCodec).
#ifndef WICI_LIBS_FEED_CACHE_REDIS_TIER_H_
#define WICI_LIBS_FEED_CACHE_REDIS_TIER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/build_id.h"
#include "libs/redis/client.h"
#include "libs/rpc/versions.h"
#include "libs/sql/database.h"

namespace wici::feed {

// A value as it was read.
struct TierEntry {
  std::string epoch;     // of the feed
  std::int64_t seq = 0;  // changes up to here had been committed before
  std::vector<rpc::Version> sources;
  std::vector<std::string> parts;  // of the value
};

struct RedisTierOptions {
  // Both in front of the names of all keys.
  std::string service;  // "registration"
  std::string build = BuildId();
  // Bounds what stands in Redis, together with its maxmemory.
  absl::Duration ttl = absl::Minutes(10);
  std::size_t entry_bytes_max = 64 * 1024;  // what is larger is not stored
  absl::Duration rest = absl::Seconds(1);   // after a failure
  redis::ClientOptions client = {.connect_timeout = absl::Milliseconds(50),
                                 .command_timeout = absl::Milliseconds(50),
                                 .connections_max = 16};
};

// Thread-safe.
class RedisTier {
 public:
  // Errors: those of redis::Client::Make. Does not connect.
  static absl::StatusOr<std::unique_ptr<RedisTier>> Make(std::string_view url,
                                                         RedisTierOptions options);

  // What is stored for `key` of the cache of that name. Errors: NOT_FOUND, also when it cannot be
  // read; UNAVAILABLE while Redis is away or passed by; FAILED_PRECONDITION when it refuses.
  absl::StatusOr<TierEntry> Get(std::string_view cache, std::string_view key);
  // Stores it, if it is not too large and Redis can.
  void Set(std::string_view cache, std::string_view key, const TierEntry& entry);

 private:
  RedisTier(std::unique_ptr<redis::Client> client, RedisTierOptions options)
      : client_(std::move(client)), options_(std::move(options)) {}
  std::string KeyOf(std::string_view cache, std::string_view key) const;
  absl::StatusOr<redis::Value> Call(const redis::Command& command);

  const std::unique_ptr<redis::Client> client_;
  const RedisTierOptions options_;
  std::atomic<std::int64_t> rests_until_{0};  // nanoseconds of the steady clock; 0: it does not
};

// The tier of a process; null where there is none: without a URL, in front of SQLite, whose file is
// as near as Redis, and for a build that does not know which it is. Errors: those of Make.
absl::StatusOr<std::unique_ptr<RedisTier>> OpenTier(std::string_view url,
                                                    const sql::Database& database,
                                                    std::string_view service);

}  // namespace wici::feed

#endif  // WICI_LIBS_FEED_CACHE_REDIS_TIER_H_
