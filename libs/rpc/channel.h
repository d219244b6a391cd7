// Client channels to other wici services.
#ifndef WICI_LIBS_RPC_CHANNEL_H_
#define WICI_LIBS_RPC_CHANNEL_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

// gRPC's own headers are long; who makes a call includes the stub's, which bring them.
namespace grpc {
class Channel;
class ClientContext;
class Status;
}  // namespace grpc

namespace wici::rpc {

// The service config (JSON) of MakeChannel, over the idempotent methods of the linked contracts.
std::string ServiceConfig();

// A channel to `target` ("dns:///wici-registry-headless:50051" or host:port) with round_robin,
// keepalive, message limits and retries of UNAVAILABLE for methods marked idempotent.
std::shared_ptr<grpc::Channel> MakeChannel(const std::string& target);

// Prepares a call: deadline (never absent), bearer token, call id and trace context.
void PrepareCall(grpc::ClientContext& context, absl::Time deadline, std::string_view bearer_token,
                 std::string_view call_id = {}, std::string_view traceparent = {});

// The status of a call with its google.rpc details back as payloads (see libs/base/error.h).
absl::Status FromGrpcStatus(const grpc::Status& status);
// The one place that makes a grpc::Status: its payloads become google.rpc.Status.details, with a
// reason if it has none and a LocalizedMessage in `language` ("pl", "en", "de") beside. The text
// of INTERNAL, UNKNOWN and DATA_LOSS is withheld. Details that would not fit into the trailers a
// client accepts are shortened, and say so.
grpc::Status ToGrpcStatus(const absl::Status& status, std::string_view language = "en");

}  // namespace wici::rpc

#endif  // WICI_LIBS_RPC_CHANNEL_H_
