#include <chrono>
#include <future>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "libs/base/metrics.h"
#include "libs/rpc/server_fixture.h"
#include "libs/testing/status_matchers.h"

namespace wici::rpc {
namespace {

using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

class ServerLimitsTest : public ServerTest {
 protected:
  // How many calls were answered RESOURCE_EXHAUSTED for this reason, in this process.
  static double Exhausted(const std::string& reason) {
    for (const prometheus::MetricFamily& family : Metrics()->Collect()) {
      if (family.name != "wici_rpc_exhausted_total") continue;
      for (const prometheus::ClientMetric& metric : family.metric) {
        if (metric.label.at(0).value == reason) return metric.counter.value;
      }
    }
    return 0;
  }
};

TEST_F(ServerLimitsTest, RefusesARequestThatIsTooLarge) {
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

TEST_F(ServerLimitsTest, RefusesAnAnswerThatIsTooLarge) {
  options_.message_bytes_max = 1000;
  StartServer();
  handlers_.on_unary = [](const Context&) {};
  EXPECT_THAT(Call(&EchoService::Stub::EchoInline, RequestWith(std::string(990, 'x'))),
              StatusIs(absl::StatusCode::kResourceExhausted, Reason("RESPONSE_TOO_LARGE")));
}

TEST_F(ServerLimitsTest, BoundsEveryDeadline) {
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

TEST_F(ServerLimitsTest, LetsTheClientGoAtItsDeadlineWhateverTheHandlerDoes) {
  StartServer();
  HoldHandlers();
  EXPECT_THAT(Call(&EchoService::Stub::EchoPooled, EchoRequest(), "anna", absl::Milliseconds(100)),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST_F(ServerLimitsTest, BoundsTheRateOfOneCaller) {
  const double before = Exhausted("RATE_EXCEEDED");
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
  server_->Stop();
  EXPECT_EQ(Exhausted("RATE_EXCEEDED"), before + 2);
}

TEST_F(ServerLimitsTest, ShedsCallsWhenThePoolIsFull) {
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

}  // namespace
}  // namespace wici::rpc
