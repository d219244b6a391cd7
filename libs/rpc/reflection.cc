#include "libs/rpc/reflection.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/text_format.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/impl/server_builder_option.h"
#include "grpcpp/impl/server_builder_plugin.h"
#include "grpcpp/support/method_handler.h"
#include "libs/base/log.h"

namespace wici::rpc {
namespace {

// Reflection lists the services that are registered with the builder. The path that this one
// takes is no method of the service.
class Marker final : public grpc::Service {
 public:
  explicit Marker(const std::string& service) : path_("/" + service + "/-") {
    AddMethod(new grpc::internal::RpcServiceMethod(path_.c_str(),
                                                   grpc::internal::RpcMethod::NORMAL_RPC,
                                                   new grpc::internal::UnknownMethodHandler("")));
  }

 private:
  const std::string path_;
};

class WithoutReflection final : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments* /*arguments*/) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    plugins->erase(std::remove_if(plugins->begin(), plugins->end(),
                                  [](const auto& plugin) {
                                    return plugin->name() == "proto_server_reflection";
                                  }),
                   plugins->end());
  }
};

// gRPC answers health checks without a descriptor, but lists the service, and clients that list
// all methods give up when one cannot be described.
constexpr char kHealthProto[] = R"pb(
  name: "grpc/health/v1/health.proto"
  package: "grpc.health.v1"
  syntax: "proto3"
  message_type {
    name: "HealthCheckRequest"
    field { name: "service" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
  }
  message_type {
    name: "HealthCheckResponse"
    field {
      name: "status"
      number: 1
      type: TYPE_ENUM
      label: LABEL_OPTIONAL
      type_name: ".grpc.health.v1.HealthCheckResponse.ServingStatus"
    }
    enum_type {
      name: "ServingStatus"
      value { name: "UNKNOWN" number: 0 }
      value { name: "SERVING" number: 1 }
      value { name: "NOT_SERVING" number: 2 }
      value { name: "SERVICE_UNKNOWN" number: 3 }
    }
  }
  service {
    name: "Health"
    method {
      name: "Check"
      input_type: ".grpc.health.v1.HealthCheckRequest"
      output_type: ".grpc.health.v1.HealthCheckResponse"
    }
    method {
      name: "Watch"
      input_type: ".grpc.health.v1.HealthCheckRequest"
      output_type: ".grpc.health.v1.HealthCheckResponse"
      server_streaming: true
    }
  }
)pb";

void DescribeHealth() {
  // The pool keeps a pointer to the bytes.
  static const auto* const bytes = [] {
    google::protobuf::FileDescriptorProto file;
    WICI_CHECK(google::protobuf::TextFormat::ParseFromString(kHealthProto, &file));
    auto* serialized = new std::string(file.SerializeAsString());
    google::protobuf::DescriptorPool::InternalAddGeneratedFile(
        serialized->data(), static_cast<int>(serialized->size()));
    return serialized;
  }();
  WICI_CHECK(!bytes->empty());
}

}  // namespace

void RemoveReflection(grpc::ServerBuilder& builder) {
  builder.SetOption(std::make_unique<WithoutReflection>());
}

std::vector<std::unique_ptr<grpc::Service>> ListInReflection(
    grpc::ServerBuilder& builder, const std::vector<std::string>& services) {
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  DescribeHealth();
  std::vector<std::unique_ptr<grpc::Service>> markers;
  for (const std::string& service : services) {
    markers.push_back(std::make_unique<Marker>(service));
    builder.RegisterService(markers.back().get());
  }
  return markers;
}

}  // namespace wici::rpc
