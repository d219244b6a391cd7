#include "libs/feed/grpc_feed_source.h"

#include <utility>

#include "libs/base/status_macros.h"
#include "libs/rpc/channel.h"

namespace wici::feed {

GrpcFeedSource::GrpcFeedSource(const std::shared_ptr<grpc::ChannelInterface>& channel,
                               std::function<std::string()> bearer_token, absl::Duration timeout)
    : stub_(v1::FeedService::NewStub(channel)),
      bearer_token_(std::move(bearer_token)),
      timeout_(timeout) {}

absl::StatusOr<v1::Cursor> GrpcFeedSource::Head() {
  grpc::ClientContext context;
  rpc::PrepareCall(context, absl::Now() + timeout_, bearer_token_());
  v1::GetFeedHeadResponse response;
  WICI_RETURN_IF_ERROR(
      rpc::FromGrpcStatus(stub_->GetFeedHead(&context, v1::GetFeedHeadRequest(), &response)));
  return response.head();
}

absl::StatusOr<std::vector<v1::Change>> GrpcFeedSource::Read(const v1::Cursor& after, int limit) {
  grpc::ClientContext context;
  rpc::PrepareCall(context, absl::Now() + timeout_, bearer_token_());
  v1::ReadChangesRequest request;
  *request.mutable_after() = after;
  request.set_limit(limit);
  v1::ReadChangesResponse response;
  WICI_RETURN_IF_ERROR(rpc::FromGrpcStatus(stub_->ReadChanges(&context, request, &response)));
  return std::vector<v1::Change>(std::make_move_iterator(response.mutable_changes()->begin()),
                                 std::make_move_iterator(response.mutable_changes()->end()));
}

}  // namespace wici::feed
