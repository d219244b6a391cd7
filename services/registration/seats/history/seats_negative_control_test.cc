// The negative control: without the guard of the seats, and without the CHECK of the database that
// repeats it, the history checker must find the oversell. If it does not, it proves nothing.
#define WICI_NEGATIVE_CONTROL
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "services/registration/seats/history/history_fixture.h"
#include "services/registration/seats/rules/seats.cc"  // NOLINT: instead of the one in the library

namespace wici::registration {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class SeatsNegativeControlTest : public HistoryTest {
 protected:
  void DropChecks(sql::Database& database) {
    for (const char* constraint : {"ALTER TABLE event_seats DROP CONSTRAINT IF "
                                   "EXISTS event_seats_never_oversold",
                                   "ALTER TABLE quotas DROP CONSTRAINT IF "
                                   "EXISTS quotas_never_oversold"}) {
      const sql::Query drop{"drop_check", database.engine() == sql::Engine::kSqlite
                                              ? "PRAGMA ignore_check_constraints = 1"
                                              : constraint};
      ASSERT_THAT(database.Write(absl::Now() + absl::Seconds(10),
                                 [&](sql::Transaction& tx) { return tx.Execute(drop).status(); }),
                  testing::IsOk());
    }
  }
};
WICI_ON_EVERY_ENGINE(SeatsNegativeControlTest);

TEST_P(SeatsNegativeControlTest, WithoutTheGuardTheCheckerFindsTheOversell) {
  DropChecks(database());
  DropChecks(second_database());
  EXPECT_THAT(RunAndCheck({.capacity = 40, .waiting = 100}, /*seed=*/1),
              Contains(HasSubstr("oversold")));
}

TEST_P(SeatsNegativeControlTest, WithoutTheGuardTheCheckerFindsTheOversellOfAQuota) {
  DropChecks(database());
  DropChecks(second_database());
  EXPECT_THAT(RunAndCheck({.capacity = 500, .waiting = 0, .categories = {{"press", 5}}},
                          /*seed=*/2),
              Contains(HasSubstr("of 5 of events/history-2/admissionCategories/press")));
}

TEST_P(SeatsNegativeControlTest, WithoutTheGuardTheCheckerFindsThatKeptPlacesAreSold) {
  DropChecks(database());
  DropChecks(second_database());
  EXPECT_THAT(RunAndCheck({.capacity = 500,
                           .waiting = 0,
                           .categories = {{"press", 300}},
                           .vouchers = {{"card", {298, true, "press"}}}},
                          /*seed=*/3),
              Contains(HasSubstr("of 300 of events/history-3/admissionCategories/press")));
}

}  // namespace
}  // namespace wici::registration
