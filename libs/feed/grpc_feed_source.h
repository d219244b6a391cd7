// A FeedSource over gRPC: the FeedService of another process.
#ifndef WICI_LIBS_FEED_GRPC_FEED_SOURCE_H_
#define WICI_LIBS_FEED_GRPC_FEED_SOURCE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "libs/feed/consumer.h"
#include "wici/feed/v1/feed_service.grpc.pb.h"

namespace wici::feed {

// Thread-safe. Errors are those of the call, with their reasons.
class GrpcFeedSource final : public FeedSource {
 public:
  // `channel` from rpc::MakeChannel; `bearer_token` is asked before every call.
  GrpcFeedSource(const std::shared_ptr<grpc::ChannelInterface>& channel,
                 std::function<std::string()> bearer_token,
                 absl::Duration timeout = absl::Seconds(10));

  absl::StatusOr<v1::Cursor> Head() override;
  absl::StatusOr<std::vector<v1::Change>> Read(const v1::Cursor& after, int limit) override;

 private:
  const std::unique_ptr<v1::FeedService::Stub> stub_;
  const std::function<std::string()> bearer_token_;
  const absl::Duration timeout_;
};

}  // namespace wici::feed

#endif  // WICI_LIBS_FEED_GRPC_FEED_SOURCE_H_
