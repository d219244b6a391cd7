// Health checks, and reflection, which gRPC's own service answers.
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "gmock/gmock.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/health.h"
#include "libs/rpc/server.h"
#include "libs/rpc/server_impl.h"
#include "libs/rpc/stream_writer.h"
#include "libs/testing/status_matchers.h"
#include "wici/testing/v1/echo_service.grpc.pb.h"

namespace wici::rpc {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::IsOkAndHolds;
using testing::StatusIs;

// Takes everybody who shows no credentials.
class Anybody final : public Authenticator, public Authorizer {
 public:
  absl::StatusOr<Principal> Authenticate(std::string_view authorization,
                                         absl::Time) const override {
    if (!authorization.empty()) return absl::UnauthenticatedError("no credentials are known here");
    return Principal();
  }
  absl::Status Authorize(const Principal&, const google::protobuf::MethodDescriptor&,
                         const google::protobuf::Message&) const override {
    return absl::OkStatus();
  }
};

class DiscoveryTest : public ::testing::Test {
 protected:
  void Start(bool reflection) {
    SetLogLevel(LogLevel::kWarning);
    ServerOptions options;
    options.reflection = reflection;
    options.drain_delay = absl::Seconds(20);
    server_ = std::make_unique<Server>(options, anybody_, anybody_, clock_);
    server_->AddService(testing::v1::EchoService::service_full_name());
    ASSERT_THAT(server_->Start(), IsOk());
    // Not MakeChannel, which stops calling a server that says NOT_SERVING.
    channel_ = grpc::CreateChannel("127.0.0.1:" + std::to_string(server_->port()),
                                   grpc::InsecureChannelCredentials());
  }

  // One message there, one back, as bytes.
  absl::StatusOr<std::string> Exchange(const std::string& method, const std::string& bytes) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
    return Exchange(method, bytes, context);
  }
  absl::StatusOr<std::string> Exchange(const std::string& method, const std::string& bytes,
                                       grpc::ClientContext& context) {
    grpc::CompletionQueue queue;
    grpc::GenericStub stub(channel_);
    const auto await = [&queue] {
      void* tag = nullptr;
      bool ok = false;
      queue.Next(&tag, &ok);
    };
    const auto stream = stub.PrepareCall(&context, method, &queue);
    stream->StartCall(nullptr);
    await();
    const grpc::Slice slice(bytes);
    stream->WriteLast(grpc::ByteBuffer(&slice, 1), grpc::WriteOptions(), nullptr);
    await();
    grpc::ByteBuffer answer;
    stream->Read(&answer, nullptr);
    await();
    grpc::Status status;
    stream->Finish(&status, nullptr);
    await();
    if (!status.ok()) return FromGrpcStatus(status);
    grpc::Slice whole;
    if (!answer.DumpToSingleSlice(&whole).ok()) return absl::DataLossError("no answer");
    return std::string(reinterpret_cast<const char*>(whole.begin()), whole.size());
  }
  absl::StatusOr<std::string> CheckHealth(const std::string& service) {
    return Exchange(
        "/grpc.health.v1.Health/Check",
        service.empty() ? "" : std::string("\x0A") + static_cast<char>(service.size()) + service);
  }
  absl::StatusOr<std::string> Reflect(const std::string& request) {
    return Exchange("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", request);
  }

  Anybody anybody_;
  SystemClock clock_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

// A stream of Health/Watch.
class HealthWatch {
 public:
  HealthWatch(std::shared_ptr<grpc::Channel> channel, const std::string& request)
      : stub_(std::move(channel)) {
    context_.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
    stream_ = stub_.PrepareCall(&context_, "/grpc.health.v1.Health/Watch", &queue_);
    stream_->StartCall(nullptr);
    Await();
    const grpc::Slice slice(request);
    stream_->WriteLast(grpc::ByteBuffer(&slice, 1), grpc::WriteOptions(), nullptr);
    Await();
  }

  // The bytes of the next message, "" at the end.
  std::string Next() {
    grpc::ByteBuffer answer;
    stream_->Read(&answer, nullptr);
    grpc::Slice whole;
    if (!Await() || !answer.DumpToSingleSlice(&whole).ok()) return "";
    return {reinterpret_cast<const char*>(whole.begin()), whole.size()};
  }

 private:
  bool Await() {
    void* tag = nullptr;
    bool ok = false;
    return queue_.Next(&tag, &ok) && ok;
  }

  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
};

constexpr char kServiceUnknown[] = "\x08\x03";
constexpr char kServing[] = "\x08\x01";
constexpr char kNotServing[] = "\x08\x02";

TEST_F(DiscoveryTest, ReportsTheHealthOfEachServiceUntilItDrains) {
  Start(/*reflection=*/false);
  EXPECT_THAT(CheckHealth(""), IsOkAndHolds(kServing));
  EXPECT_THAT(CheckHealth("wici.testing.v1.EchoService"), IsOkAndHolds(kServing));
  EXPECT_THAT(CheckHealth("other"), StatusIs(absl::StatusCode::kNotFound));
  std::thread drain([this] { server_->Drain(); });
  while (!server_->draining()) std::this_thread::yield();
  absl::StatusOr<std::string> health = CheckHealth("wici.testing.v1.EchoService");
  while (health.ok() && *health == kServing) health = CheckHealth("wici.testing.v1.EchoService");
  EXPECT_THAT(health, IsOkAndHolds(kNotServing));
  server_->Stop();  // cuts the drain's delay short
  drain.join();
}

TEST_F(DiscoveryTest, TellsWhoWatchesAServiceOnceItIsServedNoMore) {
  Start(/*reflection=*/false);
  HealthWatch known(channel_, "\x0A\x1Bwici.testing.v1.EchoService");
  HealthWatch other(channel_, "\x0A\x05other");
  EXPECT_EQ(known.Next(), kServing);
  EXPECT_EQ(other.Next(), kServiceUnknown);
  std::thread drain([this] { server_->Drain(); });
  EXPECT_EQ(known.Next(), kNotServing);
  HealthWatch late(channel_, "");
  EXPECT_EQ(late.Next(), kNotServing);
  server_->Stop();  // cuts the drain's delay short
  drain.join();
  EXPECT_EQ(known.Next(), "");
  EXPECT_EQ(other.Next(), "");
  EXPECT_EQ(late.Next(), "");
}

// A stream whose queue is full with its first message.
class FullStream final : public StreamWriter {
 public:
  bool Write(const std::string& serialized) override {
    last = serialized;
    const std::function<void()> callback = std::exchange(on_end_, nullptr);
    if (callback != nullptr) callback();
    return callback == nullptr;
  }
  void Finish(const absl::Status& /*status*/) override {}
  void OnEnd(std::function<void()> callback) override { on_end_ = std::move(callback); }
  bool ended() const override { return false; }
  std::size_t queued() const override { return 0; }
  bool WaitForRoom(std::size_t /*most*/, absl::Duration /*patience*/) override { return true; }

  std::string last;

 private:
  std::function<void()> on_end_;
};

// One that is told under the lock of the health waits for itself.
TEST_F(DiscoveryTest, AStreamThatIsFullWithTheEndOfTheHealthEndsToo) {
  ServerImpl server(ServerOptions(), anybody_, anybody_, clock_);
  Health health;
  health.Register(server);
  const Method* const watch = server.FindMethod("/grpc.health.v1.Health/Watch");
  ASSERT_NE(watch, nullptr);
  const auto stream = std::make_shared<FullStream>();
  const std::unique_ptr<google::protobuf::Message> request(watch->request->New());
  ASSERT_THAT(watch->stream(Context(), *request, stream), IsOk());
  EXPECT_EQ(stream->last, kServing);
  health.StopServing();
  EXPECT_EQ(stream->last, kNotServing);
}

TEST_F(DiscoveryTest, HealthNeedsNoCredentialsAndMindsNoneThatAreWrong) {
  Start(/*reflection=*/false);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
  context.AddMetadata("authorization", "Bearer nonsense");
  EXPECT_THAT(Exchange("/grpc.health.v1.Health/Check", "", context), IsOkAndHolds(kServing));
}

TEST_F(DiscoveryTest, HasNoReflectionUnlessAsked) {
  Start(/*reflection=*/false);
  EXPECT_THAT(Reflect(std::string("\x3A\x00", 2)), StatusIs(absl::StatusCode::kUnimplemented));
}

TEST_F(DiscoveryTest, ListsAndDescribesServicesByReflection) {
  Start(/*reflection=*/true);
  const auto list = Reflect(std::string("\x3A\x00", 2));  // list_services
  ASSERT_THAT(list, IsOk());
  EXPECT_THAT(*list, HasSubstr("wici.testing.v1.EchoService"));
  const std::string name = "wici.testing.v1.EchoService";
  const auto file = Reflect(std::string("\x22") + static_cast<char>(name.size()) + name);
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT(*file, HasSubstr("EchoPooled"));
  // A client that lists everything asks for what gRPC adds, too.
  const std::string health = "grpc.health.v1.Health";
  const auto health_file = Reflect(std::string("\x22") + static_cast<char>(health.size()) + health);
  ASSERT_THAT(health_file, IsOk());
  EXPECT_THAT(*health_file, HasSubstr("HealthCheckRequest"));
}

}  // namespace
}  // namespace wici::rpc
