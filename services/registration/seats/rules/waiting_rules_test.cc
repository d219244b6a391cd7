#include <set>
#include <string>

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
  const std::int64_t block = WaitingBlock(WaitingNumber(4, 256));
  EXPECT_EQ(FirstOfBlock(block), WaitingNumber(4, 256));
  EXPECT_EQ(WaitingBlock(WaitingNumber(4, 511)), block);
  EXPECT_EQ(WaitingBlock(WaitingNumber(4, 512)), block + 1);
  EXPECT_EQ(WaitingBlock(WaitingNumber(4, 256) - 1), block - 1);
  EXPECT_LT(WaitingBlock(WaitingNumber(4, 1'000'000)), WaitingBlock(WaitingNumber(5, 1)));
  EXPECT_GT(FirstOfBlock(WaitingBlock(WaitingNumber(kPriorityLast, 1))), 0);
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
  return {name, absl::FromUnixSeconds(from), absl::FromUnixSeconds(until)};
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
