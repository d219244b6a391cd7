// The negative control: without the guard of the seats, and without the CHECK of the database that
// repeats it, the history checker must find the oversell. If it does not, it proves nothing.
#define WICI_NEGATIVE_CONTROL
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/seats/history/history_fixture.h"
#include "services/registration/seats/seats.cc"  // NOLINT: instead of the one in the library

namespace wici::registration {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class SeatsNegativeControlTest : public HistoryTest {
 protected:
  void DropCheck(sql::Database& database) {
    const sql::Query drop = database.engine() == sql::Engine::kSqlite
                                ? sql::Query{"drop_check", "PRAGMA ignore_check_constraints = 1"}
                                : sql::Query{"drop_check",
                                             "ALTER TABLE event_seats DROP CONSTRAINT IF EXISTS "
                                             "event_seats_never_oversold"};
    ASSERT_THAT(database.Write(absl::Now() + absl::Seconds(10),
                               [&](sql::Transaction& tx) { return tx.Execute(drop).status(); }),
                testing::IsOk());
  }
};
WICI_ON_EVERY_ENGINE(SeatsNegativeControlTest);

TEST_P(SeatsNegativeControlTest, WithoutTheGuardTheCheckerFindsTheOversell) {
  DropCheck(database());
  DropCheck(second_database());
  EXPECT_THAT(RunAndCheck(/*capacity=*/40, /*waiting=*/100, /*seed=*/1),
              Contains(HasSubstr("oversold")));
}

}  // namespace
}  // namespace wici::registration
