#include "services/notification/lanes/lane_check.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/status_macros.h"
#include "libs/sql/migrate.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/migrations.h"

namespace wici::notification {
namespace {

using testing::IsOk;

class LaneCheckTest : public testing::DatabaseTest {
 protected:
  absl::Span<const sql::Migration> Schema() const override { return Migrations(); }

  // How many of `count` deliveries to `lane` may go.
  int Admit(LaneCheck& check, v1::Channel channel, const std::string& lane, int count,
            bool urgent = true) {
    ClaimedDelivery delivery;
    delivery.channel = channel;
    delivery.urgent = urgent;
    const std::vector<Candidate> candidates(static_cast<std::size_t>(count),
                                            {&delivery, "jan@example.org", lane});
    int admitted = 0;
    EXPECT_THAT(Write([&](sql::Transaction& tx) -> absl::Status {
                  admitted = 0;
                  WICI_ASSIGN_OR_RETURN(const std::vector<Verdict> verdicts,
                                        check.Check(tx, candidates, clock_.Now()));
                  for (const Verdict& verdict : verdicts) {
                    if (verdict.reason == v1::DELIVERY_REASON_UNSPECIFIED) ++admitted;
                  }
                  return absl::OkStatus();
                }),
                IsOk());
    return admitted;
  }

  void Fail(LaneCheck& check, const std::string& lane, int times, bool common_cause = false) {
    AttemptRecord record;
    record.delivery.channel = v1::CHANNEL_WEBHOOK;
    record.result.lane_failed = true;
    record.result.common_cause = common_cause;
    record.begun = true;
    record.lane = lane;
    const std::vector<AttemptRecord> records(static_cast<std::size_t>(times), record);
    EXPECT_THAT(Write([&](sql::Transaction& tx) {
                  std::vector<feed::Change> changes;
                  return check.Ended(tx, records, clock_.Now(), changes);
                }),
                IsOk());
  }

  absl::Status Write(const sql::Database::Body& body) {
    return database().Write(absl::Now() + absl::Seconds(20), body);
  }

  testing::FakeClock clock_;
};
WICI_ON_EVERY_ENGINE(LaneCheckTest);

TEST_P(LaneCheckTest, ReplicasShareTheRateOfADomainAndOtherDomainsHaveTheirOwn) {
  const LaneLimits limits{.per_second = 1, .burst = 5};
  LaneCheck one({{v1::CHANNEL_EMAIL, limits}});
  LaneCheck two({{v1::CHANNEL_EMAIL, limits}});
  EXPECT_EQ(Admit(one, v1::CHANNEL_EMAIL, "example.org", 3), 3);
  EXPECT_EQ(Admit(two, v1::CHANNEL_EMAIL, "example.org", 3), 2);
  EXPECT_EQ(Admit(one, v1::CHANNEL_EMAIL, "example.com", 3), 3);
  EXPECT_EQ(Admit(one, v1::CHANNEL_WEBHOOK, "example.org", 30), 30) << "has no limits";
  EXPECT_EQ(Admit(one, v1::CHANNEL_EMAIL, "", 30), 30) << "has no lane";
  clock_.Advance(absl::Seconds(2));
  EXPECT_EQ(Admit(two, v1::CHANNEL_EMAIL, "example.org", 3), 2);
}

TEST_P(LaneCheckTest, WhatIsUrgentFindsATokenWhileManyWaitForTheRate) {
  LaneCheck check({{v1::CHANNEL_EMAIL, {.per_second = 1, .burst = 8}}});
  EXPECT_EQ(Admit(check, v1::CHANNEL_EMAIL, "example.org", 100, /*urgent=*/false), 6);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Admit(check, v1::CHANNEL_EMAIL, "example.org", 100, /*urgent=*/false), 1);
  EXPECT_EQ(Admit(check, v1::CHANNEL_EMAIL, "example.org", 1, /*urgent=*/true), 1);
  EXPECT_EQ(Admit(check, v1::CHANNEL_EMAIL, "example.org", 100, /*urgent=*/false), 0);
}

TEST_P(LaneCheckTest, ABrokenEndpointIsLeftAloneByEveryReplicaAndProbedByOne) {
  const LaneLimits limits{.failures_max = 3};
  LaneCheck one({{v1::CHANNEL_WEBHOOK, limits}});
  LaneCheck two({{v1::CHANNEL_WEBHOOK, limits}});
  Fail(one, "https://dead.example.org", 9, /*common_cause=*/true);
  Fail(one, "https://dead.example.org", 2);
  EXPECT_EQ(Admit(one, v1::CHANNEL_WEBHOOK, "https://dead.example.org", 5), 5);
  Fail(two, "https://dead.example.org", 1);
  EXPECT_EQ(Admit(one, v1::CHANNEL_WEBHOOK, "https://dead.example.org", 5), 0);
  EXPECT_EQ(Admit(one, v1::CHANNEL_WEBHOOK, "https://well.example.org", 5), 5);
  clock_.Advance(absl::Seconds(30));
  EXPECT_EQ(Admit(two, v1::CHANNEL_WEBHOOK, "https://dead.example.org", 5), 1);
  EXPECT_EQ(Admit(one, v1::CHANNEL_WEBHOOK, "https://dead.example.org", 5), 0);
}

TEST_P(LaneCheckTest, WhatWasNotTriedLeavesABreakerAsItIs) {
  constexpr char kLane[] = "https://dead.example.org";
  LaneCheck check({{v1::CHANNEL_WEBHOOK, {.failures_max = 3}}});
  AttemptRecord overtaken;
  overtaken.delivery.channel = v1::CHANNEL_WEBHOOK;
  overtaken.result.outcome = v1::ATTEMPT_OUTCOME_UNKNOWN;  // an earlier attempt may have arrived
  overtaken.result.not_tried = true;
  overtaken.begun = true;
  overtaken.lane = kLane;
  const auto end = [&] {
    EXPECT_THAT(Write([&](sql::Transaction& tx) {
                  std::vector<feed::Change> changes;
                  return check.Ended(tx, {overtaken}, clock_.Now(), changes);
                }),
                IsOk());
  };
  Fail(check, kLane, 2);
  end();
  EXPECT_EQ(Admit(check, v1::CHANNEL_WEBHOOK, kLane, 5), 5);
  Fail(check, kLane, 1);
  EXPECT_EQ(Admit(check, v1::CHANNEL_WEBHOOK, kLane, 5), 0);
  end();
  EXPECT_EQ(Admit(check, v1::CHANNEL_WEBHOOK, kLane, 5), 0);
}

TEST_P(LaneCheckTest, ALaneOfWhichNothingIsHeardForADayIsForgotten) {
  constexpr sql::Query kCount{"count_lanes", "SELECT COUNT(*) FROM lanes"};
  LaneCheck check({{v1::CHANNEL_EMAIL, {.per_second = 1, .burst = 5}}});
  for (int i = 0; i < 3; ++i) Admit(check, v1::CHANNEL_EMAIL, absl::StrCat("d", i, ".org"), 1);
  clock_.Advance(absl::Hours(25));
  Admit(check, v1::CHANNEL_EMAIL, "example.org", 1);
  std::int64_t count = 0;
  ASSERT_THAT(database().Read(absl::Now() + absl::Seconds(20),
                              [&](sql::Transaction& tx) -> absl::Status {
                                WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kCount));
                                count = rows[0].Int(0);
                                return absl::OkStatus();
                              }),
              IsOk());
  EXPECT_EQ(count, 1);
}

}  // namespace
}  // namespace wici::notification
