// Histories over processes that are killed. Each replica of the service is a process of its own
// with clients in it; it is killed (SIGKILL) at a random instant and started again, twice, then
// runs to its end. What its clients saw comes through a pipe, so it survives the kill.
//
//   WICI_SEEDS=1000 ./wici test -R seats_kill_test
//   seats_kill_test --seeds=1000 --first_seed=21    (with WICI_TEST_POSTGRES)
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/mutex.h"
#include "services/registration/seats/history/history_fixture.h"

extern char** environ;

namespace wici::registration {
namespace {

using ::testing::IsEmpty;

unsigned g_seeds = 20;  // or what WICI_SEEDS says
unsigned g_first_seed = 1;

constexpr int kKills = 2;
constexpr int kClients = 64;
constexpr int kCallsPerClient = 6;  // in one life

// A replica: `words` are those that Start gives.
int RunWorker(const std::vector<std::string>& words) {
  auto database = sql::OpenDatabase(words[0]);
  if (!database.ok()) return 2;
  Workload workload;
  workload.event = words[1];
  workload.run = words[2];
  unsigned seed = 0;
  if (!absl::SimpleAtoi(words[3], &seed) || !absl::SimpleAtoi(words[4], &workload.clients)) {
    return 2;
  }
  workload.seed = seed;
  workload.calls_per_client = kCallsPerClient;
  workload.categories = absl::StrSplit(words[5], ',', absl::SkipEmpty());
  workload.sessions = absl::StrSplit(words[6], ',', absl::SkipEmpty());
  workload.vouchers = absl::StrSplit(words[7], ',', absl::SkipEmpty());
  workload.several = workload.groups = words[8] == "all";
  workload.approval = words[8] == "approval";
  const SystemClock clock;
  SystemIdSource ids;
  RegistrationStore store(**database, clock, clock, ids, [] {});
  // A line is shorter than PIPE_BUF, so it comes whole or not at all.
  RunClients(workload, {&store}, clock, [](const Recorded& call) {
    const std::string line = ToLine(call) + "\n";
    if (write(STDOUT_FILENO, line.data(), line.size()) < 0) _exit(3);
  });
  return 0;
}

// A running replica and what its clients say.
class Worker {
 public:
  explicit Worker(std::vector<std::string> words) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::string self = "/proc/self/exe";
    std::string mode = "--worker";
    std::vector<char*> arguments = {self.data(), mode.data()};
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    if (posix_spawn(&pid_, self.c_str(), &actions, nullptr, arguments.data(), environ) != 0) {
      std::abort();
    }
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    lines_ = fdopen(ends[0], "r");
  }
  ~Worker() { std::fclose(lines_); }

  // Takes the next call, false at the end.
  bool Next(Recorded& call) {
    char line[8192];
    if (std::fgets(line, sizeof line, lines_) == nullptr) return false;
    call = FromLine(std::string_view(line).substr(0, std::string_view(line).find('\n')));
    return true;
  }
  void Kill() { kill(pid_, SIGKILL); }
  // The exit status; -1 when it was killed.
  int Wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = 0;
  std::FILE* lines_ = nullptr;
};

class SeatsKillTest : public HistoryTest {
 protected:
  // One replica over its lives. Adds what its clients saw to `calls`, by id.
  void RunReplica(const Opened& opened, int replica, int clients,
                  std::map<std::string, Recorded>& calls) {
    std::mt19937 random(opened.workload.seed * 100 + static_cast<unsigned>(replica));
    for (int life = 0; life <= kKills; ++life) {
      const unsigned seed =
          opened.workload.seed * 1000 + static_cast<unsigned>(10 * replica + life);
      Worker worker({database_url(), opened.workload.event, absl::StrCat(replica, "-", life),
                     absl::StrCat(seed), absl::StrCat(clients),
                     absl::StrJoin(opened.workload.categories, ","),
                     absl::StrJoin(opened.workload.sessions, ","),
                     absl::StrJoin(opened.workload.vouchers, ","),
                     opened.workload.groups     ? "all"
                     : opened.workload.approval ? "approval"
                                                : "plain"});
      // Two lines for each call: before it and after it.
      const auto half = static_cast<unsigned>(clients * kCallsPerClient);
      const unsigned kill_at = 1 + static_cast<unsigned>(random() % half);
      Recorded call;
      for (unsigned line = 1; worker.Next(call); ++line) {
        if (life < kKills && line == kill_at) worker.Kill();
        MutexLock lock(mutex_);
        calls[call.id] = call;
      }
      const int status = worker.Wait();
      EXPECT_TRUE(status == 0 || (life < kKills && status == -1)) << status;
    }
  }

  std::vector<std::string> RunKillAndCheck(const Shape& shape, unsigned seed, int replicas) {
    const Opened opened = Open(shape, absl::StrCat("kill-", seed), seed);
    std::map<std::string, Recorded> by_id;
    std::vector<std::thread> threads;
    for (int i = 0; i < replicas; ++i) {
      threads.emplace_back([this, &opened, &by_id, i, replicas] {
        RunReplica(opened, i, kClients / replicas, by_id);
      });
    }
    for (std::thread& thread : threads) thread.join();
    std::vector<Recorded> calls;
    for (auto& [id, call] : by_id) calls.push_back(std::move(call));
    std::sort(calls.begin(), calls.end(), [](const Recorded& one, const Recorded& other) {
      return one.invoked < other.invoked;
    });
    EXPECT_GT(calls.size(), 300u) << "too little happened to prove anything";
    return Check(opened, calls);
  }

 private:
  Mutex mutex_;
};
WICI_ON_EVERY_ENGINE(SeatsKillTest);

TEST_P(SeatsKillTest, NothingAcknowledgedIsLostAndNothingOversoldWhenReplicasAreKilled) {
  // One process only may open a SQLite file.
  const bool postgres = database().engine() == sql::Engine::kPostgres;
  const int replicas = postgres ? 2 : 1;
  const unsigned seeds = postgres ? g_seeds : (g_seeds + 3) / 4;
  for (unsigned seed = g_first_seed; seed < g_first_seed + seeds; ++seed) {
    SCOPED_TRACE(seed);
    Shape shape{.capacity = 60,
                .waiting = 150,
                .categories = {{"guests", 15}, {"press", 30}},
                .sessions = {{"pitch", 12}, {"workshop", 9}}};
    if (seed % 3 == 0) shape.offer = absl::Milliseconds(20);
    if (seed % 6 == 0) {
      // Offers that come again at once would keep the event busier than its clients do.
      shape.offer = absl::Milliseconds(200);
      shape.offer_expiry = v1::OFFER_EXPIRY_REQUEUE;
    }
    if (seed % 4 == 1) shape.approval = {"press"};
    if (seed % 5 == 2) shape.priorities = {{"guests", 6}, {"press", 2}};
    if (seed % 2 == 0) {
      shape.several = shape.groups = true;
      shape.vouchers = {{"press-card", {8, true, "press"}},
                        {"friends", {6, true, ""}},
                        {"newsletter", {5, false, ""}}};
    }
    EXPECT_THAT(RunKillAndCheck(shape, seed, replicas), IsEmpty());
  }
}

}  // namespace

int RunTests(int argc, char** argv) {
  if (argc == 11 && std::string_view(argv[1]) == "--worker") {
    return RunWorker({argv + 2, argv + argc});
  }
  ::testing::InitGoogleTest(&argc, argv);
  const char* seeds = std::getenv("WICI_SEEDS");
  if (seeds != nullptr && *seeds != '\0' && !absl::SimpleAtoi(seeds, &g_seeds)) {
    std::fprintf(stderr, "WICI_SEEDS is no number: %s\n", seeds);
    return 2;
  }
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const auto value = argument.substr(argument.find('=') + 1);
    const absl::string_view number(value.data(), value.size());
    if (argument.rfind("--seeds=", 0) == 0 && absl::SimpleAtoi(number, &g_seeds)) continue;
    if (argument.rfind("--first_seed=", 0) == 0 && absl::SimpleAtoi(number, &g_first_seed))
      continue;
    std::fprintf(stderr, "unknown argument %s\n", argv[i]);
    return 2;
  }
  return RUN_ALL_TESTS();
}

}  // namespace wici::registration

int main(int argc, char** argv) { return wici::registration::RunTests(argc, argv); }
