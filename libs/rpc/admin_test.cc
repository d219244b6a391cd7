#include "libs/rpc/admin.h"

#include <atomic>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/log.h"
#include "libs/base/metrics.h"
#include "libs/testing/http_client.h"
#include "libs/testing/status_matchers.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"

namespace wici::rpc {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::StartsWith;
using testing::StatusIs;

class AdminServerTest : public ::testing::Test {
 protected:
  AdminServerTest() {
    AdminOptions options;
    options.version = "1.2.3";
    options.ready = [this] { return ready_; };
    options.look_up_metrics = [this] { looked_up_.Set(++lookups_); };
    auto server = AdminServer::Start(std::move(options));
    EXPECT_THAT(server, IsOk());
    server_ = *std::move(server);
  }

  std::string Send(const std::string& request) const {
    return testing::SendHttp(server_->port(), request);
  }
  std::string Get(const std::string& path) const {
    return Send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  std::string PutLogLevel(const std::string& level) const {
    return Send("PUT /loglevel HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
                std::to_string(level.size()) + "\r\n\r\n" + level);
  }

  prometheus::Gauge& looked_up_ = prometheus::BuildGauge()
                                      .Name("wici_admin_test_lookups")
                                      .Help("x")
                                      .Register(*Metrics())
                                      .Add({});
  std::atomic<int> lookups_ = 0;
  absl::Status ready_;
  std::unique_ptr<AdminServer> server_;
};

TEST_F(AdminServerTest, AnswersProbes) {
  EXPECT_THAT(Get("/startupz"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(Get("/livez"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(Get("/readyz"), StartsWith("HTTP/1.1 200"));
}

TEST_F(AdminServerTest, SaysWhyItIsNotReadyButStaysAlive) {
  ready_ = absl::UnavailableError("draining");
  EXPECT_THAT(Get("/readyz"), StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(Get("/readyz"), EndsWith("\r\n\r\ndraining\n"));
  EXPECT_THAT(Get("/livez"), StartsWith("HTTP/1.1 200"));
}

TEST_F(AdminServerTest, ShowsMetricsAndVersion) {
  prometheus::BuildCounter()
      .Name("wici_admin_test_total")
      .Help("x")
      .Register(*Metrics())
      .Add({})
      .Increment(3);
  EXPECT_THAT(Get("/metrics"), HasSubstr("wici_admin_test_total 3"));
  EXPECT_THAT(Get("/version"), EndsWith("1.2.3\n"));
}

TEST_F(AdminServerTest, ShowsWhatIsLookedUpWhenMetricsAreRead) {
  EXPECT_THAT(Get("/metrics"), HasSubstr("wici_admin_test_lookups 1"));
  EXPECT_THAT(Get("/metrics"), HasSubstr("wici_admin_test_lookups 2"));
}

TEST_F(AdminServerTest, ChangesTheLogLevel) {
  SetLogLevel(LogLevel::kError);
  EXPECT_THAT(Get("/loglevel"), EndsWith("error\n"));
  ::testing::internal::CaptureStderr();
  EXPECT_THAT(PutLogLevel("debug"), EndsWith("debug\n"));
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("log_level_changed"));
  EXPECT_EQ(GetLogLevel(), LogLevel::kDebug);
  EXPECT_THAT(PutLogLevel("loud"), StartsWith("HTTP/1.1 400"));
  EXPECT_EQ(GetLogLevel(), LogLevel::kDebug);
  SetLogLevel(LogLevel::kInfo);
}

TEST_F(AdminServerTest, RefusesEverythingElse) {
  EXPECT_THAT(Get("/"), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(Get("/../etc/passwd"), ::testing::Not(HasSubstr("root:")));
  EXPECT_THAT(Send("POST /readyz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"),
              StartsWith("HTTP/1.1 405"));
}

TEST_F(AdminServerTest, RefusesAnAddressInUse) {
  AdminOptions options;
  options.listen = "127.0.0.1:" + std::to_string(server_->port());
  EXPECT_THAT(AdminServer::Start(std::move(options)), StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace wici::rpc
