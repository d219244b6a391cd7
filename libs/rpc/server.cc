#include "libs/rpc/server.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libs/rpc/server_impl.h"

namespace wici::rpc {

void Service::AddUnary(std::string_view method, Run run, const google::protobuf::Message& request,
                       const google::protobuf::Message& response, UnaryHandler handler) {
  Method& added = server_.Implement(descriptor_, method, request, response, /*streaming=*/false);
  added.run = run;
  added.unary = std::move(handler);
}

void Service::AddCached(std::string_view method, const google::protobuf::Message& request,
                        const google::protobuf::Message& response, FindHandler find,
                        LoadHandler load) {
  Method& added = server_.Implement(descriptor_, method, request, response, /*streaming=*/false);
  added.run = Run::kPooled;
  added.find = std::move(find);
  added.load = std::move(load);
}

void Service::AddCommitted(std::string_view method, const google::protobuf::Message& request,
                           const google::protobuf::Message& response, CommittedHandler handler) {
  server_.Implement(descriptor_, method, request, response, /*streaming=*/false).committed =
      std::move(handler);
}

void Service::AddStream(std::string_view method, Run run, const google::protobuf::Message& request,
                        const google::protobuf::Message& response, StreamHandler handler) {
  Method& added = server_.Implement(descriptor_, method, request, response, /*streaming=*/true);
  added.run = run;
  added.stream = std::move(handler);
}

Server::Server(ServerOptions options, const Authenticator& authenticator,
               const Authorizer& authorizer, const Clock& clock)
    : impl_(std::make_unique<ServerImpl>(std::move(options), authenticator, authorizer, clock)) {}

Server::~Server() = default;

Service Server::AddService(std::string_view full_name) {
  return Service(*impl_, impl_->AddService(full_name));
}

absl::Status Server::Start() { return impl_->Start(); }
int Server::port() const { return impl_->port(); }
std::vector<std::string> Server::UnimplementedMethods() const {
  return impl_->UnimplementedMethods();
}
bool Server::draining() const { return impl_->draining(); }
void Server::Drain() { impl_->Drain(); }
void Server::Stop() { impl_->Stop(); }

}  // namespace wici::rpc
