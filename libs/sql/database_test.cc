// What every engine promises; see database.h.
#include "libs/sql/database.h"

#include <cstdint>
#include <cstdio>
#include <limits>
#include <memory>
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

TEST_P(SqlTest, AReadTransactionIsToldThatItMayNotWriteAlthoughNothingWouldComeBack) {
  constexpr Query kInsertMany{"insert_many", "INSERT INTO items (id, number) VALUES"};
  constexpr Query kUpdateMany{"update_many", "UPDATE items SET number = $2 WHERE"};
  const std::vector<std::vector<Value>> rows = {{"a", 1}};
  ASSERT_THAT(Run(kInsertNumber, {"b", 2}), IsOk());
  EXPECT_THAT(
      database().Read(
          Soon(), [&](Transaction& tx) { return tx.InsertMany(kInsertMany, "", rows).status(); }),
      Not(IsOk()));
  EXPECT_THAT(database().Read(Soon(),
                              [&](Transaction& tx) {
                                return tx.UpdateMany(kUpdateMany, "id = $1", rows).status();
                              }),
              Not(IsOk()));
  EXPECT_THAT(
      database().Read(
          Soon(), [&](Transaction& tx) { return tx.InsertExpecting(kInsertMany, "", rows, {0}); }),
      Not(IsOk()));
  EXPECT_THAT(Ids(), ElementsAre("b"));
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

TEST_P(SqlTest, AStatementThatCouldNotBePreparedHarmsNoLaterOne) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Run({"missing", "INSERT INTO later (id) VALUES ($1)"}, {"a"}),
                StatusIs(absl::StatusCode::kInternal));
    ASSERT_THAT(Run(kInsertNumber, {absl::StrCat(i), i}), IsOk());
  }
  ASSERT_THAT(Run({"create", "CREATE TABLE later (id TEXT)"}), IsOk());
  EXPECT_THAT(Run({"missing", "INSERT INTO later (id) VALUES ($1)"}, {"a"}), IsOk());
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

// The histogram of wici_sql_query_seconds{query}.
prometheus::ClientMetric::Histogram TimesOf(std::string_view query) {
  for (const prometheus::MetricFamily& family : Metrics()->Collect()) {
    if (family.name != "wici_sql_query_seconds") continue;
    for (const prometheus::ClientMetric& metric : family.metric) {
      if (metric.label.at(0).value == query) return metric.histogram;
    }
  }
  return {};
}

TEST_P(SqlTest, EveryStatementIsTimedUnderItsName) {
  Ids();
  const std::uint64_t before = TimesOf("list_ids").sample_count;
  Ids();
  EXPECT_EQ(TimesOf("list_ids").sample_count, before + 1);
}

TEST_P(SqlTest, StatementsThatRunTogetherCountTheirTimeOnce) {
  constexpr Query kTogether{"together", "SELECT CAST($1 AS BIGINT)"};
  const std::vector<Statement> statements(100, Statement(kTogether, {1}));
  const prometheus::ClientMetric::Histogram before = TimesOf("together");
  const absl::Time begin = absl::Now();
  ASSERT_THAT(
      database().Read(Soon(), [&](Transaction& tx) { return tx.ExecuteAll(statements).status(); }),
      IsOk());
  const double took = absl::ToDoubleSeconds(absl::Now() - begin);
  EXPECT_EQ(TimesOf("together").sample_count, before.sample_count + 100);
  EXPECT_LE(TimesOf("together").sample_sum - before.sample_sum, took + 1e-6);
}

TEST_P(SqliteTest, OfAllStatementsEachCountsItsOwnTime) {
  constexpr Query kShort{"of_all_short", "SELECT 1"};
  constexpr Query kLong{"of_all_long",
                        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                        "WHERE i < 10000) SELECT MAX(i) FROM n"};
  ASSERT_THAT(database().Read(Soon(),
                              [&](Transaction& tx) {
                                return tx.ExecuteAll({{kShort, {}}, {kLong, {}}}).status();
                              }),
              IsOk());
  EXPECT_EQ(TimesOf("of_all_short").sample_count, 1u);
  EXPECT_NE(TimesOf("of_all_short").sample_sum, TimesOf("of_all_long").sample_sum);
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
