// What waits in a database of an earlier version, which gave what is urgent a head start in time.
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/sql/migrate.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/migrations.h"

namespace wici::notification {
namespace {

using ::testing::ElementsAre;
using testing::IsOk;

constexpr absl::Duration kHeadStartBefore = absl::Hours(72);

class UrgentMigrationTest : public testing::DatabaseTest {};
WICI_ON_EVERY_ENGINE(UrgentMigrationTest);

TEST_P(UrgentMigrationTest, WhatHadAHeadStartIsUrgentAndDueSinceItWasMade) {
  constexpr std::size_t kBefore = 15;
  ASSERT_EQ(Migrations()[kBefore].name, "0016_urgent.sql");
  const SystemClock machine;
  ASSERT_THAT(sql::Migrate(database(), Migrations().first(kBefore), machine), IsOk());
  constexpr sql::Query kNotification{"insert_notification", R"sql(
    INSERT INTO notifications (id, revision, version, template, event, root_event, channel,
      unknown_policy, cause, cancelled, schedule_at, expires_at, created_at, updated_at)
    VALUES ('n', 1, 1, 'templates/invitation', 'events/e', 'events/e', 1, 1, '', FALSE, 0, 0, 0,
      0))sql"};
  // $1 id, $2 channel, $3 state, $4 next attempt, $5 made.
  constexpr sql::Query kDelivery{"insert_delivery", R"sql(
    INSERT INTO deliveries (id, notification_id, template, event, resource, person, channel,
      unknown_policy, calendar_method, calendar_sequence, state, prior_state, reason, cancelled,
      attempt, fence, begun, may_have_arrived, repeat_allowed, lease_owner, next_at, expires_at,
      last_outcome, last_code, last_enhanced_code, version, created_at, updated_at)
    VALUES ($1, 'n', 'templates/invitation', 'events/e', '', $1, $2, 1, 0, 0, $3, 1, 0, FALSE, 0,
      0, FALSE, FALSE, FALSE, '', $4, 0, 0, 0, '', 1, $5, $5))sql"};
  constexpr sql::Query kAll{"all", R"sql(
    SELECT id, urgent, next_at FROM deliveries ORDER BY id)sql"};
  const absl::Time made = absl::FromUnixSeconds(1450440000);
  const absl::Time deadline = machine.Now() + absl::Seconds(10);
  const auto insert = [&](sql::Transaction& tx) -> absl::Status {
    WICI_RETURN_IF_ERROR(tx.Execute(kNotification).status());
    const auto add = [&](const char* id, int channel, int state, const sql::Value& next) {
      return tx.Execute(kDelivery, {id, channel, state, next, ToMicros(made)}).status();
    };
    const std::int64_t early = ToMicros(made - kHeadStartBefore);
    WICI_RETURN_IF_ERROR(add("confirmation", 1, 1, early));
    WICI_RETURN_IF_ERROR(add("sent", 1, 4, nullptr));
    WICI_RETURN_IF_ERROR(add("to-many", 1, 1, ToMicros(made - absl::Seconds(1))));
    return add("webhook", 2, 1, early);
  };
  ASSERT_THAT(database().Write(deadline, insert), IsOk());
  ASSERT_THAT(sql::Migrate(database(), Migrations(), machine), IsOk());
  std::vector<std::string> urgent;
  const auto read = [&](sql::Transaction& tx) -> absl::Status {
    urgent.clear();
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kAll));
    for (const sql::Row& row : rows) {
      if (!row.Bool(1)) continue;
      urgent.push_back(row.Text(0));
      EXPECT_EQ(row.Int(2), ToMicros(made));
    }
    return absl::OkStatus();
  };
  ASSERT_THAT(database().Read(deadline, read), IsOk());
  EXPECT_THAT(urgent, ElementsAre("confirmation"));
}

}  // namespace
}  // namespace wici::notification
