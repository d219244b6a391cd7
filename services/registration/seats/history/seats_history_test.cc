// Concurrent histories on one event, over two stores that know nothing of each other, as two
// replicas of the service would be.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/seats/history/history_fixture.h"

namespace wici::registration {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SeatsHistoryTest : public HistoryTest {};
WICI_ON_EVERY_ENGINE(SeatsHistoryTest);

TEST_P(SeatsHistoryTest, NoSeatIsSoldTwiceAndTheQueueKeepsItsOrder) {
  for (const unsigned seed : {1u, 2u, 3u}) {
    SCOPED_TRACE(seed);
    EXPECT_THAT(RunAndCheck(/*capacity=*/40, /*waiting=*/100, seed), IsEmpty());
  }
}

TEST_P(SeatsHistoryTest, AnEventWithoutWaitingListRefusesOnlyWhenFull) {
  EXPECT_THAT(RunAndCheck(/*capacity=*/100, /*waiting=*/0, /*seed=*/4), IsEmpty());
}

// The checker itself: small histories with a fault each.

Recorded Told(std::int64_t invoked, std::int64_t returned, std::string kind, std::string name,
              v1::RegistrationState state) {
  return {invoked, returned, std::move(kind), std::move(name), state, absl::OkStatus()};
}

feed::v1::Change Change(std::int64_t version, std::string kind, std::string name) {
  feed::v1::Change change;
  change.set_version(version);
  change.set_kind("registration." + kind);
  change.set_resource(std::move(name));
  return change;
}

TEST(HistoryCheckerTest, FindsAnOversoldSeat) {
  EXPECT_THAT(CheckHistory(1, 0,
                           {Told(1, 2, "", "a", v1::REGISTRATION_STATE_CONFIRMED),
                            Told(1, 2, "", "b", v1::REGISTRATION_STATE_CONFIRMED)},
                           {Change(1, "confirmed", "a"), Change(2, "confirmed", "b")}),
              ElementsAre(HasSubstr("oversold: 2 of 1")));
}

TEST(HistoryCheckerTest, FindsALostChange) {
  EXPECT_THAT(CheckHistory(2, 0,
                           {Told(1, 2, "", "a", v1::REGISTRATION_STATE_CONFIRMED),
                            Told(1, 2, "", "b", v1::REGISTRATION_STATE_CONFIRMED)},
                           {Change(1, "confirmed", "a")}),
              ElementsAre(HasSubstr("b: acknowledged, not in the feed")));
}

TEST(HistoryCheckerTest, FindsAPromotionOutOfTurn) {
  EXPECT_THAT(
      CheckHistory(
          1, 5,
          {Told(1, 2, "", "a", v1::REGISTRATION_STATE_CONFIRMED),
           Told(3, 4, "", "b", v1::REGISTRATION_STATE_WAITLISTED),
           Told(5, 6, "", "c", v1::REGISTRATION_STATE_WAITLISTED),
           Told(7, 8, "registration.cancelled", "a", v1::REGISTRATION_STATE_CANCELLED)},
          {Change(1, "confirmed", "a"), Change(2, "waitlisted", "b"), Change(3, "waitlisted", "c"),
           Change(4, "cancelled", "a"), Change(4, "promoted", "c")}),
      ElementsAre(HasSubstr("promoted out of turn")));
}

TEST(HistoryCheckerTest, FindsAnOrderThatContradictsTime) {
  EXPECT_THAT(CheckHistory(2, 0,
                           {Told(1, 2, "", "a", v1::REGISTRATION_STATE_CONFIRMED),
                            Told(3, 4, "", "b", v1::REGISTRATION_STATE_CONFIRMED)},
                           {Change(1, "confirmed", "b"), Change(2, "confirmed", "a")}),
              ElementsAre(HasSubstr("took effect after its call had returned")));
}

}  // namespace
}  // namespace wici::registration
