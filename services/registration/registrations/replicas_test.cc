// Two replicas of the service on one database, and people who call both at once.
#include <barrier>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

class ReplicasTest : public RegistrationTest {
 protected:
  void SetUp() override {
    RegistrationTest::SetUp();
    if (IsSkipped()) return;
    auto second = sql::OpenDatabase(database_url());
    ASSERT_THAT(second, IsOk());
    second_database_ = *std::move(second);
    second_ = std::make_unique<RegistrationServer>(*second_database_, machine_, service_.get());
  }

  template <class Response, class Request>
  absl::StatusOr<Response> CallReplica(int replica, const char* method, const Request& request) {
    const RegistrationServer& server = replica == 0 ? *service_ : *second_;
    return server.grpc.Call<Response>(
        absl::StrCat("wici.registration.v1.RegistrationService/", method), request);
  }
  // What each replica answers, asked at the same moment.
  std::vector<absl::StatusOr<v1::Registration>> RegisterAtBoth(
      const v1::CreateRegistrationRequest& first, const v1::CreateRegistrationRequest& second) {
    std::vector<absl::StatusOr<v1::Registration>> answers(2, absl::UnknownError("not asked"));
    std::barrier together(2);
    const auto ask = [&](int replica, const v1::CreateRegistrationRequest& request) {
      together.arrive_and_wait();
      answers[static_cast<std::size_t>(replica)] =
          CallReplica<v1::Registration>(replica, "CreateRegistration", request);
    };
    std::thread other([&] { ask(1, second); });
    ask(0, first);
    other.join();
    return answers;
  }
  static v1::CreateRegistrationRequest RequestOf(const std::string& event, int number) {
    v1::CreateRegistrationRequest request =
        RequestFor(event, absl::StrCat("twin-", number, "@example.org"));
    request.set_request_id(absl::StrFormat("6f2d1c1e-3a0b-4c57-9a53-%012d", number));
    return request;
  }
  std::int64_t Registered() {
    std::int64_t registered = 0;
    for (const std::string& kind : ChangeKinds()) {
      if (kind == "registration.confirmed") ++registered;
    }
    return registered;
  }

  std::unique_ptr<sql::Database> second_database_;
  std::unique_ptr<RegistrationServer> second_;
};
WICI_ON_EVERY_ENGINE(ReplicasTest);

constexpr int kTwins = 30;

TEST_P(ReplicasTest, OneRequestSentToBothAtOnceIsOneRegistrationAndOneAnswer) {
  const std::string event = OpenEvent(2 * kTwins);
  for (int number = 0; number < kTwins; ++number) {
    const v1::CreateRegistrationRequest request = RequestOf(event, number);
    const auto answers = RegisterAtBoth(request, request);
    ASSERT_THAT(answers[0], IsOk()) << number;
    ASSERT_THAT(answers[1], IsOk()) << number;
    EXPECT_EQ(answers[0]->SerializeAsString(), answers[1]->SerializeAsString()) << number;
  }
  EXPECT_EQ(Get(event)->seats().confirmed(), kTwins);
  EXPECT_EQ(Registered(), kTwins) << "and each was told once";
}

TEST_P(ReplicasTest, OneIdWithTwoRequestsAtOnceIsOneOfThem) {
  const std::string event = OpenEvent(2 * kTwins);
  for (int number = 0; number < kTwins; ++number) {
    v1::CreateRegistrationRequest other = RequestOf(event, number);
    other.mutable_person()->set_email(absl::StrCat("other-", number, "@example.org"));
    const auto answers = RegisterAtBoth(RequestOf(event, number), other);
    ASSERT_NE(answers[0].ok(), answers[1].ok()) << number;
    EXPECT_THAT(answers[answers[0].ok() ? 1 : 0],
                StatusIs(absl::StatusCode::kInvalidArgument, Reason("REQUEST_ID_REUSED")));
  }
  EXPECT_EQ(Get(event)->seats().confirmed(), kTwins);
}

TEST_P(ReplicasTest, LinksAreSentAgainAsOftenAsOneOfThemWould) {
  const std::string event = OpenEvent(5);
  ASSERT_THAT(SignUp(event, "a@example.org"), IsOk());
  v1::ResendOwnLinksRequest request;
  request.set_parent(event);
  request.set_email("a@example.org");
  const auto resend = [&](int replica) {
    return CallReplica<v1::ResendOwnLinksResponse>(replica, "ResendOwnLinks", request);
  };
  for (const int replica : {0, 1, 0}) EXPECT_THAT(resend(replica), IsOk());
  for (const int replica : {0, 1}) {
    EXPECT_THAT(resend(replica),
                StatusIs(absl::StatusCode::kResourceExhausted, Reason("RESEND_LIMITED")));
  }
}

}  // namespace
}  // namespace wici::registration
