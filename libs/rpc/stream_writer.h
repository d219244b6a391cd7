// How a handler feeds a server stream.
#ifndef WICI_LIBS_RPC_STREAM_WRITER_H_
#define WICI_LIBS_RPC_STREAM_WRITER_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"

namespace wici::rpc {

// The server side of a server-streaming call. Thread-safe. Messages written while an earlier one
// is on the wire wait in a queue of at most `queue_max`; a reader too slow for it is ended with
// RESOURCE_EXHAUSTED and reason CONSUMER_TOO_SLOW.
class StreamWriter {
 public:
  virtual ~StreamWriter() = default;
  // Queues a message, serialised by the caller once for any number of streams. False when the
  // stream has ended. Never blocks.
  virtual bool Write(const std::string& serialized) = 0;
  bool Write(const google::protobuf::Message& message) {
    return Write(message.SerializeAsString());
  }
  // Ends the stream after what is queued. Later calls do nothing.
  virtual void Finish(const absl::Status& status) = 0;
  // Calls `callback` once when the client is gone, the server drains or the queue is full; at once
  // when it already is so. The callback must not block. Write calls it when the queue is full: who
  // writes holds no lock that the callback takes.
  virtual void OnEnd(std::function<void()> callback) = 0;
  virtual bool ended() const = 0;
  // How many messages wait for the one on the wire: a feeder that can wait keeps this small.
  virtual std::size_t queued() const = 0;
  // Waits until at most `most` messages wait. False when the stream ended or `patience` passed
  // first. Blocks: not for handlers that run inline.
  virtual bool WaitForRoom(std::size_t most, absl::Duration patience) = 0;
};

// Writes one message once the client has taken those before it, but for a few. CANCELLED when the
// stream has ended, RESOURCE_EXHAUSTED with reason CONSUMER_TOO_SLOW when the client takes nothing
// for 30 seconds. Blocks.
absl::Status WriteInTurn(StreamWriter& writer, const google::protobuf::Message& message);

// Where the handler of a pooled stream puts its messages; lives as long as the handler runs. Used
// by one thread.
template <class Response>
class Outlet {
 public:
  explicit Outlet(StreamWriter& writer) : writer_(writer) {}
  // See WriteInTurn. The handler returns the error.
  absl::Status Write(const Response& message) { return WriteInTurn(writer_, message); }

 private:
  StreamWriter& writer_;
};

}  // namespace wici::rpc

#endif  // WICI_LIBS_RPC_STREAM_WRITER_H_
