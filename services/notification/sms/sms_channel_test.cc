// The channel SMS, from a notification to a real HTTP server that stands for the provider.
#include "services/notification/sms/sms_channel.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "libs/base/log.h"
#include "libs/base/metrics.h"
#include "libs/base/timestamp.h"
#include "libs/testing/status_matchers.h"
#include "prometheus/text_serializer.h"
#include "services/notification/campaigns/campaign_check.h"
#include "services/notification/campaigns/campaign_worker.h"
#include "services/notification/errors.h"
#include "services/notification/intake/intake_store.h"
#include "services/notification/lanes/lane_check.h"
#include "services/notification/preferences/preference_check.h"
#include "services/notification/preferences/preference_store.h"
#include "services/notification/preferences/rules/validate_preferences.h"
#include "services/notification/sending/testing/worker_fixture.h"
#include "services/notification/webhooks/testing/http_sink.h"

namespace wici::notification {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kNumber[] = "+48222345678";

HttpSink* provider = nullptr;  // of all tests: it is slow to start

class SmsChannelTest : public WorkerFixture {
 protected:
  static void SetUpTestSuite() {
    WorkerFixture::SetUpTestSuite();
    provider = new HttpSink;
  }
  static void TearDownTestSuite() {
    delete provider;
    WorkerFixture::TearDownTestSuite();
  }
  void SetUp() override {
    WorkerFixture::SetUp();
    if (IsSkipped()) return;
    provider->Clear();
    peers_.persons[kJan].set_phone("+48 22 234 56 78");
    peers_.persons[kEwa].set_phone("+48 601 234 567");
    Serve("/ok");
  }

  // With a provider at `path`, and what is asked before sending.
  void Serve(const std::string& path, std::vector<SendCheck*> checks = {}) {
    sms_worker_.reset();
    store_ = std::make_unique<SqlStore>(database(), ids_, std::move(checks));
    auto made = SmsChannel::Make(peers_, *store_, clock_, sender_,
                                 {.url = provider->Url(path),
                                  .token = "s3cr3t",
                                  .from = "Wici",
                                  .http = {.reach = Reach::kAnywhere}});
    ASSERT_THAT(made, IsOk());
    sms_channel_ = *std::move(made);
    sms_worker_ = std::make_unique<DeliveryWorker>(*store_, *sms_channel_, clock_,
                                                   WorkerOptions{.owner = "sms"});
  }
  void Record(const std::string& person = kJan,
              v1::UnknownPolicy policy = v1::UNKNOWN_POLICY_AT_MOST_ONCE,
              const std::string& template_name = "templates/registration-promoted") {
    NewNotification n;
    n.id = ids_.NewId();
    n.template_name = template_name;
    n.event = kEvent;
    n.channel = v1::CHANNEL_SMS;
    n.unknown_policy = policy;
    n.not_before = clock_.Now();
    n.expires = clock_.Now() + kDefaultLifetime;
    n.recipients.push_back({ids_.NewId(), person,
                            template_name == "templates/invitation" ? kInvitation : kRegistration});
    ASSERT_THAT(database().Write(absl::Now() + absl::Seconds(20),
                                 [&](sql::Transaction& tx) {
                                   return RecordNotifications(tx, {n}, n.id, clock_.Now());
                                 }),
                IsOk());
  }
  void WorkSms() {
    while (true) {
      const auto done = sms_worker_->RunOnce();
      ASSERT_THAT(done, IsOk());
      if (*done == 0) return;
    }
  }
  v1::Delivery Newest() { return Ledger().back(); }
  static google::protobuf::Map<std::string, google::protobuf::Value> Fields(
      const SunkRequest& request) {
    google::protobuf::Struct object;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(request.body, &object).ok());
    return object.fields();
  }

  std::unique_ptr<SmsChannel> sms_channel_;
  std::unique_ptr<DeliveryWorker> sms_worker_;
};
WICI_ON_EVERY_ENGINE(SmsChannelTest);

TEST_P(SmsChannelTest, TheProviderGetsTheTextUnderTheIdOfTheDelivery) {
  Record();
  WorkSms();
  ASSERT_THAT(provider->Requests(), SizeIs(1));
  const SunkRequest request = provider->Requests()[0];
  const std::string id = IdOf(Newest().name());
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.headers.at("authorization"), "Bearer s3cr3t");
  EXPECT_EQ(request.headers.at("idempotency-key"), id);
  EXPECT_EQ(request.headers.at("content-type"), "application/json");
  const auto fields = Fields(request);
  EXPECT_THAT(fields, SizeIs(4));
  EXPECT_EQ(fields.at("id").string_value(), id);
  EXPECT_EQ(fields.at("to").string_value(), kNumber);
  EXPECT_EQ(fields.at("from").string_value(), "Wici");
  EXPECT_THAT(fields.at("text").string_value(),
              AllOf(HasSubstr("Dzień dobry, Łukasz Żak"), HasSubstr("Srebro spotyka złoto"),
                    HasSubstr("https://wici.example.org/registration?manage_token=manage.t")));
  EXPECT_EQ(Newest().state(), v1::DELIVERY_STATE_DELIVERED);
  EXPECT_EQ(Newest().channel(), v1::CHANNEL_SMS);
  EXPECT_EQ(Newest().last_code(), 200);
  EXPECT_THAT(KeptMails(), IsEmpty());
}

TEST_P(SmsChannelTest, AnSmsOnAKeptConnectionThatDiesIsSentOnce) {
  Serve("/ok-once");
  Record();
  WorkSms();
  EXPECT_EQ(Newest().state(), v1::DELIVERY_STATE_DELIVERED);
  Record(kEwa);
  WorkSms();
  EXPECT_EQ(Newest().state(), v1::DELIVERY_STATE_UNKNOWN);
  EXPECT_THAT(provider->Requests(), SizeIs(2)) << "curl repeats such a request where it can";
}

TEST_P(SmsChannelTest, WhatTheProviderRefusesIsNotTriedAgain) {
  for (const int code : {400, 402, 403, 404, 410, 413, 422}) {
    Serve(absl::StrCat("/status/", code));
    Record();
    WorkSms();
    EXPECT_EQ(Newest().state(), v1::DELIVERY_STATE_REJECTED) << code;
    EXPECT_EQ(Newest().reason(), v1::DELIVERY_REASON_UNSPECIFIED) << code;
    EXPECT_EQ(Newest().last_code(), code);
  }
}

TEST_P(SmsChannelTest, WhatTheProviderCannotTakeNowIsTriedAgain) {
  for (const int code : {302, 401, 408, 409, 425, 429, 500, 502, 503}) {
    Serve(absl::StrCat("/status/", code));
    Record();
    WorkSms();
    EXPECT_EQ(Newest().state(), v1::DELIVERY_STATE_DEFERRED) << code;
    EXPECT_EQ(Newest().last_code(), code);
  }
}

TEST_P(SmsChannelTest, WhereNobodyListensItIsCertainlyNotSentAndTriedAgain) {
  auto made = SmsChannel::Make(
      peers_, *store_, clock_, sender_,
      {.url = "http://127.0.0.1:1/", .token = "t", .http = {.reach = Reach::kAnywhere}});
  ASSERT_THAT(made, IsOk());
  DeliveryWorker worker(*store_, **made, clock_, {.owner = "sms"});
  Record();
  ASSERT_THAT(worker.RunOnce(), IsOk());
  EXPECT_EQ(Newest().state(), v1::DELIVERY_STATE_DEFERRED) << "though it must not be sent twice";
  EXPECT_EQ(Newest().last_outcome(), v1::ATTEMPT_OUTCOME_DEFERRED);
}

TEST_P(SmsChannelTest, RetryAfterIsHeeded) {
  Serve("/retry/429/600");
  Record();
  WorkSms();
  EXPECT_GE(TimeOf(Newest().next_attempt_time()), clock_.Now() + absl::Seconds(599));
}

TEST_P(SmsChannelTest, AnAnswerThatNeverCameIsNotAskedForAgainUnlessWanted) {
  Serve("/drop");
  Record(kJan, v1::UNKNOWN_POLICY_AT_MOST_ONCE);
  WorkSms();
  clock_.Advance(absl::Hours(1));
  WorkSms();
  EXPECT_EQ(Newest().state(), v1::DELIVERY_STATE_UNKNOWN);
  EXPECT_EQ(Newest().reason(), v1::DELIVERY_REASON_REPEAT_FORBIDDEN);
  EXPECT_THAT(provider->Requests(), SizeIs(1));
  EXPECT_THAT(KeptMails(), IsEmpty());
}

TEST_P(SmsChannelTest, ARepetitionSendsTheSameBytesUnderTheSameKey) {
  Serve("/drop");
  Record(kJan, v1::UNKNOWN_POLICY_AT_LEAST_ONCE);
  WorkSms();
  EXPECT_EQ(Newest().state(), v1::DELIVERY_STATE_DEFERRED);
  EXPECT_EQ(Newest().last_outcome(), v1::ATTEMPT_OUTCOME_UNKNOWN);
  EXPECT_THAT(KeptMails(), ElementsAre(kNumber));
  MoveByAnHour(kEvent);
  Serve("/ok");
  clock_.Advance(absl::Minutes(1));
  WorkSms();
  EXPECT_EQ(Newest().state(), v1::DELIVERY_STATE_DELIVERED);
  ASSERT_THAT(provider->Requests(), SizeIs(2));
  const SunkRequest first = provider->Requests()[0];
  const SunkRequest second = provider->Requests()[1];
  EXPECT_EQ(first.body, second.body);
  EXPECT_EQ(first.headers.at("idempotency-key"), second.headers.at("idempotency-key"));
  EXPECT_THAT(KeptMails(), IsEmpty());
}

TEST_P(SmsChannelTest, WithoutANumberInInternationalFormNothingIsSent) {
  for (const char* number : {"", "22 234 56 78"}) {
    peers_.persons[kJan].set_phone(number);
    Record();
    WorkSms();
    EXPECT_EQ(Newest().state(), v1::DELIVERY_STATE_REJECTED);
    EXPECT_EQ(Newest().reason(), v1::DELIVERY_REASON_ADDRESS_INVALID);
  }
  EXPECT_THAT(provider->Requests(), IsEmpty());
}

TEST_P(SmsChannelTest, ATextOf1600CharactersIsSentAndALongerOneIsNot) {
  auto& summary = (*peers_.events[kEvent].mutable_summary())["pl"];
  summary = "ż";
  Record(kJan, v1::UNKNOWN_POLICY_AT_MOST_ONCE, "templates/invitation");
  WorkSms();
  ASSERT_THAT(provider->Requests(), SizeIs(1));
  const auto fields = Fields(provider->Requests()[0]);
  std::size_t length = 0;
  for (const char c : fields.at("text").string_value()) {
    if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) ++length;
  }
  for (std::size_t i = length; i < kSmsCharactersMax; ++i) summary += "ż";
  Record(kJan, v1::UNKNOWN_POLICY_AT_MOST_ONCE, "templates/invitation");
  WorkSms();
  EXPECT_EQ(Newest().state(), v1::DELIVERY_STATE_DELIVERED);
  summary += "ż";
  Record(kJan, v1::UNKNOWN_POLICY_AT_MOST_ONCE, "templates/invitation");
  WorkSms();
  EXPECT_EQ(Newest().state(), v1::DELIVERY_STATE_REJECTED);
  EXPECT_EQ(Newest().reason(), v1::DELIVERY_REASON_TEXT_TOO_LONG);
  EXPECT_THAT(provider->Requests(), SizeIs(2));
}

TEST_P(SmsChannelTest, AProviderThatFailsAgainAndAgainIsLeftAlone) {
  LaneCheck lanes({{v1::CHANNEL_SMS, SmsOptions().limits}});
  Serve("/status/500", {&lanes});
  for (int i = 0; i < 5; ++i) {
    Record();
    WorkSms();
  }
  EXPECT_THAT(provider->Requests(), SizeIs(5));
  Record(kEwa);
  WorkSms();
  EXPECT_THAT(provider->Requests(), SizeIs(5));
  EXPECT_EQ(Newest().state(), v1::DELIVERY_STATE_DEFERRED);
  EXPECT_EQ(Newest().reason(), v1::DELIVERY_REASON_CIRCUIT_OPEN);
}

TEST_P(SmsChannelTest, WhoWantsNoSmsGetsNone) {
  const auth::SigningKey key = *auth::SigningKey::FromSeed(auth::SigningKey::NewSeed());
  PreferenceCheck check(MailKeys(key), ids_);
  feed::Mutation mutation(kDomain, database(), clock_, ids_, [] {});
  PreferenceStore preferences(database(), mutation);
  v1::UpdatePreferencesRequest request;
  request.mutable_preferences()->set_name(PreferencesName(kJan));
  v1::Preferences::Choice& choice = *request.mutable_preferences()->add_choices();
  choice.set_purpose(v1::PURPOSE_SERVICE);
  choice.set_channel(v1::CHANNEL_SMS);
  ASSERT_THAT(preferences.Update({{}, absl::Now() + absl::Seconds(20)}, request), IsOk());
  Serve("/ok", {&check});
  Record();
  Record(kEwa);
  WorkSms();
  ASSERT_THAT(Ledger(), SizeIs(2));
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_SUPPRESSED);
  EXPECT_EQ(Ledger()[0].reason(), v1::DELIVERY_REASON_NOT_WANTED);
  EXPECT_EQ(Ledger()[1].state(), v1::DELIVERY_STATE_DELIVERED);
}

TEST_P(SmsChannelTest, ToANumberWhoseOwnerAnsweredStopNoSmsGoes) {
  const MailKeys keys(*auth::SigningKey::FromSeed(auth::SigningKey::NewSeed()));
  PreferenceCheck check(keys, ids_);
  feed::Mutation mutation(kDomain, database(), clock_, ids_, [] {});
  IntakeStore intake(mutation);
  Serve("/ok", {&check});
  ASSERT_THAT(intake.TakeSmsOptOut({{}, absl::Now() + absl::Seconds(20)}, keys.NumberHash(kNumber)),
              IsOk());
  Record();
  Record(kEwa);
  WorkSms();
  ASSERT_THAT(Ledger(), SizeIs(2));
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_SUPPRESSED);
  EXPECT_EQ(Ledger()[0].reason(), v1::DELIVERY_REASON_SUPPRESSED);
  EXPECT_EQ(Ledger()[1].state(), v1::DELIVERY_STATE_DELIVERED);
}

TEST_P(SmsChannelTest, OfACampaignThoseWhoAgreedAndChoseItGetAnSms) {
  const auth::SigningKey key = *auth::SigningKey::FromSeed(auth::SigningKey::NewSeed());
  CampaignCheck paused;
  PreferenceCheck check(MailKeys(key), ids_);
  Serve("/ok", {&paused, &check});
  feed::Mutation mutation(kDomain, database(), clock_, ids_, [] {});
  CampaignStore campaigns(database(), mutation);
  PreferenceStore preferences(database(), mutation);
  v1::UpdatePreferencesRequest choose;
  choose.mutable_preferences()->set_name(PreferencesName(kJan));
  v1::Preferences::Choice& sms = *choose.mutable_preferences()->add_choices();
  sms.set_purpose(v1::PURPOSE_INVITATION);
  sms.set_channel(v1::CHANNEL_SMS);
  sms.set_wanted(true);
  ASSERT_THAT(preferences.Update({{}, absl::Now() + absl::Seconds(20)}, choose), IsOk());
  const SystemClock machine;
  CampaignWorker campaign_worker(campaigns, peers_, machine, [] {});
  peers_.persons[kMax].set_phone("+49 30 901820");
  peers_.persons[kMax].set_audience_consent(false);
  v1::Campaign wanted;
  wanted.set_title("Zaproszenie");
  wanted.set_event(kEvent);
  wanted.set_template_("templates/invitation");
  wanted.set_channel(v1::CHANNEL_SMS);
  for (const char* person : {kJan, kEwa, kMax}) wanted.add_persons(person);
  const feed::Call call{{}, absl::Now() + absl::Seconds(20)};
  const auto created = campaigns.Create(call, "users/a", wanted);
  ASSERT_THAT(created, IsOk());
  for (const CampaignStep step : {CampaignStep::kApprove, CampaignStep::kStart}) {
    ASSERT_THAT(campaigns.Step(call, created->name(), "", step, "users/a"), IsOk());
  }
  EXPECT_THAT(campaign_worker.RunOnce(), testing::IsOkAndHolds(3));
  WorkSms();
  ASSERT_THAT(provider->Requests(), SizeIs(1));
  EXPECT_EQ(Fields(provider->Requests()[0]).at("to").string_value(), kNumber);
  ASSERT_THAT(Ledger(), SizeIs(3));
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_DELIVERED);
  EXPECT_EQ(Ledger()[1].reason(), v1::DELIVERY_REASON_NOT_WANTED) << "who never chose it";
  EXPECT_EQ(Ledger()[2].reason(), v1::DELIVERY_REASON_NO_CONSENT) << "who took it back";
}

TEST_P(SmsChannelTest, TheNumberStandsNowhereButInWhatIsKeptAndGoesWithThePerson) {
  SetLogLevel(LogLevel::kDebug);
  ::testing::internal::CaptureStderr();
  for (const char* path : {"/ok", "/status/422", "/status/500", "/drop"}) {
    Serve(path);
    Record(kJan, v1::UNKNOWN_POLICY_AT_LEAST_ONCE);
    WorkSms();
  }
  const std::string logs = ::testing::internal::GetCapturedStderr();
  SetLogLevel(LogLevel::kError);
  EXPECT_THAT(logs, Not(HasSubstr("2345678")));
  EXPECT_THAT(prometheus::TextSerializer().Serialize(Metrics()->Collect()),
              Not(HasSubstr("2345678")));
  EXPECT_THAT(KeptMails(), ElementsAre(kNumber)) << "of the one that may have arrived";
  feed::Changes changes;
  ASSERT_THAT(database().Write(absl::Now() + absl::Seconds(20),
                               [&](sql::Transaction& tx) {
                                 return people_.Erase(tx, kJan, clock_.Now(), changes).status();
                               }),
              IsOk());
  for (const std::string& text : AllTexts()) EXPECT_THAT(text, Not(HasSubstr("2345678")));
}

TEST(SmsOptionsTest, WhatCannotBeUsedIsSaidAtTheStart) {
  FakePeers peers;
  testing::FakeClock clock;
  const Sender sender{*Mailbox::Parse("events@wici.example.org"), "https://wici.example.org"};
  testing::TestDatabase database(sql::Engine::kSqlite, Migrations());
  testing::FakeIds ids;
  SqlStore store(database.get(), ids);
  const auto made = [&](const SmsOptions& options) {
    return SmsChannel::Make(peers, store, clock, sender, options).status();
  };
  EXPECT_THAT(made({.url = "https://sms.example.org/send", .token = "t"}), IsOk());
  for (const SmsOptions& options :
       {SmsOptions{.url = "http://sms.example.org/send", .token = "t"},
        SmsOptions{.url = "https://10.0.0.1/send", .token = "t"},
        SmsOptions{.url = "https://sms.example.org/send", .token = ""},
        SmsOptions{.url = "https://sms.example.org/send", .token = "a\r\nx: y"}}) {
    EXPECT_EQ(made(options).code(), absl::StatusCode::kInvalidArgument) << options.url;
  }
}

}  // namespace
}  // namespace wici::notification
