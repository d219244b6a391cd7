// Redis, used as a fast path that may vanish at any instant.
//
// A Client owns pooled connections (hiredis). Connections are made when first needed and re-made
// after a failure, with backoff; while Redis is away every call fails fast with UNAVAILABLE and
// the caller goes on without it. Every reply is checked: -LOADING, -OOM, -READONLY, -NOGROUP come
// back as errors. RESP2 over TCP or a Unix socket; for TLS put a tunnel beside the process.
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

// OK unless `reply` is an error reply. UNAVAILABLE when the server cannot answer now (LOADING,
// MASTERDOWN, CLUSTERDOWN, TRYAGAIN, BUSY); otherwise FAILED_PRECONDITION. The message begins with
// the error's first word: "READONLY You can't write against a read only replica."
absl::Status ToStatus(const Value& reply);

// Whether `status` is such an error with this first word: IsErrorReply(status, "NOGROUP").
bool IsErrorReply(const absl::Status& status, std::string_view word);

using Command = std::vector<std::string>;

struct ClientOptions {
  absl::Duration connect_timeout = absl::Milliseconds(500);
  absl::Duration command_timeout = absl::Seconds(2);
  int connections_max = 8;
};

// Thread-safe.
class Client {
 public:
  // `url` is "redis://[[user]:password@]host[:port][/db]" or
  // "redis+unix://[[user]:password@]/path"; user and password percent-encoded. INVALID_ARGUMENT
  // for another. Does not connect. Ignores SIGPIPE in this process unless it is handled already.
  static absl::StatusOr<std::unique_ptr<Client>> Make(std::string_view url,
                                                      const ClientOptions& options = {});
  virtual ~Client() = default;

  // Runs one command. UNAVAILABLE when Redis cannot be reached, does not answer in time (the
  // command may have run) or all connections stay busy; an error reply as ToStatus says.
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
