#include "libs/rpc/channel.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/descriptor_database.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/grpcpp.h"
#include "libs/base/error.h"
#include "libs/base/limits.h"
#include "libs/rpc/localized_message.h"

namespace wici::rpc {
namespace {

// A client accepts 8 KiB of trailers, in which details stand in base64 beside the message.
constexpr std::size_t kMessageTextBytesMax = 1024;
constexpr std::size_t kDetailsBytesMax = 3 * 1024;

bool IsServerFault(absl::StatusCode code) {
  return code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnknown ||
         code == absl::StatusCode::kDataLoss;
}

// What a client may see of `status`: nothing of a fault inside the service but that it happened,
// and always a reason, which `reason` becomes.
absl::Status Presentable(const absl::Status& status, std::string& reason) {
  if (IsServerFault(status.code())) {
    reason = "INTERNAL";
    return MakeError(status.code(), "rpc.wici", reason, "internal error");
  }
  reason = ErrorReason(status);
  if (!reason.empty()) return status;
  reason = absl::StatusCodeToString(status.code());
  absl::Status with_reason =
      MakeError(status.code(), "rpc.wici", reason, std::string(status.message()));
  status.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    with_reason.SetPayload(type_url, payload);
  });
  return with_reason;
}

// Shortens the list of violations until the details fit; the last entry says how many are left
// out.
void FitViolations(google::rpc::Status& details) {
  for (auto& detail : *details.mutable_details()) {
    google::rpc::BadRequest bad;
    if (!detail.Is<google::rpc::BadRequest>() || !detail.UnpackTo(&bad)) continue;
    auto& violations = *bad.mutable_field_violations();
    int left_out = 0;
    std::size_t excess = details.ByteSizeLong() - kDetailsBytesMax + 64;
    while (excess > 0 && !violations.empty()) {
      const std::size_t size = violations.rbegin()->ByteSizeLong() + 2;
      excess -= std::min(excess, size);
      violations.RemoveLast();
      ++left_out;
    }
    auto* last = violations.Add();
    last->set_field("*");
    last->set_description(absl::StrCat(left_out, " more violations"));
    detail.PackFrom(bad);
  }
}

// The methods of the linked wici services that may be retried, as names of a service config.
std::vector<std::string> IdempotentMethods() {
  std::vector<std::string> names;
  std::vector<std::string> files;
  google::protobuf::DescriptorPool::internal_generated_database()->FindAllFileNames(&files);
  for (const std::string& file_name : files) {
    if (file_name.rfind("wici/", 0) != 0) continue;
    const auto* file =
        google::protobuf::DescriptorPool::generated_pool()->FindFileByName(file_name);
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        const auto* method = file->service(s)->method(m);
        if (method->options().idempotency_level() ==
                google::protobuf::MethodOptions::IDEMPOTENCY_UNKNOWN ||
            method->server_streaming()) {
          continue;
        }
        names.push_back(absl::StrCat(R"({"service":")", file->service(s)->full_name(),
                                     R"(","method":")", method->name(), R"("})"));
      }
    }
  }
  return names;
}

}  // namespace

std::string ServiceConfig() {
  const std::vector<std::string> names = IdempotentMethods();
  std::string config =
      R"({"loadBalancingConfig":[{"round_robin":{}}],"healthCheckConfig":{"serviceName":""})";
  if (!names.empty()) {
    absl::StrAppend(
        &config,
        R"(,"retryThrottling":{"maxTokens":100,"tokenRatio":0.1},"methodConfig":[{"name":[)",
        absl::StrJoin(names, ","),
        R"(],"retryPolicy":{"maxAttempts":4,"initialBackoff":"0.05s","maxBackoff":"1s",)",
        R"("backoffMultiplier":2,"retryableStatusCodes":["UNAVAILABLE"]}}])");
  }
  return config + "}";
}

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& target) {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(ServiceConfig());
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 200);
  // Also what a connection may take to be made: in 1 s a machine that is busy does not manage it.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5'000);
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, 16 * 1024);
  arguments.SetMaxReceiveMessageSize(static_cast<int>(kMessageBytesMax));
  arguments.SetMaxSendMessageSize(static_cast<int>(kMessageBytesMax));
  // A connection of its own: channels to the same target in one process do not share one.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
}

void PrepareCall(grpc::ClientContext& context, absl::Time deadline, std::string_view bearer_token,
                 std::string_view call_id, std::string_view traceparent) {
  context.set_deadline(absl::ToChronoTime(deadline));
  if (!bearer_token.empty()) {
    context.AddMetadata("authorization", "Bearer " + std::string(bearer_token));
  }
  if (!call_id.empty()) context.AddMetadata("x-request-id", std::string(call_id));
  if (!traceparent.empty()) context.AddMetadata("traceparent", std::string(traceparent));
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return result;
  for (const auto& detail : details.details()) {
    result.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
  return result;
}

grpc::Status ToGrpcStatus(const absl::Status& status, std::string_view language) {
  if (status.ok()) return grpc::Status::OK;
  std::string reason;
  const absl::Status shown = Presentable(status, reason);
  std::string message(shown.message());
  if (message.size() > kMessageTextBytesMax) {
    message.resize(kMessageTextBytesMax - 3);
    message += "...";
  }
  google::rpc::Status details;
  details.set_code(static_cast<int>(shown.code()));
  details.set_message(message);
  shown.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    auto* detail = details.add_details();
    detail->set_type_url(std::string(type_url));
    detail->set_value(std::string(payload));
  });
  const std::string_view text = LocalizedMessage(reason, language);
  if (!text.empty()) {
    google::rpc::LocalizedMessage localized;
    localized.set_locale(std::string(language));
    localized.set_message(std::string(text));
    details.add_details()->PackFrom(localized);
  }
  if (details.ByteSizeLong() > kDetailsBytesMax) FitViolations(details);
  return {static_cast<grpc::StatusCode>(shown.code()), message, details.SerializeAsString()};
}

}  // namespace wici::rpc
