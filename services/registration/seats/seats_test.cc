#include "services/registration/seats/seats.h"

#include <deque>
#include <random>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici::registration {
namespace {

using ::testing::Eq;
using ::testing::Optional;

constexpr auto kConfirmed = v1::REGISTRATION_STATE_CONFIRMED;
constexpr auto kWaitlisted = v1::REGISTRATION_STATE_WAITLISTED;
constexpr auto kCancelled = v1::REGISTRATION_STATE_CANCELLED;

SeatCounts Seats(std::int64_t capacity, std::int64_t waiting) {
  SeatCounts seats;
  seats.capacity = capacity;
  seats.waiting_list_capacity = waiting;
  return seats;
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
  Move(seats, kConfirmed, kCancelled);
  EXPECT_EQ(FreeSeats(seats), 0);
  EXPECT_EQ(Promotable(seats), 1);
  EXPECT_THAT(TakeSeat(seats), Optional(kWaitlisted));
}

TEST(SeatsTest, MoreCapacityPromotesAsManyAsWait) {
  SeatCounts seats = Seats(1, 5);
  for (int i = 0; i < 4; ++i) TakeSeat(seats);
  seats.capacity = 3;
  EXPECT_EQ(Promotable(seats), 2);
  seats.capacity = 100;
  EXPECT_EQ(Promotable(seats), 3);
}

TEST(SeatsTest, ACheckedInRegistrationKeepsItsSeat) {
  SeatCounts seats = Seats(1, 0);
  TakeSeat(seats);
  Move(seats, kConfirmed, v1::REGISTRATION_STATE_CHECKED_IN);
  EXPECT_EQ(seats.confirmed, 1);
  EXPECT_EQ(seats.checked_in, 1);
  EXPECT_EQ(FreeSeats(seats), 0);
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
        Move(seats, kConfirmed, kCancelled);
      } else if (dice == 1 && !queue.empty()) {
        queue.pop_back();
        Move(seats, kWaitlisted, kCancelled);
      } else if (const auto state = TakeSeat(seats); state == kConfirmed) {
        ASSERT_TRUE(queue.empty()) << "somebody was overtaken";
        seated.insert(step);
      } else if (state == kWaitlisted) {
        queue.push_back(step);
      }
      while (Promotable(seats) > 0) {
        Move(seats, kWaitlisted, kConfirmed);
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
