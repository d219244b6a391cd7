// Copies stamped changes to a Redis Stream, where consumers find them faster than by polling.
//
// Entries are {epoch, seq, change} with the serialized wici.feed.v1.Change. The relay keeps no
// position of its own: when it takes over it goes on after the stream's last entry, and with an
// empty stream at the head. Whatever is lost or doubled that way, consumers notice by the numbers.
#ifndef WICI_LIBS_FEED_RELAY_H_
#define WICI_LIBS_FEED_RELAY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/redis/client.h"
#include "libs/sql/database.h"
#include "wici/feed/v1/feed.pb.h"

namespace wici::feed {

// The name of the stream of a source, "feed:registration".
std::string StreamName(std::string_view source);

// Not thread-safe.
class Relay {
 public:
  Relay(sql::Database& database, redis::Client& redis, std::string source, std::size_t length_max);

  // Appends what the stream does not have up to `head`. `start` is the head from before the first
  // change that this lease is to relay: where to begin with an empty stream. UNAVAILABLE while
  // Redis is away; the next call goes on.
  absl::Status Run(const v1::Cursor& start, const v1::Cursor& head);
  // Another process relays now: look at the stream again before the next Run.
  void Forget() { position_.reset(); }

 private:
  absl::StatusOr<v1::Cursor> FindPosition(const v1::Cursor& start);

  sql::Database& database_;
  redis::Client& redis_;
  const std::string stream_;
  const std::size_t length_max_;
  std::optional<v1::Cursor> position_;
};

}  // namespace wici::feed

#endif  // WICI_LIBS_FEED_RELAY_H_
