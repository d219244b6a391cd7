// Campaigns for an audience of the registry, which is written down when they are approved.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/campaigns/testing/campaign_fixture.h"

namespace wici::notification {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using testing::IsOk;
using ::testing::Pair;
using testing::Reason;
using ::testing::SizeIs;

class CampaignAudienceTest : public CampaignFixture {};
WICI_ON_EVERY_ENGINE(CampaignAudienceTest);

TEST_P(CampaignAudienceTest, AnAudienceIsWrittenDownPageByPageOnceItsCampaignIsApproved) {
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

TEST_P(CampaignAudienceTest, ACampaignWaitsForARegistryThatIsAwayAndSaysSo) {
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

TEST_P(CampaignAudienceTest, F24_AnAudienceReadByTwoProcessesAtOnceHoldsEverybodyOnce) {
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

TEST_P(CampaignAudienceTest, ACampaignWhoseAudienceDoesNotExistIsADraftAgain) {
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

TEST_P(CampaignAudienceTest, AScheduledCampaignForAnAudienceIsReadAtOnceAndStartsAtItsTime) {
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

}  // namespace
}  // namespace wici::notification
