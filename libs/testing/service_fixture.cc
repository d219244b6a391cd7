#include "libs/testing/service_fixture.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/impl/client_unary_call.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "libs/rpc/versions.h"

namespace wici::testing {

absl::Status ServiceFixture::CallUnary(std::string_view method,
                                       const google::protobuf::Message& request,
                                       google::protobuf::Message& response,
                                       std::vector<std::string>& versions,
                                       std::string_view token) const {
  std::string name(method);
  std::replace(name.begin(), name.end(), '/', '.');
  const auto* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name);
  WICI_CHECK(descriptor != nullptr && descriptor->input_type() == request.GetDescriptor() &&
             descriptor->output_type() == response.GetDescriptor());
  const std::string path = "/" + std::string(method);
  grpc::ClientContext context;
  const bool link = token.substr(0, 5) == "Link ";
  rpc::PrepareCall(context, absl::Now() + absl::Seconds(20), link ? "" : token);
  if (link) context.AddMetadata("authorization", std::string(token));
  for (const std::string& version : versions) context.AddMetadata(rpc::kVersionKey, version);
  const grpc::Status status =
      grpc::internal::BlockingUnaryCall<google::protobuf::Message, google::protobuf::Message>(
          channel_.get(),
          grpc::internal::RpcMethod(path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC), &context,
          request, &response);
  const auto told = context.GetServerTrailingMetadata().equal_range(rpc::kVersionKey);
  if (told.first != told.second) versions.clear();
  for (auto value = told.first; value != told.second; ++value) {
    versions.emplace_back(value->second.data(), value->second.size());
  }
  return rpc::FromGrpcStatus(status);
}

}  // namespace wici::testing
