#include "services/cluster_registry/collaboration/rules/states.h"

#include <map>
#include <set>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici::cluster_registry {
namespace {

using Item = v1::CollaborationItem;
using v1::Interest;

constexpr absl::CivilDay kToday(2015, 12, 18);

const std::vector<ItemAction> kItemActions = {
    ItemAction::kEdit,    ItemAction::kSubmit, ItemAction::kReturn,
    ItemAction::kPublish, ItemAction::kMatch,  ItemAction::kClose,
    ItemAction::kExpire,  ItemAction::kDelete, ItemAction::kAttract};
const std::vector<InterestAction> kInterestActions = {
    InterestAction::kAccept, InterestAction::kDecline, InterestAction::kWithdraw,
    InterestAction::kExpire, InterestAction::kRecordOutcome};

// "-" is not allowed.
TEST(ItemStates, EveryActionInEveryState) {
  constexpr auto kNo = Item::STATE_UNSPECIFIED;
  constexpr auto kDraft = Item::STATE_DRAFT;
  constexpr auto kReview = Item::STATE_IN_REVIEW;
  constexpr auto kOpen = Item::STATE_OPEN;
  constexpr auto kMatched = Item::STATE_MATCHED;
  constexpr auto kClosed = Item::STATE_CLOSED;
  constexpr auto kExpired = Item::STATE_EXPIRED;
  const std::map<Item::State, std::vector<Item::State>> table = {
      // edit, submit, return, publish, match, close, expire, delete, attract
      {kNo, {kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo}},
      {kDraft, {kDraft, kReview, kNo, kOpen, kNo, kClosed, kNo, kDraft, kNo}},
      {kReview, {kReview, kNo, kDraft, kOpen, kNo, kClosed, kNo, kReview, kNo}},
      {kOpen, {kOpen, kNo, kNo, kNo, kMatched, kClosed, kExpired, kOpen, kOpen}},
      {kMatched, {kNo, kNo, kNo, kNo, kNo, kNo, kNo, kMatched, kNo}},
      {kClosed, {kNo, kNo, kNo, kNo, kNo, kNo, kNo, kClosed, kNo}},
      {kExpired, {kExpired, kReview, kNo, kOpen, kMatched, kClosed, kNo, kExpired, kNo}},
  };
  for (const auto& [state, row] : table) {
    for (std::size_t i = 0; i < kItemActions.size(); ++i) {
      EXPECT_EQ(NextState(state, kItemActions[i]).value_or(kNo), row[i])
          << Item::State_Name(state) << " action " << i;
    }
  }
}

TEST(ItemStates, I1_AnOpenItemExpiresTheDayAfterItsLast) {
  EXPECT_EQ(StateOn(Item::STATE_OPEN, "2015-12-18", kToday), Item::STATE_OPEN);
  EXPECT_EQ(StateOn(Item::STATE_OPEN, "2015-12-17", kToday), Item::STATE_EXPIRED);
  EXPECT_EQ(StateOn(Item::STATE_OPEN, "9999-12-31", kToday), Item::STATE_OPEN);
  for (const auto state : {Item::STATE_DRAFT, Item::STATE_IN_REVIEW, Item::STATE_MATCHED,
                           Item::STATE_CLOSED, Item::STATE_EXPIRED}) {
    EXPECT_EQ(StateOn(state, "1900-01-01", kToday), state);
  }
}

TEST(InterestStates, EveryActionInEveryState) {
  constexpr auto kNo = Interest::STATE_UNSPECIFIED;
  const std::map<Interest::State, std::vector<Interest::State>> table = {
      // accept, decline, withdraw, expire, record outcome
      {kNo, {kNo, kNo, kNo, kNo, kNo}},
      {Interest::STATE_NEW,
       {Interest::STATE_ACCEPTED, Interest::STATE_DECLINED, Interest::STATE_WITHDRAWN,
        Interest::STATE_EXPIRED, kNo}},
      {Interest::STATE_ACCEPTED,
       {kNo, kNo, Interest::STATE_WITHDRAWN, kNo, Interest::STATE_ACCEPTED}},
      {Interest::STATE_DECLINED, {kNo, kNo, kNo, kNo, kNo}},
      {Interest::STATE_WITHDRAWN, {kNo, kNo, kNo, kNo, kNo}},
      {Interest::STATE_EXPIRED, {kNo, kNo, kNo, kNo, kNo}},
  };
  for (const auto& [state, row] : table) {
    for (std::size_t i = 0; i < kInterestActions.size(); ++i) {
      EXPECT_EQ(NextState(state, kInterestActions[i]).value_or(kNo), row[i])
          << Interest::State_Name(state) << " action " << i;
    }
  }
}

TEST(InterestStates, AnUnansweredOneExpiresAtItsTime) {
  const absl::Time end = absl::FromUnixSeconds(1450425600);
  const absl::Duration moment = absl::Microseconds(1);
  EXPECT_EQ(StateAt(Interest::STATE_NEW, end, end - moment), Interest::STATE_NEW);
  EXPECT_EQ(StateAt(Interest::STATE_NEW, end, end), Interest::STATE_EXPIRED);
  EXPECT_EQ(StateAt(Interest::STATE_ACCEPTED, end, end + moment), Interest::STATE_ACCEPTED);
  EXPECT_EQ(StateAt(Interest::STATE_DECLINED, end, end + moment), Interest::STATE_DECLINED);
}

}  // namespace
}  // namespace wici::cluster_registry
