// What every engine promises; see database.h.
#include "libs/sql/database.h"

#include <cstdint>
#include <cstdio>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/log.h"
#include "libs/base/metrics.h"
#include "libs/base/status_macros.h"
#include "libs/sql/sql_fixture.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/temp_dir.h"

namespace wici::sql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::wici::testing::IsOk;
using ::wici::testing::Reason;
using ::wici::testing::StatusIs;

constexpr Query kInsert{"insert_item",
                        "INSERT INTO items (id, number, flag, body) VALUES ($1, $2, $3, $4)"};
constexpr Query kInsertCode{"insert_code", "INSERT INTO items (id, code) VALUES ($1, $2)"};
constexpr Query kInsertPart{"insert_part", "INSERT INTO parts (id, item) VALUES ($1, $2)"};
constexpr Query kInsertMany{"insert_items", "INSERT INTO items (id, number, flag, body) VALUES"};
constexpr Query kGet{"get_item", "SELECT id, number, flag, body FROM items WHERE id = $1"};
constexpr Query kCount{"count_items", "SELECT COUNT(*), SUM(number) FROM items"};

WICI_ON_EVERY_ENGINE(SqlTest);

// Tests of what only a server can do.
class PostgresTest : public SqlTest {};
INSTANTIATE_TEST_SUITE_P(Engines, PostgresTest, ::testing::Values(Engine::kPostgres),
                         testing::EngineName);

class SqliteTest : public SqlTest {};
INSTANTIATE_TEST_SUITE_P(Engines, SqliteTest, ::testing::Values(Engine::kSqlite),
                         testing::EngineName);

TEST_P(SqlTest, EveryTypeComesBackAsItWentIn) {
  const std::string bytes("\0\1\xff'\\", 5);
  ASSERT_THAT(Run(kInsert, {"Wałbrzych łódź 東京", std::numeric_limits<std::int64_t>::max(), true,
                            Bytes{bytes}}),
              IsOk());
  const Rows rows = Select(kGet, {"Wałbrzych łódź 東京"});
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].Text(0), "Wałbrzych łódź 東京");
  EXPECT_EQ(rows[0].Int(1), std::numeric_limits<std::int64_t>::max());
  EXPECT_TRUE(rows[0].Bool(2));
  EXPECT_EQ(rows[0].Blob(3), bytes);
}

TEST_P(SqlTest, NullAndEmptyAreDifferent) {
  ASSERT_THAT(Run(kInsert, {"null", nullptr, nullptr, nullptr}), IsOk());
  ASSERT_THAT(Run(kInsert, {"", std::int64_t{-1}, false, Bytes{}}), IsOk());
  const Row null = Select(kGet, {"null"})[0];
  EXPECT_TRUE(null.IsNull(1) && null.IsNull(2) && null.IsNull(3));
  EXPECT_EQ(null.TextOrEmpty(1), "");
  const Row empty = Select(kGet, {""})[0];
  EXPECT_EQ(empty.Text(0), "");
  EXPECT_EQ(empty.Int(1), -1);
  EXPECT_FALSE(empty.Bool(2));
  EXPECT_EQ(empty.Blob(3), "");
}

TEST_P(SqlTest, AComputedTruthValueReadsLikeAStoredOne) {
  ASSERT_THAT(Run(kInsertNumber, {"a", 5}), IsOk());
  const Rows rows = Select(
      {"computed", "SELECT number > $1, number < 0, EXISTS (SELECT 1 FROM parts) FROM items"}, {4});
  EXPECT_TRUE(rows[0].Bool(0));
  EXPECT_FALSE(rows[0].Bool(1));
  EXPECT_FALSE(rows[0].Bool(2));
}

TEST_P(SqlTest, SumsAndCountsAreIntegers) {
  EXPECT_TRUE(Select(kCount)[0].IsNull(1));
  for (const std::int64_t number : {999'999L, 4'000'000'000'000'000'000L, -7L, 20'000L}) {
    ASSERT_THAT(Run(kInsertNumber, {absl::StrCat(number), number}), IsOk());
  }
  EXPECT_EQ(Select(kCount)[0].Int(0), 4);
  EXPECT_EQ(Select(kCount)[0].Int(1), 4'000'000'000'001'019'992L);
}

TEST_P(SqlTest, PlaceholdersMayRepeatAndComeInAnyOrder) {
  const Rows rows = Select({"order", "SELECT CAST($2 AS TEXT), CAST($1 AS TEXT), CAST($2 AS TEXT)"},
                           {"one", "two"});
  EXPECT_EQ(rows[0].Text(0), "two");
  EXPECT_EQ(rows[0].Text(1), "one");
  EXPECT_EQ(rows[0].Text(2), "two");
}

TEST_P(SqlTest, ConstraintsAreToldApart) {
  ASSERT_THAT(Run(kInsertCode, {"a", "x"}), IsOk());
  EXPECT_THAT(Run(kInsertCode, {"a", "y"}),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("UNIQUE_VIOLATED")));
  EXPECT_THAT(Run(kInsertCode, {"b", "x"}),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("UNIQUE_VIOLATED")));
  EXPECT_THAT(Run(kInsertPart, {"p", "nobody"}),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("FOREIGN_KEY_VIOLATED")));
  EXPECT_THAT(Run(kInsertNumber, {"c", 2'000'000}),
              StatusIs(absl::StatusCode::kOutOfRange, Reason("CHECK_VIOLATED")));
  EXPECT_THAT(Run(kInsertPart, {"p", nullptr}), StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(Ids(), ElementsAre("a"));
}

TEST_P(SqlTest, AnErrorNamesTheQueryAndNothingOfTheDriver) {
  const absl::Status status = Run({"nonsense", "SELECT secret FROM nowhere"});
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInternal, Reason("DATABASE_ERROR")));
  EXPECT_EQ(status.message(), "query nonsense failed");
}

TEST_P(SqlTest, AWrongNumberOfValuesIsAnError) {
  EXPECT_THAT(Run(kInsertCode, {"a"}), StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(Run(kInsertCode, {"a", "b", "c"}), StatusIs(absl::StatusCode::kInternal));
}

TEST_P(SqlTest, WhatTheBodyRefusesIsRolledBackAndReturnedAsItIs) {
  int runs = 0;
  const absl::Status status = database().Write(Soon(), [&](Transaction& tx) -> absl::Status {
    ++runs;
    WICI_RETURN_IF_ERROR(tx.Execute(kInsertCode, {"a", "x"}).status());
    return absl::AbortedError("the etag does not match");  // ours, so not to be tried again
  });
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(status.message(), "the etag does not match");
  EXPECT_EQ(runs, 1);
  EXPECT_THAT(Ids(), IsEmpty());
}

TEST_P(SqlTest, AfterAFailedStatementNothingIsCommitted) {
  const absl::Status status = database().Write(Soon(), [&](Transaction& tx) -> absl::Status {
    WICI_RETURN_IF_ERROR(tx.Execute(kInsertCode, {"a", "x"}).status());
    EXPECT_THAT(tx.Execute(kInsertCode, {"a", "y"}), StatusIs(absl::StatusCode::kAlreadyExists));
    EXPECT_THAT(tx.Execute(kInsertCode, {"b", "z"}), StatusIs(absl::StatusCode::kAlreadyExists));
    return absl::OkStatus();  // a careless body
  });
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(Ids(), IsEmpty());
}

TEST_P(SqlTest, AReadTransactionRefusesToWrite) {
  const absl::Status status = database().Read(Soon(), [](Transaction& tx) {
    return tx.Execute(kInsertCode, {"a", "x"}).status();
  });
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(Ids(), IsEmpty());
}

TEST_P(SqlTest, ConcurrentReadModifyWriteLosesNoUpdate) {
  ASSERT_THAT(Run(kInsertNumber, {"counter", 0}), IsOk());
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([this] {
      for (int j = 0; j < 25; ++j) {
        EXPECT_THAT(database().Write(
                        Soon(),
                        [](Transaction& tx) -> absl::Status {
                          WICI_ASSIGN_OR_RETURN(const Rows rows,
                                                tx.Execute(kGetNumber, {"counter"}));
                          return tx.Execute(kSetNumber, {"counter", rows[0].Int(0) + 1}).status();
                        }),
                    IsOk());
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(Number("counter"), 100);
}

TEST_P(SqlTest, AReaderSeesOneSnapshotAndDoesNotWaitForTheWriter) {
  ASSERT_THAT(Run(kInsertNumber, {"a", 1}), IsOk());
  EXPECT_THAT(database().Read(Soon(),
                              [this](Transaction& tx) -> absl::Status {
                                WICI_ASSIGN_OR_RETURN(const Rows before, tx.Execute(kIds));
                                WICI_RETURN_IF_ERROR(Run(kInsertNumber, {"b", 2}));
                                WICI_ASSIGN_OR_RETURN(const Rows after, tx.Execute(kIds));
                                EXPECT_EQ(before.size(), 1u);
                                EXPECT_EQ(after.size(), 1u);
                                return absl::OkStatus();
                              }),
              IsOk());
  EXPECT_THAT(Ids(), ElementsAre("a", "b"));
}

TEST_P(SqlTest, AStatementThatTakesTooLongIsEnded) {
  constexpr Query kEndless{"endless",
                           "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                           "WHERE i < 2000000000) SELECT MAX(i) FROM n"};
  EXPECT_THAT(database().Read(In(absl::Milliseconds(50)),
                              [&](Transaction& tx) { return tx.Execute(kEndless).status(); }),
              StatusIs(absl::StatusCode::kDeadlineExceeded, Reason("DATABASE_DEADLINE")));
  EXPECT_THAT(Ids(), IsEmpty());  // the next one is served
}

TEST_P(SqlTest, TextIsOrderedByItsBytes) {
  for (const char* id : {"b", "B", "ł", "a", "A", "z", "Ź", "_", "aa", "a-b"}) {
    ASSERT_THAT(Run(kInsertNumber, {id, 1}), IsOk());
  }
  EXPECT_THAT(Ids(), ElementsAre("A", "B", "_", "a", "a-b", "aa", "b", "z", "ł", "Ź"));
}

TEST_P(SqlTest, PagesFollowEachOtherByKeyset) {
  for (int i = 0; i < 25; ++i) {
    ASSERT_THAT(Run(kInsertNumber, {absl::StrCat("i", 10 + i), i / 3}), IsOk());
  }
  constexpr Query kPage{"page",
                        "SELECT number, id FROM items WHERE (number, id) > ($1, $2) "
                        "ORDER BY number, id LIMIT $3"};
  std::vector<std::string> seen;
  Value number = -1;
  Value id = "";
  for (;;) {
    const Rows page = Select(kPage, {number, id, 10});
    if (page.empty()) break;
    for (const Row& row : page) seen.push_back(row.Text(1));
    number = page.back().Int(0);
    id = page.back().Text(1);
  }
  EXPECT_EQ(seen, Ids());
}

TEST_P(SqlTest, ManyRowsAreInsertedBeyondAnyParameterLimit) {
  std::vector<std::vector<Value>> rows;
  for (int i = 0; i < 25'000; ++i) {
    rows.push_back({absl::StrCat("ł", 100'000 + i), i % 2 == 0 ? Value(i) : Value(nullptr),
                    i % 3 == 0, Bytes{std::string("\0x", 2)}});
  }
  Rows returned;
  ASSERT_THAT(database().Write(Soon(),
                               [&](Transaction& tx) -> absl::Status {
                                 WICI_ASSIGN_OR_RETURN(
                                     returned, tx.InsertMany(kInsertMany, "RETURNING id", rows));
                                 return absl::OkStatus();
                               }),
              IsOk());
  ASSERT_THAT(returned, SizeIs(25'000));
  EXPECT_EQ(returned[24'999].Text(0), "ł124999");
  const Row last = Select(kGet, {"ł124999"})[0];
  EXPECT_TRUE(last.IsNull(1));
  EXPECT_TRUE(last.Bool(2));
  EXPECT_EQ(last.Blob(3), std::string("\0x", 2));
}

TEST_P(SqlTest, InsertManyReturnsOnlyWhatItInserted) {
  ASSERT_THAT(Run(kInsertNumber, {"b", 1}), IsOk());
  for (const std::vector<std::string>& ids :
       std::vector<std::vector<std::string>>{{"a", "b", "c", "a"}, {"c"}, {"d"}, {}}) {
    std::vector<std::vector<Value>> rows;
    for (const std::string& id : ids) rows.push_back({id, 2, true, nullptr});
    Rows returned;
    ASSERT_THAT(database().Write(Soon(),
                                 [&](Transaction& tx) -> absl::Status {
                                   WICI_ASSIGN_OR_RETURN(
                                       returned,
                                       tx.InsertMany(kInsertMany,
                                                     "ON CONFLICT DO NOTHING RETURNING id", rows));
                                   return absl::OkStatus();
                                 }),
                IsOk());
    EXPECT_EQ(returned.size(), ids.size() == 4                        ? 2u
                               : ids == std::vector<std::string>{"d"} ? 1u
                                                                      : 0u);
  }
  EXPECT_THAT(Ids(), ElementsAre("a", "b", "c", "d"));
}

TEST_P(SqlTest, AnErrorOfAnInsertWithoutReturningIsNotLost) {
  for (const bool last : {true, false}) {
    const absl::Status status = database().Write(Soon(), [&](Transaction& tx) -> absl::Status {
      WICI_RETURN_IF_ERROR(
          tx.InsertMany(kInsertMany, "", {{"a", 1, true, nullptr}, {"a", 2, true, nullptr}})
              .status());
      if (last) return absl::OkStatus();
      return tx.Execute(kIds).status();
    });
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kAlreadyExists, Reason("UNIQUE_VIOLATED")));
    EXPECT_EQ(status.message(), "query insert_items failed");
  }
  EXPECT_THAT(Ids(), IsEmpty());
  ASSERT_THAT(
      database().Write(Soon(),
                       [&](Transaction& tx) {
                         return tx.InsertMany(kInsertMany, "", {{"a", 1, true, nullptr}}).status();
                       }),
      IsOk());
  EXPECT_THAT(Ids(), ElementsAre("a"));
}

TEST_P(SqlTest, AStatementThatCouldNotBePreparedHarmsNoLaterOne) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Run({"missing", "INSERT INTO later (id) VALUES ($1)"}, {"a"}),
                StatusIs(absl::StatusCode::kInternal));
    ASSERT_THAT(Run(kInsertNumber, {absl::StrCat(i), i}), IsOk());
  }
  ASSERT_THAT(Run({"create", "CREATE TABLE later (id TEXT)"}), IsOk());
  EXPECT_THAT(Run({"missing", "INSERT INTO later (id) VALUES ($1)"}, {"a"}), IsOk());
}

TEST_P(SqlTest, SelectManyFindsEachKeyOnce) {
  std::vector<std::vector<Value>> rows;
  for (int i = 0; i < 1300; ++i) rows.push_back({absl::StrCat("i", i), i, true, nullptr});
  ASSERT_THAT(
      database().Write(
          Soon(), [&](Transaction& tx) { return tx.InsertMany(kInsertMany, "", rows).status(); }),
      IsOk());
  constexpr Query kByBoth{"by_both", "SELECT id FROM items WHERE (id, number) IN"};
  for (const int count : {0, 1, 2, 3, 500, 512, 513, 1300}) {
    std::vector<std::vector<Value>> keys;
    for (int i = 0; i < count; ++i) keys.push_back({absl::StrCat("i", i), i});
    keys.push_back({"i1", 7});                 // no such row
    if (count > 0) keys.push_back({"i0", 0});  // again
    std::set<std::string> found;
    ASSERT_THAT(database().Read(Soon(),
                                [&](Transaction& tx) -> absl::Status {
                                  WICI_ASSIGN_OR_RETURN(const Rows result,
                                                        tx.SelectMany(kByBoth, "AND flag", keys));
                                  EXPECT_EQ(result.size(), static_cast<std::size_t>(count));
                                  for (const Row& row : result) found.insert(row.Text(0));
                                  return absl::OkStatus();
                                }),
                IsOk());
    EXPECT_EQ(found.size(), static_cast<std::size_t>(count));
  }
}

TEST_P(SqlTest, ExecuteManyRunsAQueryWithEachOfItsRows) {
  constexpr Query kAdd{"add_number",
                       "UPDATE items SET number = number + $2 WHERE id = $1 RETURNING id, number"};
  std::vector<std::vector<Value>> rows;
  for (int i = 0; i < 1500; ++i) {
    rows.push_back({absl::StrCat("i", 1000 + i), i, true, nullptr});
  }
  Rows returned;
  ASSERT_THAT(
      database().Write(Soon(),
                       [&](Transaction& tx) -> absl::Status {
                         WICI_RETURN_IF_ERROR(tx.InsertMany(kInsertMany, "", rows).status());
                         std::vector<std::vector<Value>> values = {{"none", 1}};
                         for (const std::vector<Value>& row : rows) {
                           values.push_back({row[0], 1});
                         }
                         values.push_back({"i1000", 7});  // once more
                         WICI_ASSIGN_OR_RETURN(returned, tx.ExecuteMany(kAdd, values));
                         WICI_ASSIGN_OR_RETURN(const Rows none, tx.ExecuteMany(kAdd, {}));
                         EXPECT_THAT(none, IsEmpty());
                         return absl::OkStatus();
                       }),
      IsOk());
  ASSERT_THAT(returned, SizeIs(1501));
  EXPECT_EQ(returned[1499].Text(0), "i2499");
  EXPECT_EQ(returned[1499].Int(1), 1500);
  EXPECT_EQ(returned[1500].Int(1), 8);
}

constexpr Query kAddMany{"add_many",
                         "UPDATE items SET number = COALESCE(number, 0) + $2, body = $3 WHERE"};

TEST_P(SqlTest, UpdateManyGivesEachRowValuesOfItsOwnAndLeavesWhatDoesNotFit) {
  constexpr int kItems = 12'000;  // more than one statement takes
  std::vector<std::vector<Value>> rows;
  std::vector<std::vector<Value>> values = {{"none", 1, nullptr}};
  for (int i = 0; i < kItems; ++i) {
    const std::string id = absl::StrCat("i", 100'000 + i);
    rows.push_back({id, i == 5 ? Value(nullptr) : Value(i), i % 2 == 0, nullptr});
    values.push_back({id, 2 * i, i == 4 ? Value(nullptr) : Value(Bytes{"new"})});
  }
  Rows returned;
  ASSERT_THAT(database().Write(
                  Soon(),
                  [&](Transaction& tx) -> absl::Status {
                    WICI_RETURN_IF_ERROR(tx.InsertMany(kInsertMany, "", rows).status());
                    WICI_ASSIGN_OR_RETURN(
                        returned, tx.UpdateMany(kAddMany,
                                                "id = $1 AND (flag OR number IS NULL) "
                                                "RETURNING id, number, CAST($2 AS BIGINT) + 1",
                                                values));
                    WICI_ASSIGN_OR_RETURN(const Rows none, tx.UpdateMany(kAddMany, "id = $1", {}));
                    EXPECT_THAT(none, IsEmpty());
                    return absl::OkStatus();
                  }),
              IsOk());
  ASSERT_THAT(returned, SizeIs(kItems / 2 + 1));
  for (const Row& row : returned) {
    const std::int64_t i = std::stoi(row.Text(0).substr(1)) - 100'000;
    EXPECT_EQ(row.Int(1), i == 5 ? 10 : 3 * i);
    EXPECT_EQ(row.Int(2), 2 * i + 1);
  }
  EXPECT_EQ(Number("i100003"), 3) << "its guard did not hold";
  EXPECT_EQ(Number("i111998"), 3 * 11'998);
  EXPECT_TRUE(Select(kGet, {"i100004"})[0].IsNull(3));
  EXPECT_EQ(Select(kGet, {"i100006"})[0].Blob(3), "new");
}

TEST_P(SqlTest, AnErrorOfAnUpdateManyIsNotLost) {
  ASSERT_THAT(Run(kInsertNumber, {"a", 1}), IsOk());
  ASSERT_THAT(Run(kInsertNumber, {"b", 2}), IsOk());
  for (const std::string_view suffix : {"id = $1", "id = $1 RETURNING id"}) {
    for (const bool last : {true, false}) {
      const absl::Status status = database().Write(Soon(), [&](Transaction& tx) -> absl::Status {
        WICI_RETURN_IF_ERROR(
            tx.UpdateMany(kAddMany, suffix, {{"a", 5, nullptr}, {"b", 50'000'000, nullptr}})
                .status());
        if (last) return absl::OkStatus();
        return tx.Execute(kIds).status();
      });
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kOutOfRange, Reason("CHECK_VIOLATED")));
      EXPECT_EQ(status.message(), "query add_many failed");
    }
  }
  EXPECT_THAT(database().Write(Soon(),
                               [&](Transaction& tx) {
                                 return tx.UpdateMany(kAddMany, "id = $1", {{"a", 5}}).status();
                               }),
              StatusIs(absl::StatusCode::kInternal))
      << "a value is missing";
  EXPECT_EQ(Number("a"), 1);
}

TEST_P(SqlTest, UpdateManyLooksEachRowUpByIndexEvenInAnEmptyTable) {
  const bool sqlite = GetParam() == Engine::kSqlite;
  const std::string text = absl::StrCat(sqlite ? "EXPLAIN QUERY PLAN " : "EXPLAIN ",
                                        "UPDATE items SET number = $2 WHERE");
  std::string plan;
  ASSERT_THAT(
      database().Write(Soon(),
                       [&](Transaction& tx) -> absl::Status {
                         WICI_ASSIGN_OR_RETURN(
                             const Rows rows,
                             tx.UpdateMany({"explain", text}, "id = $1 RETURNING id", {{"a", 1}}));
                         for (const Row& row : rows) plan += row.Text(sqlite ? 3 : 0) + "\n";
                         return absl::OkStatus();
                       }),
      IsOk());
  EXPECT_THAT(plan, HasSubstr(sqlite ? "SEARCH items USING INDEX" : "Index Cond: (id ="));
  EXPECT_THAT(plan, Not(HasSubstr(sqlite ? "SCAN" : "Seq Scan")));
}

TEST_P(SqlTest, OneRowOfManyThatIsRefusedRollsAllBack) {
  ASSERT_THAT(Run(kInsertNumber, {"a", 1}), IsOk());
  ASSERT_THAT(Run(kInsertNumber, {"b", 2}), IsOk());
  EXPECT_THAT(
      database().Write(
          Soon(),
          [&](Transaction& tx) {
            return tx.ExecuteMany(kSetNumber, {{"a", 5}, {"b", 50'000'000}, {"a", 6}}).status();
          }),
      StatusIs(absl::StatusCode::kOutOfRange, Reason("CHECK_VIOLATED")));
  EXPECT_EQ(Number("a"), 1);
  ASSERT_THAT(Run(kSetNumber, {"a", 3}), IsOk());  // the connection is good for more
  EXPECT_EQ(Number("a"), 3);
}

constexpr Query kAmong{"among", "SELECT id FROM items WHERE id IN"};

TEST_P(SqlTest, ExecuteAllAnswersEachStatementInItsOrder) {
  ASSERT_THAT(Run(kInsertNumber, {"a", 1}), IsOk());
  const std::vector<std::vector<Value>> keys = {{"a"}, {"b"}, {"none"}};
  for (int i = 0; i < 2; ++i) {  // first the statements are prepared, then they are known
    std::vector<Rows> results;
    ASSERT_THAT(database().Write(Soon(),
                                 [&](Transaction& tx) -> absl::Status {
                                   WICI_ASSIGN_OR_RETURN(
                                       results,
                                       tx.ExecuteAll({{kGetNumber, {"a"}},
                                                      {kInsertNumber, {absl::StrCat("b", i), 2}},
                                                      {kSetNumber, {"a", 7 + i}},
                                                      {kGetNumber, {"a"}},
                                                      {kGetNumber, {"none"}},
                                                      {kAmong, "", keys},
                                                      {kAmong, "AND number > 100", keys},
                                                      {kAmong, "", {}},
                                                      {kGetNumber, {absl::StrCat("b", i)}}}));
                                   return absl::OkStatus();
                                 }),
                IsOk());
    ASSERT_THAT(results, SizeIs(9));
    EXPECT_EQ(results[0][0].Int(0), i == 0 ? 1 : 7);
    EXPECT_THAT(results[1], IsEmpty());
    EXPECT_THAT(results[2], IsEmpty());
    EXPECT_EQ(results[3][0].Int(0), 7 + i) << "it sees what was written before it";
    EXPECT_THAT(results[4], IsEmpty());
    ASSERT_THAT(results[5], SizeIs(1));
    EXPECT_EQ(results[5][0].Text(0), "a");
    EXPECT_THAT(results[6], IsEmpty());
    EXPECT_THAT(results[7], IsEmpty());
    EXPECT_EQ(results[8][0].Int(0), 2);
  }
}

TEST_P(SqlTest, ExecuteAllOfNothingGivesNothing) {
  ASSERT_THAT(database().Read(
                  Soon(),
                  [](Transaction& tx) -> absl::Status {
                    WICI_ASSIGN_OR_RETURN(const auto none, tx.ExecuteAll({}));
                    EXPECT_THAT(none, IsEmpty());
                    WICI_ASSIGN_OR_RETURN(const auto no_keys, tx.ExecuteAll({{kAmong, "", {}}}));
                    EXPECT_THAT(no_keys, ElementsAre(IsEmpty()));
                    return absl::OkStatus();
                  }),
              IsOk());
}

TEST_P(SqlTest, OneOfAllStatementsThatIsRefusedRollsAllBack) {
  ASSERT_THAT(Run(kInsertNumber, {"a", 1}), IsOk());
  const auto set_all = [&](std::int64_t second) {
    return database().Write(Soon(), [&](Transaction& tx) {
      return tx
          .ExecuteAll({{kSetNumber, {"a", 5}}, {kSetNumber, {"a", second}}, {kGetNumber, {"a"}}})
          .status();
    });
  };
  EXPECT_THAT(set_all(50'000'000),
              StatusIs(absl::StatusCode::kOutOfRange, Reason("CHECK_VIOLATED")));
  EXPECT_EQ(Number("a"), 1);
  ASSERT_THAT(set_all(6), IsOk());  // the connection and its statements are good for more
  EXPECT_EQ(Number("a"), 6);
}

TEST_P(SqlTest, OneOfAllStatementsThatCannotBePreparedHarmsNoLaterOne) {
  ASSERT_THAT(Run(kInsertNumber, {"a", 1}), IsOk());
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(database().Write(Soon(),
                                 [&](Transaction& tx) {
                                   return tx
                                       .ExecuteAll({{kSetNumber, {"a", 2}},
                                                    {{"missing", "SELECT id FROM later"}, {}},
                                                    {kGet, {"a"}}})
                                       .status();
                                 }),
                StatusIs(absl::StatusCode::kInternal));
    EXPECT_EQ(Number("a"), 1);
    EXPECT_THAT(Select(kGet, {"a"}), SizeIs(1));
  }
}

TEST_P(SqlTest, ExecuteAllPreparesBeyondWhatTheCacheHolds) {
  std::vector<std::string> texts;
  for (int i = 0; i < 600; ++i)
    texts.push_back(absl::StrCat("SELECT ", i, " + CAST($1 AS BIGINT)"));
  for (std::size_t begin = 0; begin < texts.size(); begin += 50) {
    std::vector<Statement> statements;
    for (std::size_t i = begin; i < begin + 50; ++i) {
      statements.push_back({{"sum", texts[i]}, {1}});
    }
    std::vector<Rows> results;
    ASSERT_THAT(database().Read(Soon(),
                                [&](Transaction& tx) -> absl::Status {
                                  WICI_ASSIGN_OR_RETURN(results, tx.ExecuteAll(statements));
                                  return absl::OkStatus();
                                }),
                IsOk());
    ASSERT_THAT(results, SizeIs(50));
    for (std::size_t i = 0; i < 50; ++i) {
      EXPECT_EQ(results[i][0].Int(0), static_cast<std::int64_t>(begin + i) + 1);
    }
  }
}

// A plan made while a table is empty is kept when it has grown.
TEST_P(SqlTest, ManyKeysAreLookedUpByIndexEvenInAnEmptyTable) {
  ASSERT_THAT(Run({"index", "CREATE INDEX items_some ON items (id, code) WHERE number IN (1, 2)"}),
              IsOk());
  const bool sqlite = GetParam() == Engine::kSqlite;
  std::string plan;
  const auto explain = [&](std::string_view where) {
    const std::string text =
        absl::StrCat(sqlite ? "EXPLAIN QUERY PLAN " : "EXPLAIN ", "SELECT body FROM items WHERE ",
                     absl::string_view(where.data(), where.size()), " IN");
    return database().Read(Soon(), [&](Transaction& tx) -> absl::Status {
      WICI_ASSIGN_OR_RETURN(const Rows rows, tx.SelectMany({"explain", text}, "", {{"a", "b"}}));
      for (const Row& row : rows) plan += row.Text(sqlite ? 3 : 0) + "\n";
      return absl::OkStatus();
    });
  };
  ASSERT_THAT(explain("number IN (1, 2) AND (id, code)"), IsOk());
  EXPECT_THAT(plan, HasSubstr(sqlite ? "SEARCH items USING INDEX" : "Index Cond: ((id ="));
  EXPECT_THAT(plan, Not(HasSubstr(sqlite ? "SCAN" : "Seq Scan")));
  EXPECT_THAT(plan, Not(HasSubstr("Bitmap")));
}

TEST_P(SqlTest, MoreStatementsThanTheCacheHoldsAllRun) {
  for (int i = 0; i < 600; ++i) {
    const std::string text = absl::StrCat("SELECT ", i);
    ASSERT_EQ(Select({"many", text})[0].Int(0), i);
  }
  EXPECT_THAT(Ids(), IsEmpty());
}

TEST_P(SqlTest, WhatWasCommittedIsThereAfterReopening) {
  ASSERT_THAT(Run(kInsertNumber, {"a", 1}), IsOk());
  const std::unique_ptr<Database> again = OpenDatabase(database_url()).value();
  EXPECT_THAT(again->Read(Soon(),
                          [](Transaction& tx) -> absl::Status {
                            WICI_ASSIGN_OR_RETURN(const Rows rows, tx.Execute(kIds));
                            EXPECT_EQ(rows.size(), 1u);
                            return absl::OkStatus();
                          }),
              IsOk());
}

TEST_P(PostgresTest, ADeadlockIsResolvedByAnotherTry) {
  ASSERT_THAT(Run(kInsertNumber, {"a", 0}), IsOk());
  ASSERT_THAT(Run(kInsertNumber, {"b", 0}), IsOk());
  const auto swap = [this](const std::string& first, const std::string& second) {
    for (int i = 0; i < 20; ++i) {
      EXPECT_THAT(
          database().Write(Soon(),
                           [&](Transaction& tx) -> absl::Status {
                             WICI_RETURN_IF_ERROR(tx.Execute(kSetNumber, {first, i}).status());
                             return tx.Execute(kSetNumber, {second, i}).status();
                           }),
          IsOk());
    }
  };
  std::thread other([&] { swap("b", "a"); });
  swap("a", "b");
  other.join();
  EXPECT_EQ(Number("a"), 19);
  EXPECT_EQ(Number("b"), 19);
}

TEST_P(PostgresTest, AUrlMayAskForSerializable) {
  const std::unique_ptr<Database> serializable =
      OpenDatabase(
          absl::StrCat(database_url(), "%20-cdefault_transaction_isolation%3Dserializable"))
          .value();
  for (const auto& [database, level] :
       {std::pair<Database*, std::string>(&this->database(), "repeatable read"),
        std::pair<Database*, std::string>(serializable.get(), "serializable")}) {
    EXPECT_THAT(database->Write(Soon(),
                                [&](Transaction& tx) -> absl::Status {
                                  WICI_ASSIGN_OR_RETURN(
                                      const Rows rows,
                                      tx.Execute({"level", "SELECT current_setting($1)"},
                                                 {"transaction_isolation"}));
                                  EXPECT_EQ(rows[0].Text(0), level);
                                  return absl::OkStatus();
                                }),
                IsOk());
  }
}

TEST_P(PostgresTest, WideValuesAreCompressedByLz4WhereNobodyChoseOtherwise) {
  constexpr Query kOthers{
      "others",
      "SELECT COUNT(*) FILTER (WHERE 'lz4' = ANY (enumvals) AND setting <> 'lz4'), "
      "COUNT(*) FILTER (WHERE setting = 'pglz') FROM pg_settings "
      "WHERE name = 'default_toast_compression'"};
  EXPECT_EQ(Select(kOthers)[0].Int(0), 0);
  const auto chosen =
      OpenDatabase(absl::StrCat(database_url(), "%20-cdefault_toast_compression%3Dpglz"));
  ASSERT_THAT(chosen, IsOk());
  ASSERT_THAT((*chosen)->Read(Soon(),
                              [&](Transaction& tx) -> absl::Status {
                                WICI_ASSIGN_OR_RETURN(const Rows rows, tx.Execute(kOthers));
                                EXPECT_EQ(rows[0].Int(1), 1);
                                return absl::OkStatus();
                              }),
              IsOk());
}

TEST_P(PostgresTest, AServerThatIsAwayIsUnavailable) {
  EXPECT_THAT(OpenDatabase("postgresql://postgres@/postgres?host=/nonexistent").status(),
              StatusIs(absl::StatusCode::kUnavailable, Reason("DATABASE_UNAVAILABLE")));
}

TEST_P(SqliteTest, AFullDiskIsACleanError) {
  ASSERT_THAT(Run({"limit", "PRAGMA max_page_count = 30"}), IsOk());
  const std::string big(200'000, 'x');
  EXPECT_THAT(Run(kInsert, {"big", 1, true, Bytes{big}}),
              StatusIs(absl::StatusCode::kResourceExhausted, Reason("DATABASE_FULL")));
  EXPECT_THAT(Run(kInsertNumber, {"small", 1}), IsOk());
  EXPECT_THAT(Ids(), ElementsAre("small"));
}

TEST_P(SqliteTest, AFileThatCannotBeWrittenIsACleanError) {
  ASSERT_THAT(Run({"read_only", "PRAGMA query_only = ON"}), IsOk());
  EXPECT_THAT(Run(kInsertNumber, {"a", 1}),
              StatusIs(absl::StatusCode::kResourceExhausted, Reason("DATABASE_FULL")));
}

TEST_P(SqliteTest, CommitsAreSyncedToDisk) {
  for (const auto& [text, expected] :
       {std::pair<std::string, std::string>("PRAGMA journal_mode", "wal"),
        std::pair<std::string, std::string>("PRAGMA synchronous", "2"),
        std::pair<std::string, std::string>("PRAGMA foreign_keys", "1")}) {
    EXPECT_THAT(database().Write(
                    Soon(),
                    [&](Transaction& tx) -> absl::Status {
                      WICI_ASSIGN_OR_RETURN(const Rows rows, tx.Execute(Query{"pragma", text}));
                      if (text == "PRAGMA journal_mode") {
                        EXPECT_EQ(rows[0].Text(0), expected);
                      } else {
                        EXPECT_EQ(absl::StrCat(rows[0].Int(0)), expected);
                      }
                      return absl::OkStatus();
                    }),
                IsOk());
  }
}

TEST_P(SqlTest, EveryStatementIsTimedUnderItsName) {
  const auto count = [] {
    for (const prometheus::MetricFamily& family : Metrics()->Collect()) {
      if (family.name != "wici_sql_query_seconds") continue;
      for (const prometheus::ClientMetric& metric : family.metric) {
        if (metric.label.at(0).value == "list_ids") return metric.histogram.sample_count;
      }
    }
    return std::uint64_t{0};
  };
  Ids();
  const std::uint64_t before = count();
  Ids();
  EXPECT_EQ(count(), before + 1);
}

TEST(OpenDatabaseTest, ADatabaseInMemoryIsPrivateAndLivesAsLongAsTheObject) {
  const std::unique_ptr<Database> first = OpenDatabase("sqlite::memory:").value();
  const std::unique_ptr<Database> second = OpenDatabase("sqlite::memory:").value();
  for (Database* database : {first.get(), second.get()}) {
    ASSERT_THAT(
        database->Write(Soon(), [](Transaction& tx) { return tx.Execute(kCreateItems).status(); }),
        IsOk());
  }
  EXPECT_THAT(first->Read(Soon(), [](Transaction& tx) { return tx.Execute(kIds).status(); }),
              IsOk());
}

TEST(OpenDatabaseTest, AnotherUrlIsRefused) {
  for (const char* url : {"", "mysql://x", "sqlite://relative.db", "file.db"}) {
    EXPECT_THAT(OpenDatabase(url).status(), StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

TEST(OpenDatabaseTest, AFileThatCannotBeOpenedIsAnError) {
  SetLogLevel(static_cast<LogLevel>(4));
  EXPECT_THAT(OpenDatabase("sqlite:///nonexistent/folder/file.db").status(),
              StatusIs(absl::StatusCode::kUnavailable, Reason("DATABASE_UNAVAILABLE")));
}

TEST(OpenDatabaseTest, AFileThatIsNoDatabaseIsAnError) {
  SetLogLevel(static_cast<LogLevel>(4));
  const testing::TempDir directory;
  const std::string path = directory.File("text.db");
  FILE* file = std::fopen(path.c_str(), "w");
  for (int i = 0; i < 1000; ++i) std::fputs("this is no database\n", file);
  std::fclose(file);
  EXPECT_THAT(OpenDatabase(absl::StrCat("sqlite://", path)).status(),
              StatusIs(absl::StatusCode::kInternal));
}

}  // namespace
}  // namespace wici::sql
