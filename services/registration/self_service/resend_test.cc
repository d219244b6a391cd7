// Links sent again, without telling who is registered.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using ::testing::AllOf;
using testing::HasViolation;
using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

class ResendTest : public RegistrationTest {
 protected:
  absl::StatusOr<v1::ResendOwnLinksResponse> Resend(const std::string& event,
                                                    const std::string& email) {
    v1::ResendOwnLinksRequest request;
    request.set_parent(event);
    request.set_email(email);
    const auto answer = ResendOwnLinks(request, "");
    // What is asked goes through the committer in its order: when this is answered, so is that.
    CancelRegistration(event + "/registrations/none").IgnoreError();
    return answer;
  }
  // What is sent again, of all changes.
  std::vector<std::string> Repeated() {
    std::vector<std::string> repeated;
    for (const feed::v1::Change& change : Changes()) {
      if (change.kind() != "registration.links_requested") continue;
      repeated.push_back(change.attributes().at("repeats") + " " + change.person());
    }
    return repeated;
  }
};
WICI_ON_EVERY_ENGINE(ResendTest);

TEST_P(ResendTest, TheMessageAboutWhereItStandsIsSentAgain) {
  const std::string event = OpenEvent(1, 5);
  const auto seated = SignUp(event, "a@example.org");
  const auto waiting = SignUp(event, "b@example.org");
  ASSERT_THAT(Resend(event, " A@Example.org"), StatusIs(absl::StatusCode::kInvalidArgument));
  ASSERT_THAT(Resend(event, "A@Example.org"), IsOk());
  ASSERT_THAT(Resend(event, "b@example.org"), IsOk());
  EXPECT_THAT(Repeated(), ::testing::ElementsAre("registration.confirmed " + seated->person(),
                                                 "registration.waitlisted " + waiting->person()));
  EXPECT_EQ(GetRegistration(seated->name())->etag(), seated->etag());
}

TEST_P(ResendTest, WhoIsNotRegisteredGetsTheSameAnswerAndTheSameLimit) {
  const std::string event = OpenEvent(5);
  const auto made = SignUp(event, "a@example.org");
  ASSERT_THAT(CancelRegistration(made->name()), IsOk());
  for (const char* email : {"a@example.org", "nobody@example.org"}) {
    for (int i = 0; i < 3; ++i) {
      const auto answer = Resend(event, email);
      ASSERT_THAT(answer, IsOk()) << email;
      EXPECT_EQ(answer->SerializeAsString(), "");
    }
    EXPECT_THAT(Resend(event, email),
                StatusIs(absl::StatusCode::kResourceExhausted, Reason("RESEND_LIMITED")));
  }
  EXPECT_THAT(Resend("events/none", "a@example.org"), IsOk());
  EXPECT_THAT(Repeated(), ::testing::IsEmpty());
}

TEST_P(ResendTest, TheLimitIsOfOneAddressAndPasses) {
  const std::string event = OpenEvent(5);
  for (const char* email : {"a@example.org", "b@example.org"}) {
    ASSERT_THAT(SignUp(event, email), IsOk());
  }
  for (int i = 0; i < 3; ++i) ASSERT_THAT(Resend(event, "a@example.org"), IsOk());
  EXPECT_THAT(Resend(event, "A@example.org"),
              StatusIs(absl::StatusCode::kResourceExhausted, Reason("RESEND_LIMITED")));
  EXPECT_THAT(Resend(event, "b@example.org"), IsOk());
  clock().Advance(absl::Minutes(20));
  EXPECT_THAT(Resend(event, "a@example.org"), IsOk());
  EXPECT_THAT(Resend(event, "a@example.org"),
              StatusIs(absl::StatusCode::kResourceExhausted, Reason("RESEND_LIMITED")));
  clock().Advance(absl::Hours(2));
  for (int i = 0; i < 3; ++i) EXPECT_THAT(Resend(event, "a@example.org"), IsOk());
  EXPECT_EQ(Repeated().size(), 8u);
}

TEST_P(ResendTest, TheAddressStandsInNoTableButThatOfPersons) {
  EXPECT_THAT(Resend(OpenEvent(5), "zofia@example.org"), IsOk());
  for (const std::string& text : AllTexts()) {
    EXPECT_EQ(text.find("zofia"), std::string::npos) << text;
  }
}

TEST_P(ResendTest, AWrongRequestIsRefusedWithEveryViolation) {
  v1::ResendOwnLinksRequest request;
  request.set_parent("e");
  request.set_email("nobody");
  request.set_request_id("7");
  EXPECT_THAT(
      ResendOwnLinks(request, ""),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasViolation("parent"), HasViolation("email"), HasViolation("request_id"))));
}

}  // namespace
}  // namespace wici::registration
