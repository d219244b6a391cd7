#include "libs/rpc/reflection.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/impl/server_builder_option.h"
#include "grpcpp/impl/server_builder_plugin.h"
#include "grpcpp/support/method_handler.h"

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

}  // namespace

void RemoveReflection(grpc::ServerBuilder& builder) {
  builder.SetOption(std::make_unique<WithoutReflection>());
}

std::vector<std::unique_ptr<grpc::Service>> ListInReflection(
    grpc::ServerBuilder& builder, const std::vector<std::string>& services) {
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  std::vector<std::unique_ptr<grpc::Service>> markers;
  for (const std::string& service : services) {
    markers.push_back(std::make_unique<Marker>(service));
    builder.RegisterService(markers.back().get());
  }
  return markers;
}

}  // namespace wici::rpc
