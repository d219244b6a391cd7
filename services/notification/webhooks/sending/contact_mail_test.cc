// From an endpoint that is switched off to the mail that tells its contact, over real HTTP and
// SMTP.
#include "services/notification/sending/contact_mail.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/status_macros.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/errors.h"
#include "services/notification/preferences/preference_check.h"
#include "services/notification/sending/testing/worker_fixture.h"
#include "services/notification/webhooks/sending/endpoint_check.h"
#include "services/notification/webhooks/subscription_rows.h"
#include "services/notification/webhooks/testing/http_sink.h"
#include "services/notification/webhooks/webhooks.h"

namespace wici::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;
using ::testing::SizeIs;

HttpSink* failing_endpoint = nullptr;  // of all tests: it is slow to start

class ContactMailTest : public WorkerFixture {
 protected:
  static void SetUpTestSuite() {
    WorkerFixture::SetUpTestSuite();
    failing_endpoint = new HttpSink;
  }
  static void TearDownTestSuite() {
    delete failing_endpoint;
    WorkerFixture::TearDownTestSuite();
  }
  void SetUp() override {
    WorkerFixture::SetUp();
    if (IsSkipped()) return;
    store_ = std::make_unique<SqlStore>(
        database(), ids_, std::vector<SendCheck*>{&preference_check_, &endpoint_check_});
    channel_ =
        *MailChannel::Make(peers_, *store_, sender_, {.url = sink_.url(), .tls = TlsPolicy::kNone},
                           WorkerOptions().sender_threads);
    worker_ = MakeWorker("mails");
    webhooks_ = std::make_unique<Webhooks>(
        WebhookEnvironment{
            .database = database(), .key = key_, .clock = clock_, .ids = ids_, .on_commit = [] {}},
        *HttpTransport::Make({.reach = Reach::kAnywhere}), Reach::kAnywhere);
    mutation_ = std::make_unique<feed::Mutation>(kDomain, database(), clock_, ids_, [] {});
    subscriptions_ = std::make_unique<SubscriptionStore>(database(), *mutation_, box_);
    endpoints_ = std::make_unique<EndpointStore>(database(), *mutation_, box_);
  }

  v1::Subscription Subscribe(const std::string& path, const std::string& email,
                             const std::string& language) {
    v1::Subscription wanted;
    wanted.set_title("Zgłoszenia & Łódź");
    wanted.set_url(failing_endpoint->Url(path));
    wanted.add_kind_prefixes("registration.");
    wanted.set_contact_email(email);
    wanted.set_contact_language(language);
    const auto created = subscriptions_->Create(ACall(), wanted);
    EXPECT_THAT(created, IsOk());
    return created->subscription();
  }
  // Lets the endpoint be switched off by a 410.
  void Disable(const v1::Subscription& subscription) {
    ASSERT_THAT(endpoints_->Report(ACall().deadline, SubscriptionIdOf(subscription.name()),
                                   subscription.url(),
                                   {.success = false, .gone = true, .retry_after = std::nullopt}),
                IsOk());
  }
  static feed::Call ACall() { return {{}, absl::Now() + absl::Seconds(20)}; }
  std::int64_t Number(const sql::Query& query) {
    std::int64_t number = -1;
    EXPECT_THAT(database().Read(ACall().deadline,
                                [&](sql::Transaction& tx) -> absl::Status {
                                  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(query));
                                  number = rows[0].Int(0);
                                  return absl::OkStatus();
                                }),
                IsOk());
    return number;
  }

  const auth::SigningKey key_ = *auth::SigningKey::FromSeed(auth::SigningKey::NewSeed());
  const SecretBox box_{key_};
  PreferenceCheck preference_check_{MailKeys(key_), ids_};
  EndpointCheck endpoint_check_;
  std::unique_ptr<Webhooks> webhooks_;
  std::unique_ptr<feed::Mutation> mutation_;
  std::unique_ptr<SubscriptionStore> subscriptions_;
  std::unique_ptr<EndpointStore> endpoints_;
};
WICI_ON_EVERY_ENGINE(ContactMailTest);

TEST_P(ContactMailTest, TheContactOfAnEndpointThatIsGoneIsToldByMail) {
  const v1::Subscription subscription = Subscribe("/status/410", "owner@example.org", "pl");
  FeedHandler handler(peers_, people_, ids_, clock_, &webhooks_->fan_out());
  const auto body = handler.Prepare({Change("registration.checked_in", "", kRegistration)});
  ASSERT_THAT(body, IsOk());
  ASSERT_THAT(database().Write(ACall().deadline, *body), IsOk());
  DeliveryWorker webhook_worker(*store_, webhooks_->channel(), clock_, {.owner = "webhooks"});
  ASSERT_THAT(webhook_worker.RunOnce(), IsOk());
  EXPECT_EQ(Number({"transactions_that_disabled",
                    "SELECT COUNT(DISTINCT transaction_id) FROM changes WHERE kind = "
                    "'subscription.disabled' OR attributes LIKE '%subscription-disabled%'"}),
            1)
      << "the subscription and the mail in one";
  SendAll();
  EXPECT_THAT(sink_.Facts(),
              ElementsAre("owner@example.org | owner@example.org | pl | Webhook wyłączony: "
                          "Zgłoszenia & Łódź | -"));
  ASSERT_THAT(Ledger(), SizeIs(2));
  const v1::Delivery mail = Ledger()[1];
  EXPECT_EQ(mail.channel(), v1::CHANNEL_EMAIL);
  EXPECT_EQ(mail.person(), subscription.name());
  EXPECT_EQ(mail.state(), v1::DELIVERY_STATE_DELIVERED);
  EXPECT_EQ(store_->ListNotifications(ACall().deadline, "", "", "", 10)->front().cause(),
            subscription.name());
}

TEST_P(ContactMailTest, OfOneThatFailedForFiveDaysItSaysSinceWhenAndIsToldOnce) {
  const std::string since = absl::FormatTime("%Y, %H:%M (UTC)", clock_.Now(), absl::UTCTimeZone());
  const v1::Subscription subscription = Subscribe("/status/500", "owner@example.org", "de-AT");
  for (const int days : {0, 5, 0}) {
    clock_.Advance(absl::Hours(24 * days));
    ASSERT_THAT(endpoints_->Report(ACall().deadline, SubscriptionIdOf(subscription.name()),
                                   subscription.url(), {}),
                IsOk());
  }
  SendAll();
  ASSERT_THAT(sink_.Mails(), SizeIs(1));
  EXPECT_THAT(sink_.Facts()[0], HasSubstr("| de | Webhook abgeschaltet: Zgłoszenia"));
  EXPECT_THAT(sink_.Mails()[0], HasSubstr(since));
}

TEST_P(ContactMailTest, WithoutAContactNobodyIsTold) {
  Disable(Subscribe("/status/410", "", ""));
  EXPECT_THAT(Ledger(), IsEmpty());
}

TEST_P(ContactMailTest, InALanguageThatTheServiceDoesNotHaveItIsEnglish) {
  Disable(Subscribe("/status/410", "owner@example.org", "fr"));
  SendAll();
  ASSERT_THAT(sink_.Facts(), SizeIs(1));
  EXPECT_THAT(sink_.Facts()[0], HasSubstr("| en | Webhook switched off: "));
}

TEST_P(ContactMailTest, TheAddressOfTheMomentCounts) {
  v1::UpdateSubscriptionRequest request;
  *request.mutable_subscription() = Subscribe("/status/410", "old@example.org", "");
  Disable(request.subscription());
  request.mutable_subscription()->clear_etag();
  request.mutable_subscription()->set_contact_email("new@example.org");
  request.mutable_update_mask()->add_paths("contact_email");
  ASSERT_THAT(subscriptions_->Update(ACall(), request, Reach::kAnywhere), IsOk());
  SendAll();
  ASSERT_THAT(sink_.Facts(), SizeIs(1));
  EXPECT_THAT(sink_.Facts()[0], HasSubstr("new@example.org"));
}

TEST_P(ContactMailTest, WhatWasRefusedIsToldAgainWhenAHumanSaysSo) {
  v1::UpdateSubscriptionRequest request;
  *request.mutable_subscription() = Subscribe("/status/410", "data-554-owner@example.org", "");
  Disable(request.subscription());
  SendAll();
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_REJECTED);
  request.mutable_subscription()->clear_etag();
  request.mutable_subscription()->set_contact_email("owner@example.org");
  request.mutable_update_mask()->add_paths("contact_email");
  ASSERT_THAT(subscriptions_->Update(ACall(), request, Reach::kAnywhere), IsOk());
  EXPECT_EQ(ReplayWithoutEvent(), 1);
  SendAll();
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_DELIVERED);
  EXPECT_THAT(sink_.Facts(), ElementsAre(HasSubstr("owner@example.org")));
}

TEST_P(ContactMailTest, WhatIsNotTrueAnyMoreIsNotTold) {
  const v1::Subscription resumed = Subscribe("/status/410", "owner@example.org", "");
  const v1::Subscription deleted = Subscribe("/status/410", "owner@example.org", "");
  Disable(resumed);
  Disable(deleted);
  ASSERT_THAT(subscriptions_->SetState(ACall(), resumed.name(), "", v1::Subscription::STATE_ACTIVE),
              IsOk());
  ASSERT_THAT(subscriptions_->Delete(ACall(), deleted.name(), ""), IsOk());
  SendAll();
  EXPECT_THAT(sink_.Mails(), IsEmpty());
  ASSERT_THAT(Ledger(), SizeIs(2));
  EXPECT_EQ(Ledger()[0].reason(), v1::DELIVERY_REASON_OVERTAKEN);
  EXPECT_EQ(Ledger()[1].reason(), v1::DELIVERY_REASON_PERSON_UNKNOWN);
}

TEST_P(ContactMailTest, TheAddressGoesWithTheSubscription) {
  const v1::Subscription subscription = Subscribe("/status/410", "drop-owner@example.org", "");
  Disable(subscription);
  const auto claimed = store_->ClaimDeliveries(ACall().deadline, v1::CHANNEL_EMAIL, "dies",
                                               absl::Minutes(1), 10, clock_.Now());
  ASSERT_THAT(*claimed, SizeIs(1));
  std::vector<PlannedAttempt> attempts = {
      {(*claimed)[0], {"example.org", "drop-owner@example.org", "To: drop-owner"}, std::nullopt}};
  ASSERT_THAT(store_->BeginAttempts(ACall().deadline, absl::MakeSpan(attempts), clock_.Now()),
              IsOk());
  EXPECT_THAT(KeptMails(), SizeIs(1)) << "it may have arrived";
  ASSERT_THAT(subscriptions_->Delete(ACall(), subscription.name(), ""), IsOk());
  for (const std::string& text : AllTexts()) EXPECT_THAT(text, Not(HasSubstr("drop-owner")));
}

}  // namespace
}  // namespace wici::notification
