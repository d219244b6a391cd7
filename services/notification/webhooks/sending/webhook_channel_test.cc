// From a change in the feed to a signed request at a real endpoint, and the cases F18 of what
// becomes of the delivery when the endpoint misbehaves.
#include "services/notification/webhooks/sending/webhook_channel.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/sql/migrate.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/deliveries/kept_mail_data.h"
#include "services/notification/deliveries/ledger_rows.h"
#include "services/notification/deliveries/sql_store.h"
#include "services/notification/feed/feed_handler.h"
#include "services/notification/migrations.h"
#include "services/notification/sending/worker/worker.h"
#include "services/notification/testing/fake_peers.h"
#include "services/notification/webhooks/rules/webhook_payload.h"
#include "services/notification/webhooks/sending/endpoint_check.h"
#include "services/notification/webhooks/subscription_rows.h"
#include "services/notification/webhooks/testing/http_sink.h"
#include "services/notification/webhooks/validate_subscription.h"
#include "services/notification/webhooks/webhooks.h"

namespace wici::notification {
namespace {

using ::testing::IsEmpty;
using testing::IsOk;
using testing::Reason;
using ::testing::SizeIs;
using testing::StatusIs;

HttpSink* receiver = nullptr;  // of all tests: it is slow to start

class WebhookChannelTest : public testing::DatabaseTest {
 protected:
  absl::Span<const sql::Migration> Schema() const override { return Migrations(); }
  static void SetUpTestSuite() { receiver = new HttpSink; }
  static void TearDownTestSuite() { delete receiver; }
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    receiver->Clear();
    webhooks_ = std::make_unique<Webhooks>(
        WebhookEnvironment{
            .database = database(), .key = key_, .clock = clock_, .ids = ids_, .on_commit = [] {}},
        *HttpTransport::Make({.reach = Reach::kAnywhere, .timeout = absl::Seconds(10)}),
        Reach::kAnywhere);
    mutation_ = std::make_unique<feed::Mutation>(kDomain, database(), clock_, ids_, [] {});
    subscriptions_ = std::make_unique<SubscriptionStore>(database(), *mutation_, box_);
    endpoints_ = std::make_unique<EndpointStore>(database(), *mutation_, box_);
    handler_ = std::make_unique<FeedHandler>(peers_, people_, ids_, clock_, &webhooks_->fan_out());
    store_ = std::make_unique<SqlStore>(database(), ids_, std::vector<SendCheck*>{&check_});
    worker_ = std::make_unique<DeliveryWorker>(*store_, webhooks_->channel(), clock_,
                                               WorkerOptions{.owner = "worker"});
  }

  // The name of a new subscription to `kind` with an endpoint at `path`.
  std::string Subscribe(const std::string& path, const std::string& kind = "registration.") {
    v1::Subscription wanted;
    wanted.set_title("Łódź");
    wanted.set_url(receiver->Url(path));
    wanted.add_kind_prefixes(kind);
    const auto created = subscriptions_->Create({{}, Deadline()}, wanted);
    EXPECT_THAT(created, IsOk());
    return created->subscription().name();
  }
  v1::Subscription GetSubscription(const std::string& name) {
    return *subscriptions_->Get(Deadline(), name);
  }
  absl::Status SetState(const std::string& name, v1::Subscription::State state) {
    return subscriptions_->SetState({{}, Deadline()}, name, "", state).status();
  }
  absl::StatusOr<v1::ReplaySubscriptionResponse> Replay(const std::string& name, bool failed_only) {
    v1::ReplaySubscriptionRequest request;
    request.set_name(name);
    request.set_failed_only(failed_only);
    SetTimestamp(clock_.Now() - absl::Hours(24), *request.mutable_start_time());
    SetTimestamp(clock_.Now() + absl::Hours(24), *request.mutable_end_time());
    return subscriptions_->Replay({{}, Deadline()}, request);
  }

  // How many deliveries a replay of the 14 days from `start` on queues.
  int ReplayFrom(const std::string& name, absl::Time start) {
    v1::ReplaySubscriptionRequest request;
    request.set_name(name);
    SetTimestamp(start, *request.mutable_start_time());
    SetTimestamp(start + kReplaySpanMax, *request.mutable_end_time());
    const auto replayed = subscriptions_->Replay({{}, Deadline()}, request);
    EXPECT_THAT(replayed, IsOk());
    return replayed->queued();
  }
  std::int64_t DeletePayloads(std::int64_t rows_max = 1000) {
    std::int64_t deleted = 0;
    EXPECT_THAT(database().Write(Deadline(),
                                 [&](sql::Transaction& tx) -> absl::Status {
                                   WICI_ASSIGN_OR_RETURN(
                                       deleted, FanOut::DeletePayloads(tx, clock_.Now(), rows_max));
                                   return absl::OkStatus();
                                 }),
                IsOk());
    return deleted;
  }
  // As a replay of the ledger would.
  void SetDue(const v1::Delivery& delivery) {
    constexpr sql::Query kSetDue{
        "set_due", "UPDATE deliveries SET state = 1, next_at = $2, expires_at = $3 WHERE id = $1"};
    ASSERT_THAT(database().Write(Deadline(),
                                 [&](sql::Transaction& tx) {
                                   return tx
                                       .Execute(kSetDue,
                                                {IdOf(delivery.name()), ToMicros(clock_.Now()),
                                                 ToMicros(clock_.Now() + absl::Hours(1))})
                                       .status();
                                 }),
                IsOk());
  }

  // Takes in a change as the consumer would, and returns it.
  feed::v1::Change Consume(const std::string& kind, const std::string& event = "events/silver") {
    feed::v1::Change change;
    change.mutable_cursor()->set_epoch("epoch");
    change.mutable_cursor()->set_seq(++seq_);
    change.set_aggregate(event);
    change.set_version(seq_);
    change.set_kind(kind);
    change.set_resource(event + "/registrations/r1");
    SetTimestamp(clock_.Now(), *change.mutable_change_time());
    const auto body = handler_->Prepare({change});
    EXPECT_THAT(body, IsOk());
    EXPECT_THAT(database().Write(Deadline(), *body), IsOk());
    return change;
  }
  // Rounds until nothing is due.
  void SendAll() {
    while (true) {
      const auto sent = worker_->RunOnce();
      ASSERT_THAT(sent, IsOk());
      if (*sent == 0) return;
    }
  }
  // The webhooks of all notifications, the oldest first.
  std::vector<v1::Delivery> Ledger() {
    std::vector<v1::Delivery> all;
    auto notifications = *store_->ListNotifications(Deadline(), "", "", "", 1000);
    for (auto item = notifications.rbegin(); item != notifications.rend(); ++item) {
      const auto deliveries =
          *store_->ListDeliveries(Deadline(), {.notification_id = IdOf(item->name())}, "", 1000);
      all.insert(all.end(), deliveries.begin(), deliveries.end());
    }
    return all;
  }
  v1::Delivery OnlyDelivery() {
    const std::vector<v1::Delivery> ledger = Ledger();
    EXPECT_THAT(ledger, SizeIs(1));
    return ledger[0];
  }
  std::vector<SunkRequest> Received() { return receiver->Requests(); }
  static absl::Time Deadline() { return absl::Now() + absl::Seconds(20); }

  testing::FakeClock clock_{absl::Now()};
  testing::FakeIds ids_;
  const auth::SigningKey key_ = *auth::SigningKey::FromSeed(auth::SigningKey::NewSeed());
  const SecretBox box_{key_};
  FakePeers peers_;
  KeptMailData people_;
  EndpointCheck check_;
  std::unique_ptr<Webhooks> webhooks_;
  std::unique_ptr<feed::Mutation> mutation_;
  std::unique_ptr<SubscriptionStore> subscriptions_;
  std::unique_ptr<EndpointStore> endpoints_;
  std::unique_ptr<FeedHandler> handler_;
  std::unique_ptr<SqlStore> store_;
  std::unique_ptr<DeliveryWorker> worker_;
  std::int64_t seq_ = 0;
};
WICI_ON_EVERY_ENGINE(WebhookChannelTest);

TEST_P(WebhookChannelTest, AChangeReachesTheSubscriptionsThatAreForItSigned) {
  const std::string name = Subscribe("/ok");
  Subscribe("/ok/events", "event.");
  const feed::v1::Change change = Consume("registration.checked_in");
  SendAll();
  const v1::Delivery delivery = OnlyDelivery();
  EXPECT_EQ(delivery.state(), v1::DELIVERY_STATE_DELIVERED);
  EXPECT_EQ(delivery.person(), name);
  EXPECT_EQ(delivery.channel(), v1::CHANNEL_WEBHOOK);
  EXPECT_EQ(delivery.last_code(), 200);
  ASSERT_THAT(Received(), SizeIs(1));
  const SunkRequest request = Received()[0];
  EXPECT_EQ(request.path, "/ok");
  EXPECT_EQ(request.body, ChangePayload("registration", change));
  EXPECT_EQ(request.headers.at("webhook-id"), IdOf(delivery.name()));
  EXPECT_EQ(request.headers.at("webhook-timestamp"),
            absl::StrCat(absl::ToUnixSeconds(clock_.Now())));
  const std::string id = SubscriptionIdOf(name);
  const auto endpoint = endpoints_->GetEndpoints(Deadline(), {id}, clock_.Now());
  EXPECT_EQ(
      request.headers.at("webhook-signature"),
      SignatureHeader(endpoint->at(id).keys, IdOf(delivery.name()), clock_.Now(), request.body));
}

TEST_P(WebhookChannelTest, NobodyHearsOfWhatTheyAreNotSubscribedTo) {
  Subscribe("/ok", "event.");
  Consume("registration.checked_in");
  EXPECT_THAT(Ledger(), IsEmpty());
}

TEST_P(WebhookChannelTest, AfterARotationBothSecretsSign) {
  v1::RotateSubscriptionSecretRequest request;
  request.set_name(Subscribe("/ok"));
  request.set_signature_scheme(v1::SIGNATURE_SCHEME_ED25519);
  ASSERT_THAT(subscriptions_->Rotate({{}, Deadline()}, request), IsOk());
  Consume("registration.checked_in");
  SendAll();
  ASSERT_THAT(Received(), SizeIs(1));
  const std::string signatures = Received()[0].headers.at("webhook-signature");
  EXPECT_THAT(signatures, ::testing::MatchesRegex("v1a,[^ ]+ v1,[^ ]+"));
}

TEST_P(WebhookChannelTest, F18_AfterStatus500TheSameIdComesAgainWithATimestampOfItsOwn) {
  Subscribe("/once/500");
  Consume("registration.checked_in");
  SendAll();
  EXPECT_EQ(OnlyDelivery().state(), v1::DELIVERY_STATE_DEFERRED);
  EXPECT_EQ(OnlyDelivery().last_code(), 500);
  clock_.Advance(absl::Seconds(10));
  SendAll();
  EXPECT_EQ(OnlyDelivery().state(), v1::DELIVERY_STATE_DELIVERED);
  ASSERT_THAT(Received(), SizeIs(2));
  const SunkRequest first = Received()[0];
  const SunkRequest second = Received()[1];
  EXPECT_EQ(first.headers.at("webhook-id"), second.headers.at("webhook-id"));
  EXPECT_EQ(first.body, second.body);
  EXPECT_NE(first.headers.at("webhook-timestamp"), second.headers.at("webhook-timestamp"));
  EXPECT_NE(first.headers.at("webhook-signature"), second.headers.at("webhook-signature"));
}

TEST_P(WebhookChannelTest, AFailureIsRememberedUntilTheNextSuccess) {
  const std::string name = Subscribe("/once/500");
  Consume("registration.checked_in");
  SendAll();
  EXPECT_EQ(TimeOf(GetSubscription(name).failing_since()), FromMicros(ToMicros(clock_.Now())));
  clock_.Advance(absl::Seconds(10));
  SendAll();
  EXPECT_FALSE(GetSubscription(name).has_failing_since());
}

TEST_P(WebhookChannelTest, F18_Status3xxIsTriedAgainAndNeverFollowed) {
  Subscribe("/redirect/" + absl::StrReplaceAll(receiver->Url("/ok"), {{"/", "%2F"}}));
  Consume("registration.checked_in");
  SendAll();
  EXPECT_EQ(OnlyDelivery().state(), v1::DELIVERY_STATE_DEFERRED);
  EXPECT_EQ(OnlyDelivery().last_code(), 302);
  EXPECT_THAT(Received(), SizeIs(1));
}

TEST_P(WebhookChannelTest, F18_Status410SwitchesTheSubscriptionOffAndWhatWaitsIsNotSent) {
  const std::string name = Subscribe("/status/410");
  Consume("registration.checked_in");
  Consume("registration.checked_in");  // of the same event: waits for the one before
  SendAll();
  const v1::Subscription subscription = GetSubscription(name);
  EXPECT_EQ(subscription.state(), v1::Subscription::STATE_DISABLED);
  EXPECT_EQ(subscription.disable_reason(), v1::Subscription::DISABLE_REASON_GONE);
  ASSERT_THAT(Ledger(), SizeIs(2));
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_REJECTED);
  EXPECT_EQ(Ledger()[0].reason(), v1::DELIVERY_REASON_ENDPOINT_GONE);
  EXPECT_EQ(Ledger()[1].state(), v1::DELIVERY_STATE_SUPPRESSED);
  EXPECT_EQ(Ledger()[1].reason(), v1::DELIVERY_REASON_SUBSCRIPTION_OFF);
  EXPECT_THAT(Received(), SizeIs(1));
  Consume("registration.checked_in");
  EXPECT_THAT(Ledger(), SizeIs(2)) << "nothing is kept for who is switched off";
}

TEST_P(WebhookChannelTest, AnAnswerOfTheOldUrlSaysNothingAboutTheNewOne) {
  for (const char* path : {"/status/410", "/status/500"}) {
    const std::string name = Subscribe(path);
    Consume("registration.checked_in", absl::StrCat("events", path));
    const auto claimed = store_->ClaimDeliveries(Deadline(), v1::CHANNEL_WEBHOOK, "old",
                                                 absl::Minutes(1), 10, clock_.Now());
    ASSERT_THAT(claimed, IsOk());
    auto made = webhooks_->channel().Prepare(*claimed, clock_.Now());
    ASSERT_THAT(made, IsOk());
    v1::UpdateSubscriptionRequest corrected;
    corrected.mutable_subscription()->set_name(name);
    corrected.mutable_subscription()->set_url(receiver->Url("/ok"));
    corrected.mutable_update_mask()->add_paths("url");
    ASSERT_THAT(subscriptions_->Update({{}, Deadline()}, corrected, Reach::kAnywhere), IsOk());
    for (std::size_t i = 0; i < claimed->size(); ++i) {
      webhooks_->channel().Send(0, (*claimed)[i], std::get<Outgoing>((*made)[i]),
                                [] { return true; });
    }
    EXPECT_EQ(GetSubscription(name).state(), v1::Subscription::STATE_ACTIVE) << path;
    EXPECT_FALSE(GetSubscription(name).has_failing_since()) << path;
  }
}

TEST_P(WebhookChannelTest, F18_RetryAfterInSecondsIsHeededByAllThatGoesToTheEndpoint) {
  const std::string name = Subscribe("/retry/429/600");
  Consume("registration.checked_in");
  SendAll();
  Consume("registration.checked_in", "events/gold");
  SendAll();
  EXPECT_EQ(TimeOf(GetSubscription(name).rest_end_time()),
            FromMicros(ToMicros(clock_.Now())) + absl::Seconds(600));
  ASSERT_THAT(Ledger(), SizeIs(2));
  for (const v1::Delivery& delivery : Ledger()) {
    EXPECT_EQ(delivery.state(), v1::DELIVERY_STATE_DEFERRED);
    EXPECT_GE(TimeOf(delivery.next_attempt_time()), clock_.Now() + absl::Seconds(600));
  }
  EXPECT_EQ(Ledger()[1].reason(), v1::DELIVERY_REASON_THROTTLED);
  EXPECT_THAT(Received(), SizeIs(1)) << "the second did not even try";
}

TEST_P(WebhookChannelTest, F18_RetryAfterAsADateIsHeeded) {
  const absl::Time wanted = absl::FromUnixSeconds(absl::ToUnixSeconds(clock_.Now()) + 900);
  const std::string date =
      absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", wanted, absl::UTCTimeZone());
  Subscribe("/retry/503/" + absl::StrReplaceAll(date, {{" ", "%20"}}));
  Consume("registration.checked_in");
  SendAll();
  EXPECT_EQ(OnlyDelivery().last_code(), 503);
  EXPECT_GE(TimeOf(OnlyDelivery().next_attempt_time()), wanted - absl::Milliseconds(1));
}

TEST_P(WebhookChannelTest, F18_AnAnswerThatNeverCameIsUnknownAndComesAgainUnderItsId) {
  Subscribe("/drop");
  Consume("registration.checked_in");
  SendAll();
  EXPECT_EQ(OnlyDelivery().state(), v1::DELIVERY_STATE_DEFERRED);
  EXPECT_EQ(OnlyDelivery().last_outcome(), v1::ATTEMPT_OUTCOME_UNKNOWN);
  clock_.Advance(absl::Seconds(10));
  SendAll();
  ASSERT_THAT(Received(), SizeIs(2));
  EXPECT_EQ(Received()[0].headers.at("webhook-id"), Received()[1].headers.at("webhook-id"));
}

TEST_P(WebhookChannelTest, WhatWasNotSentWhilePausedIsSentAgainByAReplay) {
  const std::string name = Subscribe("/ok");
  Consume("registration.checked_in");
  ASSERT_THAT(SetState(name, v1::Subscription::STATE_PAUSED), IsOk());
  SendAll();
  EXPECT_EQ(OnlyDelivery().state(), v1::DELIVERY_STATE_SUPPRESSED);
  EXPECT_THAT(Received(), IsEmpty());
  EXPECT_THAT(Replay(name, /*failed_only=*/true),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("SUBSCRIPTION_NOT_ACTIVE")));
  ASSERT_THAT(SetState(name, v1::Subscription::STATE_ACTIVE), IsOk());
  EXPECT_EQ(Replay(name, /*failed_only=*/true)->queued(), 1);
  EXPECT_EQ(Replay(name, /*failed_only=*/true)->queued(), 0) << "it is queued already";
  SendAll();
  EXPECT_EQ(OnlyDelivery().state(), v1::DELIVERY_STATE_DELIVERED);
  EXPECT_EQ(Replay(name, /*failed_only=*/true)->queued(), 0);
  EXPECT_EQ(Replay(name, /*failed_only=*/false)->queued(), 1);
  SendAll();
  ASSERT_THAT(Received(), SizeIs(2));
  EXPECT_EQ(Received()[0].headers.at("webhook-id"), Received()[1].headers.at("webhook-id"));
}

TEST_P(WebhookChannelTest, AReplayOfTooMuchIsRefusedWhole) {
  const std::string name = Subscribe("/ok");
  std::vector<NewNotification> many(kSubscriptionReplayMax + 1);
  for (NewNotification& notification : many) {
    notification.id = ids_.NewId();
    notification.channel = v1::CHANNEL_WEBHOOK;
    notification.not_before = clock_.Now();
    notification.expires = clock_.Now();
    notification.recipients.push_back({ids_.NewId(), name, "events/silver"});
  }
  ASSERT_THAT(database().Write(Deadline(),
                               [&](sql::Transaction& tx) {
                                 return RecordNotifications(tx, many, "t", clock_.Now());
                               }),
              IsOk());
  constexpr sql::Query kExpire{"expire_all", "UPDATE deliveries SET state = 7, next_at = NULL"};
  ASSERT_THAT(database().Write(Deadline(),
                               [&](sql::Transaction& tx) { return tx.Execute(kExpire).status(); }),
              IsOk());
  EXPECT_THAT(Replay(name, true),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("REPLAY_TOO_LARGE")));
  constexpr sql::Query kOneLess{
      "one_less", "UPDATE deliveries SET state = 8 WHERE id IN (SELECT MIN(id) FROM deliveries)"};
  ASSERT_THAT(database().Write(Deadline(),
                               [&](sql::Transaction& tx) { return tx.Execute(kOneLess).status(); }),
              IsOk());
  EXPECT_EQ(Replay(name, true)->queued(), kSubscriptionReplayMax);
}

TEST_P(WebhookChannelTest, WhatWasToldIsKeptFor31DaysAndForAsLongAsItIsToBeSent) {
  const std::string name = Subscribe("/ok");
  for (int i = 0; i < 3; ++i) Consume("registration.checked_in", absl::StrCat("events/e", i));
  SendAll();
  clock_.Advance(kPayloadsKept);
  EXPECT_EQ(DeletePayloads(), 0) << "not older than that";
  Consume("registration.checked_in");
  clock_.Advance(absl::Seconds(1));
  SetDue(Ledger()[1]);
  EXPECT_EQ(DeletePayloads(/*rows_max=*/1), 1);
  EXPECT_EQ(DeletePayloads(), 1) << "one of three is to be sent again";
  SendAll();
  EXPECT_THAT(Received(), SizeIs(5));
  EXPECT_EQ(DeletePayloads(), 1);
  EXPECT_EQ(DeletePayloads(), 0) << "the fourth is young";
}

TEST_P(WebhookChannelTest, WhatIsNotKeptAnyMoreIsNotSentAgain) {
  const std::string name = Subscribe("/ok");
  Consume("registration.checked_in");
  SendAll();
  clock_.Advance(kReplayableFor - absl::Seconds(1));
  EXPECT_EQ(ReplayFrom(name, absl::UnixEpoch() + absl::Seconds(1)), 0) << "a span of 14 days";
  EXPECT_EQ(ReplayFrom(name, clock_.Now() - kReplayableFor), 1);
  SendAll();
  clock_.Advance(absl::Seconds(2));
  EXPECT_EQ(ReplayFrom(name, clock_.Now() - kReplayableFor - absl::Hours(1)), 0);
  clock_.Advance(absl::Hours(25));
  EXPECT_EQ(DeletePayloads(), 1);
  SetDue(OnlyDelivery());
  SendAll();
  EXPECT_EQ(OnlyDelivery().state(), v1::DELIVERY_STATE_SUPPRESSED);
  EXPECT_EQ(OnlyDelivery().reason(), v1::DELIVERY_REASON_PAYLOAD_GONE);
  EXPECT_THAT(Received(), SizeIs(2));
}

TEST_P(WebhookChannelTest, ADeletedSubscriptionGetsNothingMore) {
  const std::string name = Subscribe("/ok");
  Consume("registration.checked_in");
  ASSERT_THAT(subscriptions_->Delete({{}, Deadline()}, name, ""), IsOk());
  SendAll();
  EXPECT_EQ(OnlyDelivery().state(), v1::DELIVERY_STATE_SUPPRESSED);
  EXPECT_EQ(OnlyDelivery().reason(), v1::DELIVERY_REASON_SUBSCRIPTION_OFF);
  EXPECT_THAT(Received(), IsEmpty());
}

}  // namespace
}  // namespace wici::notification
