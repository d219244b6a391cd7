// The log of SQLite's file: copied beside the commits, bounded, and never in their way.
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/metrics.h"
#include "libs/base/status_macros.h"
#include "libs/sql/database.h"
#include "libs/sql/sql_fixture.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/temp_dir.h"

namespace wici::sql {
namespace {

using ::testing::SizeIs;
using ::wici::testing::IsOk;

constexpr Query kInsertBody{"insert_body", "INSERT INTO items (id, body) VALUES ($1, $2)"};
constexpr Query kSetBody{"set_body", "UPDATE items SET body = $2 WHERE id = $1"};
constexpr std::uintmax_t kLogKept = 64 << 20;

// How many copies of a log came to `result` in this process.
double Checkpoints(const std::string& result) {
  for (const prometheus::MetricFamily& family : Metrics()->Collect()) {
    if (family.name != "wici_sqlite_checkpoints_total") continue;
    for (const prometheus::ClientMetric& metric : family.metric) {
      if (metric.label.at(0).value == result) return metric.counter.value;
    }
  }
  return 0;
}

Value Megabyte(int i) { return Bytes{std::string(1'000'000, static_cast<char>('a' + i % 26))}; }

// The size of a file of a process, which a write cannot pass while this lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(std::uintmax_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    EXPECT_EQ(::getrlimit(RLIMIT_FSIZE, &before_), 0);
    const rlimit limit{bytes, before_.rlim_max};
    EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  }
  ~FileSizeLimit() {
    EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &before_), 0);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*const handler_)(int);
};

class SqliteLogTest : public SqlTest {
 protected:
  void SetUp() override {
    SqlTest::SetUp();
    file_ = database_url().substr(std::string("sqlite://").size());
    ASSERT_THAT(Run(kInsertBody, {"body", Megabyte(0)}), IsOk());
  }

  std::string File(const std::string& suffix) const { return file_ + suffix; }
  std::uintmax_t LogSize() const { return std::filesystem::file_size(File("-wal")); }

  // Commits, a megabyte or two of log each, until `done`.
  void WriteUntil(const std::function<bool()>& done) {
    for (int i = 0; i < 400 && !done(); ++i) {
      ASSERT_THAT(Run(kSetBody, {"body", Megabyte(i)}), IsOk());
    }
    EXPECT_TRUE(done());
  }
  void WriteUntilNext(const std::string& result) {
    WriteUntil([&, before = Checkpoints(result)] { return Checkpoints(result) > before; });
  }

 private:
  std::string file_;
};
INSTANTIATE_TEST_SUITE_P(Engines, SqliteLogTest, ::testing::Values(Engine::kSqlite),
                         testing::EngineName);

TEST_P(SqliteLogTest, TheLogStaysShortWhileSomebodyAlwaysReads) {
  std::atomic<bool> stop = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      while (!stop) EXPECT_THAT(Ids(), SizeIs(1));
    });
  }
  // 4 MB of log or more each.
  for (int i = 0; i < 40; ++i) WriteUntilNext("copied");
  stop = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_LT(LogSize(), 2 * kLogKept);
}

TEST_P(SqliteLogTest, TheLogStartsOverAndIsCutWhenALongReaderHasLeft) {
  const absl::Status read =
      database().Read(In(absl::Minutes(5)), [this](Transaction& tx) -> absl::Status {
        WICI_RETURN_IF_ERROR(tx.Execute(kIds).status());
        EXPECT_THAT(Run(kInsertNumber, {"later", 1}), IsOk());
        WriteUntil([this] { return LogSize() > kLogKept + (16 << 20); });
        WICI_ASSIGN_OR_RETURN(const Rows rows, tx.Execute(kIds));
        EXPECT_THAT(rows, SizeIs(1));  // what it saw at first
        return absl::OkStatus();
      });
  EXPECT_THAT(read, IsOk());
  WriteUntilNext("started_over");
  WriteUntil([this] { return LogSize() <= kLogKept; });
  EXPECT_THAT(Ids(), SizeIs(2));
}

TEST_P(SqliteLogTest, WhatIsCommittedIsInTheFilesOfAProcessThatDies) {
  const double before = Checkpoints("copied");
  std::vector<std::string> ids = {"body"};
  for (int i = 0; i < 40 || Checkpoints("copied") < before + 3; ++i) {
    ids.push_back(absl::StrCat("item-", 1000 + i));
    ASSERT_THAT(Run(kInsertBody, {ids.back(), Megabyte(i)}), IsOk());
    ASSERT_LT(i, 400);
  }
  // The file first: a copy that runs now leaves the log as it is.
  const testing::TempDir directory;
  std::filesystem::copy_file(File(""), directory.File("test.db"));
  std::filesystem::copy_file(File("-wal"), directory.File("test.db-wal"));
  const std::unique_ptr<Database> after =
      OpenDatabase(absl::StrCat("sqlite://", directory.File("test.db"))).value();
  EXPECT_THAT(after->Read(Soon(),
                          [&](Transaction& tx) -> absl::Status {
                            WICI_ASSIGN_OR_RETURN(const Rows rows, tx.Execute(kIds));
                            std::vector<std::string> found;
                            for (const Row& row : rows) found.push_back(row.Text(0));
                            EXPECT_EQ(found, ids);
                            return absl::OkStatus();
                          }),
              IsOk());
}

TEST_P(SqliteLogTest, ALogThatCannotBeCopiedHarmsNoCommit) {
  const testing::TempDir directory;
  const std::string file = directory.File("small.db");
  std::unique_ptr<Database> small;
  const auto open = [&] { small = OpenDatabase(absl::StrCat("sqlite://", file)).value(); };
  int items = 0;
  const auto add = [&] {
    ++items;
    ASSERT_THAT(
        small->Write(
            Soon(),
            [&](Transaction& tx) {
              return tx.Execute(kInsertBody, {absl::StrCat(items), Megabyte(items)}).status();
            }),
        IsOk());
  };
  open();
  ASSERT_THAT(
      small->Write(Soon(), [](Transaction& tx) { return tx.Execute(kCreateItems).status(); }),
      IsOk());
  for (int i = 0; i < 12; ++i) add();
  small.reset();
  EXPECT_FALSE(std::filesystem::exists(file + "-wal"));  // all of it is in the file
  open();
  {
    // The file has no room to grow, the log, which begins anew, has.
    const FileSizeLimit limit(std::filesystem::file_size(file) + 100'000);
    const double before = Checkpoints("failed");
    for (int i = 0; i < 6; ++i) add();
    while (Checkpoints("failed") == before) std::this_thread::yield();
    add();
  }
  const double before = Checkpoints("copied");
  for (int i = 0; i < 400 && Checkpoints("copied") == before; ++i) add();
  EXPECT_GT(Checkpoints("copied"), before);
  small.reset();
  EXPECT_FALSE(std::filesystem::exists(file + "-wal"));
  open();
  EXPECT_THAT(small->Read(Soon(),
                          [&](Transaction& tx) -> absl::Status {
                            WICI_ASSIGN_OR_RETURN(const Rows rows, tx.Execute(kIds));
                            EXPECT_THAT(rows, SizeIs(items));
                            return absl::OkStatus();
                          }),
              IsOk());
}

}  // namespace
}  // namespace wici::sql
