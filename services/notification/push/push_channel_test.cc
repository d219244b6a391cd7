// The channel WEB_PUSH, from a notification to a real HTTP server that stands for a push service,
// whose bodies are opened as a browser does.
#include "services/notification/push/push_channel.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "libs/auth/token.h"
#include "libs/base/log.h"
#include "libs/base/timestamp.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/errors.h"
#include "services/notification/lanes/lane_check.h"
#include "services/notification/push/keys/testing/open_push.h"
#include "services/notification/sending/testing/worker_fixture.h"
#include "services/notification/webhooks/testing/http_sink.h"

namespace wici::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;
using ::testing::SizeIs;

HttpSink* push_service = nullptr;  // of all tests: it is slow to start

class PushChannelTest : public WorkerFixture {
 protected:
  static void SetUpTestSuite() {
    WorkerFixture::SetUpTestSuite();
    push_service = new HttpSink;
  }
  static void TearDownTestSuite() {
    delete push_service;
    WorkerFixture::TearDownTestSuite();
  }
  void SetUp() override {
    WorkerFixture::SetUp();
    if (IsSkipped()) return;
    push_service->Clear();
    mutation_ = std::make_unique<feed::Mutation>(kDomain, database(), clock_, ids_, [] {});
    browsers_ = std::make_unique<PushStore>(database(), *mutation_);
    Serve();
  }

  void Serve(std::vector<SendCheck*> checks = {}) {
    push_worker_.reset();
    store_ = std::make_unique<SqlStore>(database(), ids_, std::move(checks));
    push_channel_ = *PushChannel::Make(database(), peers_, *store_, clock_, ids_, sender_,
                                       {.key = key_,
                                        .subject = "mailto:events@wici.example.org",
                                        .http = {.reach = Reach::kAnywhere}});
    push_worker_ = std::make_unique<DeliveryWorker>(*store_, *push_channel_, clock_,
                                                    WorkerOptions{.owner = "push"});
  }
  void Register(const std::string& path, const std::string& person = kJan) {
    Browser browser;
    browser.person = person;
    browser.endpoint = push_service->Url(path);
    browser.keys = {browser_key_.public_point(), auth_};
    browser.server_key = server_key_;
    ASSERT_THAT(browsers_->Create({{}, absl::Now() + absl::Seconds(20)}, browser), IsOk());
  }
  std::size_t BrowsersOf(const std::string& person) {
    return browsers_->List(absl::Now() + absl::Seconds(20), person, "", 100)->size();
  }
  void Record(const std::string& person = kJan,
              v1::UnknownPolicy policy = v1::UNKNOWN_POLICY_AT_LEAST_ONCE) {
    NewNotification n;
    n.id = ids_.NewId();
    n.template_name = "templates/registration-promoted";
    n.event = kEvent;
    n.channel = v1::CHANNEL_WEB_PUSH;
    n.unknown_policy = policy;
    n.not_before = clock_.Now();
    n.expires = clock_.Now() + kDefaultLifetime;
    n.recipients.push_back({ids_.NewId(), person, kRegistration});
    ASSERT_THAT(database().Write(absl::Now() + absl::Seconds(20),
                                 [&](sql::Transaction& tx) {
                                   return RecordNotifications(tx, {n}, n.id, clock_.Now());
                                 }),
                IsOk());
  }
  void WorkPush() {
    while (true) {
      const auto done = push_worker_->RunOnce();
      ASSERT_THAT(done, IsOk());
      if (*done == 0) return;
    }
  }
  v1::Delivery Newest() { return Ledger().back(); }
  // What the browser shows.
  std::string Opened(const SunkRequest& request) {
    return OpenPush(request.bytes, browser_key_, auth_).value_or("not for this browser");
  }

  const P256Key key_ = *P256Key::FromScalar(std::string(32, '\x11'));
  const P256Key browser_key_ = *P256Key::FromScalar(std::string(32, '\x22'));
  const std::string auth_ = std::string(16, 's');
  std::string server_key_ = auth::EncodeBase64Url(key_.public_point());
  PushData push_data_;
  std::unique_ptr<feed::Mutation> mutation_;
  std::unique_ptr<PushStore> browsers_;
  std::unique_ptr<PushChannel> push_channel_;
  std::unique_ptr<DeliveryWorker> push_worker_;
};
WICI_ON_EVERY_ENGINE(PushChannelTest);

TEST_P(PushChannelTest, TheBrowserReadsTitleTextAndAddressAndNobodyElseDoes) {
  Register("/status/201");
  Record();
  WorkPush();
  ASSERT_THAT(push_service->Requests(), SizeIs(1));
  const SunkRequest request = push_service->Requests()[0];
  google::protobuf::Struct shown;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(Opened(request), &shown).ok());
  const auto& fields = shown.fields();
  EXPECT_THAT(fields, SizeIs(4));
  EXPECT_EQ(fields.at("id").string_value(), IdOf(Newest().name()));
  EXPECT_THAT(fields.at("title").string_value(), HasSubstr("Srebro spotyka złoto"));
  EXPECT_THAT(fields.at("text").string_value(), HasSubstr("Dzień dobry, Łukasz Żak"));
  EXPECT_EQ(fields.at("url").string_value(),
            "https://wici.example.org/registration?manage_token=manage.t");
  EXPECT_THAT(request.bytes, Not(HasSubstr("Srebro")));
  EXPECT_EQ(Newest().state(), v1::DELIVERY_STATE_DELIVERED);
  EXPECT_EQ(Newest().channel(), v1::CHANNEL_WEB_PUSH);
  EXPECT_EQ(Newest().last_code(), 201);
}

TEST_P(PushChannelTest, ThePushServiceLearnsWhoSendsForHowLongAndWhatItReplaces) {
  Register("/ok");
  Record();
  WorkPush();
  clock_.Advance(absl::Hours(1));
  Record();
  WorkPush();
  ASSERT_THAT(push_service->Requests(), SizeIs(2));
  const SunkRequest request = push_service->Requests()[0];
  EXPECT_EQ(request.headers.at("content-encoding"), "aes128gcm");
  EXPECT_EQ(request.headers.at("ttl"), absl::StrCat(72 * 3600));
  EXPECT_THAT(request.headers.at("topic"), SizeIs(32));
  EXPECT_EQ(request.headers.at("topic"), push_service->Requests()[1].headers.at("topic"));
  const std::vector<std::string> parts =
      absl::StrSplit(absl::StripPrefix(request.headers.at("authorization"), "vapid t="), ", k=");
  ASSERT_THAT(parts, SizeIs(2));
  EXPECT_EQ(parts[1], auth::EncodeBase64Url(key_.public_point()));
  const std::vector<std::string> token = absl::StrSplit(parts[0], '.');
  ASSERT_THAT(token, SizeIs(3));
  EXPECT_TRUE(
      VerifyP256(key_.public_point(), token[0] + "." + token[1], *auth::DecodeBase64Url(token[2])));
  EXPECT_THAT(*auth::DecodeBase64Url(token[1]), HasSubstr(push_service->Url("") + "\""));
  EXPECT_NE(request.bytes.substr(0, 86), push_service->Requests()[1].bytes.substr(0, 86))
      << "salt and key are made anew";
}

TEST_P(PushChannelTest, EveryBrowserOfThePersonGetsItAndOneIsEnough) {
  Register("/ok/phone");
  Register("/status/500");
  Register("/ok/desk");
  Register("/ok/of-ewa", kEwa);
  Record();
  WorkPush();
  EXPECT_THAT(push_service->Requests(), SizeIs(3));
  EXPECT_EQ(Newest().state(), v1::DELIVERY_STATE_DELIVERED);
  clock_.Advance(absl::Hours(1));
  WorkPush();
  EXPECT_THAT(push_service->Requests(), SizeIs(3)) << "nobody is told twice";
}

TEST_P(PushChannelTest, ABrowserThatIsGoneIsForgotten) {
  Register("/status/410");
  Register("/ok");
  Register("/status/404");
  Record();
  WorkPush();
  EXPECT_EQ(Newest().state(), v1::DELIVERY_STATE_DELIVERED);
  EXPECT_EQ(BrowsersOf(kJan), 1U);
  Register("/status/410", kEwa);
  Record(kEwa);
  WorkPush();
  EXPECT_EQ(Newest().state(), v1::DELIVERY_STATE_REJECTED);
  EXPECT_EQ(Newest().reason(), v1::DELIVERY_REASON_ADDRESS_INVALID);
  EXPECT_EQ(BrowsersOf(kEwa), 0U);
}

TEST_P(PushChannelTest, ABrowserThatRegisteredWithAnotherKeyIsForgotten) {
  Register("/ok/new");
  server_key_ = "another";
  Register("/status/403");
  Record();
  WorkPush();
  EXPECT_EQ(Newest().state(), v1::DELIVERY_STATE_DELIVERED);
  EXPECT_EQ(BrowsersOf(kJan), 1U);
  ASSERT_THAT(push_service->Requests(), SizeIs(1));
  EXPECT_EQ(push_service->Requests()[0].path, "/ok/new");
}

TEST_P(PushChannelTest, ABrowserWhoseKeysAreNoneHoldsUpNobody) {
  Register("/ok");
  constexpr sql::Query kSpoil{"spoil_push_keys", "UPDATE push_subscriptions SET p256dh = auth"};
  ASSERT_THAT(database().Write(absl::Now() + absl::Seconds(20),
                               [&](sql::Transaction& tx) { return tx.Execute(kSpoil).status(); }),
              IsOk());
  Record();
  WorkPush();
  EXPECT_EQ(Newest().reason(), v1::DELIVERY_REASON_ADDRESS_INVALID);
  EXPECT_EQ(BrowsersOf(kJan), 0U);
}

TEST_P(PushChannelTest, WhoHasNoBrowserCannotBeReached) {
  Record();
  WorkPush();
  EXPECT_EQ(Newest().state(), v1::DELIVERY_STATE_REJECTED);
  EXPECT_EQ(Newest().reason(), v1::DELIVERY_REASON_ADDRESS_INVALID);
}

TEST_P(PushChannelTest, APushServiceThatCannotTakeItNowIsAskedAgain) {
  for (const int code : {302, 401, 403, 408, 425, 429, 500, 503}) {
    Register(absl::StrCat("/status/", code));
    Record();
    WorkPush();
    EXPECT_EQ(Newest().state(), v1::DELIVERY_STATE_DEFERRED) << code;
    EXPECT_EQ(Newest().last_code(), code);
    feed::Changes changes;
    ASSERT_THAT(
        database().Write(absl::Now() + absl::Seconds(20),
                         [&](sql::Transaction& tx) {
                           return PushData().Erase(tx, kJan, clock_.Now(), changes).status();
                         }),
        IsOk());
  }
  Register("/retry/429/600");
  Record();
  WorkPush();
  EXPECT_GE(TimeOf(Newest().next_attempt_time()), clock_.Now() + absl::Seconds(599));
}

TEST_P(PushChannelTest, WhatThePushServiceRefusesIsNotTriedAgainAndTheBrowserStays) {
  for (const int code : {400, 413}) {
    Register(absl::StrCat("/status/", code));
    Record();
    WorkPush();
    EXPECT_EQ(Newest().state(), v1::DELIVERY_STATE_REJECTED) << code;
    EXPECT_EQ(Newest().reason(), v1::DELIVERY_REASON_UNSPECIFIED) << code;
  }
  EXPECT_EQ(BrowsersOf(kJan), 2U);
}

TEST_P(PushChannelTest, AnAnswerThatNeverCameIsUnknownAndComesAgainUnderItsId) {
  Register("/drop");
  Record(kJan, v1::UNKNOWN_POLICY_AT_MOST_ONCE);
  WorkPush();
  EXPECT_EQ(Newest().state(), v1::DELIVERY_STATE_UNKNOWN);
  Record(kJan, v1::UNKNOWN_POLICY_AT_LEAST_ONCE);
  WorkPush();
  EXPECT_EQ(Newest().last_outcome(), v1::ATTEMPT_OUTCOME_UNKNOWN);
  MoveByAnHour(kEvent);
  clock_.Advance(absl::Minutes(1));
  WorkPush();
  ASSERT_THAT(push_service->Requests(), SizeIs(3));
  EXPECT_EQ(Opened(push_service->Requests()[1]), Opened(push_service->Requests()[2]));
  EXPECT_NE(push_service->Requests()[1].bytes, push_service->Requests()[2].bytes);
}

TEST_P(PushChannelTest, ATextThatIsTooLongIsNotSent) {
  Register("/ok");
  peers_.persons[kJan].set_display_name("Łukasz");
  peers_.events[kEvent].mutable_venue()->set_address(std::string(4000, 'x'));
  Record();
  WorkPush();
  EXPECT_EQ(Newest().state(), v1::DELIVERY_STATE_REJECTED);
  EXPECT_EQ(Newest().reason(), v1::DELIVERY_REASON_TEXT_TOO_LONG);
  EXPECT_THAT(push_service->Requests(), IsEmpty());
}

TEST_P(PushChannelTest, APushServiceThatFailsAgainAndAgainIsLeftAlone) {
  LaneCheck lanes({{v1::CHANNEL_WEB_PUSH, LaneLimits()}});
  Serve({&lanes});
  Register("/status/500");
  Register("/ok/of-ewa", kEwa);
  for (int i = 0; i < 5; ++i) {
    Record();
    WorkPush();
  }
  Record(kEwa);
  WorkPush();
  EXPECT_EQ(Newest().reason(), v1::DELIVERY_REASON_CIRCUIT_OPEN) << "the same service";
  EXPECT_THAT(push_service->Requests(), SizeIs(5));
}

TEST_P(PushChannelTest, EndpointsAndKeysStandInNoLogAndNoChange) {
  SetLogLevel(LogLevel::kDebug);
  ::testing::internal::CaptureStderr();
  for (const char* path : {"/ok/canary", "/drop?canary", "/status/500?canary"}) {
    Register(path);
    Record();
    WorkPush();
  }
  const std::string logs = ::testing::internal::GetCapturedStderr();
  SetLogLevel(LogLevel::kError);
  EXPECT_THAT(logs, Not(HasSubstr("canary")));
  for (PersonData* data : std::initializer_list<PersonData*>{&people_, &push_data_}) {
    feed::Changes changes;
    ASSERT_THAT(database().Write(absl::Now() + absl::Seconds(20),
                                 [&](sql::Transaction& tx) {
                                   return data->Erase(tx, kJan, clock_.Now(), changes).status();
                                 }),
                IsOk());
  }
  for (const std::string& text : AllTexts()) {
    EXPECT_THAT(text, Not(HasSubstr("canary")));
    EXPECT_THAT(text, Not(HasSubstr("Srebro")));
  }
}

}  // namespace
}  // namespace wici::notification
