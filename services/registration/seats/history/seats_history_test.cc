// Concurrent histories on one event, over two stores that know nothing of each other, as two
// replicas of the service would be.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/seats/history/history_fixture.h"
#include "services/registration/seats/history/stored_rows.h"

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
    EXPECT_THAT(RunAndCheck({.capacity = 40, .waiting = 100}, seed), IsEmpty());
  }
}

TEST_P(SeatsHistoryTest, AnEventWithoutWaitingListRefusesOnlyWhenFull) {
  EXPECT_THAT(RunAndCheck({.capacity = 100, .waiting = 0}, /*seed=*/4), IsEmpty());
}

TEST_P(SeatsHistoryTest, NoQuotaIsOversoldAndEachQueueKeepsItsOrder) {
  for (const unsigned seed : {5u, 6u, 7u}) {
    SCOPED_TRACE(seed);
    EXPECT_THAT(RunAndCheck({.capacity = 60,
                             .waiting = 150,
                             .categories = {{"guests", 15}, {"press", 30}},
                             .sessions = {{"pitch", 12}, {"workshop", 9}}},
                            seed),
                IsEmpty());
  }
}

TEST_P(SeatsHistoryTest, QuotasWithoutWaitingListRefuseOnlyWhenFull) {
  EXPECT_THAT(RunAndCheck({.capacity = 80,
                           .waiting = 0,
                           .categories = {{"guests", 20}, {"press", 30}},
                           .sessions = {{"workshop", 15}}},
                          /*seed=*/8),
              IsEmpty());
}

TEST_P(SeatsHistoryTest, OffersAreAcceptedExpireOrGoBackInTheRightOrder) {
  EXPECT_THAT(RunAndCheck({.capacity = 40,
                           .waiting = 150,
                           .categories = {{"press", 20}},
                           .offer = absl::Milliseconds(20)},
                          /*seed=*/9),
              IsEmpty());
  EXPECT_THAT(RunAndCheck({.capacity = 40,
                           .waiting = 150,
                           .categories = {{"press", 20}},
                           .offer = absl::Milliseconds(20),
                           .offer_expiry = v1::OFFER_EXPIRY_REQUEUE},
                          /*seed=*/10),
              IsEmpty());
}

TEST_P(SeatsHistoryTest, NoVoucherIsUsedTooOftenAndWhatItKeepsIsNotSold) {
  EXPECT_THAT(RunAndCheck({.capacity = 60,
                           .waiting = 150,
                           .categories = {{"guests", 15}, {"press", 30}},
                           .sessions = {{"workshop", 12}},
                           .vouchers = {{"press-card", {10, true, "press"}},
                                        {"friends", {8, true, ""}},
                                        {"newsletter", {6, false, ""}}}},
                          /*seed=*/11),
              IsEmpty());
  EXPECT_THAT(
      RunAndCheck({.capacity = 50,
                   .waiting = 0,
                   .vouchers = {{"friends", {12, true, ""}}, {"newsletter", {6, false, ""}}}},
                  /*seed=*/12),
      IsEmpty());
}

TEST_P(SeatsHistoryTest, GroupsHaveAllTheirPlacesOrNone) {
  EXPECT_THAT(RunAndCheck({.capacity = 40, .waiting = 150, .groups = true}, /*seed=*/13),
              IsEmpty());
  EXPECT_THAT(RunAndCheck({.capacity = 60,
                           .waiting = 150,
                           .categories = {{"guests", 15}, {"press", 30}},
                           .sessions = {{"pitch", 12}, {"workshop", 9}},
                           .groups = true,
                           .offer = absl::Milliseconds(20)},
                          /*seed=*/14),
              IsEmpty());
}

TEST_P(SeatsHistoryTest, WhoWaitsForSeveralCategoriesGetsOneInTheRightOrder) {
  EXPECT_THAT(RunAndCheck({.capacity = 80,
                           .waiting = 200,
                           .categories = {{"guests", 20}, {"press", 15}, {"speakers", 10}},
                           .several = true},
                          /*seed=*/15),
              IsEmpty());
  EXPECT_THAT(RunAndCheck({.capacity = 60,
                           .waiting = 150,
                           .categories = {{"guests", 20}, {"press", 25}},
                           .sessions = {{"workshop", 9}},
                           .vouchers = {{"press-card", {8, true, "press"}}},
                           .several = true,
                           .groups = true},
                          /*seed=*/16),
              IsEmpty());
}

TEST_P(SeatsHistoryTest, WhatNeedsApprovalTakesItsPlacesWhenItIsApproved) {
  EXPECT_THAT(RunAndCheck({.capacity = 50,
                           .waiting = 40,
                           .categories = {{"guests", 20}, {"press", 25}},
                           .sessions = {{"pitch", 12}, {"workshop", 9}},
                           .approval = {"press"}},
                          /*seed=*/17),
              IsEmpty());
}

TEST_P(SeatsHistoryTest, TheCapacityChangesWhilePeopleComeAndGo) {
  EXPECT_THAT(RunAndCheck({.capacity = 40, .waiting = 100, .resize = true}, /*seed=*/18),
              IsEmpty());
  EXPECT_THAT(RunAndCheck({.capacity = 60,
                           .waiting = 150,
                           .categories = {{"guests", 20}, {"press", 25}},
                           .sessions = {{"workshop", 9}},
                           .groups = true,
                           .resize = true,
                           .offer = absl::Milliseconds(20)},
                          /*seed=*/19),
              IsEmpty());
}

TEST_P(SeatsHistoryTest, QuotasChangeWhilePeopleComeAndGo) {
  EXPECT_THAT(RunAndCheck({.capacity = 60,
                           .waiting = 150,
                           .categories = {{"guests", 20}, {"press", 25}},
                           .sessions = {{"pitch", 12}, {"workshop", 9}},
                           .resize_quotas = true},
                          /*seed=*/20),
              IsEmpty());
  EXPECT_THAT(RunAndCheck({.capacity = 60,
                           .waiting = 150,
                           .categories = {{"guests", 20}, {"press", 25}},
                           .sessions = {{"workshop", 9}},
                           .vouchers = {{"press-card", {8, true, "press"}}},
                           .several = true,
                           .groups = true,
                           .resize = true,
                           .resize_quotas = true,
                           .offer = absl::Milliseconds(20)},
                          /*seed=*/21),
              IsEmpty());
}

TEST_P(SeatsHistoryTest, WhoHasPriorityComesFirstAndTimeDecidesBetweenEquals) {
  EXPECT_THAT(RunAndCheck({.capacity = 40,
                           .waiting = 150,
                           .categories = {{"guests", 30}, {"press", 20}, {"speakers", 20}},
                           .sessions = {{"workshop", 9}},
                           .priorities = {{"guests", 6}, {"speakers", 2}}},
                          /*seed=*/22),
              IsEmpty());
  EXPECT_THAT(RunAndCheck({.capacity = 40,
                           .waiting = 150,
                           .categories = {{"guests", 25}, {"press", 15}, {"speakers", 15}},
                           .several = true,
                           .groups = true,
                           .priorities = {{"guests", 6}, {"speakers", 2}},
                           .offer = absl::Milliseconds(20),
                           .offer_expiry = v1::OFFER_EXPIRY_REQUEUE},
                          /*seed=*/23),
              IsEmpty());
}

// The checker itself: small histories with a fault each.

Recorded Told(std::int64_t invoked, std::int64_t returned, std::string kind, std::string name,
              v1::RegistrationState state, std::string category = "") {
  Recorded call;
  call.invoked = invoked;
  call.returned = returned;
  call.kind = std::move(kind);
  call.registration = std::move(name);
  call.state = state;
  call.category = std::move(category);
  return call;
}

feed::v1::Change Change(std::int64_t version, std::string kind, std::string name) {
  feed::v1::Change change;
  change.set_version(version);
  change.set_kind("registration." + kind);
  change.set_resource(std::move(name));
  return change;
}

TEST(HistoryCheckerTest, FindsAnOversoldSeat) {
  EXPECT_THAT(CheckHistory({1, 0, {}, {}},
                           {Told(1, 2, "", "a", v1::REGISTRATION_STATE_CONFIRMED),
                            Told(1, 2, "", "b", v1::REGISTRATION_STATE_CONFIRMED)},
                           {Change(1, "confirmed", "a"), Change(2, "confirmed", "b")}),
              ElementsAre(HasSubstr("oversold: 2 of 1")));
}

TEST(HistoryCheckerTest, FindsALostChange) {
  EXPECT_THAT(CheckHistory({2, 0, {}, {}},
                           {Told(1, 2, "", "a", v1::REGISTRATION_STATE_CONFIRMED),
                            Told(1, 2, "", "b", v1::REGISTRATION_STATE_CONFIRMED)},
                           {Change(1, "confirmed", "a")}),
              ElementsAre(HasSubstr("b: acknowledged, not in the feed")));
}

TEST(HistoryCheckerTest, FindsAPromotionOutOfTurn) {
  EXPECT_THAT(
      CheckHistory(
          {1, 5, {}, {}},
          {Told(1, 2, "", "a", v1::REGISTRATION_STATE_CONFIRMED),
           Told(3, 4, "", "b", v1::REGISTRATION_STATE_WAITLISTED),
           Told(5, 6, "", "c", v1::REGISTRATION_STATE_WAITLISTED),
           Told(7, 8, "registration.cancelled", "a", v1::REGISTRATION_STATE_CANCELLED)},
          {Change(1, "confirmed", "a"), Change(2, "waitlisted", "b"), Change(3, "waitlisted", "c"),
           Change(4, "cancelled", "a"), Change(4, "promoted", "c")}),
      ElementsAre(HasSubstr("promoted out of turn")));
}

TEST(HistoryCheckerTest, FindsAPromotionPastAPriority) {
  Limits limits{1, 5, {{"guests", 1}, {"press", 1}}, {}};
  limits.priorities = {{"guests", 6}, {"press", 2}};
  const std::vector<Recorded> calls = {
      Told(1, 2, "", "a", v1::REGISTRATION_STATE_CONFIRMED),
      Told(3, 4, "", "b", v1::REGISTRATION_STATE_WAITLISTED, "guests"),
      Told(5, 6, "", "c", v1::REGISTRATION_STATE_WAITLISTED, "press"),
      Told(7, 8, "registration.cancelled", "a", v1::REGISTRATION_STATE_CANCELLED)};
  std::vector<feed::v1::Change> feed = {Change(1, "confirmed", "a"), Change(2, "waitlisted", "b"),
                                        Change(3, "waitlisted", "c"), Change(4, "cancelled", "a"),
                                        Change(4, "promoted", "c")};
  EXPECT_THAT(CheckHistory(limits, calls, feed), IsEmpty());
  feed.back().set_resource("b");
  EXPECT_THAT(CheckHistory(limits, calls, feed), ElementsAre(HasSubstr("promoted out of turn")));
}

TEST(HistoryCheckerTest, AQuotaHasTheSizeItWasGivenLast) {
  const auto resized = [](std::int64_t version) {
    feed::v1::Change change;
    change.set_version(version);
    change.set_kind("event.updated");
    change.set_aggregate("e");
    change.set_resource("press");
    return change;
  };
  constexpr auto kConfirmed = v1::REGISTRATION_STATE_CONFIRMED;
  std::vector<Recorded> calls = {Told(2, 3, "", "a", kConfirmed, "press"),
                                 Told(4, 5, "event.updated", "press", {}),
                                 Told(6, 7, "", "b", kConfirmed, "press")};
  calls[1].capacity = 2;
  const Limits limits{5, 0, {{"press", 1}}, {}};
  EXPECT_THAT(CheckHistory(limits, calls,
                           {resized(1), Change(2, "confirmed", "a"), resized(3),
                            Change(4, "confirmed", "b")}),
              IsEmpty());
  calls[1].capacity = 1;
  EXPECT_THAT(CheckHistory(limits, calls,
                           {resized(1), Change(2, "confirmed", "a"), resized(3),
                            Change(4, "confirmed", "b")}),
              ElementsAre(HasSubstr("oversold: 2 of 1 of press")));
  calls[1].capacity = 0;
  calls[1].refused = "QUOTA_BELOW_TAKEN";
  calls.pop_back();
  EXPECT_THAT(CheckHistory(limits, calls, {resized(1), Change(2, "confirmed", "a")}), IsEmpty());
  calls[1].capacity = 1;
  EXPECT_THAT(CheckHistory(limits, calls, {resized(1), Change(2, "confirmed", "a")}),
              ElementsAre(HasSubstr("while there was room")));
}

TEST(HistoryCheckerTest, FindsAnOrderThatContradictsTime) {
  EXPECT_THAT(CheckHistory({2, 0, {}, {}},
                           {Told(1, 2, "", "a", v1::REGISTRATION_STATE_CONFIRMED),
                            Told(3, 4, "", "b", v1::REGISTRATION_STATE_CONFIRMED)},
                           {Change(1, "confirmed", "b"), Change(2, "confirmed", "a")}),
              ElementsAre(HasSubstr("took effect after its call had returned")));
}

TEST(HistoryCheckerTest, FindsAnOversoldQuota) {
  EXPECT_THAT(CheckHistory({5, 0, {{"press", 1}}, {}},
                           {Told(1, 2, "", "a", v1::REGISTRATION_STATE_CONFIRMED, "press"),
                            Told(1, 2, "", "b", v1::REGISTRATION_STATE_CONFIRMED, "press")},
                           {Change(1, "confirmed", "a"), Change(2, "confirmed", "b")}),
              ElementsAre(HasSubstr("oversold: 2 of 1 of press")));
}

TEST(HistoryCheckerTest, AHeldPlaceIsTaken) {
  EXPECT_THAT(CheckHistory({1, 0, {}, {}},
                           {Told(1, 2, "", "a", v1::REGISTRATION_STATE_HELD),
                            Told(1, 2, "", "b", v1::REGISTRATION_STATE_CONFIRMED)},
                           {Change(1, "held", "a"), Change(2, "confirmed", "b")}),
              ElementsAre(HasSubstr("oversold: 2 of 1")));
}

TEST(HistoryCheckerTest, FindsSomebodyLeftWaitingForAnotherQuota) {
  EXPECT_THAT(
      CheckHistory(
          {2, 5, {{"guests", 1}, {"press", 1}}, {}},
          {Told(1, 2, "", "a", v1::REGISTRATION_STATE_CONFIRMED, "press"),
           Told(3, 4, "", "b", v1::REGISTRATION_STATE_WAITLISTED, "press"),
           Told(5, 6, "registration.cancelled", "a", v1::REGISTRATION_STATE_CANCELLED)},
          {Change(1, "confirmed", "a"), Change(2, "waitlisted", "b"), Change(3, "cancelled", "a")}),
      ElementsAre(HasSubstr("free places beside a queue")));
}

TEST(HistoryCheckerTest, FindsAVoucherThatWasUsedTooOften) {
  const auto used = [](std::string name) {
    Recorded call = Told(1, 2, "", std::move(name), v1::REGISTRATION_STATE_CONFIRMED);
    call.voucher = "once";
    return call;
  };
  EXPECT_THAT(CheckHistory({5, 0, {}, {{"once", {1, false, ""}}}}, {used("a"), used("b")},
                           {Change(1, "confirmed", "a"), Change(2, "confirmed", "b")}),
              ElementsAre(HasSubstr("used too often: 2 of 1 of once")));
}

TEST(HistoryCheckerTest, FindsAKeptPlaceThatWasSold) {
  EXPECT_THAT(CheckHistory({2, 0, {}, {{"friends", {1, true, ""}}}},
                           {Told(1, 2, "", "a", v1::REGISTRATION_STATE_CONFIRMED),
                            Told(1, 2, "", "b", v1::REGISTRATION_STATE_CONFIRMED)},
                           {Change(1, "confirmed", "a"), Change(2, "confirmed", "b")}),
              ElementsAre(HasSubstr("oversold: 3 of 2")));
  EXPECT_THAT(CheckHistory({9, 0, {{"press", 1}}, {{"card", {1, true, "press"}}}},
                           {Told(1, 2, "", "a", v1::REGISTRATION_STATE_CONFIRMED, "press")},
                           {Change(1, "confirmed", "a")}),
              ElementsAre(HasSubstr("oversold: 2 of 1 of press")));
}

TEST(HistoryCheckerTest, FindsAGroupThatWasTornApart) {
  const auto member = [](std::string name, v1::RegistrationState state) {
    Recorded call = Told(3, 4, "", std::move(name), state);
    call.group = "g";
    call.group_size = 2;
    return call;
  };
  constexpr auto kWaits = v1::REGISTRATION_STATE_WAITLISTED;
  EXPECT_THAT(CheckHistory({1, 5, {}, {}},
                           {member("b", v1::REGISTRATION_STATE_CONFIRMED), member("c", kWaits)},
                           {Change(1, "confirmed", "b"), Change(1, "waitlisted", "c")}),
              ElementsAre(HasSubstr("a group torn apart")));
  EXPECT_THAT(CheckHistory({2, 5, {}, {}},
                           {Told(1, 2, "", "a", v1::REGISTRATION_STATE_CONFIRMED),
                            member("b", kWaits), member("c", kWaits)},
                           {Change(1, "confirmed", "a"), Change(2, "waitlisted", "b"),
                            Change(2, "waitlisted", "c"), Change(3, "promoted", "b")}),
              ::testing::Contains(HasSubstr("a group torn apart")));
}

TEST(HistoryCheckerTest, FindsSomebodyLeftWaitingForTheirSecondCategory) {
  Recorded waits = Told(3, 4, "", "b", v1::REGISTRATION_STATE_WAITLISTED, "press");
  waits.others = {"guests"};
  EXPECT_THAT(CheckHistory({2, 5, {{"guests", 1}, {"press", 1}}, {}},
                           {Told(1, 2, "", "a", v1::REGISTRATION_STATE_CONFIRMED, "press"), waits},
                           {Change(1, "confirmed", "a"), Change(2, "waitlisted", "b")}),
              ElementsAre(HasSubstr("waitlisted beside free places"),
                          HasSubstr("free places beside a queue")));
}

TEST(HistoryCheckerTest, FindsWhereTheRowsAreNotWhatTheHistorySays) {
  constexpr auto kConfirmed = v1::REGISTRATION_STATE_CONFIRMED;
  const Limits limits = {2, 5, {{"press", 1}}, {}, {}};
  const std::vector<Recorded> calls = {Told(1, 2, "", "a", kConfirmed, "press")};
  const std::vector<feed::v1::Change> feed = {Change(1, "confirmed", "a")};
  StoredRows right;
  right.seats = {{"capacity", 2}, {"confirmed", 1}, {"held", 0}, {"waitlisted", 0}};
  right.quotas["press"] = {{"taken", 1}, {"waiting", 0}};
  right.registrations["a"] = {kConfirmed, "press", {}, {LogEntry(1, "confirmed", kConfirmed)}, 0};
  EXPECT_THAT(CheckHistory(limits, calls, feed, &right), IsEmpty());

  StoredRows rows = right;
  rows.seats["confirmed"] = 0;
  EXPECT_THAT(CheckHistory(limits, calls, feed, &rows),
              ElementsAre(HasSubstr("the event has confirmed 0, its history 1")));
  rows = right;
  rows.quotas["press"]["waiting"] = 1;
  EXPECT_THAT(CheckHistory(limits, calls, feed, &rows),
              ElementsAre(HasSubstr("press has waiting 1, its history 0")));
  rows = right;
  rows.registrations["a"].state = v1::REGISTRATION_STATE_CANCELLED;
  EXPECT_THAT(CheckHistory(limits, calls, feed, &rows), ElementsAre(HasSubstr("a has the state")));
  rows = right;
  rows.registrations["a"].log.push_back(LogEntry(2, "moved", kConfirmed));
  EXPECT_THAT(CheckHistory(limits, calls, feed, &rows), ElementsAre(HasSubstr("a has the log")));
  rows = right;
  rows.registrations["b"] = rows.registrations["a"];
  EXPECT_THAT(CheckHistory(limits, calls, feed, &rows),
              ElementsAre(HasSubstr("a row of b, which has no history")));
  rows = right;
  rows.registrations.clear();
  EXPECT_THAT(CheckHistory(limits, calls, feed, &rows),
              ElementsAre(HasSubstr("there is no row of a")));
  rows = right;
  rows.quotas.clear();
  EXPECT_THAT(CheckHistory(limits, calls, feed, &rows),
              ElementsAre(HasSubstr("there is no row of press")));
}

TEST(HistoryCheckerTest, FindsAQueueWhoseRowsAreInAnotherOrder) {
  constexpr auto kWaits = v1::REGISTRATION_STATE_WAITLISTED;
  const std::vector<Recorded> calls = {Told(1, 2, "", "a", v1::REGISTRATION_STATE_CONFIRMED),
                                       Told(3, 4, "", "b", kWaits), Told(5, 6, "", "c", kWaits)};
  StoredRows rows;
  rows.registrations["a"] = {v1::REGISTRATION_STATE_CONFIRMED,
                             "",
                             {},
                             {LogEntry(1, "confirmed", v1::REGISTRATION_STATE_CONFIRMED)},
                             0};
  rows.registrations["b"] = {kWaits, "", {}, {LogEntry(2, "waitlisted", kWaits)}, 12};
  rows.registrations["c"] = {kWaits, "", {}, {LogEntry(3, "waitlisted", kWaits)}, 11};
  EXPECT_THAT(CheckHistory({1, 5, {}, {}, {}}, calls,
                           {Change(1, "confirmed", "a"), Change(2, "waitlisted", "b"),
                            Change(3, "waitlisted", "c")},
                           &rows),
              ElementsAre(HasSubstr("the queue is c, b, in its history b, c")));
}

TEST(HistoryCheckerTest, FindsWhoNeededApprovalAndDidNotWaitForIt) {
  EXPECT_THAT(CheckHistory({2, 5, {{"press", 2}}, {}, {"press"}},
                           {Told(1, 2, "", "a", v1::REGISTRATION_STATE_CONFIRMED, "press")},
                           {Change(1, "confirmed", "a")}),
              ElementsAre(HasSubstr("without the approval it needs")));
}

TEST(HistoryCheckerTest, FindsATransferThatLosesThePlace) {
  Recorded given = Told(3, 4, "registration.transferred", "a", v1::REGISTRATION_STATE_CONFIRMED);
  given.heir = "b";
  const std::vector<Recorded> calls = {Told(1, 2, "", "a", v1::REGISTRATION_STATE_CONFIRMED),
                                       given};
  EXPECT_THAT(CheckHistory({2, 5, {}, {}, {}}, calls,
                           {Change(1, "confirmed", "a"), Change(2, "transferred", "a"),
                            Change(2, "confirmed", "b")}),
              IsEmpty());
  EXPECT_THAT(CheckHistory({2, 5, {}, {}, {}}, calls,
                           {Change(1, "confirmed", "a"), Change(2, "transferred", "a"),
                            Change(2, "waitlisted", "b")}),
              ElementsAre(HasSubstr("got something else than was given")));
}

TEST(HistoryCheckerTest, ACallThatWasKilledMayHaveTakenEffectOrNot) {
  const auto killed = [](std::string name) {
    return Told(1, INT64_MAX, "", std::move(name), v1::REGISTRATION_STATE_UNSPECIFIED);
  };
  EXPECT_THAT(
      CheckHistory({1, 0, {}, {}}, {killed("a"), killed("b")}, {Change(1, "confirmed", "a")}),
      IsEmpty());
  EXPECT_THAT(CheckHistory({1, 0, {}, {}}, {killed("a")}, {Change(1, "confirmed", "c")}),
              ElementsAre(HasSubstr("nobody asked for it")));
}

TEST(HistoryCheckerTest, ACallIsWrittenAndReadBack) {
  Recorded call = Told(1, 2, "registration.cancelled", "events/e/registrations/a",
                       v1::REGISTRATION_STATE_CANCELLED, "press");
  call.id = "1-2-3";
  call.sessions = {"s1", "s2"};
  call.hold = true;
  call.refused = "EVENT_FULL";
  call.others = {"guests", "speakers"};
  call.voucher = "events/e/vouchers/v";
  call.group = "1-2-3";
  call.group_size = 4;
  EXPECT_EQ(ToLine(FromLine(ToLine(call))), ToLine(call));
  EXPECT_EQ(FromLine("cut off").registration, "");
}

}  // namespace
}  // namespace wici::registration
