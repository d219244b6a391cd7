// Campaigns over real gRPC, and what becomes of them in the ledger.
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/clock.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/campaigns/testing/campaign_fixture.h"
#include "wici/notification/v1/notification_service.pb.h"

namespace wici::notification {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using testing::HasViolation;
using testing::IsOk;
using testing::kRequestId;
using ::testing::Pair;
using testing::Reason;
using ::testing::SizeIs;
using testing::StatusIs;

class CampaignServiceTest : public CampaignFixture {
 protected:
  // Claims all that is due; how to record that it was put off for so long.
  std::vector<AttemptRecord> PutOff(absl::Duration time, v1::DeliveryReason reason) {
    std::vector<AttemptRecord> records;
    for (const ClaimedDelivery& delivery : Claim(1000)) {
      AttemptRecord& record = records.emplace_back();
      record.delivery = delivery;
      record.ended = clock().Now();
      record.result.outcome = v1::ATTEMPT_OUTCOME_UNSPECIFIED;
      record.settlement = *SettleByVerdict(delivery, {reason, clock().Now() + time});
    }
    return records;
  }
};
WICI_ON_EVERY_ENGINE(CampaignServiceTest);

TEST_P(CampaignServiceTest, ADraftIsWrittenApprovedAndSent) {
  const auto created = Create(Wanted(25));
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->state(), v1::Campaign::STATE_DRAFT);
  EXPECT_EQ(Get(created->name())->persons_size(), 25);
  EXPECT_EQ(Step("Approve", created->name())->approver(), "users/test");
  ASSERT_THAT(Step("Start", created->name()), IsOk());
  EXPECT_EQ(Advance(), 10);
  EXPECT_EQ(Get(created->name())->counts().pending(), 25);
  Deliver();
  EXPECT_EQ(Get(created->name())->counts().delivered(), 10);
  EXPECT_EQ(Advance(), 15);
  Deliver();
  EXPECT_EQ(Advance(), 0);
  const auto done = Get(created->name());
  EXPECT_EQ(done->state(), v1::Campaign::STATE_DONE);
  EXPECT_EQ(done->counts().delivered(), 25);
  EXPECT_THAT(got_, AllOf(SizeIs(25), Each(Pair(::testing::_, 1))));
}

TEST_P(CampaignServiceTest, F24_PausedResumedAndCrashedItReachesEverybodyOnce) {
  const std::string name = Started(500);
  for (int round = 0; Get(name)->state() != v1::Campaign::STATE_DONE && round < 100; ++round) {
    if (round == 4) {
      EXPECT_GT(Advance(), 0);
      ASSERT_THAT(Step("Pause", name), IsOk());
      const std::size_t before = got_.size();
      clock().Advance(absl::Hours(100));  // longer than a message lives
      token_ = server_->grpc.Token("platform-operator");
      EXPECT_EQ(Advance(), 0);
      Deliver();
      EXPECT_EQ(got_.size(), before);
      ASSERT_THAT(Step("Resume", name), IsOk());
    }
    if (round % 3 == 0) {
      // Another process goes on where this one stopped, and both try the same chunk.
      CampaignStore other(database(), *mutation_);
      worker_ = std::make_unique<CampaignWorker>(other, server_->peers, machine_, [] {});
      Advance();
      worker_ = std::make_unique<CampaignWorker>(*campaigns_, server_->peers, machine_, [] {});
    }
    Advance();
    Deliver();
  }
  EXPECT_EQ(Get(name)->counts().delivered(), 500);
  EXPECT_THAT(got_, AllOf(SizeIs(500), Each(Pair(::testing::_, 1))));
}

TEST_P(CampaignServiceTest, APauseHoldsWhatIsInTheLedger) {
  const std::string name = Started(10);
  EXPECT_EQ(Advance(), 10);
  const std::vector<ClaimedDelivery> claimed = Claim(10);
  ASSERT_THAT(claimed, SizeIs(10));
  for (const Verdict& verdict : Verdicts(claimed)) {
    EXPECT_EQ(verdict.reason, v1::DELIVERY_REASON_UNSPECIFIED);
  }
  ASSERT_THAT(Step("Pause", name), IsOk());
  for (const Verdict& verdict : Verdicts(claimed)) {
    EXPECT_EQ(verdict.reason, v1::DELIVERY_REASON_CAMPAIGN_PAUSED);
    EXPECT_TRUE(verdict.until.has_value());
  }
}

TEST_P(CampaignServiceTest, WhatIsBeingSentWhenACampaignPausesSurvivesThePause) {
  const std::string name = Started(10);
  EXPECT_EQ(Advance(), 10);
  std::vector<AttemptRecord> records;
  for (const ClaimedDelivery& delivery : Claim(10)) {
    const AttemptResult busy;
    records.push_back({.delivery = delivery,
                       .result = busy,
                       .settlement = SettleAttempt(delivery, busy, clock().Now()),
                       .ended = clock().Now()});
  }
  ASSERT_THAT(Step("Pause", name), IsOk());
  ASSERT_THAT(store().RecordAttempts(Deadline(), records, clock().Now()), IsOk());
  clock().Advance(absl::Hours(100));  // longer than a message lives
  token_ = server_->grpc.Token("platform-operator");
  Deliver();
  EXPECT_THAT(got_, SizeIs(0));
  ASSERT_THAT(Step("Resume", name), IsOk());
  Deliver();
  EXPECT_THAT(got_, SizeIs(10));
  EXPECT_EQ(Get(name)->counts().expired(), 0);
}

TEST_P(CampaignServiceTest, AnAbortedCampaignSendsNothingMore) {
  const std::string name = Started(30);
  EXPECT_EQ(Advance(), 10);
  const auto aborted = Step("Abort", name);
  ASSERT_THAT(aborted, IsOk());
  EXPECT_EQ(aborted->state(), v1::Campaign::STATE_ABORTED);
  EXPECT_EQ(Advance(), 0);
  EXPECT_THAT(Claim(100), SizeIs(0));
  EXPECT_EQ(Get(name)->counts().not_sent(), 10);
  EXPECT_EQ(Get(name)->counts().pending(), 0);
  EXPECT_THAT(Kinds(),
              ElementsAre("campaign.created", "campaign.approved", "campaign.started",
                          "notification.accepted", "notification.cancelled", "campaign.aborted"));
  ASSERT_THAT(Step("Abort", name), IsOk()) << "again changes nothing";
  EXPECT_THAT(Kinds(), SizeIs(6));
  EXPECT_THAT(Step("Resume", name), Reason("CAMPAIGN_STEP_NOT_ALLOWED"));
}

TEST_P(CampaignServiceTest, WhatWasRefusedOfACampaignIsQueuedAgainWithItsEvent) {
  const std::string name = Started(10);
  EXPECT_EQ(Advance(), 10);
  EndAll(v1::ATTEMPT_OUTCOME_REJECTED, 554);
  Advance();
  EXPECT_EQ(Get(name)->state(), v1::Campaign::STATE_DONE);
  v1::ReplayDeliveriesRequest request;
  request.set_event("events/e1");
  request.add_states(v1::DELIVERY_STATE_REJECTED);
  EXPECT_EQ(Call<v1::ReplayDeliveriesResponse>("NotificationService/ReplayDeliveries", request)
                ->replayed(),
            10);
  EndAll(v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  EXPECT_EQ(Get(name)->counts().delivered(), 10);
}

TEST_P(CampaignServiceTest, ARunningCampaignGoesOnWhileWhatWasRefusedOfItWaitsToBeReplayed) {
  Started(500);
  std::int64_t refused = 0;
  for (int chunk = 0; chunk < 4; ++chunk) {
    refused += Advance();
    EndAll(v1::ATTEMPT_OUTCOME_REJECTED, 554);
  }
  EXPECT_EQ(refused, 150);
  // Others are replayed before it for five minutes.
  constexpr sql::Query kPace{"set_pace", "UPDATE replay_pace SET ends_at = $1"};
  ASSERT_THAT(database().Write(
                  Deadline(),
                  [&](sql::Transaction& tx) {
                    return tx.Execute(kPace, {ToMicros(clock().Now() + absl::Minutes(5))}).status();
                  }),
              IsOk());
  v1::ReplayDeliveriesRequest request;
  request.set_event("events/e1");
  request.add_states(v1::DELIVERY_STATE_REJECTED);
  EXPECT_EQ(Call<v1::ReplayDeliveriesResponse>("NotificationService/ReplayDeliveries", request)
                ->replayed(),
            150);
  EXPECT_EQ(Advance(), 100);
}

TEST_P(CampaignServiceTest, F25_ALargeCampaignDoesNotHoldUpTheMessagesOfOthers) {
  Started(1000);
  for (int i = 0; i < 8; ++i) Advance();
  v1::SendNotificationRequest send;
  send.mutable_notification()->set_template_("templates/invitation");
  send.mutable_notification()->set_event("events/other");
  send.mutable_notification()->add_persons("persons/urgent");
  ASSERT_THAT(Call<v1::Notification>("NotificationService/SendNotification", send), IsOk());
  for (int i = 0; i < 8; ++i) Advance();
  int before = 0;
  for (const ClaimedDelivery& delivery : Claim(1000)) {
    if (delivery.person == "persons/urgent") break;
    ++before;
  }
  EXPECT_LE(before, 200);
}

TEST_P(CampaignServiceTest, AHundredInQuietHoursHoldUpNobodyElse) {
  const std::string name = Started(250);
  for (int round = 0; round < 10; ++round) {
    Advance();
    std::vector<AttemptRecord> records = PutOff(absl::Hours(8), v1::DELIVERY_REASON_QUIET_HOURS);
    for (AttemptRecord& record : records) {
      const bool sleeps = record.delivery.person.size() <= std::string("persons/p99").size();
      if (sleeps) continue;
      ++got_[record.delivery.person];
      record.result.outcome = v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY;
      record.settlement = SettleAttempt(record.delivery, record.result, clock().Now());
    }
    ASSERT_THAT(store().RecordAttempts(Deadline(), records, clock().Now()), IsOk());
  }
  EXPECT_THAT(got_, SizeIs(150));
  EXPECT_EQ(Get(name)->counts().pending(), 100);
  EXPECT_EQ(Get(name)->state(), v1::Campaign::STATE_SENDING) << "it waits for them";
  clock().Advance(absl::Hours(8));
  token_ = server_->grpc.Token("platform-operator");
  SendUntilDone(name);
  EXPECT_EQ(Get(name)->counts().delivered(), 250);
}

TEST_P(CampaignServiceTest, WhatIsHeldByARateHoldsUpTheRest) {
  Started(1000);
  std::set<std::string> seen;
  for (int round = 0; round < 20; ++round) {
    Advance();
    const auto records = PutOff(absl::Seconds(30), v1::DELIVERY_REASON_THROTTLED);
    for (const AttemptRecord& record : records) seen.insert(record.delivery.person);
    ASSERT_THAT(store().RecordAttempts(Deadline(), records, clock().Now()), IsOk());
  }
  EXPECT_LE(seen.size(), 200U);
}

TEST_P(CampaignServiceTest, AProviderThatPutsEverybodyOffGetsNoMoreThanAThousand) {
  Started(1500);
  std::int64_t added = 0;
  for (int round = 0; round < 20; ++round) {
    added += Advance();
    const auto records = PutOff(absl::Hours(1), v1::DELIVERY_REASON_CIRCUIT_OPEN);
    ASSERT_THAT(store().RecordAttempts(Deadline(), records, clock().Now()), IsOk());
  }
  EXPECT_GE(added, 1000);
  EXPECT_LT(added, 1100);
}

TEST_P(CampaignServiceTest, F25_ManyCampaignsOfOneEventHaveNoMoreInTheLedgerThanOne) {
  for (int i = 0; i < 20; ++i) Started(100);
  std::int64_t added = 0;
  for (int i = 0; i < 10; ++i) added += Advance();
  EXPECT_LE(added, 200);
  EXPECT_GE(added, 20) << "each has begun";
  v1::CreateCampaignRequest of_another = Wanted(150);
  of_another.mutable_campaign()->set_event("events/e2");
  const std::string name = Create(of_another)->name();
  ASSERT_THAT(Approve(name), IsOk());
  ASSERT_THAT(Step("Start", name), IsOk());
  added = 0;
  for (int i = 0; i < 12; ++i) added += Advance();
  EXPECT_EQ(added, 150) << "it has a ledger to itself";
}

TEST_P(CampaignServiceTest, CampaignsTakeTurns) {
  const std::string first = Started(300);
  const std::string second = Started(300);
  Advance();
  Deliver();  // both have started
  for (int i = 0; i < 3; ++i) {
    const auto before =
        std::pair(Get(first)->counts().delivered(), Get(second)->counts().delivered());
    Advance();
    Deliver();
    EXPECT_GT(Get(first)->counts().delivered(), before.first) << i;
    EXPECT_GT(Get(second)->counts().delivered(), before.second) << i;
  }
}

TEST_P(CampaignServiceTest, ItsRateIsKept) {
  const std::string name = Started(100, 60);
  std::int64_t added = 0;
  for (int second = 0; second < 60; ++second) {
    added += Advance();
    Deliver();
    clock().Advance(absl::Milliseconds(800));
  }
  EXPECT_LE(added, 60);
  EXPECT_GE(added, 50);
}

TEST_P(CampaignServiceTest, F16_ACampaignGoesOnWhenTheClockIsSetBack) {
  Started(30);
  clock().Advance(absl::Hours(1));
  EXPECT_EQ(Advance(), 10);
  Deliver();
  clock().Advance(-absl::Hours(1));
  EXPECT_EQ(Advance(), 20);
}

TEST_P(CampaignServiceTest, AScheduledCampaignStartsByItself) {
  v1::CreateCampaignRequest request = Wanted(5);
  request.mutable_campaign()->mutable_schedule_time()->set_seconds(
      absl::ToUnixSeconds(clock().Now() + absl::Hours(1)));
  const std::string name = Create(request)->name();
  ASSERT_THAT(Step("Approve", name), IsOk());
  EXPECT_EQ(Advance(), 0);
  EXPECT_EQ(Get(name)->state(), v1::Campaign::STATE_APPROVED);
  clock().Advance(absl::Hours(1));
  Advance();
  EXPECT_EQ(Get(name)->state(), v1::Campaign::STATE_SENDING);
  EXPECT_EQ(Advance(), 5);
}

TEST_P(CampaignServiceTest, AChannelThatIsNotSetUpIsRefusedAtOnce) {
  const auto refused =
      StatusIs(absl::StatusCode::kFailedPrecondition, Reason("CHANNEL_NOT_SET_UP"));
  v1::UpdateCampaignRequest update;
  *update.mutable_campaign() = *Create(Wanted(1));
  update.mutable_update_mask()->add_paths("channel");
  for (const v1::Channel channel : {v1::CHANNEL_SMS, v1::CHANNEL_WEB_PUSH}) {
    v1::CreateCampaignRequest request = Wanted(1);
    request.mutable_campaign()->set_channel(channel);
    EXPECT_THAT(Create(request), refused);
    update.mutable_campaign()->set_channel(channel);
    EXPECT_THAT(Call<v1::Campaign>("CampaignService/UpdateCampaign", update), refused);
  }
}

class ShortCampaignTest : public CampaignServiceTest {
 protected:
  std::set<v1::Channel> ServedChannels() const override {
    return {v1::CHANNEL_EMAIL, v1::CHANNEL_SMS, v1::CHANNEL_WEB_PUSH};
  }
};
WICI_ON_EVERY_ENGINE(ShortCampaignTest);

TEST_P(ShortCampaignTest, ItGoesOverTheChannelItNamesAndAsAnSmsOnceAtMost) {
  for (const v1::Channel channel : {v1::CHANNEL_SMS, v1::CHANNEL_WEB_PUSH}) {
    v1::CreateCampaignRequest request = Wanted(3);
    request.mutable_campaign()->set_channel(channel);
    const auto created = Create(request);
    ASSERT_THAT(created, IsOk());
    EXPECT_EQ(created->channel(), channel);
    ASSERT_THAT(Step("Approve", created->name()), IsOk());
    ASSERT_THAT(Step("Start", created->name()), IsOk());
    EXPECT_EQ(Advance(), 3);
    EXPECT_THAT(Claim(10), SizeIs(0)) << "no mail";
    const std::vector<ClaimedDelivery> claimed = Claim(10, channel);
    ASSERT_THAT(claimed, SizeIs(3));
    EXPECT_EQ(claimed[0].unknown_policy, channel == v1::CHANNEL_SMS
                                             ? v1::UNKNOWN_POLICY_AT_MOST_ONCE
                                             : v1::UNKNOWN_POLICY_AT_LEAST_ONCE);
    ASSERT_THAT(Step("Pause", created->name()), IsOk());
    for (const Verdict& verdict : Verdicts(claimed)) {
      EXPECT_EQ(verdict.reason, v1::DELIVERY_REASON_CAMPAIGN_PAUSED);
    }
    ASSERT_THAT(Step("Abort", created->name()), IsOk());
  }
}

TEST_P(CampaignServiceTest, UnknownCampaignsAndTemplatesAreNotFound) {
  const auto not_found = StatusIs(absl::StatusCode::kNotFound, Reason("CAMPAIGN_NOT_FOUND"));
  EXPECT_THAT(Get("campaigns/none"), not_found);
  for (const char* step : {"Approve", "Start", "Pause", "Resume", "Abort"}) {
    EXPECT_THAT(Step(step, "campaigns/none"), not_found) << step;
    EXPECT_THAT(Step(step, "none"), HasViolation("name")) << step;
  }
  v1::CreateCampaignRequest request = Wanted(1);
  request.mutable_campaign()->set_template_("templates/none");
  const std::string name = Create(request)->name();
  EXPECT_THAT(Step("Approve", name), Reason("TEMPLATE_NOT_FOUND"));
  EXPECT_THAT(Step("Start", name), Reason("CAMPAIGN_STEP_NOT_ALLOWED"));
  EXPECT_THAT(Step("Approve", name, "\"7\""), Reason("ETAG_MISMATCH"));
}

TEST_P(CampaignServiceTest, SameRequestIdGivesOneCampaign) {
  v1::CreateCampaignRequest request = Wanted(2);
  request.set_request_id(kRequestId);
  const auto first = Create(request);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(Create(request)->name(), first->name());
  request.mutable_campaign()->set_title("x");
  EXPECT_THAT(Create(request), Reason("REQUEST_ID_REUSED"));
}

TEST_P(CampaignServiceTest, PagesHoldEachCampaignOnce) {
  std::set<std::string> created;
  for (int i = 0; i < 5; ++i) created.insert(Create(Wanted(1))->name());
  v1::ListCampaignsRequest request;
  request.set_event("events/e1");
  request.set_state(v1::Campaign::STATE_DRAFT);
  request.set_page_size(2);
  std::set<std::string> seen;
  std::string token;
  do {
    const auto page = Call<v1::ListCampaignsResponse>("CampaignService/ListCampaigns", request);
    ASSERT_THAT(page, IsOk());
    for (const v1::Campaign& item : page->campaigns()) EXPECT_TRUE(seen.insert(item.name()).second);
    if (token.empty()) token = page->next_page_token();
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(seen, created);
  request.set_page_token(token);
  request.set_event("");
  EXPECT_THAT(Call<v1::ListCampaignsResponse>("CampaignService/ListCampaigns", request),
              HasViolation("page_token"));
}

TEST_P(CampaignServiceTest, TheUnentitledAreTurnedAway) {
  const std::string name = Create(Wanted(1))->name();
  token_ = server_->grpc.Token("door-staff", "events/e1");
  EXPECT_THAT(Create(Wanted(1)), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Step("Abort", name), StatusIs(absl::StatusCode::kPermissionDenied));
}

}  // namespace
}  // namespace wici::notification
