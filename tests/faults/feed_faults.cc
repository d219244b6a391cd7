// The fault run of the change feed: real processes, a real Redis, kill -9 and worse, and an oracle
// that knows what was committed.
//
//   wici-feed-faults --minutes=5 --seed=7 --engine=postgres
//
// Ends with 0 when the feed, every consumer's effects and every watch are dense, complete and in
// order; otherwise it prints what is wrong and the command that repeats the run. PostgreSQL is the
// server that WICI_TEST_POSTGRES names. --broken lets consumers write their effects outside the
// transaction of their position: the oracle must find that (exit 2 if it does not).

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "google/protobuf/util/message_differencer.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/feed/feed_fixture.h"
#include "libs/feed/migrations.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/redis_fixture.h"
#include "tests/faults/feed_actors.h"
#include "tests/faults/feed_process.h"

ABSL_FLAG(double, minutes, 1, "how long faults go on; longer if nothing took effect");
ABSL_FLAG(std::uint64_t, seed, 0, "repeats the faults of an earlier run; 0 for new ones");
ABSL_FLAG(std::string, engine, "sqlite", "sqlite or postgres");
ABSL_FLAG(bool, broken, false, "the negative control: the oracle must complain");
ABSL_FLAG(std::string, role, "", "internal: what this process is");
ABSL_FLAG(std::string, name, "", "internal");
ABSL_FLAG(std::string, database, "", "internal");
ABSL_FLAG(std::string, redis, "", "internal");
ABSL_FLAG(std::string, source, "", "internal");

namespace wici::feed {
namespace {

constexpr absl::Duration kHealing = absl::Seconds(60);

class FaultRun {
 public:
  FaultRun(sql::Engine engine, std::uint64_t seed, bool broken);
  void Run(absl::Duration time);
  // What the oracle found.
  std::vector<std::string> Verdict();
  std::string Summary() const;

 private:
  void Fault();
  void WaitUntil(absl::Time time);
  bool Heal();

  std::mt19937_64 random_;
  const bool broken_;
  std::string address_;  // of the source that serves the others
  testing::RedisServer redis_;
  testing::TestDatabase source_;
  testing::TestDatabase effects_;
  testing::TestDatabase watched_;
  FeedChecker checker_{FeedChecker::Untold::kAllowed};
  std::vector<Process> processes_;
  std::size_t sources_ = 0;  // the first ones of processes_
  bool redis_up_ = true;
  bool redis_frozen_ = false;
  std::vector<bool> stopped_;
  int faults_ = 0;
  std::size_t changes_ = 0;
  std::size_t flowed_ = 0;  // effects while faults went on
};

bool Same(const v1::Change& a, const v1::Change& b) {
  return google::protobuf::util::MessageDifferencer::Equals(a, b);
}

FaultRun::FaultRun(sql::Engine engine, std::uint64_t seed, bool broken)
    : random_(seed),
      broken_(broken),
      source_(engine, feed_testing::Migrations()),
      effects_(engine, feed_testing::Migrations()),
      watched_(engine, feed_testing::Migrations()) {
  address_ = absl::StrCat("127.0.0.1:", FreePort());
  const auto start = [&](std::string role, std::string name, const std::string& database,
                         std::string where) {
    processes_.emplace_back(Actor{.role = std::move(role),
                                  .name = std::move(name),
                                  .database = database,
                                  .redis = redis_.url(),
                                  .source = std::move(where),
                                  .seed = random_(),
                                  .broken = broken});
  };
  // On SQLite a service is one process; on PostgreSQL several write, and fight for the lease.
  sources_ = engine == sql::Engine::kSqlite ? 1 : 3;
  for (std::size_t i = 0; i < sources_; ++i) {
    start("source", absl::StrCat("source", i), source_.url(), i == 0 ? address_ : "127.0.0.1:0");
  }
  start("consumer", "consumer0", effects_.url(), address_);
  if (engine == sql::Engine::kPostgres) start("consumer", "consumer1", effects_.url(), address_);
  start("watcher", "watcher", watched_.url(), address_);
  stopped_.resize(processes_.size());
}

void FaultRun::Run(absl::Duration time) {
  const absl::Time start = absl::Now();
  const auto flowed = [this] { return ReadEffects(effects_.get())->size(); };
  // Faults may follow so closely that the last process never lives long enough to do anything.
  while (absl::Now() < start + time || (flowed() == 0 && absl::Now() < start + 10 * time)) {
    WaitUntil(absl::Now() + absl::Milliseconds(50 + random_() % 500));
    Fault();
  }
  // One last crash, of everything at once.
  for (Process& process : processes_) process.Kill(&checker_);
  const auto effects = ReadEffects(effects_.get());
  WICI_CHECK(effects.ok());
  flowed_ = effects->size();
}

void FaultRun::WaitUntil(absl::Time time) {
  while (absl::Now() < time) {
    std::vector<pollfd> outputs;
    for (std::size_t i = 0; i < sources_; ++i) {
      outputs.push_back({.fd = processes_[i].output(), .events = POLLIN, .revents = 0});
    }
    const auto left = absl::ToInt64Milliseconds(time - absl::Now());
    poll(outputs.data(), outputs.size(), static_cast<int>(std::max<std::int64_t>(left, 1)));
    for (std::size_t i = 0; i < sources_; ++i) {
      if (outputs[i].revents == 0) continue;
      // A process that ended by itself, say because its port was taken, is started again.
      if (processes_[i].Listen(&checker_)) continue;
      processes_[i].Kill(&checker_);
      processes_[i].Start();
    }
  }
}

void FaultRun::Fault() {
  ++faults_;
  // The negative control needs the one fault that a wrong consumer does not survive.
  const std::size_t victim = broken_ ? sources_ : random_() % processes_.size();
  switch (broken_ ? 0 : random_() % 8) {
    case 0:
    case 1:
      processes_[victim].Kill(&checker_);
      processes_[victim].Start();
      stopped_[victim] = false;
      break;
    case 2:
      processes_[victim].Signal(SIGSTOP);
      stopped_[victim] = true;
      break;
    case 3:
    case 4:
      for (std::size_t i = 0; i < processes_.size(); ++i) {
        if (stopped_[i]) processes_[i].Signal(SIGCONT);
        stopped_[i] = false;
      }
      if (std::exchange(redis_frozen_, false)) redis_.Thaw();
      break;
    case 5:
      redis_.Kill();
      redis_up_ = redis_frozen_ = false;
      break;
    case 6:
      if (redis_up_ && !redis_frozen_) redis_.Flush();
      if (!std::exchange(redis_up_, true)) redis_.Restart();
      break;
    default:
      if (redis_up_ && !std::exchange(redis_frozen_, true)) redis_.Freeze();
  }
}

// Where a table of effects or the feed has come to, and what is not yet numbered.
std::int64_t Ask(sql::Database& database, const sql::Query& query) {
  std::int64_t answer = -1;
  const absl::Status status =
      database.Read(absl::Now() + absl::Seconds(10), [&](sql::Transaction& tx) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(query));
        answer = rows[0].Int(0);
        return absl::OkStatus();
      });
  WICI_CHECK(status.ok());
  return answer;
}

// Everything comes back, nobody writes any more: whether all reach the head by themselves.
bool FaultRun::Heal() {
  constexpr sql::Query kUnstamped{"faults_unstamped",
                                  "SELECT COUNT(*) FROM feed_transactions WHERE first_seq IS NULL"};
  constexpr sql::Query kHead{"faults_head", "SELECT head FROM feed_state"};
  constexpr sql::Query kEffects{"faults_effects", "SELECT COALESCE(MAX(ordinal), 0) FROM effects"};
  if (redis_frozen_) redis_.Thaw();
  if (!redis_up_) redis_.Restart();
  const Process server(Actor{.role = "server",
                             .name = "server",
                             .database = source_.url(),
                             .redis = redis_.url(),
                             .source = address_});
  for (std::size_t i = sources_; i < processes_.size(); ++i) processes_[i].Start();
  bool healed = false;
  const absl::Time end = absl::Now() + kHealing;
  while (!healed && absl::Now() < end) {
    const std::int64_t head = Ask(source_.get(), kHead);
    healed = Ask(source_.get(), kUnstamped) == 0 && Ask(effects_.get(), kEffects) >= head &&
             Ask(watched_.get(), kEffects) >= head;
    if (!healed) absl::SleepFor(absl::Milliseconds(50));
  }
  for (Process& process : processes_) process.Kill();
  return healed;
}

std::vector<std::string> FaultRun::Verdict() {
  std::vector<std::string> problems;
  if (!Heal()) problems.push_back("somebody did not reach the head after the faults");
  const auto feed = ReadAll(source_.get());
  WICI_CHECK(feed.ok());
  changes_ = feed->size();
  for (const std::string& problem : checker_.Problems(*feed)) {
    problems.push_back("feed: " + problem);
  }
  const auto compare = [&](const std::string& who, sql::Database& database) {
    const auto seen = ReadEffects(database);
    WICI_CHECK(seen.ok());
    for (std::size_t i = 0; i < seen->size(); ++i) {
      if (i < feed->size() && Same((*seen)[i], (*feed)[i])) {
        continue;
      }
      problems.push_back(absl::StrCat(who, ": number ", (*seen)[i].cursor().seq(),
                                      " took effect where ", i + 1, " should"));
      return;
    }
    if (seen->size() != feed->size()) {
      problems.push_back(absl::StrCat(who, ": ", seen->size(), " of ", feed->size(), " changes"));
    }
  };
  compare("consumer", effects_.get());
  compare("watcher", watched_.get());
  if (flowed_ == 0) problems.push_back("consumer: nothing took effect while faults went on");
  return problems;
}

std::string FaultRun::Summary() const {
  return absl::StrCat(faults_, " faults, ", changes_, " changes, ", flowed_,
                      " of them took effect while faults went on");
}

int RunFaults() {
  SetLogLevel(LogLevel::kError);
  const std::string engine_name = absl::GetFlag(FLAGS_engine);
  const bool broken = absl::GetFlag(FLAGS_broken);
  const sql::Engine engine =
      engine_name == "postgres" ? sql::Engine::kPostgres : sql::Engine::kSqlite;
  if (!testing::TestDatabase::Available(engine)) {
    std::fprintf(stderr, "set WICI_TEST_POSTGRES to the URL of a server\n");
    return 1;
  }
  std::uint64_t seed = absl::GetFlag(FLAGS_seed);
  if (seed == 0) seed = std::random_device()();
  FaultRun run(engine, seed, broken);
  run.Run(absl::Minutes(absl::GetFlag(FLAGS_minutes)));
  const std::vector<std::string> problems = run.Verdict();
  std::printf("%s\n", run.Summary().c_str());
  for (std::size_t i = 0; i < std::min<std::size_t>(problems.size(), 20); ++i) {
    std::printf("%s\n", problems[i].c_str());
  }
  if (broken) {
    std::printf("%s\n", problems.empty() ? "the oracle found nothing: it is of no use" : "found");
    return problems.empty() ? 2 : 0;
  }
  if (problems.empty()) return 0;
  std::printf("repeat with: wici-feed-faults --engine=%s --seed=%llu --minutes=%g\n",
              engine_name.c_str(), static_cast<unsigned long long>(seed),
              absl::GetFlag(FLAGS_minutes));
  return 1;
}

}  // namespace
}  // namespace wici::feed

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  if (absl::GetFlag(FLAGS_role).empty()) return wici::feed::RunFaults();
  wici::SetLogLevel(wici::LogLevel::kError);
  const absl::Status status = wici::feed::RunActor({.role = absl::GetFlag(FLAGS_role),
                                                    .name = absl::GetFlag(FLAGS_name),
                                                    .database = absl::GetFlag(FLAGS_database),
                                                    .redis = absl::GetFlag(FLAGS_redis),
                                                    .source = absl::GetFlag(FLAGS_source),
                                                    .seed = absl::GetFlag(FLAGS_seed),
                                                    .broken = absl::GetFlag(FLAGS_broken)});
  std::fprintf(stderr, "%s: %s\n", absl::GetFlag(FLAGS_role).c_str(), status.ToString().c_str());
  return 1;
}
