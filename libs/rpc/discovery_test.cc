// Health checks and reflection, which gRPC's own services answer.
#include <memory>
#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/server.h"
#include "libs/testing/status_matchers.h"
#include "wici/testing/v1/echo_service.grpc.pb.h"

namespace wici::rpc {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::IsOkAndHolds;
using testing::StatusIs;

class Anybody final : public Authenticator, public Authorizer {
 public:
  absl::StatusOr<Principal> Authenticate(std::string_view, absl::Time) const override {
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
