// A fresh database for a test, on each engine the project supports.
//
//   class StoreTest : public testing::DatabaseTest {
//    protected:
//     absl::Span<const sql::Migration> Schema() const override { return Migrations(); }
//   };
//   WICI_ON_EVERY_ENGINE(StoreTest);
//   TEST_P(StoreTest, AStoredEventIsFound) {...}
//
// SQLite always runs, in a file of its own. PostgreSQL runs on the server that WICI_TEST_POSTGRES
// names (`./wici test` starts one and sets it), in a schema of its own; by hand and without it,
// those tests are skipped and say so. A schema is migrated once in a process: later SQLite files
// are copies of the first, and a PostgreSQL schema whose test is over is emptied for the next.
#ifndef WICI_LIBS_TESTING_DATABASE_FIXTURE_H_
#define WICI_LIBS_TESTING_DATABASE_FIXTURE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "libs/base/log.h"
#include "libs/sql/database.h"
#include "libs/sql/migrate.h"
#include "libs/testing/temp_dir.h"

namespace wici::testing {

// A database that lives as long as the object. Dies when it cannot be made.
class TestDatabase {
 public:
  // With the schema of `migrations`, which outlive the process; without any it is empty.
  explicit TestDatabase(sql::Engine engine, absl::Span<const sql::Migration> migrations = {});
  ~TestDatabase();

  // Whether a server for `engine` is at hand.
  static bool Available(sql::Engine engine);

  sql::Database& get() { return *database_; }
  // The content of every text and blob column of every table: to look for what must not be there.
  std::vector<std::string> AllTexts();
  // To open it once more, for instance as a second process would.
  const std::string& url() const { return url_; }

 private:
  absl::Span<const sql::Migration> migrations_;
  TempDir directory_;
  std::string schema_;  // on PostgreSQL
  std::string url_;
  std::unique_ptr<sql::Database> database_;
};

// How often an answer of PostgreSQL was waited for in this process.
double RoundTrips();

// Base of suites that run on every engine.
class DatabaseTest : public ::testing::TestWithParam<sql::Engine> {
 protected:
  void SetUp() override {
    if (TestDatabase::Available(GetParam())) {
      test_database_ = std::make_unique<TestDatabase>(GetParam(), Schema());
    } else {
      GTEST_SKIP() << "set WICI_TEST_POSTGRES, or use ./wici test";
    }
  }
  // What the database holds when a test begins.
  virtual absl::Span<const sql::Migration> Schema() const { return {}; }
  sql::Database& database() { return test_database_->get(); }
  const std::string& database_url() const { return test_database_->url(); }
  std::vector<std::string> AllTexts() { return test_database_->AllTexts(); }

 private:
  std::unique_ptr<TestDatabase> test_database_;
};

inline std::string EngineName(const ::testing::TestParamInfo<sql::Engine>& info) {
  return info.param == sql::Engine::kSqlite ? "Sqlite" : "Postgres";
}

#define WICI_ON_EVERY_ENGINE(suite)                                                    \
  INSTANTIATE_TEST_SUITE_P(                                                            \
      Engines, suite,                                                                  \
      ::testing::Values(::wici::sql::Engine::kSqlite, ::wici::sql::Engine::kPostgres), \
      ::wici::testing::EngineName)

}  // namespace wici::testing

#endif  // WICI_LIBS_TESTING_DATABASE_FIXTURE_H_
