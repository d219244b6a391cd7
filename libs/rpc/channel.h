// Client channels to other wici services.
#ifndef WICI_LIBS_RPC_CHANNEL_H_
#define WICI_LIBS_RPC_CHANNEL_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"

namespace wici::rpc {

// A channel to `target` ("dns:///wici-registry-headless:50051" or host:port) with round_robin,
// keepalive, message limits and retries of UNAVAILABLE for methods marked idempotent.
std::shared_ptr<grpc::Channel> MakeChannel(const std::string& target);

// Prepares a call: deadline (never absent), bearer token, call id and trace context.
void PrepareCall(grpc::ClientContext& context, absl::Time deadline, std::string_view bearer_token,
                 std::string_view call_id = {}, std::string_view traceparent = {});

// The status of a call with its google.rpc details back as payloads (see libs/base/error.h).
absl::Status FromGrpcStatus(const grpc::Status& status);
// The one place that makes a grpc::Status.
grpc::Status ToGrpcStatus(const absl::Status& status, std::string_view language = "en");

}  // namespace wici::rpc

#endif  // WICI_LIBS_RPC_CHANNEL_H_
