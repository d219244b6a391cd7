// Redis, used as a fast path that may vanish at any instant.
//
// A Client owns pooled connections (hiredis). Connections are made when first needed and re-made
// after a failure, with backoff; while Redis is away every call fails fast with UNAVAILABLE and
// the caller goes on without it. Every reply is checked: -LOADING, -OOM, -READONLY, -NOGROUP come
// back as errors.
#ifndef WICI_LIBS_REDIS_CLIENT_H_
#define WICI_LIBS_REDIS_CLIENT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace wici::redis {

// A reply, RESP2.
struct Value {
  enum class Kind { kNil, kInteger, kText, kArray, kError };
  Kind kind = Kind::kNil;
  std::int64_t integer = 0;
  std::string text;          // kText, kError
  std::vector<Value> array;  // kArray
};

using Command = std::vector<std::string>;

struct ClientOptions {
  absl::Duration connect_timeout = absl::Milliseconds(500);
  absl::Duration command_timeout = absl::Seconds(2);
  int connections_max = 8;
};

// Thread-safe.
class Client {
 public:
  // `url` is "redis://host:port[/db]" or "redis+unix:///path". INVALID_ARGUMENT for another.
  // Does not connect.
  static absl::StatusOr<std::unique_ptr<Client>> Make(std::string_view url,
                                                      const ClientOptions& options = {});
  virtual ~Client() = default;

  // Runs one command. UNAVAILABLE when Redis cannot be reached or is loading;
  // FAILED_PRECONDITION with the error's first word in the message for an error reply.
  virtual absl::StatusOr<Value> Call(const Command& command) = 0;

  // Sends all commands in one write and reads all replies; result i is for command i (an error
  // reply is a Value of kind kError). UNAVAILABLE: some, none or all may have run.
  virtual absl::StatusOr<std::vector<Value>> Pipeline(absl::Span<const Command> commands) = 0;

  // A command that blocks on the server for at most `block` (XREADGROUP ... BLOCK).
  virtual absl::StatusOr<Value> CallBlocking(const Command& command, absl::Duration block) = 0;

  // EVALSHA with EVAL as fall-back when the script is not loaded.
  virtual absl::StatusOr<Value> Script(std::string_view text, const std::vector<std::string>& keys,
                                       const std::vector<std::string>& arguments) = 0;
};

}  // namespace wici::redis

#endif  // WICI_LIBS_REDIS_CLIENT_H_
