#include "libs/rpc/stream_writer.h"

#include "libs/base/error.h"
#include "libs/rpc/server_impl.h"

namespace wici::rpc {

absl::Status WriteInTurn(StreamWriter& writer, const google::protobuf::Message& message) {
  constexpr std::size_t kAhead = 2;  // worked out while the client reads
  constexpr absl::Duration kPatience = absl::Seconds(30);
  if (writer.WaitForRoom(kAhead, kPatience) && writer.Write(message)) return absl::OkStatus();
  if (writer.ended()) return absl::CancelledError("the stream has ended");
  return MakeError(absl::StatusCode::kResourceExhausted, kDomain, "CONSUMER_TOO_SLOW",
                   "the stream is read more slowly than it is written");
}

}  // namespace wici::rpc
