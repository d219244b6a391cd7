// wici-queue: changes on their way from the transaction that makes them to a worker with a database
// of its own, through all of the feed and nothing else.
//
//   wici-queue --source=sqlite:///tmp/s.db --worker=sqlite:///tmp/w.db
//              --redis=redis://127.0.0.1:6379 --calls=60000
//
// Writers append changes to the source, so many in a durable transaction; the sequencer numbers
// them, the relay copies them to the stream of Redis, and a consumer takes them from there. What
// the worker makes of a change is a row, written in the transaction that advances its position: a
// change that comes again has no effect, and one whose transaction failed is tried again. Writers
// and worker share this process, but no more than the databases and Redis. Run it again on the same
// databases and it goes on where they are.
//
// Prints one line of JSON: the changes appended (calls), the rows they left and how many different
// ones (effects, distinct), how many came from the source and not from the stream (from_source),
// from the first append until the last row was durable (elapsed, rate), and the CPU time taken.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/log.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/feed/changes.h"
#include "libs/feed/consumer.h"
#include "libs/feed/feed_fixture.h"
#include "libs/feed/migrations.h"
#include "libs/feed/sequencer.h"
#include "libs/redis/client.h"
#include "libs/sql/database.h"
#include "libs/sql/migrate.h"
#include "tests/load/cpu.h"
#include "wici/feed/v1/feed.pb.h"

ABSL_FLAG(std::string, source, "", "the URL of the database that changes are made in");
ABSL_FLAG(std::string, worker, "", "the URL of the database of the worker");
ABSL_FLAG(std::string, redis, "", "the URL of Redis");
ABSL_FLAG(std::int64_t, calls, 60'000, "how many changes");
ABSL_FLAG(std::int64_t, batch, 64, "changes in a transaction");
ABSL_FLAG(std::int64_t, writers, 4, "threads that append");

namespace wici::load {
namespace {

constexpr absl::Duration kPatience = absl::Minutes(2);
constexpr char kSource[] = "queue";

constexpr sql::Query kAddEffects{"queue_add_effects",
                                 "INSERT INTO effects (ordinal, change) VALUES"};
constexpr sql::Query kLastEffect{"queue_last_effect",
                                 "SELECT COALESCE(MAX(ordinal), 0) FROM effects"};
constexpr sql::Query kCountEffects{
    "queue_count_effects",
    "SELECT COUNT(*), COUNT(DISTINCT change) FROM effects WHERE ordinal > $1"};

// The numbers of one row, waiting as long as it takes.
absl::StatusOr<std::vector<std::int64_t>> ReadNumbers(sql::Database& database,
                                                      const sql::Query& query,
                                                      const std::vector<sql::Value>& values,
                                                      std::size_t columns) {
  std::vector<std::int64_t> numbers;
  WICI_RETURN_IF_ERROR(
      database.Read(absl::Now() + kPatience, [&](sql::Transaction& tx) -> absl::Status {
        numbers.clear();
        WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(query, values));
        for (std::size_t i = 0; i < columns; ++i) numbers.push_back(rows[0].Int(i));
        return absl::OkStatus();
      }));
  return numbers;
}

// The source as the consumer asks it when the stream is not enough; counts what that brought.
class CountedSource final : public feed::FeedSource {
 public:
  explicit CountedSource(sql::Database& database) : source_(database) {}
  std::int64_t count() const { return count_.load(); }

  absl::StatusOr<feed::v1::Cursor> Head() override { return source_.Head(); }
  absl::StatusOr<std::vector<feed::v1::Change>> Read(const feed::v1::Cursor& after,
                                                     int limit) override {
    WICI_ASSIGN_OR_RETURN(std::vector<feed::v1::Change> changes, source_.Read(after, limit));
    count_ += static_cast<std::int64_t>(changes.size());
    return changes;
  }

 private:
  feed::DatabaseFeedSource source_;
  std::atomic<std::int64_t> count_{0};
};

// What happens with each change. Thread-safe.
class Worker {
 public:
  // Of the consumer.
  absl::StatusOr<sql::Database::Body> Take(absl::Span<const feed::v1::Change> changes) {
    std::vector<std::vector<sql::Value>> rows;
    rows.reserve(changes.size());
    for (const feed::v1::Change& change : changes) {
      rows.push_back({change.cursor().seq(), sql::Bytes{change.resource()}});
    }
    const std::int64_t last = changes.back().cursor().seq();
    return [this, last, rows = std::move(rows)](sql::Transaction& tx) -> absl::Status {
      WICI_RETURN_IF_ERROR(tx.InsertMany(kAddEffects, "", rows).status());
      MutexLock lock(mutex_);
      last_ = std::max(last_, last);
      progress_.NotifyAll();
      return absl::OkStatus();
    };
  }

  // Returns when the transaction of this number is about to commit, or when it is too late.
  void Await(std::int64_t seq) {
    const absl::Time give_up = absl::Now() + kPatience;
    MutexLock lock(mutex_);
    while (last_ < seq && absl::Now() < give_up) progress_.WaitFor(mutex_, absl::Seconds(1));
  }

 private:
  Mutex mutex_;
  CondVar progress_;
  std::int64_t last_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Appends changes until there are as many as wanted, from several threads.
class Writers {
 public:
  Writers(sql::Database& database, feed::Sequencer& sequencer)
      : database_(database), sequencer_(sequencer) {}

  // OK when all are durable.
  absl::Status Run() {
    std::vector<std::thread> threads;
    for (std::int64_t i = 0; i < absl::GetFlag(FLAGS_writers); ++i) {
      threads.emplace_back([this] { Write(); });
    }
    for (std::thread& thread : threads) thread.join();
    MutexLock lock(mutex_);
    return status_;
  }

 private:
  void Write() {
    const std::int64_t calls = absl::GetFlag(FLAGS_calls);
    const std::int64_t batch = absl::GetFlag(FLAGS_batch);
    const std::string queue = absl::StrCat("queues/", ids_.NewId());
    std::int64_t version = 0;
    while (true) {
      const std::int64_t first = taken_.fetch_add(batch);
      if (first >= calls) return;
      std::vector<feed::Change> changes;
      for (std::int64_t i = first; i < std::min(first + batch, calls); ++i) {
        changes.push_back({.aggregate = queue,
                           .version = ++version,
                           .kind = "registration.confirmed",
                           .resource = absl::StrCat(queue, "/registrations/r", i),
                           .person = absl::StrCat("persons/p", i),
                           .attributes = {}});
      }
      const std::string id = ids_.NewId();
      const absl::Status status = database_.Write(
          absl::Now() + kPatience,
          [&](sql::Transaction& tx) { return feed::AppendChanges(tx, id, changes, clock_.Now()); });
      if (!status.ok()) {
        MutexLock lock(mutex_);
        status_.Update(status);
        return;
      }
      sequencer_.Wake();
    }
  }

  sql::Database& database_;
  feed::Sequencer& sequencer_;
  SystemClock clock_;
  SystemIdSource ids_;
  std::atomic<std::int64_t> taken_{0};
  Mutex mutex_;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

absl::Status Run() {
  const std::int64_t calls = absl::GetFlag(FLAGS_calls);
  WICI_ASSIGN_OR_RETURN(const auto source, sql::OpenDatabase(absl::GetFlag(FLAGS_source)));
  WICI_ASSIGN_OR_RETURN(const auto worked, sql::OpenDatabase(absl::GetFlag(FLAGS_worker)));
  SystemClock clock;
  WICI_RETURN_IF_ERROR(sql::Migrate(*source, feed_testing::Migrations(), clock));
  WICI_RETURN_IF_ERROR(sql::Migrate(*worked, feed_testing::Migrations(), clock));
  WICI_ASSIGN_OR_RETURN(const auto relayed, redis::Client::Make(absl::GetFlag(FLAGS_redis)));
  WICI_ASSIGN_OR_RETURN(const auto consumed, redis::Client::Make(absl::GetFlag(FLAGS_redis)));
  WICI_ASSIGN_OR_RETURN(const std::vector<std::int64_t> before,
                        ReadNumbers(*worked, kLastEffect, {}, 1));
  const std::string process = absl::StrCat("process-", getpid());
  feed::SequencerOptions numbering;
  numbering.source = kSource;
  numbering.owner = process;
  feed::Sequencer sequencer(*source, relayed.get(), clock, numbering,
                            [](const feed::v1::Cursor& /*head*/) {});
  feed::ConsumerOptions consuming;
  consuming.source = kSource;
  consuming.group = kSource;
  consuming.consumer = process;
  // The last wait for Redis may begin before the consumer is told to stop, and is then measured.
  consuming.poll = absl::Milliseconds(10);
  CountedSource asked(*source);
  Worker worker;
  auto consumer = std::make_unique<feed::Consumer>(
      *worked, consumed.get(), asked, clock, consuming,
      [&](absl::Span<const feed::v1::Change> changes) { return worker.Take(changes); });
  // The first round makes the consumer group and finds that there is nothing to catch up with.
  WICI_RETURN_IF_ERROR(consumer->RunOnce().status());

  Writers writers(*source, sequencer);
  const double cpu = ProcessCpuSeconds();
  const absl::Time begin = absl::Now();
  sequencer.Start();
  consumer->Start();
  WICI_RETURN_IF_ERROR(writers.Run());
  const absl::Duration appended = absl::Now() - begin;
  worker.Await(before[0] + calls);
  consumer.reset();  // ends the round under way, and so its transaction
  const double elapsed = absl::ToDoubleSeconds(absl::Now() - begin);
  const double used = ProcessCpuSeconds() - cpu;
  WICI_ASSIGN_OR_RETURN(const std::vector<std::int64_t> effects,
                        ReadNumbers(*worked, kCountEffects, {before[0]}, 2));
  std::cout << absl::StrFormat(
                   "{\"calls\": %d, \"effects\": %d, \"distinct\": %d, \"from_source\": %d, "
                   "\"appended_seconds\": %.4f, \"elapsed\": %.4f, \"rate\": %.1f, "
                   "\"client_cpu_seconds\": %.3f, \"busiest_thread\": 0}",
                   calls, effects[0], effects[1], asked.count(), absl::ToDoubleSeconds(appended),
                   elapsed, static_cast<double>(calls) / elapsed, used)
            << std::endl;
  return absl::OkStatus();
}

}  // namespace
}  // namespace wici::load

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  wici::SetLogLevel(wici::LogLevel::kWarning);
  const absl::Status status = wici::load::Run();
  if (status.ok()) return EXIT_SUCCESS;
  std::cerr << "wici-queue: " << status << "\n";
  return EXIT_FAILURE;
}
