#include "libs/auth/access.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/status_matchers.h"
#include "wici/testing/v1/echo_service.pb.h"

namespace wici::auth {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;
using testing::Reason;
using testing::StatusIs;
using testing::v1::EchoRequest;

TEST(ScopeContainsTest, CoversTheResourceAndWhatIsBelow) {
  EXPECT_TRUE(ScopeContains("platform", "events/e1"));
  EXPECT_TRUE(ScopeContains("events/e1", "events/e1"));
  EXPECT_TRUE(ScopeContains("events/e1", "events/e1/registrations/r7"));
  EXPECT_FALSE(ScopeContains("events/e1", "events/e10"));
  EXPECT_FALSE(ScopeContains("events/e1", "events/e"));
  EXPECT_FALSE(ScopeContains("events/e1", "platform"));
  EXPECT_FALSE(ScopeContains("events/e1", ""));
  EXPECT_FALSE(ScopeContains("", "events/e1"));
  EXPECT_FALSE(ScopeContains("events/e1", "events/-"));
}

TEST(IsPermittedTest, NeedsTheRoleAndTheScope) {
  const Principal door{"users/door", {{"door-staff", "events/e1"}, {"auditor", "events/e2"}}};
  EXPECT_TRUE(IsPermitted(door, access::v1::PERMISSION_CHECK_IN, "events/e1/registrations/r7"));
  EXPECT_FALSE(IsPermitted(door, access::v1::PERMISSION_CHECK_IN, "events/e2"));
  EXPECT_FALSE(IsPermitted(door, access::v1::PERMISSION_REGISTRATION_READ, "events/e1"));
  EXPECT_FALSE(IsPermitted(Principal(), access::v1::PERMISSION_CHECK_IN, "events/e1"));
}

TEST(PermissionsOfTest, DeniesByDefault) {
  EXPECT_THAT(PermissionsOf("no-such-role"), IsEmpty());
  EXPECT_THAT(PermissionsOf(""), IsEmpty());
  for (const std::string_view role : RoleNames()) {
    EXPECT_THAT(PermissionsOf(role), Not(Contains(access::v1::PERMISSION_UNSPECIFIED))) << role;
    // Only services resolve people to addresses.
    EXPECT_EQ(
        role == "service",
        ::testing::Value(PermissionsOf(role), Contains(access::v1::PERMISSION_CONTACT_POINT_READ)))
        << role;
  }
}

class RoleAuthorizerTest : public ::testing::Test {
 protected:
  absl::Status Authorize(std::string_view method, const Principal& principal,
                         const EchoRequest& request = {}) {
    const auto* service = EchoRequest::descriptor()->file()->FindServiceByName("EchoService");
    return RoleAuthorizer().Authorize(principal, *service->FindMethodByName(std::string(method)),
                                      request);
  }
  static Principal With(std::string_view role, std::string_view scope) {
    return {"users/anna", {{std::string(role), std::string(scope)}}};
  }
  static EchoRequest Named(std::string_view name) {
    EchoRequest request;
    request.set_name(std::string(name));
    return request;
  }
};

TEST_F(RoleAuthorizerTest, LetsAnybodyCallAPublicMethod) {
  EXPECT_THAT(Authorize("EchoInline", Principal()), IsOk());
}

TEST_F(RoleAuthorizerTest, AsksForCredentials) {
  EXPECT_THAT(Authorize("EchoPooled", Principal(), Named("events/e1")),
              StatusIs(absl::StatusCode::kUnauthenticated, Reason("CREDENTIALS_MISSING")));
}

TEST_F(RoleAuthorizerTest, ComparesTheScopeOfTheRequest) {
  const Principal door = With("door-staff", "events/e1");
  EXPECT_THAT(Authorize("EchoPooled", door, Named("events/e1")), IsOk());
  EXPECT_THAT(Authorize("EchoPooled", door, Named("events/e1/registrations/r1")), IsOk());
  const absl::Status denied = Authorize("EchoPooled", door, Named("events/e2"));
  EXPECT_THAT(denied, StatusIs(absl::StatusCode::kPermissionDenied, Reason("PERMISSION_DENIED")));
  EXPECT_EQ(ErrorMetadataValue(denied, "permission"), "PERMISSION_EVENT_READ");
  EXPECT_EQ(ErrorMetadataValue(denied, "scope"), "events/e2");
}

TEST_F(RoleAuthorizerTest, TakesTheWholePlatformWhenTheScopeIsEmpty) {
  EXPECT_THAT(Authorize("EchoPooled", With("door-staff", "events/e1")),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Authorize("EchoPooled", With("auditor", "platform")), IsOk());
}

TEST_F(RoleAuthorizerTest, FollowsADottedPath) {
  EchoRequest request;
  EXPECT_THAT(Authorize("EchoCommitted", With("event-organiser", "events/e1"), request),
              StatusIs(absl::StatusCode::kPermissionDenied));
  request.mutable_inner()->set_name("events/e1");
  EXPECT_THAT(Authorize("EchoCommitted", With("event-organiser", "events/e1"), request), IsOk());
  EXPECT_THAT(Authorize("EchoCommitted", With("door-staff", "events/e1"), request),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

class TokenAuthenticatorTest : public ::testing::Test {
 protected:
  const SigningKey key_ = *SigningKey::FromSeed(SigningKey::NewSeed());
  const TokenAuthenticator authenticator_{key_};
  testing::FakeClock clock_;
};

TEST_F(TokenAuthenticatorTest, GivesNobodyWithoutCredentials) {
  const auto principal = authenticator_.Authenticate("", clock_.Now());
  ASSERT_THAT(principal, IsOk());
  EXPECT_TRUE(principal->anonymous());
}

TEST_F(TokenAuthenticatorTest, ReadsABearerTokenAgainAndAgainUntilItExpires) {
  const std::string header =
      "Bearer " + MakeBearerToken(key_, {"users/anna", {}}, clock_.Now(), absl::Hours(1));
  for (int i = 0; i < 3; ++i) {
    const auto principal = authenticator_.Authenticate(header, clock_.Now());
    ASSERT_THAT(principal, IsOk());
    EXPECT_EQ(principal->id, "users/anna");
  }
  clock_.Advance(absl::Hours(2));
  EXPECT_THAT(authenticator_.Authenticate(header, clock_.Now()),
              StatusIs(absl::StatusCode::kUnauthenticated, Reason("TOKEN_EXPIRED")));
}

TEST_F(TokenAuthenticatorTest, WhoHasTheLinkOfARegistrationIsAnAttendeeOnItAlone) {
  const std::string mine = "events/e1/registrations/r7";
  const std::string header =
      "Link " + MakeLinkToken(key_, "manage", mine, clock_.Now() + absl::Hours(1));
  const auto principal = authenticator_.Authenticate(header, clock_.Now());
  ASSERT_THAT(principal, IsOk());
  EXPECT_EQ(principal->id, mine);
  EXPECT_THAT(principal->bindings, ::testing::ElementsAre(RoleBinding{"attendee", mine}));
  clock_.Advance(absl::Hours(2));
  EXPECT_THAT(authenticator_.Authenticate(header, clock_.Now()), Reason("LINK_EXPIRED"));
}

TEST_F(TokenAuthenticatorTest, ALinkForAnotherPurposeIsNoCredential) {
  for (const char* purpose : {"answer", "check-in"}) {
    const std::string token =
        MakeLinkToken(key_, purpose, "events/e1/registrations/r7", clock_.Now() + absl::Hours(1));
    EXPECT_THAT(authenticator_.Authenticate("Link " + token, clock_.Now()),
                StatusIs(absl::StatusCode::kPermissionDenied, Reason("LINK_INVALID")));
  }
  EXPECT_THAT(authenticator_.Authenticate("Link x", clock_.Now()), Reason("LINK_INVALID"));
}

TEST_F(TokenAuthenticatorTest, RefusesOtherSchemes) {
  for (const char* header : {"Basic YTpi", "bearer", "Bearer", "Bearer ", "Bearer x", "x"}) {
    EXPECT_THAT(authenticator_.Authenticate(header, clock_.Now()),
                StatusIs(absl::StatusCode::kUnauthenticated, Reason("TOKEN_INVALID")))
        << header;
  }
}

}  // namespace
}  // namespace wici::auth
