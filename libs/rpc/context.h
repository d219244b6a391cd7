// What a handler knows of its call, and how it answers later than it returns.
#ifndef WICI_LIBS_RPC_CONTEXT_H_
#define WICI_LIBS_RPC_CONTEXT_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/principal.h"
#include "libs/rpc/versions.h"

namespace wici::rpc {

// What bounds one caller bounds an address (Context.peer) by so many times as much: many come from
// one, from behind an edge or the gateway of a firm.
inline constexpr int kCallersBehindAddress = 40;

// One call. Made by the server before the handler runs, unchanged afterwards; may be copied into
// work that outlives the handler.
struct Context {
  std::string method;       // "wici.registration.v1.EventService/GetEvent"
  Principal principal;      // authenticated, and authorised for this method and scope
  std::string peer;         // from whom a call of nobody comes (CallerOf), else ""
  std::string call_id;      // x-request-id of the client, or made here; in every log line
  std::string traceparent;  // W3C trace context to pass on, or ""
  std::string language;     // "pl", "en" or "de", from accept-language; "en" when silent
  // Always finite: the client's, cut to the server's maximum. On the machine's clock, whatever
  // clock the service was given.
  absl::Time deadline;
  Versions seen;  // what the client has handed back: an answer must not be older
  // Of a unary call, else null: what it changes, told with its answer. To be filled before that, by
  // whoever answers.
  std::shared_ptr<WrittenVersions> written;
};

// Finishes a call of a committed method: exactly once, from any thread. Movable and copyable.
template <class Response>
class Reply {
 public:
  using Finish = std::function<void(const absl::Status&, const Response*)>;
  explicit Reply(Finish finish) : finish_(std::move(finish)) {}
  void operator()(const Response& response) const { finish_(absl::OkStatus(), &response); }
  void operator()(const absl::Status& error) const { finish_(error, nullptr); }

 private:
  Finish finish_;
};

}  // namespace wici::rpc

#endif  // WICI_LIBS_RPC_CONTEXT_H_
