#include "services/registration/seats/rules/seats.h"

#include <deque>
#include <random>
#include <set>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici::registration {
namespace {

using ::testing::Eq;
using ::testing::Optional;

constexpr auto kConfirmed = v1::REGISTRATION_STATE_CONFIRMED;
constexpr auto kWaitlisted = v1::REGISTRATION_STATE_WAITLISTED;
constexpr auto kCancelled = v1::REGISTRATION_STATE_CANCELLED;

// Gives seats to as many of the waiting list as there are for; returns how many.
int PromoteAll(SeatCounts& seats) {
  int promoted = 0;
  for (; seats.waitlisted > 0 && !FindShortage(seats, {}); ++promoted) {
    Move(seats, {}, kWaitlisted, kConfirmed);
  }
  return promoted;
}

SeatCounts Seats(std::int64_t capacity, std::int64_t waiting) {
  SeatCounts seats;
  seats.capacity = capacity;
  seats.waiting_list_capacity = waiting;
  return seats;
}

TEST(SeatsTest, EverythingThatLacksIsFound) {
  SeatCounts seats{.capacity = 1, .confirmed = 1};
  Quota full{.size = 1, .taken = 1};
  Quota open{.size = 2, .taken = 1};
  const auto shortages = FindShortages(seats, {{&open, &full}});
  ASSERT_EQ(shortages.size(), 2U);
  EXPECT_EQ(shortages[0].quota, nullptr) << "the event itself";
  EXPECT_EQ(shortages[1].quota, &full);
  open.reserved = 2;  // a seat is kept for it
  EXPECT_EQ(FindShortages(seats, {{&open, &full}}).size(), 1U);
  seats.capacity = 2;
  EXPECT_TRUE(FindShortages(seats, {{&open}}).empty());
}

TEST(SeatsTest, SeatsAreGivenThenPlacesOnTheWaitingListThenNothing) {
  SeatCounts seats = Seats(2, 1);
  EXPECT_THAT(TakeSeat(seats), Optional(kConfirmed));
  EXPECT_THAT(TakeSeat(seats), Optional(kConfirmed));
  EXPECT_THAT(TakeSeat(seats), Optional(kWaitlisted));
  const SeatCounts full = seats;
  EXPECT_THAT(TakeSeat(seats), Eq(std::nullopt));
  EXPECT_EQ(seats, full);
}

TEST(SeatsTest, NobodyOvertakesTheWaitingList) {
  SeatCounts seats = Seats(1, 5);
  TakeSeat(seats);
  TakeSeat(seats);
  Move(seats, {}, kConfirmed, kCancelled);
  EXPECT_THAT(TakeSeat(seats), Optional(kWaitlisted));
  EXPECT_EQ(PromoteAll(seats), 1);
}

TEST(SeatsTest, MoreCapacityPromotesAsManyAsWait) {
  SeatCounts seats = Seats(1, 5);
  for (int i = 0; i < 4; ++i) TakeSeat(seats);
  seats.capacity = 3;
  EXPECT_EQ(PromoteAll(seats), 2);
  seats.capacity = 100;
  EXPECT_EQ(PromoteAll(seats), 1);
}

TEST(SeatsTest, ACheckedInRegistrationKeepsItsSeat) {
  SeatCounts seats = Seats(1, 0);
  TakeSeat(seats);
  Move(seats, {}, kConfirmed, v1::REGISTRATION_STATE_CHECKED_IN);
  EXPECT_EQ(seats.confirmed, 1);
  EXPECT_EQ(seats.checked_in, 1);
  EXPECT_TRUE(FindShortage(seats, {}).has_value());
}

TEST(SeatsTest, AllPlacesAreTakenTogetherOrNone) {
  SeatCounts seats = Seats(5, 0);
  Quota workshop{.size = 1};
  Quota press{.size = 3};
  Quota* both[] = {&press, &workshop};
  EXPECT_THAT(TakeSeat(seats, both, 0), Optional(kConfirmed));
  const SeatCounts before = seats;
  const Quota press_before = press;
  EXPECT_THAT(TakeSeat(seats, both, 0), Eq(std::nullopt));
  EXPECT_EQ(FindShortage(seats, both)->quota, &workshop);
  EXPECT_EQ(seats, before);
  EXPECT_EQ(press, press_before);
  Move(seats, both, kConfirmed, kCancelled);
  EXPECT_EQ(workshop.taken + press.taken + seats.confirmed, 0);
}

TEST(SeatsTest, ReservedSeatsAreForTheirCategoryOnly) {
  SeatCounts seats = Seats(2, 0);
  Quota press;
  Resize(seats, press, 2, 1);
  Quota* of_press[] = {&press};
  EXPECT_EQ(seats.reserved, 1);
  EXPECT_THAT(TakeSeat(seats), Optional(kConfirmed));
  EXPECT_THAT(TakeSeat(seats), Eq(std::nullopt));
  EXPECT_THAT(TakeSeat(seats, of_press, 0), Optional(kConfirmed));
  EXPECT_EQ(seats.reserved, 0);
  EXPECT_EQ(FindShortage(seats, of_press)->quota, nullptr);
  Move(seats, of_press, kConfirmed, kCancelled);
  EXPECT_EQ(seats.reserved, 1);
  EXPECT_THAT(TakeSeat(seats), Eq(std::nullopt)) << "the freed seat is reserved again";
}

TEST(SeatsTest, WhatAVoucherKeepsOfACategoryIsForItsHoldersOnly) {
  SeatCounts seats = Seats(3, 0);
  Quota press{.size = 2};
  Quota voucher;
  voucher.within = &press;
  Resize(seats, voucher, 1, 1);
  EXPECT_EQ(press.promised, 1);
  EXPECT_EQ(seats.reserved, 1);
  Quota* of_press[] = {&press};
  Quota* of_holder[] = {&press, &voucher};
  EXPECT_THAT(TakeSeat(seats, of_press, 0), Optional(kConfirmed));
  EXPECT_EQ(FindShortage(seats, of_press)->quota, &press);
  EXPECT_THAT(TakeSeat(seats), Optional(kConfirmed));
  EXPECT_EQ(FindShortage(seats, {})->quota, nullptr) << "the last seat is kept";
  EXPECT_THAT(TakeSeat(seats, of_holder, 0), Optional(kConfirmed));
  EXPECT_EQ(press.promised, 0);
  EXPECT_EQ(seats.reserved, 0);
  EXPECT_EQ(FindShortage(seats, of_holder)->quota, nullptr);
  Move(seats, of_holder, kConfirmed, kCancelled);
  EXPECT_EQ(press.promised, 1);
  EXPECT_THAT(TakeSeat(seats, of_press, 0), Eq(std::nullopt)) << "kept again";
  Resize(seats, voucher, 1, 0);
  EXPECT_THAT(TakeSeat(seats, of_press, 0), Optional(kConfirmed));
}

TEST(SeatsTest, AReserveOfACategoryCoversWhatIsPromisedOfIt) {
  SeatCounts seats = Seats(5, 0);
  Quota press;
  Resize(seats, press, 4, 3);
  Quota voucher;
  voucher.within = &press;
  Resize(seats, voucher, 2, 2);
  EXPECT_EQ(seats.reserved, 3) << "two of the three are the voucher's";
  Quota* of_press[] = {&press};
  EXPECT_THAT(TakeSeat(seats, of_press, 0), Optional(kConfirmed));
  EXPECT_EQ(seats.reserved, 2);
  EXPECT_THAT(TakeSeat(seats, of_press, 0), Optional(kConfirmed));
  EXPECT_EQ(seats.reserved, 2);
  EXPECT_EQ(FindShortage(seats, of_press)->quota, &press);
}

// Random walks over a category of which two vouchers keep places, and one that keeps seats.
TEST(SeatsTest, RandomHistoriesNeverSellWhatIsKept) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    SeatCounts seats = Seats(8 + static_cast<std::int64_t>(random() % 6), 1000);
    Quota press;
    Resize(seats, press, 5, static_cast<std::int64_t>(random() % 3));
    Quota vouchers[3];
    vouchers[0].within = vouchers[1].within = &press;
    for (Quota& voucher : vouchers) Resize(seats, voucher, 2, 2);
    const std::vector<Quota*> choices[] = {{},
                                           {&press},
                                           {&press, &vouchers[0]},
                                           {&press, &vouchers[1]},
                                           {&vouchers[2]},
                                           {&press, &vouchers[2]}};
    std::vector<std::vector<Quota*>> seated;
    for (int step = 0; step < 300; ++step) {
      if (random() % 2 == 0 && !seated.empty()) {
        std::swap(seated[random() % seated.size()], seated.back());
        Move(seats, seated.back(), kConfirmed, kCancelled);
        seated.pop_back();
      } else {
        const std::vector<Quota*>& wanted = choices[random() % 6];
        if (!FindShortage(seats, wanted)) {
          Move(seats, wanted, v1::REGISTRATION_STATE_UNSPECIFIED, kConfirmed);
          seated.push_back(wanted);
        } else {
          const Quota* voucher = wanted.empty() ? nullptr : wanted.back();
          ASSERT_FALSE(voucher != nullptr && voucher != &press && OpenReserve(*voucher) > 0 &&
                       (voucher->within != nullptr || wanted.size() == 1))
              << "a place that is kept is refused to its holder";
        }
      }
      ASSERT_EQ(press.promised, OpenReserve(vouchers[0]) + OpenReserve(vouchers[1]));
      ASSERT_EQ(seats.reserved, OpenReserve(press) + OpenReserve(vouchers[2]));
      ASSERT_LE(seats.confirmed + seats.reserved, seats.capacity);
      ASSERT_LE(press.taken + press.promised, press.size);
      for (const Quota& voucher : vouchers) ASSERT_LE(voucher.taken, voucher.size);
    }
  }
}

TEST(SeatsTest, WhatIsHeldIsTaken) {
  SeatCounts seats = Seats(1, 0);
  Quota press{.size = 1};
  Quota* of_press[] = {&press};
  Move(seats, of_press, v1::REGISTRATION_STATE_UNSPECIFIED, v1::REGISTRATION_STATE_HELD);
  EXPECT_EQ(seats.held, 1);
  EXPECT_EQ(press.taken, 1);
  EXPECT_TRUE(FindShortage(seats, of_press).has_value());
  Move(seats, of_press, v1::REGISTRATION_STATE_HELD, kConfirmed);
  EXPECT_EQ(seats.held, 0);
  EXPECT_EQ(press.taken, 1);
}

// Random walks over three quotas of which everybody wants a random choice.
TEST(SeatsTest, RandomHistoriesOverSeveralQuotasNeverOversell) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    SeatCounts seats = Seats(3 + static_cast<std::int64_t>(random() % 8), 1000);
    Quota quotas[3];
    Resize(seats, quotas[0], 1 + static_cast<std::int64_t>(random() % 4), 1);
    Resize(seats, quotas[1], 1 + static_cast<std::int64_t>(random() % 4), 0);
    Resize(seats, quotas[2], 1 + static_cast<std::int64_t>(random() % 4), 0);
    struct Member {
      std::vector<Quota*> quotas;
      v1::RegistrationState state;
    };
    std::vector<Member> members;
    for (int step = 0; step < 300; ++step) {
      if (random() % 2 == 0 && !members.empty()) {
        Member& member = members[random() % members.size()];
        Move(seats, member.quotas, member.state, kCancelled);
        member = members.back();
        members.pop_back();
      } else {
        Member member;
        for (Quota& quota : quotas) {
          if (random() % 2 == 0) member.quotas.push_back(&quota);
        }
        const auto state = TakeSeat(seats, member.quotas, 0);
        ASSERT_TRUE(state.has_value());
        member.state = *state;
        members.push_back(member);
      }
      std::int64_t seated = 0;
      for (const Member& member : members) seated += member.state == kConfirmed ? 1 : 0;
      ASSERT_EQ(seats.confirmed, seated);
      ASSERT_EQ(seats.reserved, OpenReserve(quotas[0]));
      ASSERT_LE(seats.confirmed + seats.reserved, seats.capacity);
      for (const Quota& quota : quotas) ASSERT_LE(quota.taken, quota.size);
    }
  }
}

// Random walks against a model that keeps people in a queue.
TEST(SeatsTest, RandomHistoriesKeepTheInvariants) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    SeatCounts seats =
        Seats(static_cast<std::int64_t>(random() % 8), static_cast<std::int64_t>(random() % 5));
    std::multiset<int> seated;
    std::deque<int> queue;
    for (int step = 0; step < 300; ++step) {
      const auto dice = random() % 3;
      if (dice == 0 && !seated.empty()) {
        seated.erase(seated.begin());
        Move(seats, {}, kConfirmed, kCancelled);
      } else if (dice == 1 && !queue.empty()) {
        queue.pop_back();
        Move(seats, {}, kWaitlisted, kCancelled);
      } else if (const auto state = TakeSeat(seats); state == kConfirmed) {
        ASSERT_TRUE(queue.empty()) << "somebody was overtaken";
        seated.insert(step);
      } else if (state == kWaitlisted) {
        queue.push_back(step);
      }
      while (seats.waitlisted > 0 && !FindShortage(seats, {})) {
        Move(seats, {}, kWaitlisted, kConfirmed);
        seated.insert(queue.front());
        queue.pop_front();
      }
      ASSERT_EQ(seats.confirmed, static_cast<std::int64_t>(seated.size()));
      ASSERT_EQ(seats.waitlisted, static_cast<std::int64_t>(queue.size()));
      ASSERT_LE(seats.confirmed, seats.capacity);
      ASSERT_LE(seats.waitlisted, seats.waiting_list_capacity);
    }
  }
}

}  // namespace
}  // namespace wici::registration
