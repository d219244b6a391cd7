#include "libs/rpc/server_fixture.h"

#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "grpcpp/generic/generic_stub.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/rpc/channel.h"
#include "libs/testing/status_matchers.h"

namespace wici::rpc {

absl::StatusOr<Principal> NameAuthenticator::Authenticate(std::string_view authorization,
                                                          absl::Time /*now*/) const {
  if (authorization.empty()) return Principal();
  if (authorization.substr(0, 7) != "Bearer " || authorization == "Bearer bad") {
    return MakeError(absl::StatusCode::kUnauthenticated, "auth.wici", "TOKEN_INVALID", "bad");
  }
  return Principal{"users/" + std::string(authorization.substr(7)), {}};
}

absl::Status NameAuthorizer::Authorize(const Principal& /*principal*/,
                                       const google::protobuf::MethodDescriptor& /*method*/,
                                       const google::protobuf::Message& request) const {
  if (static_cast<const EchoRequest&>(request).name() != "events/secret") return absl::OkStatus();
  return MakeError(absl::StatusCode::kPermissionDenied, "auth.wici", "PERMISSION_DENIED", "no");
}

void Gate::Wait() {
  std::unique_lock lock(mutex_);
  ++waiting_;
  changed_.notify_all();
  changed_.wait(lock, [this] { return open_; });
}

void Gate::AwaitWaiting(int count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this, count] { return waiting_ >= count; });
}

void Gate::Open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

absl::Status EchoHandlers::Echo(const Context& context, const EchoRequest& request,
                                EchoResponse& response) {
  if (on_unary) on_unary(context);
  if (request.code() != 0) return error;
  response.set_payload(request.payload());
  response.set_principal(context.principal.id);
  return absl::OkStatus();
}

void EchoHandlers::EchoLater(const Context& /*context*/, const EchoRequest& request,
                             Reply<EchoResponse> reply) {
  const std::lock_guard lock(mutex);
  if (request.code() != 0) return;  // dropped
  replies.push_back(std::move(reply));
  replied.notify_all();
}

absl::Status EchoHandlers::Watch(const Context& /*context*/, const EchoRequest& request,
                                 std::shared_ptr<StreamWriter> writer, const EchoResponse*) {
  if (request.code() != 0) return error;
  const std::lock_guard lock(mutex);
  writer->OnEnd([this] {
    if (!ended_once.exchange(true)) ended.set_value();
  });
  writers.push_back(std::move(writer));
  replied.notify_all();
  return absl::OkStatus();
}

absl::Status EchoHandlers::Repeat(const Context& /*context*/, const EchoRequest& request,
                                  Outlet<EchoResponse>& outlet) {
  EchoResponse response;
  response.set_payload(request.payload());
  absl::Status status;
  for (int i = 0; i < request.page_size() && status.ok(); ++i) {
    if (on_write) on_write();
    status = outlet.Write(response);
    if (status.ok()) ++written;
  }
  if (!ended_once.exchange(true)) ended.set_value();
  return status.ok() && request.code() != 0 ? error : status;
}

Reply<EchoResponse> EchoHandlers::TakeReply() {
  std::unique_lock lock(mutex);
  replied.wait(lock, [this] { return !replies.empty(); });
  auto reply = std::move(replies.back());
  replies.pop_back();
  return reply;
}

std::shared_ptr<StreamWriter> EchoHandlers::TakeWriter() {
  std::unique_lock lock(mutex);
  replied.wait(lock, [this] { return !writers.empty(); });
  auto writer = std::move(writers.back());
  writers.pop_back();
  return writer;
}

ServerTest::ServerTest() {
  SetLogLevel(LogLevel::kWarning);
  options_.service = "echo";
  options_.pool_threads = 2;
  options_.pool_queue_max = 2;
  options_.stream_queue_max = 4;
  options_.drain_delay = absl::ZeroDuration();
}

ServerTest::~ServerTest() {
  gate_.Open();
  server_.reset();
}

void ServerTest::StartServer() {
  server_ = std::make_unique<Server>(options_, authenticator_, authorizer_, clock_);
  Service service = server_->AddService("wici.testing.v1.EchoService");
  service.Inline("EchoInline", &handlers_, &EchoHandlers::Echo);
  service.Pooled("EchoPooled", &handlers_, &EchoHandlers::Echo);
  service.Committed("EchoCommitted", &handlers_, &EchoHandlers::EchoLater);
  if (pooled_streams_) {
    service.PooledStream("WatchEcho", &handlers_, &EchoHandlers::Repeat);
  } else {
    service.Stream("WatchEcho", &handlers_, &EchoHandlers::Watch);
  }
  ASSERT_THAT(server_->Start(), testing::IsOk());
  channel_ = MakeChannel("127.0.0.1:" + std::to_string(server_->port()));
  stub_ = EchoService::NewStub(channel_);
}

absl::Status ServerTest::Call(UnaryMethod method, const EchoRequest& request,
                              std::string_view token, absl::Duration timeout) {
  grpc::ClientContext context;
  PrepareCall(context, absl::Now() + timeout, token, "call-1");
  return FromGrpcStatus((stub_.get()->*method)(&context, request, &response_));
}

std::future<absl::Status> ServerTest::CallAsync(UnaryMethod method, EchoRequest request) {
  return std::async(std::launch::async, [this, method, request] {
    grpc::ClientContext context;
    EchoResponse response;
    PrepareCall(context, absl::Now() + absl::Seconds(20), "anna");
    return FromGrpcStatus((stub_.get()->*method)(&context, request, &response));
  });
}

absl::Status ServerTest::CallUntilDrained(UnaryMethod method, const EchoRequest& request) {
  // A client that does not look at the health, else it would have gone by itself.
  channel_ = grpc::CreateChannel("127.0.0.1:" + std::to_string(server_->port()),
                                 grpc::InsecureChannelCredentials());
  stub_ = EchoService::NewStub(channel_);
  std::thread drain([this] { server_->Drain(); });
  absl::Status status;
  do {
    status = Call(method, request);
  } while (status.ok());
  server_->Stop();  // cuts the refusing short
  drain.join();
  return status;
}

EchoRequest RequestWith(const std::string& payload) {
  EchoRequest request;
  request.set_payload(payload);
  return request;
}

EchoRequest FailingRequest() {
  EchoRequest request;
  request.set_code(1);
  return request;
}

absl::Status CallRaw(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                     const std::string& bytes) {
  grpc::ClientContext context;
  PrepareCall(context, absl::Now() + absl::Seconds(20), "anna");
  grpc::CompletionQueue queue;
  grpc::GenericStub stub(channel);
  const grpc::Slice slice(bytes);
  const grpc::ByteBuffer request(&slice, 1);
  const auto reader = stub.PrepareUnaryCall(&context, method, request, &queue);
  reader->StartCall();
  grpc::ByteBuffer response;
  grpc::Status status;
  reader->Finish(&response, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  return FromGrpcStatus(status);
}

}  // namespace wici::rpc
