#include "libs/testing/service_fixture.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "wici/testing/v1/echo_service.pb.h"

namespace wici::testing {
namespace {

using v1::EchoRequest;
using v1::EchoResponse;

class EchoHandlers {
 public:
  absl::Status Echo(const rpc::Context& context, const EchoRequest& /*request*/,
                    EchoResponse& response) {
    response.set_principal(context.principal.id);
    return absl::OkStatus();
  }
};

class ServiceFixtureTest : public ::testing::Test {
 protected:
  ServiceFixtureTest() {
    services_.server()
        .AddService("wici.testing.v1.EchoService")
        .Pooled("EchoPooled", &handlers_, &EchoHandlers::Echo);
    services_.Start();
    request_.set_name("events/e1");
  }
  absl::StatusOr<EchoResponse> Echo(std::string_view token) {
    return services_.Call<EchoResponse>("wici.testing.v1.EchoService/EchoPooled", request_, token);
  }

  EchoHandlers handlers_;
  ServiceFixture services_;
  EchoRequest request_;
};

TEST_F(ServiceFixtureTest, LetsARoleInOnItsScopeOnly) {
  const auto response = Echo(services_.Token("door-staff", "events/e1"));
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->principal(), "users/test");
  EXPECT_THAT(Echo(services_.Token("door-staff", "events/e2")),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("PERMISSION_DENIED")));
  EXPECT_THAT(Echo(""), StatusIs(absl::StatusCode::kUnauthenticated));
}

TEST_F(ServiceFixtureTest, ExpiresTokensByItsOwnClock) {
  const std::string token = services_.Token("door-staff");
  services_.clock().Advance(absl::Hours(25));
  EXPECT_THAT(Echo(token), StatusIs(absl::StatusCode::kUnauthenticated, Reason("TOKEN_EXPIRED")));
}

}  // namespace
}  // namespace wici::testing
