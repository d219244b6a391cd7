// Whose deliveries a claim takes when more are due than it may.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/deliveries/testing/store_fixture.h"

namespace wici::notification {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using testing::IsOk;
using ::testing::Pair;
using ::testing::SizeIs;

class ClaimTurnsTest : public StoreFixture {
 protected:
  static constexpr char kNoisy[] = "events/noisy";
  static constexpr char kQuiet[] = "events/quiet";

  // To so many people that are in no other, and not urgent.
  NewNotification For(const std::string& event, int persons) {
    NewNotification plan = Plan({});
    plan.event = event;
    plan.can_wait = true;
    for (int i = 0; i < persons; ++i) {
      const std::string id = ids_.NewId();
      plan.recipients.push_back({id, "persons/" + id, event});
    }
    return plan;
  }

  // The same as so many messages to one each, which are urgent.
  std::vector<NewNotification> SinglesFor(const std::string& event, int persons) {
    std::vector<NewNotification> plans;
    for (int i = 0; i < persons; ++i) {
      plans.push_back(For(event, 1));
      plans.back().can_wait = false;
    }
    return plans;
  }

  // How many each got.
  std::map<std::string, int> ByEvent(int limit) {
    std::map<std::string, int> counts;
    for (const ClaimedDelivery& delivery : Claim(limit)) ++counts[delivery.event];
    return counts;
  }

  // How many of others go out before so many of the quiet one have, or until they are too many.
  int BeforeTheQuiet(int wanted, int limit, int too_many) {
    int others = 0;
    while (wanted > 0 && others <= too_many) {
      std::map<std::string, int> got = ByEvent(limit);
      wanted -= got[kQuiet];
      others += got[kNoisy];
    }
    return others;
  }

  void Run(const sql::Query& query) {
    EXPECT_THAT(database().Write(Deadline(),
                                 [&](sql::Transaction& tx) { return tx.Execute(query).status(); }),
                IsOk());
  }
};
WICI_ON_EVERY_ENGINE(ClaimTurnsTest);

constexpr int kQuietOnes = 10;
constexpr int kPlaces = 16;
// The q-th message of a tenant goes out behind q of each other, and a claim.
constexpr int kBound = kQuietOnes + kPlaces;

TEST_P(ClaimTurnsTest, F25_ANoisyTenantHoldsUpNobody) {
  ASSERT_THAT(Record({For(kNoisy, 10000)}), IsOk());
  clock_.Advance(absl::Minutes(1));
  ASSERT_THAT(Record({For(kQuiet, kQuietOnes)}), IsOk());
  EXPECT_LE(BeforeTheQuiet(kQuietOnes, kPlaces, 1000), kBound);
}

TEST_P(ClaimTurnsTest, F25_ManySingleMessagesOfOneTenantHoldUpNobody) {
  ASSERT_THAT(Record(SinglesFor(kNoisy, 1000)), IsOk());
  clock_.Advance(absl::Minutes(1));
  ASSERT_THAT(Record(SinglesFor(kQuiet, kQuietOnes)), IsOk());
  EXPECT_LE(BeforeTheQuiet(kQuietOnes, kPlaces, 900), kBound);
}

// A control: the check above sees it when all are one tenant, which is plain first come first
// served.
TEST_P(ClaimTurnsTest, F25_WithoutTurnsANoisyTenantIsNoticed) {
  ASSERT_THAT(Record({For(kNoisy, 1000)}), IsOk());
  ASSERT_THAT(Record(SinglesFor(kNoisy, 1000)), IsOk());
  clock_.Advance(absl::Minutes(1));
  ASSERT_THAT(Record({For(kQuiet, kQuietOnes)}), IsOk());
  constexpr sql::Query kOneTenant{"one_tenant", "UPDATE deliveries SET tenant = 'service'"};
  Run(kOneTenant);
  EXPECT_GT(BeforeTheQuiet(kQuietOnes, kPlaces, 500), kBound);
}

TEST_P(ClaimTurnsTest, WhatOneHasNotIsDealtAmongTheOthers) {
  ASSERT_THAT(Record({For("events/a", 100), For("events/b", 1), For("events/c", 100)}), IsOk());
  EXPECT_THAT(ByEvent(20),
              ElementsAre(Pair("events/a", 10), Pair("events/b", 1), Pair("events/c", 9)));
}

TEST_P(ClaimTurnsTest, WhoIsAloneGetsAll) {
  ASSERT_THAT(Record({For(kNoisy, 150)}), IsOk());
  EXPECT_THAT(Claim(128), SizeIs(128));
  EXPECT_THAT(Claim(128), SizeIs(22));
}

TEST_P(ClaimTurnsTest, WithMoreTenantsThanPlacesEachHasItsTurn) {
  std::vector<NewNotification> plans;
  for (int i = 0; i < 5; ++i) plans.push_back(For(absl::StrCat("events/e", i), 4));
  ASSERT_THAT(Record(plans), IsOk());
  std::map<std::string, int> got;
  for (int claim = 1; claim <= 10; ++claim) {
    for (const auto& [event, count] : ByEvent(2)) got[event] += count;
    if (claim % 5 != 0) continue;
    EXPECT_THAT(got, SizeIs(5));
    EXPECT_THAT(got, Each(Pair(::testing::_, 2 * claim / 5)));
  }
}

TEST_P(ClaimTurnsTest, WhatIsAboutASessionIsOfItsEvent) {
  ASSERT_THAT(Record({For("events/e1", 50), For("events/e1/sessions/s1", 50),
                      For("events/e1/sessions/s2", 50), For("events/e2", 50)}),
              IsOk());
  EXPECT_EQ(ByEvent(20)["events/e2"], 10);
}

// Each tenant has enough to fill its part of every claim, and of each only the first few are looked
// at.
TEST_P(ClaimTurnsTest, F25_UnderLoadATurnLooksBehindWhatWaitsForOthers) {
  constexpr int kOthers = 60;
  for (const bool can_wait : {false, true}) {
    const std::string event = absl::StrCat("events/slow", can_wait);
    const auto add = [&](const std::string& person) {
      NewNotification plan = For(event, 0);
      plan.can_wait = can_wait;
      plan.recipients.push_back({ids_.NewId(), person, event});
      ASSERT_THAT(Record({plan}), IsOk());
    };
    add("persons/slow");
    ASSERT_THAT(Claim(1), SizeIs(1));  // is being sent
    std::vector<NewNotification> others;
    for (int i = 0; i < kOthers; ++i) {
      const std::string other = absl::StrCat("events/o", can_wait, i);
      for (int k = 0; k < 6; ++k) {
        others.push_back(For(other, 1));
        others.back().can_wait = can_wait;
      }
    }
    ASSERT_THAT(Record(others), IsOk());
    for (int i = 0; i < 20; ++i) add("persons/slow");
    add("persons/quick");
    clock_.Advance(absl::Seconds(2));
    const std::vector<ClaimedDelivery> claimed = Claim(2 * kOthers);
    EXPECT_THAT(claimed, SizeIs(2 * kOthers));
    EXPECT_THAT(claimed, Contains(Field(&ClaimedDelivery::person, "persons/quick"))) << can_wait;
    EXPECT_EQ(std::count_if(claimed.begin(), claimed.end(),
                            [&](const ClaimedDelivery& d) { return d.event == event; }),
              1);
    while (!Claim(1000).empty()) {
    }
  }
}

TEST_P(ClaimTurnsTest, WhatIsPutOffTakesNoTurnUntilItIsDue) {
  ASSERT_THAT(Record({For(kNoisy, 5)}), IsOk());
  for (const ClaimedDelivery& delivery : Claim()) {
    Settle(delivery, v1::ATTEMPT_OUTCOME_DEFERRED);
  }
  ASSERT_THAT(Record({For(kQuiet, 40)}), IsOk());
  EXPECT_THAT(ByEvent(10), ElementsAre(Pair(kQuiet, 10)));
  clock_.Advance(absl::Seconds(10));
  EXPECT_THAT(ByEvent(10), ElementsAre(Pair(kNoisy, 5), Pair(kQuiet, 5)));
}

TEST_P(ClaimTurnsTest, WorkersThatTakeTurnsEachByItselfGiveNothingOutTwice) {
  ASSERT_THAT(Record({For(kNoisy, 100), For(kQuiet, 20)}), IsOk());
  SqlStore other(database(), ids_);
  std::map<std::string, int> got;
  std::map<std::string, int> quiet;
  for (int claim = 0; claim < 4; ++claim) {
    SqlStore& worker = claim % 2 == 0 ? store() : other;
    const auto claimed =
        worker.ClaimDeliveries(Deadline(), v1::CHANNEL_EMAIL, absl::StrCat("worker", claim % 2),
                               absl::Minutes(2), 10, Now());
    ASSERT_THAT(claimed, IsOk());
    for (const ClaimedDelivery& delivery : *claimed) {
      ++got[delivery.id];
      if (delivery.event == kQuiet) ++quiet[delivery.lease_owner];
    }
  }
  EXPECT_THAT(got, SizeIs(40));
  EXPECT_THAT(got, Each(Pair(::testing::_, 1)));
  EXPECT_THAT(quiet, ElementsAre(Pair("worker0", 10), Pair("worker1", 10)));
}

TEST_P(ClaimTurnsTest, BehindAThousandTenantsThatHaveNothingDueATurnComesWithTheNextClaim) {
  std::vector<NewNotification> plans = {For("events/a", 100)};
  for (int i = 0; i < 1001; ++i) {
    plans.push_back(For(absl::StrCat("events/m", i), 1));
    plans.back().not_before = Now() + absl::Hours(1);
  }
  ASSERT_THAT(Record(plans), IsOk());
  ASSERT_THAT(Record({For("events/z", 1)}), IsOk());
  EXPECT_THAT(ByEvent(4), ElementsAre(Pair("events/a", 4)));
  EXPECT_THAT(ByEvent(4), ElementsAre(Pair("events/a", 3), Pair("events/z", 1)));
}

}  // namespace
}  // namespace wici::notification
