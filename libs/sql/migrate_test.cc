#include "libs/sql/migrate.h"

#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/sql/database.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/status_matchers.h"

namespace wici::sql {
namespace {

using ::wici::testing::IsOk;
using ::wici::testing::IsOkAndHolds;
using ::wici::testing::Reason;
using ::wici::testing::StatusIs;

constexpr Migration kFirst{1, "0001_init.sql",
                           "-- A comment; with a semicolon.\n"
                           "CREATE TABLE a (id BIGINT PRIMARY KEY);\n\n"
                           "CREATE TABLE b (id BIGINT PRIMARY KEY);\n"};
constexpr Migration kSecond{2, "0002_more.sql",
                            "INSERT INTO a (id)\n  VALUES (1);\nINSERT INTO b (id) VALUES (2);\n"};
constexpr Migration kBroken{3, "0003_broken.sql",
                            "CREATE TABLE c (id BIGINT);\nINSERT INTO nowhere VALUES (1);\n"};

class MigrateTest : public testing::DatabaseTest {
 protected:
  absl::StatusOr<std::int64_t> Count(std::string_view text) {
    std::int64_t count = 0;
    absl::Status status = database().Read(InTenSeconds(), [&](Transaction& tx) -> absl::Status {
      WICI_ASSIGN_OR_RETURN(const Rows rows, tx.Execute(Query{"count", text}));
      count = rows[0].Int(0);
      return absl::OkStatus();
    });
    if (!status.ok()) return status;
    return count;
  }
  static absl::Time InTenSeconds() { return absl::Now() + absl::Seconds(10); }

  testing::FakeClock clock_;
};
WICI_ON_EVERY_ENGINE(MigrateTest);

TEST_P(MigrateTest, AnEmptyDatabaseHasVersionZero) {
  EXPECT_THAT(SchemaVersion(database(), InTenSeconds()), IsOkAndHolds(0));
}

TEST_P(MigrateTest, AllMigrationsAreAppliedInOrder) {
  ASSERT_THAT(Migrate(database(), {kFirst, kSecond}, clock_), IsOk());
  EXPECT_THAT(SchemaVersion(database(), InTenSeconds()), IsOkAndHolds(2));
  EXPECT_THAT(Count("SELECT COUNT(*) FROM a, b"), IsOkAndHolds(1));
}

TEST_P(MigrateTest, ASecondRunChangesNothing) {
  ASSERT_THAT(Migrate(database(), {kFirst, kSecond}, clock_), IsOk());
  ASSERT_THAT(Migrate(database(), {kFirst, kSecond}, clock_), IsOk());
  EXPECT_THAT(Count("SELECT COUNT(*) FROM a"), IsOkAndHolds(1));
}

TEST_P(MigrateTest, OnlyWhatIsNewIsApplied) {
  ASSERT_THAT(Migrate(database(), {kFirst}, clock_), IsOk());
  EXPECT_THAT(SchemaVersion(database(), InTenSeconds()), IsOkAndHolds(1));
  ASSERT_THAT(Migrate(database(), {kFirst, kSecond}, clock_), IsOk());
  EXPECT_THAT(SchemaVersion(database(), InTenSeconds()), IsOkAndHolds(2));
}

TEST_P(MigrateTest, AChangedMigrationIsRefused) {
  ASSERT_THAT(Migrate(database(), {kFirst}, clock_), IsOk());
  Migration changed = kFirst;
  changed.text = "CREATE TABLE a (id TEXT PRIMARY KEY);\n";
  EXPECT_THAT(Migrate(database(), {changed, kSecond}, clock_),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("MIGRATION_CHANGED")));
  EXPECT_THAT(SchemaVersion(database(), InTenSeconds()), IsOkAndHolds(1));
}

TEST_P(MigrateTest, ADatabaseNewerThanTheProgramIsRefused) {
  ASSERT_THAT(Migrate(database(), {kFirst, kSecond}, clock_), IsOk());
  EXPECT_THAT(Migrate(database(), {kFirst}, clock_),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("SCHEMA_TOO_NEW")));
}

TEST_P(MigrateTest, AFailingMigrationLeavesNothingBehind) {
  SetLogLevel(static_cast<LogLevel>(4));
  EXPECT_THAT(Migrate(database(), {kFirst, kSecond, kBroken}, clock_),
              StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(SchemaVersion(database(), InTenSeconds()), IsOkAndHolds(2));
  EXPECT_THAT(Count("SELECT COUNT(*) FROM c"), StatusIs(absl::StatusCode::kInternal));
}

TEST_P(MigrateTest, ProcessesThatStartTogetherMigrateOnce) {
  std::vector<std::thread> processes;
  std::vector<absl::Status> results(6);
  for (absl::Status& result : results) {
    processes.emplace_back([this, &result] {
      auto own = OpenDatabase(database_url());
      result = own.ok() ? Migrate(**own, {kFirst, kSecond}, clock_) : own.status();
    });
  }
  for (std::thread& process : processes) process.join();
  for (const absl::Status& result : results) EXPECT_THAT(result, IsOk());
  EXPECT_THAT(Count("SELECT COUNT(*) FROM a"), IsOkAndHolds(1));
}

}  // namespace
}  // namespace wici::sql
