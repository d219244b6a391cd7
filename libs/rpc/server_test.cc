#include "libs/rpc/server.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/rpc/channel.h"
#include "libs/testing/status_matchers.h"
#include "wici/testing/v1/echo_service.grpc.pb.h"

namespace wici::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::HasViolation;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::Reason;
using testing::StatusIs;
using testing::v1::EchoRequest;
using testing::v1::EchoResponse;
using testing::v1::EchoService;

// "Bearer x" is the principal "users/x"; "Bearer bad" is refused.
class NameAuthenticator final : public Authenticator {
 public:
  absl::StatusOr<Principal> Authenticate(std::string_view authorization,
                                         absl::Time /*now*/) const override {
    if (authorization.empty()) return Principal();
    if (authorization.substr(0, 7) != "Bearer " || authorization == "Bearer bad") {
      return MakeError(absl::StatusCode::kUnauthenticated, "auth.wici", "TOKEN_INVALID", "bad");
    }
    return Principal{"users/" + std::string(authorization.substr(7)), {}};
  }
};

// Everybody may do everything but name "events/secret".
class NameAuthorizer final : public Authorizer {
 public:
  absl::Status Authorize(const Principal& /*principal*/,
                         const google::protobuf::MethodDescriptor& /*method*/,
                         const google::protobuf::Message& request) const override {
    if (static_cast<const EchoRequest&>(request).name() != "events/secret") return absl::OkStatus();
    return MakeError(absl::StatusCode::kPermissionDenied, "auth.wici", "PERMISSION_DENIED", "no");
  }
};

// Blocks threads until it is opened.
class Gate {
 public:
  ~Gate() { Open(); }
  void Wait() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void AwaitWaiting(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this, count] { return waiting_ >= count; });
  }
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int waiting_ = 0;
};

class EchoHandlers {
 public:
  absl::Status Echo(const Context& context, const EchoRequest& request, EchoResponse& response) {
    if (on_unary) on_unary(context);
    if (request.code() != 0) return error;
    response.set_payload(request.payload());
    response.set_principal(context.principal.id);
    return absl::OkStatus();
  }
  void EchoLater(const Context& /*context*/, const EchoRequest& request,
                 Reply<EchoResponse> reply) {
    const std::lock_guard lock(mutex);
    if (request.code() != 0) return;  // dropped
    replies.push_back(std::move(reply));
    replied.notify_all();
  }
  absl::Status Watch(const Context& /*context*/, const EchoRequest& request,
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
  // The payload `page_size` times.
  absl::Status Repeat(const Context& /*context*/, const EchoRequest& request,
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
  Reply<EchoResponse> TakeReply() {
    std::unique_lock lock(mutex);
    replied.wait(lock, [this] { return !replies.empty(); });
    auto reply = std::move(replies.back());
    replies.pop_back();
    return reply;
  }
  std::shared_ptr<StreamWriter> TakeWriter() {
    std::unique_lock lock(mutex);
    replied.wait(lock, [this] { return !writers.empty(); });
    auto writer = std::move(writers.back());
    writers.pop_back();
    return writer;
  }

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
  ServerTest() {
    SetLogLevel(LogLevel::kWarning);
    options_.service = "echo";
    options_.pool_threads = 2;
    options_.pool_queue_max = 2;
    options_.stream_queue_max = 4;
    options_.drain_delay = absl::ZeroDuration();
  }
  ~ServerTest() override {
    gate_.Open();
    server_.reset();
  }

  void StartServer() {
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
    ASSERT_THAT(server_->Start(), IsOk());
    channel_ = MakeChannel("127.0.0.1:" + std::to_string(server_->port()));
    stub_ = EchoService::NewStub(channel_);
  }

  using UnaryMethod = grpc::Status (EchoService::Stub::*)(grpc::ClientContext*, const EchoRequest&,
                                                          EchoResponse*);
  absl::Status Call(UnaryMethod method, const EchoRequest& request, std::string_view token = "anna",
                    absl::Duration timeout = absl::Seconds(20)) {
    grpc::ClientContext context;
    PrepareCall(context, absl::Now() + timeout, token, "call-1");
    return FromGrpcStatus((stub_.get()->*method)(&context, request, &response_));
  }

  // Calls in the background; the result is read when the future is.
  std::future<absl::Status> CallAsync(UnaryMethod method, EchoRequest request = {}) {
    return std::async(std::launch::async, [this, method, request] {
      grpc::ClientContext context;
      EchoResponse response;
      PrepareCall(context, absl::Now() + absl::Seconds(20), "anna");
      return FromGrpcStatus((stub_.get()->*method)(&context, request, &response));
    });
  }

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

TEST_F(ServerTest, AnswersInlineAndPooledCalls) {
  StartServer();
  EXPECT_THAT(Call(&EchoService::Stub::EchoInline, RequestWith("hello")), IsOk());
  EXPECT_EQ(response_.payload(), "hello");
  EXPECT_EQ(response_.principal(), "users/anna");
  EXPECT_THAT(Call(&EchoService::Stub::EchoPooled, RequestWith("hi"), ""), IsOk());
  EXPECT_EQ(response_.payload(), "hi");
  EXPECT_EQ(response_.principal(), "");
}

TEST_F(ServerTest, AnswersACommittedCallFromAnotherThread) {
  StartServer();
  auto call = CallAsync(&EchoService::Stub::EchoCommitted);
  std::thread([reply = handlers_.TakeReply()] { reply(EchoResponse()); }).join();
  EXPECT_THAT(call.get(), IsOk());

  call = CallAsync(&EchoService::Stub::EchoCommitted);
  const auto reply = handlers_.TakeReply();
  reply(MakeError(absl::StatusCode::kFailedPrecondition, "x.wici", "EVENT_FULL", "full"));
  reply(EchoResponse());  // too late
  EXPECT_THAT(call.get(), StatusIs(absl::StatusCode::kFailedPrecondition, Reason("EVENT_FULL")));
}

TEST_F(ServerTest, EndsACommittedCallWhoseReplyIsDropped) {
  StartServer();
  SetLogLevel(LogLevel::kError);
  EXPECT_THAT(Call(&EchoService::Stub::EchoCommitted, FailingRequest()),
              StatusIs(absl::StatusCode::kInternal));
}

TEST_F(ServerTest, DropsAReplyThatComesAfterTheServersEnd) {
  options_.drain_timeout = absl::ZeroDuration();
  StartServer();
  auto call = CallAsync(&EchoService::Stub::EchoCommitted);
  const auto reply = handlers_.TakeReply();
  server_.reset();
  EXPECT_FALSE(call.get().ok());
  reply(EchoResponse());
}

TEST_F(ServerTest, DeliversEveryErrorDetail) {
  StartServer();
  handlers_.error = InvalidArgumentError("x.wici", {{"event.title", "must not be empty"}});
  AddRetryInfo(handlers_.error, absl::Seconds(2));
  AddQuotaViolation(handlers_.error, "clusters/c1", "at most 3");
  AddPreconditionViolation(handlers_.error, "EVENT_FULL", "events/e1", "no seat");
  const absl::Status status = Call(&EchoService::Stub::EchoPooled, FailingRequest());
  handlers_.error.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    EXPECT_EQ(status.GetPayload(type_url), payload);
  });
  EXPECT_EQ(status.message(), handlers_.error.message());
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("event.title")));
}

TEST_F(ServerTest, GivesEveryErrorAReason) {
  StartServer();
  handlers_.error = absl::NotFoundError("no such event");
  EXPECT_THAT(Call(&EchoService::Stub::EchoPooled, FailingRequest()),
              StatusIs(absl::StatusCode::kNotFound, Reason("NOT_FOUND")));
}

TEST_F(ServerTest, HidesWhatWentWrongInside) {
  StartServer();
  ::testing::internal::CaptureStderr();
  const absl::Status status = Call(&EchoService::Stub::EchoPooled, FailingRequest());
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInternal, Reason("INTERNAL")));
  EXPECT_EQ(status.message(), "internal error");
  server_->Stop();
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("no such table: persons"));
  EXPECT_THAT(log, HasSubstr("\"call_id\":\"call-1\""));
}

TEST_F(ServerTest, FitsManyViolationsIntoTheTrailers) {
  StartServer();
  std::vector<FieldViolation> violations;
  for (int i = 0; i < 1000; ++i) {
    violations.push_back({"labels[" + std::to_string(i) + "]", "must be a resource name"});
  }
  handlers_.error = InvalidArgumentError("x.wici", violations);
  const absl::Status status = Call(&EchoService::Stub::EchoPooled, FailingRequest());
  ASSERT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("labels[0]")));
  const auto seen = FieldViolations(status);
  EXPECT_EQ(seen.back().field, "*");
  EXPECT_EQ(seen.back().description,
            std::to_string(1001 - static_cast<int>(seen.size())) + " more violations");
}

TEST_F(ServerTest, RefusesBadCredentialsAndForbiddenScopes) {
  StartServer();
  EXPECT_THAT(Call(&EchoService::Stub::EchoPooled, EchoRequest(), "bad"),
              StatusIs(absl::StatusCode::kUnauthenticated, Reason("TOKEN_INVALID")));
  EchoRequest secret;
  secret.set_name("events/secret");
  EXPECT_THAT(Call(&EchoService::Stub::EchoPooled, secret),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("PERMISSION_DENIED")));
}

TEST_F(ServerTest, IsCalledAgainWhenUnavailableIfTheMethodIsIdempotent) {
  StartServer();
  handlers_.error = absl::UnavailableError("restarting");
  std::atomic<int> calls = 0;
  handlers_.on_unary = [&calls](const Context&) { ++calls; };
  EXPECT_THAT(Call(&EchoService::Stub::EchoInline, FailingRequest()),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(calls, 4);
}

TEST_F(ServerTest, SaysWhichMethodsAreNotImplemented) {
  StartServer();
  EXPECT_THAT(server_->UnimplementedMethods(),
              ElementsAre("wici.testing.v1.EchoService/EchoNever"));
  EXPECT_THAT(Call(&EchoService::Stub::EchoNever, EchoRequest()),
              StatusIs(absl::StatusCode::kUnimplemented, Reason("METHOD_NOT_IMPLEMENTED")));
}

// Sends raw bytes as the request of a method.
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

TEST_F(ServerTest, RefusesWhatIsNoRequest) {
  StartServer();
  EXPECT_THAT(CallRaw(channel_, "/wici.testing.v1.EchoService/EchoInline", "\xFF\xFF\xFF garbage"),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("REQUEST_MALFORMED")));
  EXPECT_THAT(CallRaw(channel_, "/wici.testing.v1.EchoService/Unknown", ""),
              StatusIs(absl::StatusCode::kUnimplemented, Reason("METHOD_NOT_IMPLEMENTED")));
  EXPECT_THAT(CallRaw(channel_, "/", ""), StatusIs(absl::StatusCode::kUnimplemented));
}

TEST_F(ServerTest, RefusesARequestThatIsTooLarge) {
  StartServer();
  grpc::ChannelArguments arguments;
  arguments.SetMaxSendMessageSize(-1);
  const auto channel = grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(server_->port()),
                                                 grpc::InsecureChannelCredentials(), arguments);
  EXPECT_THAT(CallRaw(channel, "/wici.testing.v1.EchoService/EchoInline",
                      RequestWith(std::string(10 << 20, 'x')).SerializeAsString()),
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(Call(&EchoService::Stub::EchoInline, RequestWith("still there")), IsOk());
}

TEST_F(ServerTest, RefusesAnAnswerThatIsTooLarge) {
  options_.message_bytes_max = 1000;
  StartServer();
  handlers_.on_unary = [](const Context&) {};
  EXPECT_THAT(Call(&EchoService::Stub::EchoInline, RequestWith(std::string(990, 'x'))),
              StatusIs(absl::StatusCode::kResourceExhausted, Reason("RESPONSE_TOO_LARGE")));
}

TEST_F(ServerTest, BoundsEveryDeadline) {
  StartServer();
  absl::Duration left;
  handlers_.on_unary = [&left](const Context& context) { left = context.deadline - absl::Now(); };
  EXPECT_THAT(Call(&EchoService::Stub::EchoInline, EchoRequest(), "anna", absl::Hours(1)), IsOk());
  EXPECT_LE(left, options_.deadline_max);
  grpc::ClientContext no_deadline;
  EXPECT_TRUE(stub_->EchoInline(&no_deadline, EchoRequest(), &response_).ok());
  EXPECT_LE(left, options_.deadline_default);
  EXPECT_GT(left, absl::ZeroDuration());
}

TEST_F(ServerTest, LetsTheClientGoAtItsDeadlineWhateverTheHandlerDoes) {
  StartServer();
  HoldHandlers();
  EXPECT_THAT(Call(&EchoService::Stub::EchoPooled, EchoRequest(), "anna", absl::Milliseconds(100)),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST_F(ServerTest, PassesCallIdTraceAndLanguageToTheHandler) {
  StartServer();
  Context seen;
  handlers_.on_unary = [&seen](const Context& context) { seen = context; };
  grpc::ClientContext context;
  const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  PrepareCall(context, absl::Now() + absl::Seconds(20), "", "my.call_1", trace);
  context.AddMetadata("accept-language", "fr, de;q=0.8, pl;q=0.9");
  EXPECT_TRUE(stub_->EchoInline(&context, EchoRequest(), &response_).ok());
  EXPECT_EQ(seen.method, "wici.testing.v1.EchoService/EchoInline");
  EXPECT_EQ(seen.call_id, "my.call_1");
  EXPECT_EQ(seen.traceparent, trace);
  EXPECT_EQ(seen.language, "pl");
}

EchoRequest Repeated(const std::string& payload, int times) {
  EchoRequest request = RequestWith(payload);
  request.set_page_size(times);
  return request;
}

TEST_F(ServerTest, APooledStreamWaitsForItsClientAndArrivesWhole) {
  pooled_streams_ = true;
  StartServer();
  grpc::ClientContext context;
  PrepareCall(context, absl::Now() + absl::Seconds(20), "anna");
  // 20 MB, more than any window; the queue of a stream holds 4 messages.
  const auto stream = stub_->WatchEcho(&context, Repeated(std::string(200'000, 'x'), 100));
  ASSERT_TRUE(stream->Read(&response_));
  EXPECT_LT(handlers_.written, 100);
  int read = 1;
  while (stream->Read(&response_)) read += static_cast<int>(response_.payload().size()) / 200'000;
  EXPECT_EQ(read, 100);
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(ServerTest, APooledStreamEndsWithTheErrorOfItsHandler) {
  pooled_streams_ = true;
  StartServer();
  handlers_.error = absl::NotFoundError("no such event");
  EchoRequest request = Repeated("x", 3);
  request.set_code(1);
  grpc::ClientContext context;
  PrepareCall(context, absl::Now() + absl::Seconds(20), "anna");
  const auto stream = stub_->WatchEcho(&context, request);
  int read = 0;
  while (stream->Read(&response_)) ++read;
  EXPECT_EQ(read, 3);
  EXPECT_THAT(FromGrpcStatus(stream->Finish()),
              StatusIs(absl::StatusCode::kNotFound, Reason("NOT_FOUND")));
}

TEST_F(ServerTest, APooledStreamThatItsClientLeavesEndsItsHandler) {
  pooled_streams_ = true;
  StartServer();
  grpc::ClientContext context;
  PrepareCall(context, absl::Now() + absl::Seconds(20), "anna");
  const auto stream = stub_->WatchEcho(&context, Repeated(std::string(200'000, 'x'), 1'000'000));
  ASSERT_TRUE(stream->Read(&response_));
  context.TryCancel();
  handlers_.ended.get_future().wait();
  EXPECT_LT(handlers_.written, 1'000'000);
}

TEST_F(ServerTest, MorePooledStreamsThanMayWaitAreRefused) {
  pooled_streams_ = true;
  options_.stream_threads = 1;
  options_.stream_waiting_max = 1;
  StartServer();
  handlers_.on_write = [this] { gate_.Wait(); };
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  const auto open = [&] {
    PrepareCall(*contexts.emplace_back(std::make_unique<grpc::ClientContext>()),
                absl::Now() + absl::Seconds(20), "anna");
    return stub_->WatchEcho(contexts.back().get(), Repeated("x", 1));
  };
  const auto working = open();
  gate_.AwaitWaiting(1);
  // Of two more one waits; they are told apart by who is answered before the gate opens.
  auto second = std::async(std::launch::async, [stream = open()] {
    EchoResponse response;
    stream->Read(&response);
    return FromGrpcStatus(stream->Finish());
  });
  auto third = std::async(std::launch::async, [stream = open()] {
    EchoResponse response;
    stream->Read(&response);
    return FromGrpcStatus(stream->Finish());
  });
  while (second.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready &&
         third.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) {
  }
  gate_.Open();
  const absl::Status results[] = {second.get(), third.get()};
  EXPECT_NE(results[0].ok(), results[1].ok());
  EXPECT_THAT(results[0].ok() ? results[1] : results[0],
              StatusIs(absl::StatusCode::kResourceExhausted, Reason("OVERLOADED")));
}

TEST_F(ServerTest, BoundsTheRateOfOneCaller) {
  options_.calls_per_second_max = 0.001;
  StartServer();
  EXPECT_THAT(Call(&EchoService::Stub::EchoInline, EchoRequest()), IsOk());
  const absl::Status status = Call(&EchoService::Stub::EchoInline, EchoRequest());
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted, Reason("RATE_EXCEEDED")));
  EXPECT_TRUE(status.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
  EXPECT_THAT(Call(&EchoService::Stub::EchoInline, EchoRequest(), "jan"), IsOk());
  // Those without a name are told apart by their address, behind which there may be many.
  for (int i = 0; i < 40; ++i) {
    EXPECT_THAT(Call(&EchoService::Stub::EchoInline, EchoRequest(), ""), IsOk());
  }
  EXPECT_THAT(Call(&EchoService::Stub::EchoInline, EchoRequest(), ""), Reason("RATE_EXCEEDED"));
}

TEST_F(ServerTest, ShedsCallsWhenThePoolIsFull) {
  StartServer();
  HoldHandlers();
  std::vector<std::future<absl::Status>> running;
  for (int i = 0; i < 2; ++i) running.push_back(CallAsync(&EchoService::Stub::EchoPooled));
  gate_.AwaitWaiting(2);  // both threads are busy
  std::vector<std::future<absl::Status>> queued;
  for (int i = 0; i < 8; ++i) queued.push_back(CallAsync(&EchoService::Stub::EchoPooled));
  // Two of the eight find room in the queue, the others are answered at once.
  int shed = 0;
  while (shed < 6) {
    for (auto& call : queued) {
      if (!call.valid() ||
          call.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) {
        continue;
      }
      const absl::Status status = call.get();
      ASSERT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted, Reason("OVERLOADED")));
      EXPECT_TRUE(status.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
      ++shed;
    }
  }
  gate_.Open();
  for (auto& call : running) EXPECT_THAT(call.get(), IsOk());
  for (auto& call : queued) {
    if (call.valid()) {
      EXPECT_THAT(call.get(), IsOk());
    }
  }
}

class StreamTest : public ServerTest {
 protected:
  void OpenStream() {
    StartServer();
    context_ = std::make_unique<grpc::ClientContext>();
    PrepareCall(*context_, absl::Now() + absl::Seconds(20), "anna");
    reader_ = stub_->WatchEcho(context_.get(), EchoRequest());
    writer_ = handlers_.TakeWriter();
  }
  ~StreamTest() override {
    if (context_ != nullptr) context_->TryCancel();
  }

  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientReader<EchoResponse>> reader_;
  std::shared_ptr<StreamWriter> writer_;
};

EchoResponse ResponseWith(const std::string& payload) {
  EchoResponse response;
  response.set_payload(payload);
  return response;
}

TEST_F(StreamTest, SendsMessagesInOrderAndThenTheStatus) {
  OpenStream();
  EXPECT_TRUE(writer_->Write(ResponseWith("1")));
  EXPECT_TRUE(writer_->Write(ResponseWith("2").SerializeAsString()));
  EXPECT_TRUE(writer_->Write(ResponseWith("3")));
  writer_->Finish(absl::OkStatus());
  EXPECT_FALSE(writer_->Write(ResponseWith("4")));
  EXPECT_TRUE(writer_->ended());
  for (const char* expected : {"1", "2", "3"}) {
    ASSERT_TRUE(reader_->Read(&response_));
    EXPECT_EQ(response_.payload(), expected);
  }
  EXPECT_FALSE(reader_->Read(&response_));
  EXPECT_TRUE(reader_->Finish().ok());
}

TEST_F(StreamTest, ReportsAnErrorOfTheHandler) {
  StartServer();
  handlers_.error = MakeError(absl::StatusCode::kOutOfRange, "feed.wici", "CURSOR_EXPIRED", "old");
  grpc::ClientContext context;
  const auto reader = stub_->WatchEcho(&context, FailingRequest());
  EXPECT_FALSE(reader->Read(&response_));
  EXPECT_THAT(FromGrpcStatus(reader->Finish()),
              StatusIs(absl::StatusCode::kOutOfRange, Reason("CURSOR_EXPIRED")));
}

TEST_F(StreamTest, TellsTheWriterWhenTheClientLeaves) {
  OpenStream();
  context_->TryCancel();
  handlers_.ended.get_future().wait();
  EXPECT_TRUE(writer_->ended());
  EXPECT_FALSE(writer_->Write(ResponseWith("x")));
  bool called = false;
  writer_->OnEnd([&called] { called = true; });
  EXPECT_TRUE(called);
}

TEST_F(StreamTest, EndsAConsumerThatIsTooSlow) {
  OpenStream();
  const EchoResponse large = ResponseWith(std::string(100'000, 'x'));
  while (writer_->Write(large)) {
  }
  handlers_.ended.get_future().wait();
  EXPECT_TRUE(writer_->ended());
  while (reader_->Read(&response_)) {
  }
  EXPECT_THAT(FromGrpcStatus(reader_->Finish()),
              StatusIs(absl::StatusCode::kResourceExhausted, Reason("CONSUMER_TOO_SLOW")));
}

TEST_F(StreamTest, BoundsTheStreamsOfOneCaller) {
  options_.streams_per_principal_max = 1;
  OpenStream();
  grpc::ClientContext second;
  PrepareCall(second, absl::Now() + absl::Seconds(20), "anna");
  const auto reader = stub_->WatchEcho(&second, EchoRequest());
  EXPECT_FALSE(reader->Read(&response_));
  EXPECT_THAT(FromGrpcStatus(reader->Finish()),
              StatusIs(absl::StatusCode::kResourceExhausted, Reason("TOO_MANY_STREAMS")));
  grpc::ClientContext other;
  PrepareCall(other, absl::Now() + absl::Seconds(20), "jan");
  const auto other_reader = stub_->WatchEcho(&other, EchoRequest());
  handlers_.TakeWriter()->Finish(absl::OkStatus());
  EXPECT_FALSE(other_reader->Read(&response_));
  EXPECT_TRUE(other_reader->Finish().ok());
}

TEST_F(StreamTest, DrainEndsStreamsAndLetsCallsFinish) {
  OpenStream();
  HoldHandlers();
  auto call = CallAsync(&EchoService::Stub::EchoPooled);
  gate_.AwaitWaiting(1);
  EXPECT_FALSE(server_->draining());
  std::thread drain([this] { server_->Drain(); });
  EXPECT_FALSE(reader_->Read(&response_));
  EXPECT_THAT(FromGrpcStatus(reader_->Finish()),
              StatusIs(absl::StatusCode::kUnavailable, Reason("SERVER_DRAINING")));
  handlers_.ended.get_future().wait();
  EXPECT_TRUE(server_->draining());
  gate_.Open();
  EXPECT_THAT(call.get(), IsOk());
  drain.join();
  EXPECT_FALSE(Call(&EchoService::Stub::EchoInline, EchoRequest(), "", absl::Seconds(1)).ok());
}

// Handlers that keep writers and replies, clients that vanish at any moment, and a server that
// stops in the middle of it: nothing may crash, hang or be used after its end.
TEST_F(StreamTest, SurvivesClientsThatComeAndGo) {
  options_.drain_timeout = absl::ZeroDuration();
  StartServer();
  SetLogLevel(LogLevel::kError);
  std::atomic<bool> stopped = false;
  std::thread feeder([this, &stopped] {
    while (!stopped) {
      std::vector<std::shared_ptr<StreamWriter>> writers;
      std::vector<Reply<EchoResponse>> replies;
      {
        const std::lock_guard lock(handlers_.mutex);
        writers = handlers_.writers;
        replies.swap(handlers_.replies);
      }
      for (const auto& writer : writers) writer->Write(ResponseWith("x"));
      for (std::size_t i = 0; i < replies.size(); i += 2) replies[i](EchoResponse());
    }
  });
  std::vector<std::thread> clients;
  for (unsigned seed = 0; seed < 3; ++seed) {
    clients.emplace_back([this, seed] {
      std::mt19937 random(seed);
      for (int i = 0; i < 60; ++i) {
        grpc::ClientContext context;
        PrepareCall(context, absl::Now() + absl::Milliseconds(random() % 20), "anna");
        EchoResponse response;
        if (random() % 2 == 0) {
          stub_->EchoCommitted(&context, EchoRequest(), &response);
          continue;
        }
        const auto reader = stub_->WatchEcho(&context, EchoRequest());
        for (unsigned reads = random() % 4; reads > 0 && reader->Read(&response); --reads) {
        }
        context.TryCancel();
        reader->Finish();
      }
    });
  }
  clients.back().join();
  server_->Stop();
  clients.pop_back();
  for (std::thread& client : clients) client.join();
  stopped = true;
  feeder.join();
}

TEST_F(ServerTest, RefusesAnAddressInUse) {
  StartServer();
  SetLogLevel(LogLevel::kError);
  ServerOptions options;
  options.listen = "127.0.0.1:" + std::to_string(server_->port());
  Server second(options, authenticator_, authorizer_, clock_);
  EXPECT_THAT(second.Start(), StatusIs(absl::StatusCode::kUnavailable));
}

using ServerDeathTest = ServerTest;

TEST_F(ServerDeathTest, RefusesAHandlerOfOtherTypes) {
  Server server(options_, authenticator_, authorizer_, clock_);
  Service service = server.AddService("wici.testing.v1.EchoService");
  EXPECT_DEATH(service.Inline("NoSuchMethod", &handlers_, &EchoHandlers::Echo), "check_failed");
  EXPECT_DEATH(service.Inline("WatchEcho", &handlers_, &EchoHandlers::Echo), "check_failed");
}

}  // namespace
}  // namespace wici::rpc
