// Campaigns over real gRPC, and what becomes of them in the ledger.
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/campaigns/campaign_check.h"
#include "services/notification/campaigns/campaign_worker.h"
#include "services/notification/errors.h"
#include "services/notification/testing/notification_server.h"
#include "wici/notification/v1/campaign_service.pb.h"
#include "wici/notification/v1/notification_service.pb.h"
#include "wici/notification/v1/template_service.pb.h"

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

constexpr char kAudience[] = "audienceSnapshots/mazovia";

class CampaignServiceTest : public NotificationFixture {
 protected:
  void SetUp() override {
    NotificationFixture::SetUp();
    if (IsSkipped()) return;
    mutation_ = std::make_unique<feed::Mutation>(kDomain, database(), clock(), ids_, [] {});
    campaigns_ = std::make_unique<CampaignStore>(database(), *mutation_);
    worker_ = std::make_unique<CampaignWorker>(*campaigns_, server_->peers, machine_, [] {});
  }

  static v1::CreateCampaignRequest Wanted(int persons) {
    v1::CreateCampaignRequest request;
    v1::Campaign& campaign = *request.mutable_campaign();
    campaign.set_title("Zaproszenie dla wszystkich");
    campaign.set_event("events/e1");
    campaign.set_template_("templates/invitation");
    for (int i = 0; i < persons; ++i) campaign.add_persons(absl::StrCat("persons/p", i));
    return request;
  }
  absl::StatusOr<v1::Campaign> Create(const v1::CreateCampaignRequest& request) {
    return Call<v1::Campaign>("CampaignService/CreateCampaign", request);
  }
  absl::StatusOr<v1::Campaign> Get(const std::string& name) {
    v1::GetCampaignRequest request;
    request.set_name(name);
    return Call<v1::Campaign>("CampaignService/GetCampaign", request);
  }
  // "Approve", "Start", "Pause", "Resume" or "Abort".
  absl::StatusOr<v1::Campaign> Step(const std::string& step, const std::string& name,
                                    const std::string& etag = "") {
    v1::PauseCampaignRequest fields;
    fields.set_name(name);
    fields.set_etag(etag);
    const std::string method = absl::StrCat("CampaignService/", step, "Campaign");
    if (step == "Approve") return Take<v1::ApproveCampaignRequest>(method, fields);
    if (step == "Start") return Take<v1::StartCampaignRequest>(method, fields);
    if (step == "Resume") return Take<v1::ResumeCampaignRequest>(method, fields);
    if (step == "Abort") return Take<v1::AbortCampaignRequest>(method, fields);
    return Call<v1::Campaign>(method, fields);
  }
  // Requests of all steps look the same.
  template <class Request>
  absl::StatusOr<v1::Campaign> Take(const std::string& method,
                                    const v1::PauseCampaignRequest& fields) {
    Request request;
    request.ParseFromString(fields.SerializeAsString());
    return Call<v1::Campaign>(method, request);
  }
  std::string Started(int persons, std::int32_t rate = 0) {
    v1::CreateCampaignRequest request = Wanted(persons);
    request.mutable_campaign()->set_rate_per_minute(rate);
    const std::string name = Create(request)->name();
    EXPECT_THAT(Approve(name), IsOk());
    EXPECT_THAT(Step("Start", name), IsOk());
    return name;
  }
  // By somebody other than the author, who has seen it as it is.
  absl::StatusOr<v1::Campaign> Approve(const std::string& name) {
    return campaigns_->Step({{}, Deadline()}, name, campaigns_->Get(Deadline(), name)->etag(),
                            CampaignStep::kApprove, "users/other");
  }

  std::int64_t Advance() {
    const auto added = worker_->RunOnce();
    EXPECT_THAT(added, IsOk());
    clock().Advance(absl::Milliseconds(200));
    return added.ok() ? *added : -1;
  }
  std::vector<ClaimedDelivery> Claim(int limit, v1::Channel channel = v1::CHANNEL_EMAIL) {
    return *store().ClaimDeliveries(Deadline(), channel, "worker", absl::Minutes(2), limit,
                                    clock().Now());
  }
  // Sends everything that is due and that the check lets through, and notes who got it.
  void Deliver() {
    const std::vector<ClaimedDelivery> claimed = Claim(1000);
    const std::vector<Verdict> verdicts = Verdicts(claimed);
    std::vector<AttemptRecord> records;
    for (std::size_t i = 0; i < claimed.size(); ++i) {
      const ClaimedDelivery& delivery = claimed[i];
      AttemptRecord record;
      record.delivery = delivery;
      record.ended = clock().Now();
      if (const auto held = SettleByVerdict(delivery, verdicts[i])) {
        record.result.outcome = v1::ATTEMPT_OUTCOME_UNSPECIFIED;
        record.settlement = *held;
      } else {
        ++got_[delivery.person];
        record.result.outcome = v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY;
        record.settlement = SettleAttempt(delivery, record.result, clock().Now());
      }
      records.push_back(record);
    }
    EXPECT_THAT(store().RecordAttempts(Deadline(), records, clock().Now()), IsOk());
  }
  std::vector<Verdict> Verdicts(const std::vector<ClaimedDelivery>& deliveries) {
    std::vector<Candidate> candidates;
    for (const ClaimedDelivery& d : deliveries) candidates.push_back({&d, "a@example.org", ""});
    std::vector<Verdict> verdicts;
    EXPECT_THAT(database().Read(Deadline(),
                                [&](sql::Transaction& tx) -> absl::Status {
                                  auto found = CampaignCheck().Check(tx, candidates, clock().Now());
                                  if (found.ok()) verdicts = *std::move(found);
                                  return found.status();
                                }),
                IsOk());
    return verdicts;
  }

  // Of all changes, in the order in which they were recorded.
  std::vector<std::string> Kinds() {
    constexpr sql::Query kKinds{"kinds_of_changes",
                                "SELECT c.kind FROM changes c JOIN feed_transactions t ON "
                                "t.transaction_id = c.transaction_id ORDER BY t.ticket, c.ordinal"};
    std::vector<std::string> kinds;
    EXPECT_THAT(database().Read(Deadline(),
                                [&](sql::Transaction& tx) -> absl::Status {
                                  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kKinds));
                                  kinds.clear();
                                  for (const sql::Row& row : rows) kinds.push_back(row.Text(0));
                                  return absl::OkStatus();
                                }),
                IsOk());
    return kinds;
  }
  // A draft for an audience of so many.
  v1::CreateCampaignRequest ForAudience(int persons, std::size_t page) {
    std::vector<std::string>& audience = server_->peers.audiences[kAudience];
    audience.clear();
    for (int i = 0; i < persons; ++i) {
      audience.push_back(absl::StrCat("clusters/c", i, "/contacts/p"));
    }
    server_->peers.audience_page = page;
    v1::CreateCampaignRequest request = Wanted(0);
    request.mutable_campaign()->set_audience(kAudience);
    return request;
  }
  void SendUntilDone(const std::string& name) {
    for (int i = 0; Get(name)->state() != v1::Campaign::STATE_DONE && i < 100; ++i) {
      Advance();
      Deliver();
    }
  }

  std::unique_ptr<feed::Mutation> mutation_;
  std::unique_ptr<CampaignStore> campaigns_;
  std::unique_ptr<CampaignWorker> worker_;
  std::map<std::string, int> got_;
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

TEST_P(CampaignServiceTest, AnAudienceIsWrittenDownPageByPageOnceItsCampaignIsApproved) {
  const auto created = Create(ForAudience(25, 10));
  ASSERT_THAT(created, IsOk());
  const std::string name = created->name();
  EXPECT_EQ(created->audience_state(), v1::Campaign::AUDIENCE_STATE_UNSPECIFIED);
  EXPECT_THAT(Step("Approve", name), Reason("CAMPAIGN_SELF_APPROVED"))
      << "nobody knows yet how many they are";
  ASSERT_THAT(Approve(name), IsOk());
  ASSERT_THAT(Step("Start", name), IsOk());
  Advance();
  EXPECT_EQ(Get(name)->audience_state(), v1::Campaign::AUDIENCE_STATE_READING);
  EXPECT_EQ(Get(name)->audience_size(), 10);
  EXPECT_EQ(Get(name)->persons_size(), 0);
  EXPECT_THAT(Claim(100), SizeIs(0)) << "nobody is sent anything before all are known";
  Advance();
  Advance();
  EXPECT_EQ(Get(name)->audience_state(), v1::Campaign::AUDIENCE_STATE_COMPLETE);
  server_->peers.audiences[kAudience] = {"clusters/late/contacts/p"};  // frozen: too late
  SendUntilDone(name);
  EXPECT_EQ(Get(name)->audience_size(), 25);
  EXPECT_EQ(Get(name)->counts().delivered(), 25);
  EXPECT_THAT(got_, AllOf(SizeIs(25), Each(Pair(::testing::_, 1))));
}

TEST_P(CampaignServiceTest, ACampaignWaitsForARegistryThatIsAwayAndSaysSo) {
  const std::string name = Create(ForAudience(15, 10))->name();
  ASSERT_THAT(Approve(name), IsOk());
  ASSERT_THAT(Step("Start", name), IsOk());
  Advance();
  server_->peers.error = absl::UnavailableError("away");
  for (int i = 0; i < 3; ++i) Advance();
  EXPECT_EQ(Get(name)->audience_state(), v1::Campaign::AUDIENCE_STATE_WAITING);
  EXPECT_EQ(Get(name)->state(), v1::Campaign::STATE_SENDING);
  server_->peers.error = absl::OkStatus();
  Advance();
  EXPECT_EQ(Get(name)->audience_size(), 10) << "not at once";
  clock().Advance(absl::Seconds(30));
  SendUntilDone(name);
  EXPECT_THAT(got_, AllOf(SizeIs(15), Each(Pair(::testing::_, 1))));
  EXPECT_THAT(Kinds(), ::testing::IsSupersetOf({"campaign.audience_waiting",
                                                "campaign.audience_complete", "campaign.done"}));
}

TEST_P(CampaignServiceTest, F24_AnAudienceReadByTwoProcessesAtOnceHoldsEverybodyOnce) {
  const std::string name = Create(ForAudience(12, 5))->name();
  ASSERT_THAT(Approve(name), IsOk());
  const std::string id = name.substr(name.find('/') + 1);
  for (int page = 0; page < 3; ++page) {
    const auto cursor = campaigns_->FindAudienceToRead(Deadline(), id);
    ASSERT_THAT(cursor, IsOk());
    ASSERT_TRUE(cursor->has_value());
    const auto read = server_->peers.ListAudience((*cursor)->audience, (*cursor)->token);
    EXPECT_THAT(campaigns_->AddAudience(Deadline(), **cursor, read),
                testing::IsOkAndHolds(page < 2 ? 5 : 2));
    EXPECT_THAT(campaigns_->AddAudience(Deadline(), **cursor, read), testing::IsOkAndHolds(0))
        << "the other one";
  }
  EXPECT_EQ(Get(name)->audience_size(), 12);
  ASSERT_THAT(Step("Start", name), IsOk());
  SendUntilDone(name);
  EXPECT_THAT(got_, AllOf(SizeIs(12), Each(Pair(::testing::_, 1))));
}

TEST_P(CampaignServiceTest, ACampaignWhoseAudienceDoesNotExistIsADraftAgain) {
  v1::CreateCampaignRequest request = ForAudience(15, 10);
  request.mutable_campaign()->set_audience("audienceSnapshots/none");
  const std::string name = Create(request)->name();
  ASSERT_THAT(Approve(name), IsOk());
  Advance();
  const auto failed = Get(name);
  EXPECT_EQ(failed->state(), v1::Campaign::STATE_DRAFT);
  EXPECT_EQ(failed->audience_state(), v1::Campaign::AUDIENCE_STATE_FAILED);
  EXPECT_EQ(Advance(), 0);
  v1::UpdateCampaignRequest update;
  *update.mutable_campaign() = *failed;
  update.mutable_campaign()->set_audience(kAudience);
  update.mutable_update_mask()->add_paths("audience");
  ASSERT_THAT(Call<v1::Campaign>("CampaignService/UpdateCampaign", update), IsOk());
  ASSERT_THAT(Approve(name), IsOk());
  ASSERT_THAT(Step("Start", name), IsOk());
  SendUntilDone(name);
  EXPECT_THAT(got_, SizeIs(15));
}

TEST_P(CampaignServiceTest, AScheduledCampaignForAnAudienceIsReadAtOnceAndStartsAtItsTime) {
  v1::CreateCampaignRequest request = ForAudience(5, 10);
  request.mutable_campaign()->mutable_schedule_time()->set_seconds(
      absl::ToUnixSeconds(clock().Now() + absl::Hours(1)));
  const std::string name = Create(request)->name();
  ASSERT_THAT(Approve(name), IsOk());
  Advance();
  EXPECT_EQ(Get(name)->audience_size(), 5);
  EXPECT_EQ(Get(name)->state(), v1::Campaign::STATE_APPROVED);
  clock().Advance(absl::Hours(1));
  Advance();
  EXPECT_EQ(Get(name)->state(), v1::Campaign::STATE_SENDING);
  EXPECT_EQ(Advance(), 5);
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

TEST_P(CampaignServiceTest, WhoWroteItDoesNotApproveItForMany) {
  const std::string name = Create(Wanted(101))->name();
  EXPECT_THAT(Step("Approve", name),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("CAMPAIGN_SELF_APPROVED")));
  EXPECT_THAT(Approve(name), IsOk());
}

TEST_P(CampaignServiceTest, WhoChangedItLastDoesNotApproveItForManyEither) {
  const std::string name =
      campaigns_->Create({{}, Deadline()}, "users/other", Wanted(3).campaign())->name();
  v1::UpdateCampaignRequest update;
  *update.mutable_campaign() = Wanted(101).campaign();
  update.mutable_campaign()->set_name(name);
  update.mutable_update_mask()->add_paths("persons");
  const auto updated = Call<v1::Campaign>("CampaignService/UpdateCampaign", update);
  ASSERT_THAT(updated, IsOk());
  EXPECT_THAT(Step("Approve", name, updated->etag()),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("CAMPAIGN_SELF_APPROVED")));
  EXPECT_THAT(campaigns_->Step({{}, Deadline()}, name, "", CampaignStep::kApprove, "users/other"),
              AllOf(StatusIs(absl::StatusCode::kInvalidArgument), HasViolation("etag")))
      << "of which they have seen something, but perhaps not this";
  EXPECT_THAT(Approve(name), IsOk());
}

TEST_P(CampaignServiceTest, ACampaignIsSentWithTheTemplateItWasApprovedWithLast) {
  v1::CreateTemplateRequest own;
  own.set_template_id("own");
  own.mutable_template_()->set_title("Own");
  own.mutable_template_()->set_purpose(v1::PURPOSE_SERVICE);
  v1::TemplateVersion::Content& content = *own.mutable_version()->add_contents();
  content.set_language("en");
  content.set_subject("Own");
  content.set_text("Own");
  ASSERT_THAT(Call<v1::Template>("TemplateService/CreateTemplate", own), IsOk());
  v1::CreateCampaignRequest request = ForAudience(1, 10);
  request.mutable_campaign()->set_template_("templates/own");
  request.mutable_campaign()->set_audience("audienceSnapshots/none");
  const std::string name = Create(request)->name();
  ASSERT_THAT(Approve(name), IsOk());
  Advance();  // there is no such audience: it is a draft again
  v1::UpdateCampaignRequest update;
  update.mutable_campaign()->set_name(name);
  update.mutable_campaign()->set_template_("templates/invitation");
  update.mutable_campaign()->set_audience(kAudience);
  update.mutable_update_mask()->add_paths("template");
  update.mutable_update_mask()->add_paths("audience");
  ASSERT_THAT(Call<v1::Campaign>("CampaignService/UpdateCampaign", update), IsOk());
  ASSERT_THAT(Approve(name), IsOk());
  ASSERT_THAT(Step("Start", name), IsOk());
  for (int i = 0; i < 5; ++i) Advance();
  const std::vector<ClaimedDelivery> claimed = Claim(10);
  ASSERT_THAT(claimed, SizeIs(1));
  EXPECT_EQ(claimed[0].template_name, "templates/invitation");
}

TEST_P(CampaignServiceTest, OnlyADraftIsChanged) {
  const auto created = Create(Wanted(3));
  v1::UpdateCampaignRequest request;
  *request.mutable_campaign() = *created;
  request.mutable_campaign()->set_title("Nowy tytuł");
  request.mutable_campaign()->add_persons("persons/only");
  request.mutable_update_mask()->add_paths("title");
  request.mutable_update_mask()->add_paths("persons");
  const auto updated = Call<v1::Campaign>("CampaignService/UpdateCampaign", request);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->title(), "Nowy tytuł");
  EXPECT_EQ(Get(created->name())->persons_size(), 1);
  EXPECT_THAT(Call<v1::Campaign>("CampaignService/UpdateCampaign", request),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  request.mutable_campaign()->set_etag("");
  request.mutable_campaign()->set_title("");
  request.mutable_update_mask()->add_paths("state");
  EXPECT_THAT(Call<v1::Campaign>("CampaignService/UpdateCampaign", request),
              AllOf(HasViolation("update_mask"), HasViolation("campaign.title")));
  ASSERT_THAT(Step("Approve", created->name()), IsOk());
  request.mutable_campaign()->set_title("x");
  EXPECT_THAT(Call<v1::Campaign>("CampaignService/UpdateCampaign", request),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("CAMPAIGN_STEP_NOT_ALLOWED")));
}

TEST_P(CampaignServiceTest, EverythingThatIsWrongIsSaidAtOnce) {
  v1::CreateCampaignRequest request = Wanted(1);
  v1::Campaign& campaign = *request.mutable_campaign();
  request.set_request_id("no");
  campaign.set_title("");
  campaign.set_event("Łódź");
  campaign.set_template_("invitation");
  campaign.add_persons("persons/p0");
  campaign.add_persons("jan@example.org");
  campaign.set_channel(v1::CHANNEL_WEBHOOK);
  campaign.set_rate_per_minute(-1);
  campaign.mutable_schedule_time()->set_seconds(-1);
  std::vector<std::string> fields;
  for (const FieldViolation& violation : FieldViolations(Create(request).status())) {
    fields.push_back(violation.field);
  }
  EXPECT_THAT(fields, ::testing::UnorderedElementsAre(
                          "request_id", "campaign.title", "campaign.event", "campaign.template",
                          "campaign.persons[1]", "campaign.persons[2]", "campaign.channel",
                          "campaign.rate_per_minute", "campaign.schedule_time"));
  for (const char* name : {"templates/event-updated", "templates/registration-cancelled",
                           "templates/registration-confirmed"}) {
    request = Wanted(1);
    request.mutable_campaign()->set_template_(name);
    EXPECT_THAT(Create(request), HasViolation("campaign.template")) << name;
  }
  request = Wanted(1);
  request.mutable_campaign()->set_audience("audiences/a");
  EXPECT_THAT(Create(request),
              AllOf(HasViolation("campaign.audience"), HasViolation("campaign.persons")));
  EXPECT_THAT(Create(Wanted(0)), HasViolation("campaign.persons"));
  EXPECT_THAT(Create(Wanted(10001)), HasViolation("campaign.persons"));
  EXPECT_THAT(Create(Wanted(10000)), IsOk());
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
