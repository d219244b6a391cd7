// PushService over real gRPC.
#include "services/notification/push/push_service.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/auth/token.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/push/keys/p256.h"
#include "services/notification/testing/notification_server.h"
#include "wici/people/v1/personal_data_service.pb.h"

namespace wici::notification {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::HasViolation;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;
using testing::Reason;
using ::testing::SizeIs;
using testing::StatusIs;

constexpr char kEwasBrowsers[] = "preferences/persons~ewa";
constexpr char kJansBrowsers[] = "preferences/clusters~btm~contacts~jan";
constexpr char kRequestIdOfPush[] = "6f2d1c1e-3a0b-4c57-9a53-0d8f5f6f7a02";

class PushServiceTest : public NotificationFixture {
 protected:
  PushSetUp Push() const override { return {"the-public-key", Reach::kPublic}; }

  static v1::CreatePushSubscriptionRequest Wanted(const std::string& path = "/send/1") {
    v1::CreatePushSubscriptionRequest request;
    request.set_parent(kEwasBrowsers);
    v1::PushSubscription& wanted = *request.mutable_push_subscription();
    wanted.set_endpoint("https://push.example.org" + path);
    wanted.set_p256dh(
        auth::EncodeBase64Url(P256Key::FromScalar(std::string(32, '\x11'))->public_point()));
    wanted.set_auth(auth::EncodeBase64Url(std::string(16, 's')));
    return request;
  }
  absl::StatusOr<v1::PushSubscription> Create(const v1::CreatePushSubscriptionRequest& request) {
    return Call<v1::PushSubscription>("PushService/CreatePushSubscription", request);
  }
  absl::StatusOr<v1::ListPushSubscriptionsResponse> List(
      const v1::ListPushSubscriptionsRequest& request) {
    return Call<v1::ListPushSubscriptionsResponse>("PushService/ListPushSubscriptions", request);
  }
  std::vector<std::string> Endpoints(const std::string& parent = kEwasBrowsers) {
    v1::ListPushSubscriptionsRequest request;
    request.set_parent(parent);
    const auto listed = List(request);
    EXPECT_THAT(listed, IsOk());
    std::vector<std::string> endpoints;
    for (const auto& item : listed->push_subscriptions()) endpoints.push_back(item.endpoint());
    return endpoints;
  }
  absl::Status Delete(const std::string& name) {
    v1::DeletePushSubscriptionRequest request;
    request.set_name(name);
    return Call<v1::DeletePushSubscriptionResponse>("PushService/DeletePushSubscription", request)
        .status();
  }
};
WICI_ON_EVERY_ENGINE(PushServiceTest);

TEST_P(PushServiceTest, ABrowserIsRegisteredListedAndDeleted) {
  const auto created = Create(Wanted());
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->endpoint(), "https://push.example.org/send/1");
  EXPECT_EQ(created->name().rfind("preferences/persons~ewa/pushSubscriptions/", 0), 0U);
  EXPECT_EQ(created->create_time().seconds(), absl::ToUnixSeconds(clock().Now()));
  v1::ListPushSubscriptionsRequest request;
  request.set_parent(kEwasBrowsers);
  const auto listed = List(request);
  ASSERT_THAT(listed, IsOk());
  EXPECT_EQ(listed->application_server_key(), "the-public-key");
  ASSERT_THAT(listed->push_subscriptions(), SizeIs(1));
  EXPECT_EQ(listed->push_subscriptions(0).SerializeAsString(), created->SerializeAsString())
      << "without its keys";
  EXPECT_THAT(Endpoints(kJansBrowsers), IsEmpty());
  EXPECT_THAT(Delete(created->name()), IsOk());
  EXPECT_THAT(Endpoints(), IsEmpty());
  EXPECT_THAT(Delete(created->name()),
              StatusIs(absl::StatusCode::kNotFound, Reason("PUSH_SUBSCRIPTION_NOT_FOUND")));
}

TEST_P(PushServiceTest, OnlyThePersonItselfManagesItsBrowsers) {
  const auto created = Create(Wanted());
  ASSERT_THAT(created, IsOk());
  const std::string own = server_->grpc.Token("attendee", kEwasBrowsers);
  const std::string foreign = server_->grpc.Token("attendee", "preferences/persons~ew");
  v1::ListPushSubscriptionsRequest list;
  list.set_parent(kEwasBrowsers);
  token_ = foreign;
  EXPECT_THAT(List(list), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Create(Wanted()), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Delete(created->name()), StatusIs(absl::StatusCode::kPermissionDenied));
  token_ = server_->grpc.Token("event-organiser");
  EXPECT_THAT(List(list), StatusIs(absl::StatusCode::kPermissionDenied));
  token_ = own;
  EXPECT_THAT(List(list), IsOk());
  EXPECT_THAT(Create(Wanted("/send/2")), IsOk());
  EXPECT_THAT(Delete(created->name()), IsOk());
}

TEST_P(PushServiceTest, EverythingThatIsWrongIsSaidAtOnce) {
  v1::CreatePushSubscriptionRequest request = Wanted();
  request.set_parent("preferences/nobody");
  request.set_request_id("no uuid");
  v1::PushSubscription& wanted = *request.mutable_push_subscription();
  wanted.set_endpoint("https://10.0.0.1/send");
  wanted.set_p256dh(auth::EncodeBase64Url(std::string(65, '\4')));
  wanted.set_auth("c2hvcnQ");
  EXPECT_THAT(Create(request), StatusIs(absl::StatusCode::kInvalidArgument,
                                        AllOf(HasViolation("parent"), HasViolation("request_id"),
                                              HasViolation("push_subscription.endpoint"),
                                              HasViolation("push_subscription.p256dh"),
                                              HasViolation("push_subscription.auth"))));
  request = Wanted();
  request.clear_push_subscription();
  EXPECT_THAT(Create(request), HasViolation("push_subscription"));
  for (const char* name :
       {"", "preferences/persons~ewa", "preferences/persons~ewa/pushSubscriptions/",
        "preferences/persons~ewa/pushSubscriptions/a/b", "pushSubscriptions/a"}) {
    EXPECT_THAT(Delete(name), HasViolation("name")) << name;
  }
  v1::ListPushSubscriptionsRequest list;
  EXPECT_THAT(List(list), HasViolation("parent"));
}

TEST_P(PushServiceTest, TheSameRequestTwiceIsOneBrowserAndTheAnswerKeptHasNoEndpoint) {
  v1::CreatePushSubscriptionRequest request = Wanted("/send/kept-nowhere");
  request.set_request_id(kRequestIdOfPush);
  const auto once = Create(request);
  const auto again = Create(request);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(once->SerializeAsString(), again->SerializeAsString());
  EXPECT_THAT(Endpoints(), SizeIs(1));
  ASSERT_THAT(Delete(once->name()), IsOk());
  for (const std::string& text : AllTexts()) {
    EXPECT_THAT(text, Not(::testing::HasSubstr("kept-nowhere")));
  }
}

TEST_P(PushServiceTest, AnEndpointBelongsToWhoRegisteredItLast) {
  ASSERT_THAT(Create(Wanted()), IsOk());
  ASSERT_THAT(Create(Wanted()), IsOk()) << "with new keys, for instance";
  EXPECT_THAT(Endpoints(), SizeIs(1));
  v1::CreatePushSubscriptionRequest request = Wanted();
  request.set_parent(kJansBrowsers);
  ASSERT_THAT(Create(request), IsOk());
  EXPECT_THAT(Endpoints(), IsEmpty());
  EXPECT_THAT(Endpoints(kJansBrowsers), ElementsAre("https://push.example.org/send/1"));
}

TEST_P(PushServiceTest, APersonHasTenBrowsersAtMostAlsoWhenManyRegisterAtOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 12; ++i) {
    threads.emplace_back([this, i] {
      const auto created = Create(Wanted(absl::StrCat("/send/", i)));
      if (!created.ok()) {
        EXPECT_THAT(created, StatusIs(absl::StatusCode::kFailedPrecondition,
                                      Reason("PUSH_SUBSCRIPTION_LIMIT_REACHED")));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  while (Endpoints().size() < 10)
    ASSERT_THAT(Create(Wanted(absl::StrCat("/more/", ids_.NewId()))), IsOk());
  EXPECT_THAT(
      Create(Wanted("/send/one-more")),
      StatusIs(absl::StatusCode::kFailedPrecondition, Reason("PUSH_SUBSCRIPTION_LIMIT_REACHED")));
  EXPECT_THAT(Endpoints(), SizeIs(10));
  v1::CreatePushSubscriptionRequest known = Wanted();
  known.mutable_push_subscription()->set_endpoint(Endpoints()[3]);
  EXPECT_THAT(Create(known), IsOk()) << "one that is there gets new keys";
  v1::ListPushSubscriptionsRequest request;
  request.set_parent(kEwasBrowsers);
  request.set_page_size(7);
  const auto first = List(request);
  ASSERT_THAT(first->push_subscriptions(), SizeIs(7));
  request.set_page_token(first->next_page_token());
  EXPECT_THAT(List(request)->push_subscriptions(), SizeIs(3));
  request.set_parent(kJansBrowsers);
  EXPECT_THAT(List(request), HasViolation("page_token")) << "of another query";
}

TEST_P(PushServiceTest, TheBrowsersOfAPersonAreExportedAndErased) {
  ASSERT_THAT(Create(Wanted()), IsOk());
  people::v1::ExportPersonRequest ask;
  ask.set_person("persons/ewa");
  const std::string service = "wici.people.v1.PersonalDataService/";
  const auto held =
      server_->grpc.Call<people::v1::ExportPersonResponse>(service + "ExportPerson", ask, token_);
  ASSERT_THAT(held, IsOk());
  EXPECT_EQ(held->json(), R"({"push":["https://push.example.org/send/1"]})");
  people::v1::ErasePersonRequest request;
  request.set_person("persons/ewa");
  ASSERT_THAT(
      server_->grpc.Call<people::v1::ErasePersonResponse>(service + "ErasePerson", request, token_),
      IsOk());
  for (const std::string& text : AllTexts()) {
    EXPECT_THAT(text, Not(::testing::HasSubstr("push.example.org")));
  }
  EXPECT_THAT(AllTexts(), ::testing::Contains("push_subscription.deleted"))
      << "who follows the feed is told";
}

class NoPushTest : public PushServiceTest {
 protected:
  PushSetUp Push() const override { return {}; }
};
WICI_ON_EVERY_ENGINE(NoPushTest);

TEST_P(NoPushTest, WhereItIsNotSetUpNoBrowserIsRegistered) {
  EXPECT_THAT(Create(Wanted()),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("CHANNEL_NOT_SET_UP")));
  v1::ListPushSubscriptionsRequest request;
  request.set_parent(kEwasBrowsers);
  EXPECT_EQ(List(request)->application_server_key(), "");
}

}  // namespace
}  // namespace wici::notification
