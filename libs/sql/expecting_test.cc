// Statements whose rows are only counted, and which may be told of late.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/status_macros.h"
#include "libs/sql/database.h"
#include "libs/sql/sql_fixture.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/reasons.h"
#include "libs/testing/status_matchers.h"

namespace wici::sql {
namespace {

using ::testing::ElementsAre;
using testing::IsOk;
using testing::Reason;
using testing::RoundTrips;
using ::testing::SizeIs;
using testing::StatusIs;

constexpr Query kPut{"put_items", "INSERT INTO items (id, number) VALUES"};
constexpr std::string_view kIfNew = "ON CONFLICT DO NOTHING RETURNING id";
constexpr Query kChange{"change_number", "UPDATE items SET number = $2 WHERE id = $1 RETURNING id"};
constexpr Expected kOneOrExists{1, absl::StatusCode::kAlreadyExists};

class ExpectingTest : public SqlTest {
 protected:
  absl::Status Write(const Database::Body& body) { return database().Write(Soon(), body); }
};
WICI_ON_EVERY_ENGINE(ExpectingTest);

TEST_P(ExpectingTest, WhatReturnsAsManyRowsAsExpectedIsCommitted) {
  const std::vector<std::vector<Value>> rows = {{"a", 1}, {"b", 2}};
  const std::vector<Value> change = {"a", 3};
  ASSERT_THAT(Write([&](Transaction& tx) -> absl::Status {
                WICI_RETURN_IF_ERROR(tx.InsertExpecting(kPut, kIfNew, rows, {2}));
                return tx.ExecuteExpecting(kChange, change, {1});
              }),
              IsOk());
  EXPECT_THAT(Ids(), ElementsAre("a", "b"));
  EXPECT_EQ(Number("a"), 3);
}

TEST_P(ExpectingTest, RowsThatAreMissingUndoTheTransactionAlthoughItsBodyIsContent) {
  const std::vector<Value> missing = {"none", 3};
  EXPECT_THAT(Write([&](Transaction& tx) -> absl::Status {
                WICI_RETURN_IF_ERROR(tx.Execute(kInsertNumber, {"a", 1}).status());
                return tx.ExecuteExpecting(kChange, missing, kOneOrExists);
              }),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("UNIQUE_VIOLATED")));
  EXPECT_THAT(Ids(), ElementsAre());
  EXPECT_THAT(Run(kInsertNumber, {"a", 1}), IsOk()) << "the connection is good for more";
}

TEST_P(ExpectingTest, RowsThatAreMissingOfAnInsertUndoItToo) {
  ASSERT_THAT(Run(kInsertNumber, {"a", 1}), IsOk());
  const std::vector<std::vector<Value>> rows = {{"a", 2}, {"b", 2}};
  EXPECT_THAT(
      Write([&](Transaction& tx) {
        return tx.InsertExpecting(kPut, kIfNew, rows, {2, absl::StatusCode::kAlreadyExists});
      }),
      StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(Ids(), ElementsAre("a"));
  EXPECT_EQ(Number("a"), 1);
}

TEST_P(ExpectingTest, WhereTheEngineWouldAbortTheTransactionIsRunAgain) {
  const std::vector<Value> change = {"a", 3};
  int runs = 0;
  ASSERT_THAT(Write([&](Transaction& tx) -> absl::Status {
                if (++runs == 3) WICI_RETURN_IF_ERROR(tx.Execute(kInsertNumber, change).status());
                return tx.ExecuteExpecting(kChange, change, {1});
              }),
              IsOk());
  EXPECT_EQ(runs, 3);
}

TEST_P(ExpectingTest, TheNextStatementGetsItsOwnRowsOnlyOrTheErrorOfTheOneBefore) {
  const std::vector<std::vector<Value>> rows = {{"a", 1}, {"b", 2}};
  const std::vector<Value> missing = {"none", 3};
  EXPECT_THAT(Write([&](Transaction& tx) -> absl::Status {
                WICI_RETURN_IF_ERROR(tx.InsertExpecting(kPut, kIfNew, rows, {2}));
                WICI_ASSIGN_OR_RETURN(const Rows number, tx.Execute(kGetNumber, {"a"}));
                EXPECT_THAT(number, SizeIs(1));
                WICI_RETURN_IF_ERROR(tx.InsertExpecting(kPut, kIfNew, {{{"c", 4}}}, {1}));
                WICI_ASSIGN_OR_RETURN(const std::vector<Rows> all,
                                      tx.ExecuteAll({{kGetNumber, {"c"}}, {kIds, {}}}));
                EXPECT_EQ(all[0][0].Int(0), 4);
                EXPECT_THAT(all[1], SizeIs(3));
                absl::Status status = tx.ExecuteExpecting(kChange, missing, kOneOrExists);
                if (status.ok()) status = tx.Execute(kIds).status();
                EXPECT_THAT(status, StatusIs(absl::StatusCode::kAlreadyExists));
                return absl::OkStatus();  // which changes nothing
              }),
              StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(Ids(), ElementsAre());
}

TEST_P(ExpectingTest, RowsThatAreMissingWhenStatementsAreForgottenHarmNoLaterOne) {
  constexpr int kStatementsMax = 512;  // that a connection to PostgreSQL remembers
  const std::unique_ptr<Database> single =
      OpenDatabase(database_url(), {.readers = 1, .writers = 1}).value();
  const std::vector<Value> missing = {"none", 3};
  ASSERT_THAT(single->Write(Soon(),
                            [&](Transaction& tx) -> absl::Status {
                              WICI_RETURN_IF_ERROR(tx.ExecuteExpecting(kChange, missing, {0}));
                              for (int i = 1; i < kStatementsMax; ++i) {
                                const std::string text = absl::StrCat("SELECT ", i);
                                WICI_RETURN_IF_ERROR(tx.Execute({"many", text}).status());
                              }
                              return absl::OkStatus();
                            }),
              IsOk());
  EXPECT_THAT(
      single->Write(Soon(),
                    [&](Transaction& tx) -> absl::Status {
                      WICI_RETURN_IF_ERROR(tx.ExecuteExpecting(kChange, missing, kOneOrExists));
                      return tx.Execute({"one_more", "SELECT 0"}).status();
                    }),
      StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(
      single->Write(Soon(),
                    [&](Transaction& tx) { return tx.ExecuteExpecting(kChange, missing, {0}); }),
      IsOk());
}

TEST_P(ExpectingTest, AConstraintThatIsViolatedLateIsToldAsItIs) {
  const std::vector<Value> too_many = {"a", 50'000'000};
  EXPECT_THAT(Write([&](Transaction& tx) -> absl::Status {
                WICI_RETURN_IF_ERROR(tx.Execute(kInsertNumber, {"a", 1}).status());
                return tx.ExecuteExpecting(kChange, too_many, {1});
              }),
              StatusIs(absl::StatusCode::kOutOfRange, Reason("CHECK_VIOLATED")));
  EXPECT_THAT(Ids(), ElementsAre());
}

TEST_P(ExpectingTest, OnPostgresSuchStatementsWaitOnceTogetherAndAReadOnceInAll) {
  const bool postgres = GetParam() == Engine::kPostgres;
  const std::vector<Value> change = {"a", 3};
  ASSERT_THAT(Run(kInsertNumber, {"a", 1}), IsOk());
  const auto change_twice = [&](Transaction& tx) -> absl::Status {
    WICI_RETURN_IF_ERROR(tx.ExecuteExpecting(kChange, change, {1}));
    return tx.ExecuteExpecting(kChange, change, {1});
  };
  double before = 0;
  const auto waits = [&before] {
    const double now = RoundTrips();
    return now - std::exchange(before, now);
  };
  ASSERT_THAT(Write(change_twice), IsOk());  // learns the statements
  EXPECT_EQ(Number("a"), 3);
  waits();
  ASSERT_THAT(Write(change_twice), IsOk());
  EXPECT_EQ(waits(), postgres ? 2 : 0) << "with COMMIT";
  EXPECT_EQ(Number("a"), 3);
  EXPECT_EQ(waits(), postgres ? 1 : 0);
}

}  // namespace
}  // namespace wici::sql
