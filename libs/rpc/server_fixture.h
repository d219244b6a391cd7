// A server of the test's echo service, and what the tests of it share.
#ifndef WICI_LIBS_RPC_SERVER_FIXTURE_H_
#define WICI_LIBS_RPC_SERVER_FIXTURE_H_

#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "libs/base/clock.h"
#include "libs/rpc/server.h"
#include "wici/testing/v1/echo_service.grpc.pb.h"

namespace wici::rpc {

using testing::v1::EchoRequest;
using testing::v1::EchoResponse;
using testing::v1::EchoService;

// "Bearer x" is the principal "users/x"; "Bearer bad" is refused.
class NameAuthenticator final : public Authenticator {
 public:
  absl::StatusOr<Principal> Authenticate(std::string_view authorization,
                                         absl::Time now) const override;
};

// Everybody may do everything but name "events/secret".
class NameAuthorizer final : public Authorizer {
 public:
  absl::Status Authorize(const Principal& principal,
                         const google::protobuf::MethodDescriptor& method,
                         const google::protobuf::Message& request) const override;
};

// Blocks threads until it is opened.
class Gate {
 public:
  ~Gate() { Open(); }
  void Wait();
  void AwaitWaiting(int count);
  void Open();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int waiting_ = 0;
};

// What the methods do. A request with a code ends with `error`.
struct EchoHandlers {
  absl::Status Echo(const Context& context, const EchoRequest& request, EchoResponse& response);
  // Kept for TakeReply; dropped when the request has a code.
  void EchoLater(const Context& context, const EchoRequest& request, Reply<EchoResponse> reply);
  // Kept for TakeWriter.
  absl::Status Watch(const Context& context, const EchoRequest& request,
                     std::shared_ptr<StreamWriter> writer, const EchoResponse*);
  // The payload `page_size` times.
  absl::Status Repeat(const Context& context, const EchoRequest& request,
                      Outlet<EchoResponse>& outlet);
  Reply<EchoResponse> TakeReply();
  std::shared_ptr<StreamWriter> TakeWriter();

  std::function<void(const Context&)> on_unary;
  std::function<void()> on_write;
  std::atomic<int> written = 0;
  absl::Status error = absl::InternalError("no such table: persons");
  std::promise<void> ended;  // when the first stream ends
  std::atomic<bool> ended_once = false;
  std::mutex mutex;
  std::condition_variable replied;
  std::vector<Reply<EchoResponse>> replies;
  std::vector<std::shared_ptr<StreamWriter>> writers;
};

class ServerTest : public ::testing::Test {
 protected:
  ServerTest();
  ~ServerTest() override;

  void StartServer();

  using UnaryMethod = grpc::Status (EchoService::Stub::*)(grpc::ClientContext*, const EchoRequest&,
                                                          EchoResponse*);
  absl::Status Call(UnaryMethod method, const EchoRequest& request, std::string_view token = "anna",
                    absl::Duration timeout = absl::Seconds(20));
  // Calls in the background; the result is read when the future is.
  std::future<absl::Status> CallAsync(UnaryMethod method, EchoRequest request = {});
  // Drains the server while one client calls it again and again; what the first call that fails
  // ends with. The server refuses calls (options_.refuse_time) for longer than the test waits.
  absl::Status CallUntilDrained(UnaryMethod method, const EchoRequest& request);
  // Blocks pooled handlers until gate_ opens.
  void HoldHandlers() {
    handlers_.on_unary = [this](const Context&) { gate_.Wait(); };
  }

  bool pooled_streams_ = false;
  ServerOptions options_;
  SystemClock clock_;
  NameAuthenticator authenticator_;
  NameAuthorizer authorizer_;
  EchoHandlers handlers_;
  Gate gate_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<EchoService::Stub> stub_;
  EchoResponse response_;
};

EchoRequest RequestWith(const std::string& payload);
EchoRequest FailingRequest();

// Sends raw bytes as the request of a method.
absl::Status CallRaw(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                     const std::string& bytes);

}  // namespace wici::rpc

#endif  // WICI_LIBS_RPC_SERVER_FIXTURE_H_
