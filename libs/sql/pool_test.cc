// What the pools of connections promise, and what becomes of a connection that is lost.
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/metrics.h"
#include "libs/sql/database.h"
#include "libs/sql/sql_fixture.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/status_matchers.h"

namespace wici::sql {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::wici::testing::IsOk;
using ::wici::testing::Reason;
using ::wici::testing::StatusIs;

class PoolTest : public SqlTest {};
WICI_ON_EVERY_ENGINE(PoolTest);

// What only a server can lose.
class LostConnectionTest : public SqlTest {
 protected:
  // The process of the backend that serves `tx`.
  static std::int64_t Backend(Transaction& tx) {
    return tx.Execute(Query{"backend", "SELECT pg_backend_pid()"}).value()[0].Int(0);
  }
  void Terminate(std::int64_t backend) {
    ASSERT_THAT(Run(Query{"terminate", "SELECT pg_terminate_backend(CAST($1 AS INTEGER), 5000)"},
                    {backend}),
                IsOk());
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, LostConnectionTest, ::testing::Values(Engine::kPostgres),
                         testing::EngineName);

TEST_P(PoolTest, AWriterThatCannotStartInTimeGetsDeadlineExceeded) {
  ASSERT_THAT(Run(kInsertNumber, {"a", 1}), IsOk());
  EXPECT_THAT(database().Write(Soon(),
                               [this](Transaction& tx) -> absl::Status {
                                 WICI_RETURN_IF_ERROR(tx.Execute(kSetNumber, {"a", 2}).status());
                                 // On SQLite the one writer is taken, on PostgreSQL the row is
                                 // locked.
                                 std::thread other([this] {
                                   EXPECT_THAT(
                                       database().Write(
                                           In(absl::Milliseconds(50)),
                                           [](Transaction& second) {
                                             return second.Execute(kSetNumber, {"a", 3}).status();
                                           }),
                                       StatusIs(absl::StatusCode::kDeadlineExceeded));
                                 });
                                 other.join();
                                 return absl::OkStatus();
                               }),
              IsOk());
  EXPECT_EQ(Number("a"), 2);
}

TEST_P(PoolTest, AnotherProcessThatHoldsTheLockIsWaitedForUntilTheDeadline) {
  ASSERT_THAT(Run(kInsertNumber, {"a", 1}), IsOk());
  const std::unique_ptr<Database> other = OpenDatabase(database_url()).value();
  EXPECT_THAT(other->Write(Soon(),
                           [this](Transaction& tx) -> absl::Status {
                             WICI_RETURN_IF_ERROR(tx.Execute(kSetNumber, {"a", 2}).status());
                             EXPECT_THAT(database().Write(
                                             In(absl::Milliseconds(50)),
                                             [](Transaction& second) {
                                               return second.Execute(kSetNumber, {"a", 3}).status();
                                             }),
                                         StatusIs(absl::StatusCode::kDeadlineExceeded));
                             return absl::OkStatus();
                           }),
              IsOk());
  EXPECT_THAT(Run(kSetNumber, {"a", 4}), IsOk());
  EXPECT_EQ(Number("a"), 4);
}

TEST_P(PoolTest, ManyThreadsShareThePools) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 12; ++i) {
    threads.emplace_back([this, i] {
      for (int j = 0; j < 10; ++j) {
        EXPECT_THAT(Run(kInsertNumber, {absl::StrCat(i, "-", j), j}), IsOk());
        EXPECT_EQ(Number(absl::StrCat(i, "-", j)), j);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(Ids(), SizeIs(120));
}

// How many transactions wait for a connection that writes.
double WaitingWriters() {
  for (const prometheus::MetricFamily& family : Metrics()->Collect()) {
    if (family.name != "wici_sql_connection_waiters") continue;
    for (const prometheus::ClientMetric& metric : family.metric) {
      if (metric.label.at(0).value == "writer") return metric.gauge.value;
    }
  }
  return 0;
}

TEST_P(PoolTest, WhoHasWaitedGetsTheConnectionBeforeWhoComesBackAtOnce) {
  DatabaseOptions options;
  options.writers = 1;
  const std::unique_ptr<Database> one = OpenDatabase(database_url(), options).value();
  std::vector<std::string> order;  // written inside transactions, of which there is one at a time
  const auto note = [&order](std::string what) {
    return [&order, what = std::move(what)](Transaction&) {
      order.push_back(what);
      return absl::OkStatus();
    };
  };
  std::thread waiter;
  const absl::Status first = one->Write(Soon(), [&](Transaction& tx) {
    waiter = std::thread([&] { EXPECT_THAT(one->Write(Soon(), note("waiter")), IsOk()); });
    while (WaitingWriters() == 0) std::this_thread::yield();
    // Longer than the pool lets others go first.
    const absl::Time enough = In(absl::Milliseconds(10));
    while (absl::Now() < enough) std::this_thread::yield();
    return note("first")(tx);
  });
  EXPECT_THAT(first, IsOk());
  EXPECT_THAT(one->Write(Soon(), note("again")), IsOk());
  waiter.join();
  EXPECT_THAT(order, ElementsAre("first", "waiter", "again"));
}

TEST_P(LostConnectionTest, ALostConnectionIsReplacedAndTheTransactionRunAgain) {
  ASSERT_THAT(Run(kInsertNumber, {"a", 1}), IsOk());
  int runs = 0;
  EXPECT_THAT(database().Write(Soon(),
                               [&](Transaction& tx) -> absl::Status {
                                 ++runs;
                                 WICI_RETURN_IF_ERROR(tx.Execute(kSetNumber, {"a", 2}).status());
                                 if (runs == 1) Terminate(Backend(tx));
                                 return tx.Execute(kInsertNumber, {"b", runs}).status();
                               }),
              IsOk());
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(Number("b"), 2);
}

TEST_P(LostConnectionTest, AConnectionLostWhileIdleIsReplaced) {
  std::int64_t backend = 0;
  ASSERT_THAT(database().Read(Soon(),
                              [&](Transaction& tx) {
                                backend = Backend(tx);
                                return absl::OkStatus();
                              }),
              IsOk());
  Terminate(backend);
  EXPECT_THAT(Ids(), IsEmpty());
}

// Nobody waits for the answer to its COMMIT, but it has to go out.
TEST_P(LostConnectionTest, AConnectionThatOnlyReadDoesNotStayInItsTransaction) {
  constexpr Query kState{"state",
                         "SELECT state FROM pg_stat_activity WHERE pid = CAST($1 AS INTEGER)"};
  std::int64_t backend = 0;
  ASSERT_THAT(database().Read(Soon(),
                              [&](Transaction& tx) {
                                backend = Backend(tx);
                                return absl::OkStatus();
                              }),
              IsOk());
  std::string state;
  for (const absl::Time end = Soon(); state != "idle" && absl::Now() < end;) {
    // Over a connection that writes: another reads the state than the one that has it.
    ASSERT_THAT(database().Write(Soon(),
                                 [&](Transaction& tx) -> absl::Status {
                                   WICI_ASSIGN_OR_RETURN(const Rows rows,
                                                         tx.Execute(kState, {backend}));
                                   state = rows[0].TextOrEmpty(0);
                                   return absl::OkStatus();
                                 }),
                IsOk());
  }
  EXPECT_EQ(state, "idle");
}

TEST_P(LostConnectionTest, AConnectionLostDuringCommitLeavesTheOutcomeUnknown) {
  // A deferred trigger runs inside COMMIT; this one ends the very backend that commits.
  ASSERT_THAT(Run({"function",
                   "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS "
                   "'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); "
                   "PERFORM pg_sleep(5); RETURN NULL; END'"}),
              IsOk());
  ASSERT_THAT(Run({"trigger",
                   "CREATE CONSTRAINT TRIGGER dying AFTER INSERT ON items DEFERRABLE "
                   "INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die()"}),
              IsOk());
  int runs = 0;
  EXPECT_THAT(database().Write(Soon(),
                               [&](Transaction& tx) {
                                 ++runs;
                                 return tx.Execute(kInsertNumber, {"a", 1}).status();
                               }),
              StatusIs(absl::StatusCode::kUnavailable, Reason("COMMIT_UNKNOWN")));
  EXPECT_EQ(runs, 1);
  EXPECT_THAT(Ids(), IsEmpty());
}

}  // namespace
}  // namespace wici::sql
