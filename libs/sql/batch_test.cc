// Many rows, keys or statements at once: InsertMany, SelectMany, UpdateMany and the like.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/status_macros.h"
#include "libs/sql/database.h"
#include "libs/sql/sql_fixture.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/status_matchers.h"

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

class BatchTest : public SqlTest {};
WICI_ON_EVERY_ENGINE(BatchTest);

constexpr Query kInsertMany{"insert_items", "INSERT INTO items (id, number, flag, body) VALUES"};
constexpr Query kAmong{"among", "SELECT id FROM items WHERE id IN"};

TEST_P(BatchTest, ManyRowsAreInsertedBeyondAnyParameterLimit) {
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

TEST_P(BatchTest, InsertManyReturnsOnlyWhatItInserted) {
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

TEST_P(BatchTest, AnErrorOfAnInsertWithoutReturningIsNotLost) {
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

TEST_P(BatchTest, SelectManyFindsEachKeyOnce) {
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

TEST_P(BatchTest, ExecuteManyRunsAQueryWithEachOfItsRows) {
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

TEST_P(BatchTest, UpdateManyGivesEachRowValuesOfItsOwnAndLeavesWhatDoesNotFit) {
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

TEST_P(BatchTest, AnErrorOfAnUpdateManyIsNotLost) {
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

TEST_P(BatchTest, UpdateManyLooksEachRowUpByIndexEvenInAnEmptyTable) {
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

TEST_P(BatchTest, OneRowOfManyThatIsRefusedRollsAllBack) {
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

TEST_P(BatchTest, ExecuteAllAnswersEachStatementInItsOrder) {
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

TEST_P(BatchTest, ExecuteAllOfNothingGivesNothing) {
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

TEST_P(BatchTest, OneOfAllStatementsThatIsRefusedRollsAllBack) {
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

TEST_P(BatchTest, OneOfAllStatementsThatCannotBePreparedHarmsNoLaterOne) {
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

TEST_P(BatchTest, ExecuteAllPreparesBeyondWhatTheCacheHolds) {
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
TEST_P(BatchTest, ManyKeysAreLookedUpByIndexEvenInAnEmptyTable) {
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

}  // namespace
}  // namespace wici::sql
