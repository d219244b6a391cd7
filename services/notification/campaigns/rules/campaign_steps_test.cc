#include "services/notification/campaigns/rules/campaign_steps.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici::notification {
namespace {

constexpr auto kDraft = v1::Campaign::STATE_DRAFT;
constexpr auto kApproved = v1::Campaign::STATE_APPROVED;
constexpr auto kSending = v1::Campaign::STATE_SENDING;
constexpr auto kPaused = v1::Campaign::STATE_PAUSED;
constexpr auto kDone = v1::Campaign::STATE_DONE;
constexpr auto kAborted = v1::Campaign::STATE_ABORTED;

TEST(CampaignStepsTest, ACampaignGoesFromDraftToSendingAndMayBeHeld) {
  EXPECT_EQ(StateAfter(kDraft, CampaignStep::kApprove), kApproved);
  EXPECT_EQ(StateAfter(kApproved, CampaignStep::kStart), kSending);
  EXPECT_EQ(StateAfter(kSending, CampaignStep::kPause), kPaused);
  EXPECT_EQ(StateAfter(kPaused, CampaignStep::kResume), kSending);
  for (const auto state : {kDraft, kApproved, kSending, kPaused, kAborted}) {
    EXPECT_EQ(StateAfter(state, CampaignStep::kAbort), kAborted);
  }
  EXPECT_EQ(StateAfter(kPaused, CampaignStep::kPause), kPaused) << "twice is fine";
}

TEST(CampaignStepsTest, OtherStepsAreNotAllowed) {
  EXPECT_EQ(StateAfter(kDraft, CampaignStep::kStart), std::nullopt);
  EXPECT_EQ(StateAfter(kDraft, CampaignStep::kPause), std::nullopt);
  EXPECT_EQ(StateAfter(kSending, CampaignStep::kApprove), std::nullopt);
  for (const auto step : {CampaignStep::kApprove, CampaignStep::kStart, CampaignStep::kPause,
                          CampaignStep::kResume, CampaignStep::kAbort}) {
    EXPECT_EQ(StateAfter(kDone, step), std::nullopt);
  }
}

TEST(CampaignStepsTest, ForManyPeopleSomebodyElseApproves) {
  EXPECT_TRUE(MayApprove("users/a", "users/a", 100));
  EXPECT_FALSE(MayApprove("users/a", "users/a", 101));
  EXPECT_TRUE(MayApprove("users/a", "users/b", 10000));
}

TEST(CampaignStepsTest, ItBeginsWithFewAndNeverHasMoreThanTwoChunksOpen) {
  EXPECT_EQ(NextChunk(0, 1000, {}, 0).size, 10);
  EXPECT_EQ(NextChunk(1, 1000, {}, 0).size, 20);
  EXPECT_EQ(NextChunk(9, 1000, {.open = 99}, 0).size, 100);
  EXPECT_EQ(NextChunk(9, 1000, {.open = 100}, 0).size, 0);
  EXPECT_EQ(NextChunk(9, 7, {}, 0).size, 7);
  EXPECT_EQ(NextChunk(9, 0, {}, 0).size, 0);
}

TEST(CampaignStepsTest, ItWaitsBehindManyThatFailedAndManyMoreThatSleep) {
  EXPECT_EQ(NextChunk(9, 1000, {.failed = 999, .asleep = 9999}, 0).size, 100);
  EXPECT_EQ(NextChunk(9, 1000, {.failed = 1000}, 0).size, 0);
  EXPECT_EQ(NextChunk(9, 1000, {.asleep = 10000}, 0).size, 0);
  EXPECT_EQ(NextChunk(9, 1000, {.failed = 50}, 0, 20).size, 0) << "they share this, too";
  EXPECT_EQ(NextChunk(9, 1000, {.asleep = 500}, 0, 20).size, 0);
}

TEST(CampaignStepsTest, CampaignsOfOneEventShareAChunk) {
  EXPECT_EQ(NextChunk(9, 1000, {}, 0, 1).size, 100);
  EXPECT_EQ(NextChunk(9, 1000, {}, 0, 20).size, 5);
  EXPECT_EQ(NextChunk(9, 1000, {.open = 4}, 0, 20).size, 5);
  EXPECT_EQ(NextChunk(9, 1000, {.open = 5}, 0, 20).size, 0);
  EXPECT_EQ(NextChunk(0, 1000, {}, 0, 3).size, 10);
  EXPECT_EQ(NextChunk(9, 1000, {}, 0, 1000).size, 1) << "nobody stands still";
}

TEST(CampaignStepsTest, ItsOwnRateIsKept) {
  for (const std::int32_t rate : {1, 5, 6, 60, 599, 6000}) {
    absl::Duration time;
    std::int64_t sent = 0;
    for (int chunk = 0; time < absl::Hours(1); ++chunk) {
      const Chunk next = NextChunk(chunk, 1000000, {}, rate);
      sent += next.size;
      time += next.wait;
    }
    EXPECT_LE(sent, rate * 61) << rate;
    EXPECT_GE(sent, std::min(rate, 500) * 59) << rate;
  }
}

}  // namespace
}  // namespace wici::notification
