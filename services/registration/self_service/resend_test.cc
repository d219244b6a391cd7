// Links sent again, without telling who is registered, and how many mails a stranger may cause.
#include <cstdint>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/status_macros.h"
#include "services/registration/self_service/resend_limit.h"
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
  // What a stranger can do with any address: how the completion ended. What is held is given up.
  absl::Status HoldCompleteAndCancel(const std::string& event, const std::string& email) {
    v1::CreateRegistrationRequest hold = RequestFor(event, email);
    hold.mutable_hold_duration()->set_seconds(600);
    const auto held = Send(hold);
    if (!held.ok()) return held.status();
    v1::CompleteOwnRegistrationRequest complete;
    complete.set_token(held->hold_token());
    const absl::Status completed = CompleteOwnRegistration(complete, "").status();
    v1::CancelOwnRegistrationRequest cancel;
    cancel.set_token(held->hold_token());
    EXPECT_THAT(CancelOwnRegistration(cancel, ""), IsOk());
    return completed;
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

TEST_P(ResendTest, WhoeverHoldsPlacesInALoopHasFewMailsSentToAnAddress) {
  const std::string event = OpenEvent(5);
  ASSERT_THAT(HoldCompleteAndCancel(event, "a@example.org"), IsOk());
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(HoldCompleteAndCancel(event, "A@example.org"), IsOk());
  }
  const absl::Status refused = HoldCompleteAndCancel(event, "a@example.org");
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted, Reason("RESEND_LIMITED")));
  EXPECT_TRUE(refused.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
  EXPECT_EQ(Get(event)->seats().held(), 0) << "what was not completed can be given up";
  EXPECT_THAT(HoldCompleteAndCancel(event, "b@example.org"), IsOk()) << "of another address";
  EXPECT_THAT(HoldCompleteAndCancel(OpenEvent(5), "a@example.org"), IsOk()) << "of another event";
  EXPECT_THAT(Resend(event, "a@example.org"), IsOk()) << "links have a limit of their own";
  clock().Advance(absl::Minutes(20));
  EXPECT_THAT(HoldCompleteAndCancel(event, "a@example.org"), IsOk());
  EXPECT_THAT(HoldCompleteAndCancel(event, "a@example.org"), Reason("RESEND_LIMITED"));
}

TEST_P(ResendTest, ACompletionThatIsRefusedCountsForNothing) {
  const std::string event = OpenEvent(5);
  ASSERT_THAT(AddForm(event, {Field("topic", v1::FORM_FIELD_TYPE_TEXT, true)}), IsOk());
  v1::CreateRegistrationRequest hold = RequestFor(event, "a@example.org");
  hold.mutable_hold_duration()->set_seconds(600);
  const auto held = Send(hold);
  ASSERT_THAT(held, IsOk());
  v1::CompleteOwnRegistrationRequest complete;
  complete.set_token(held->hold_token());
  for (int i = 0; i < 4; ++i) {
    EXPECT_THAT(CompleteOwnRegistration(complete, ""),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
  v1::FormAnswer& answer = *complete.add_answers();
  answer.set_field_id("topic");
  answer.add_values("bioróżnorodność");
  EXPECT_THAT(CompleteOwnRegistration(complete, ""), IsOk());
}

TEST_P(ResendTest, BucketsThatAreFullAgainAreDeleted) {
  const std::string event = OpenEvent(5);
  ASSERT_THAT(Resend(event, "a@example.org"), IsOk());
  clock().Advance(absl::Minutes(10));
  ASSERT_THAT(Resend(event, "b@example.org"), IsOk());
  const auto delete_full = [&]() -> std::int64_t {
    std::int64_t deleted = -1;
    const absl::Status status = database().Write(
        machine_.Now() + absl::Seconds(10), [&](sql::Transaction& tx) -> absl::Status {
          WICI_ASSIGN_OR_RETURN(deleted, ResendBuckets::DeleteFull(tx, clock().Now(), 10));
          return absl::OkStatus();
        });
    EXPECT_THAT(status, IsOk());
    return deleted;
  };
  EXPECT_EQ(delete_full(), 0);
  clock().Advance(absl::Minutes(10));
  EXPECT_EQ(delete_full(), 1) << "that of the first";
  clock().Advance(absl::Minutes(10));
  EXPECT_EQ(delete_full(), 1);
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
