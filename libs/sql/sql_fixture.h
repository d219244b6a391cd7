// Items in a database of each engine, and what the tests of libs/sql do with them.
#ifndef WICI_LIBS_SQL_SQL_FIXTURE_H_
#define WICI_LIBS_SQL_SQL_FIXTURE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/sql/database.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/status_matchers.h"

namespace wici::sql {

inline constexpr Query kCreateItems{"create_items", R"sql(
  CREATE TABLE items (
    id TEXT COLLATE "C" PRIMARY KEY,
    number BIGINT CHECK (number < 1000000 OR number > 100000000),
    flag BOOLEAN,
    body BYTEA,
    code TEXT UNIQUE
  ))sql"};
inline constexpr Query kCreateParts{"create_parts", R"sql(
  CREATE TABLE parts (
    id TEXT PRIMARY KEY,
    item TEXT NOT NULL REFERENCES items (id)
  ))sql"};
inline constexpr Query kInsertNumber{"insert_number",
                                     "INSERT INTO items (id, number) VALUES ($1, $2)"};
inline constexpr Query kGetNumber{"get_number", "SELECT number FROM items WHERE id = $1"};
inline constexpr Query kGet{"get_item", "SELECT id, number, flag, body FROM items WHERE id = $1"};
inline constexpr Query kSetNumber{"set_number", "UPDATE items SET number = $2 WHERE id = $1"};
inline constexpr Query kIds{"list_ids", "SELECT id FROM items ORDER BY id"};

inline absl::Time In(absl::Duration time) { return absl::Now() + time; }
inline absl::Time Soon() { return In(absl::Seconds(20)); }

class SqlTest : public testing::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    SetLogLevel(static_cast<LogLevel>(4));  // these tests provoke errors
    ASSERT_THAT(Run(kCreateItems), testing::IsOk());
    ASSERT_THAT(Run(kCreateParts), testing::IsOk());
  }

  absl::Status Run(const Query& query, std::vector<Value> values = {}) {
    return database().Write(Soon(), [&](Transaction& tx) {
      return tx.Execute(query, absl::MakeConstSpan(values)).status();
    });
  }
  Rows Select(const Query& query, std::vector<Value> values = {}) {
    Rows result;
    EXPECT_THAT(database().Read(Soon(),
                                [&](Transaction& tx) -> absl::Status {
                                  WICI_ASSIGN_OR_RETURN(
                                      result, tx.Execute(query, absl::MakeConstSpan(values)));
                                  return absl::OkStatus();
                                }),
                testing::IsOk());
    return result;
  }
  std::vector<std::string> Ids() {
    std::vector<std::string> ids;
    for (const Row& row : Select(kIds)) ids.push_back(row.Text(0));
    return ids;
  }
  std::int64_t Number(const std::string& id) { return Select(kGetNumber, {id})[0].Int(0); }
};

}  // namespace wici::sql

#endif  // WICI_LIBS_SQL_SQL_FIXTURE_H_
