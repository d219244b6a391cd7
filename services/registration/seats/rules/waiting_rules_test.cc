#include <map>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/seats/rules/session_choice.h"
#include "services/registration/seats/rules/waiting_order.h"

namespace wici::registration {
namespace {

using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::Optional;
using ::testing::Pair;

TEST(WaitingOrderTest, WithinAPriorityWhoJoinsFirstIsFirst) {
  EXPECT_LT(WaitingNumber(4, 1), WaitingNumber(4, 2));
  EXPECT_LT(WaitingNumber(4, (std::int64_t{1} << 35) - 1), WaitingNumber(5, 1));
  EXPECT_LT(WaitingNumber(kPriorityFirst, 1'000'000), WaitingNumber(kPriorityLast, 1));
  EXPECT_EQ(PriorityOf(WaitingNumber(kPriorityLast, 1'000'000)), kPriorityLast);
}

TEST(WaitingOrderTest, ABlockHasTheNumbersOfManyWhoJoinedOneAfterTheOther) {
  std::int64_t many = 32;
  for (int level = 0; level < kBlockLevels; ++level, many *= 32) {
    const std::int64_t block = WaitingBlock(WaitingNumber(4, many), level);
    EXPECT_EQ(WaitingBlock(WaitingNumber(4, 2 * many - 1), level), block);
    EXPECT_EQ(WaitingBlock(WaitingNumber(4, 2 * many), level), block + 1);
    EXPECT_EQ(WaitingBlock(WaitingNumber(4, many) - 1, level), block - 1);
    EXPECT_LT(WaitingBlock(WaitingNumber(4, 1'000'000), level),
              WaitingBlock(WaitingNumber(5, 1), level));
    EXPECT_GT(WaitingBlock(WaitingNumber(kPriorityLast, 1), level), 0);
  }
}

TEST(WaitingOrderTest, ThePartsOfAPlaceAddUpToItAndAreFew) {
  // Three priorities, with gaps and numbers between two others.
  std::vector<std::int64_t> waiting;
  for (const int priority : {1, 4, 7}) {
    for (std::int64_t place = 1; place < 40'000; place += place % 97 == 0 ? 40 : 1) {
      waiting.push_back(WaitingNumber(priority, place));
      if (place % 13 == 0) waiting.push_back(WaitingNumber(priority, place) + 1024);
    }
  }
  std::vector<std::map<std::int64_t, std::int64_t>> counts(kBlockLevels);
  for (const std::int64_t number : waiting) {
    for (int level = 0; level < kBlockLevels; ++level) {
      ++counts[static_cast<std::size_t>(level)][WaitingBlock(number, level)];
    }
  }
  for (std::size_t i = 0; i < waiting.size(); i += 61) {
    const PlaceParts parts = PartsOfPlace(waiting[i]);
    std::int64_t place = 0;
    std::size_t read = 0;
    for (std::size_t level = 0; level < counts.size(); ++level) {
      const auto end = counts[level].lower_bound(parts.blocks[level].end);
      for (auto at = counts[level].lower_bound(parts.blocks[level].first); at != end; ++at) {
        place += at->second;
        ++read;
      }
    }
    for (std::size_t j = i + 1; j-- > 0 && waiting[j] >= parts.first_number;) {
      ++place;
      ++read;
    }
    ASSERT_EQ(place, static_cast<std::int64_t>(i) + 1);
    EXPECT_LE(read, 110U);
  }
}

TEST(WaitingOrderTest, AReasonNamesTheNumberAndWhoWasPassedOver) {
  const std::int64_t number = WaitingNumber(5, 12);
  EXPECT_EQ(PlaceIn(number), 12);
  EXPECT_EQ(PromotionReason(number, 0, false), "priority 5, number 12; nobody waited before it");
  EXPECT_EQ(PromotionReason(number, 2, false),
            "priority 5, number 12; passed over: 2 whose places were not free");
  EXPECT_EQ(PromotionReason(number, 2, true),
            "priority 5, number 12; passed over: 2 whose places were not free, and lines that are "
            "full");
  EXPECT_EQ(PromotionReason(number, 0, true),
            "priority 5, number 12; passed over: lines that are full");
  EXPECT_EQ(PromotionReason(*NumberBetween(std::nullopt, WaitingNumber(4, 1)), 0, false),
            "priority 4; nobody waited before it")
      << "it was moved to the head, where there are no numbers";
}

TEST(WaitingOrderTest, AMoveFindsANumberBetweenTwoOthersUntilThereIsNoRoom) {
  const std::int64_t before = WaitingNumber(4, 1);
  std::int64_t after = WaitingNumber(4, 2);
  int moves = 0;
  for (;;) {
    const auto number = NumberBetween(before, after);
    if (!number) break;
    ASSERT_LT(before, *number);
    ASSERT_LT(*number, after);
    after = *number;
    ++moves;
  }
  EXPECT_EQ(moves, 24);
  EXPECT_LT(*NumberBetween(std::nullopt, before), before);
}

TEST(WaitingOrderTest, TheHeadHasRoomForEverybody) {
  std::int64_t head = WaitingNumber(kPriorityDefault, 1);
  for (int i = 0; i < 100'000; ++i) {
    const auto number = NumberBetween(std::nullopt, head);
    ASSERT_LT(*number, head);
    head = *number;
  }
  EXPECT_EQ(PriorityOf(head), kPriorityDefault);
}

TEST(WaitingOrderTest, ThoseTooCloseAreSpreadUpToTheFirstThatIsNot) {
  const std::vector<std::int64_t> behind = {101, 102, 103, 1'000'000, 1'000'001};
  const auto numbers = SpreadBehind(100, behind, false);
  ASSERT_TRUE(numbers);
  ASSERT_EQ(numbers->size(), 4U) << "the new one and three others";
  std::int64_t before = 100;
  for (const std::int64_t number : *numbers) {
    EXPECT_GT(number, before);
    before = number;
  }
  EXPECT_LT(before, 1'000'000);
  EXPECT_EQ(SpreadBehind(100, {101, 102, 103}, false), std::nullopt) << "more must be known";
  EXPECT_THAT(SpreadBehind(100, {101, 103}, true), Optional(ElementsAre(101, 102)));
}

TEST(WaitingOrderTest, TheEndOfAPriorityIsBehindEverybodyThere) {
  EXPECT_EQ(NumberAtEnd(WaitingNumber(4, 7), 9), WaitingNumber(4, 9));
  EXPECT_GT(NumberAtEnd(WaitingNumber(4, 9) + 5, 9), WaitingNumber(4, 9) + 5);
}

ChosenSession At(const std::string& name, int from, int until) {
  return {name, {absl::FromUnixSeconds(from), absl::FromUnixSeconds(until)}};
}

TEST(SessionChoiceTest, OneMayEndWhenTheNextBegins) {
  EXPECT_THAT(FindOverlap({}), Eq(std::nullopt));
  EXPECT_THAT(FindOverlap({At("b", 20, 30), At("a", 10, 20)}), Eq(std::nullopt));
}

TEST(SessionChoiceTest, ALongSessionOverlapsALateOne) {
  EXPECT_THAT(FindOverlap({At("late", 50, 60), At("long", 10, 55)}),
              Optional(Pair("long", "late")));
  EXPECT_THAT(FindOverlap({At("same", 10, 20), At("same", 10, 20)}),
              Optional(Pair("same", "same")));
}

}  // namespace
}  // namespace wici::registration
