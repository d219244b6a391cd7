#include "services/notification/deliveries/rules/turns.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(TurnsTest, TheTenantIsTheEventWithAllThatIsBelowIt) {
  EXPECT_EQ(TenantOf("events/e1"), "events/e1");
  EXPECT_EQ(TenantOf("events/e1/sessions/s1"), "events/e1");
  EXPECT_EQ(TenantOf("events/e1/meetings/m1"), "events/e1");
}

TEST(TurnsTest, WhatIsAboutNoEventIsOneTenantHoweverManyPeopleItIsFor) {
  for (const char* event : {"", "digests/d1/2", "subscriptions/s1", "clusters/c1"}) {
    EXPECT_EQ(TenantOf(event), kServiceTenant) << event;
  }
}

TEST(TurnsTest, PlacesAreDealtOneByOne) {
  EXPECT_THAT(Deal(8, 1), ElementsAre(8));
  EXPECT_THAT(Deal(8, 3), ElementsAre(3, 3, 2));
  EXPECT_EQ(LastDealt(8, 3), 1U) << "the next turn is that of the third";
  EXPECT_THAT(Deal(2, 4), ElementsAre(1, 1, 0, 0));
  EXPECT_EQ(LastDealt(2, 4), 1U);
  EXPECT_THAT(Deal(6, 3), ElementsAre(2, 2, 2));
  EXPECT_EQ(LastDealt(6, 3), 2U);
  EXPECT_THAT(Deal(8, 0), IsEmpty());
}

}  // namespace
}  // namespace wici::notification
