#include "libs/rpc/process.h"

#include <malloc.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/flags/usage_config.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/log.h"
#include "libs/base/secret_file.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/admin.h"
#include "libs/rpc/health.h"

ABSL_FLAG(std::string, listen, "127.0.0.1:0", "host:port of gRPC; port 0 for any free one");
ABSL_FLAG(std::string, admin_listen, "127.0.0.1:0", "host:port of probes and metrics");
ABSL_FLAG(std::string, database, "", "sqlite:///path/to/file or postgresql://...");
ABSL_FLAG(std::string, redis, "", "redis://host:port; empty for none");
ABSL_FLAG(std::string, key_file, "", "file with the Ed25519 seed, base64url, one line");
ABSL_FLAG(std::string, mode, "development", "development or production");
ABSL_FLAG(double, calls_per_second_max, 50,
          "of one person, partner or link, as many at once; 40 times of an address whose callers "
          "have said no name; services are free; 0 for any number");
ABSL_FLAG(bool, migrate_only, false, "bring the schema of the database up to date and end");
ABSL_FLAG(bool, new_feed_epoch, false,
          "after a restore from a backup: start a new epoch of the change feed and end");

namespace wici::rpc {
namespace {

// The drain takes at most 25.2 s; Kubernetes kills after 45.
constexpr int kExitSeconds = 40;

// Of malloc; see TuneForServing. What is larger than kMappedBytes goes back at once when freed.
constexpr int kKeptBytes = 2 * 1024 * 1024;
constexpr int kGrownBytes = 256 * 1024;
constexpr int kMappedBytes = 1024 * 1024;

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

absl::StatusOr<ServiceFlags> ReadFlags(std::string_view service) {
  ServiceFlags flags;
  flags.service = service;
  flags.listen = absl::GetFlag(FLAGS_listen);
  flags.admin_listen = absl::GetFlag(FLAGS_admin_listen);
  flags.database = absl::GetFlag(FLAGS_database);
  flags.redis = absl::GetFlag(FLAGS_redis);
  flags.migrate_only = absl::GetFlag(FLAGS_migrate_only);
  flags.new_feed_epoch = absl::GetFlag(FLAGS_new_feed_epoch);
  const std::string mode = absl::GetFlag(FLAGS_mode);
  flags.production = mode == "production";
  if (!flags.production && mode != "development") {
    return absl::InvalidArgumentError("--mode must be development or production");
  }
  if (flags.database.empty()) return absl::InvalidArgumentError("--database must be set");
  if (flags.production && flags.database.find(":memory:") != std::string::npos) {
    return absl::InvalidArgumentError("a database in memory is not for production");
  }
  if (flags.migrate_only || flags.new_feed_epoch) return flags;
  WICI_ASSIGN_OR_RETURN(flags.key_seed,
                        ReadKeyFile(absl::GetFlag(FLAGS_key_file), flags.production));
  return flags;
}

// --config=FILE is Abseil's --flagfile under the name operators expect.
std::vector<std::string> WithFlagFile(int argc, char** argv) {
  std::vector<std::string> arguments(argv, argv + argc);
  for (std::string& argument : arguments) {
    for (const std::string_view prefix : {"--config=", "-config="}) {
      if (argument.rfind(prefix, 0) == 0) {
        argument = "--flagfile=" + argument.substr(prefix.size());
      }
    }
  }
  return arguments;
}

absl::Status ParseFlags(std::string_view service, int argc, char** argv) {
  absl::SetProgramUsageMessage(
      absl::StrCat("wici ", std::string(service), " ", std::string(kVersion), ", see README.md"));
  absl::FlagsUsageConfig usage;
  usage.version_string = [] { return absl::StrCat("wici ", std::string(kVersion), "\n"); };
  // --help shows our flags; --helpfull also those of the libraries.
  const auto is_ours = [](absl::string_view file) {
    return absl::StrContains(file, "libs/rpc/") || absl::StrContains(file, "services/");
  };
  usage.contains_help_flags = is_ours;
  usage.contains_helpshort_flags = is_ours;
  absl::SetFlagsUsageConfig(usage);
  // Abseil keeps pointers into the arguments.
  static auto* const arguments = new std::vector<std::string>(WithFlagFile(argc, argv));
  std::vector<char*> pointers;
  for (std::string& argument : *arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  const auto rest = absl::ParseCommandLine(argc, pointers.data());
  if (rest.size() > 1) {
    return absl::InvalidArgumentError(absl::StrCat("unexpected argument ", rest[1]));
  }
  return absl::OkStatus();
}

}  // namespace

int RunService(std::string_view service, int argc, char** argv,
               const std::function<absl::Status(const ServiceFlags&)>& serve) {
  SetLogService(service);
  TuneForServing();
  BlockSignals();
  DescribeHealth();
  absl::Status status = ParseFlags(service, argc, argv);
  if (status.ok()) {
    const auto flags = ReadFlags(service);
    status = flags.ok() ? serve(*flags) : flags.status();
  }
  if (status.ok()) return EXIT_SUCCESS;
  Log(LogLevel::kError, "cannot_serve",
      {{"code", absl::StatusCodeToString(status.code())},
       {"error", std::string(status.message())}});
  return EXIT_FAILURE;
}

ServerOptions MakeServerOptions(const ServiceFlags& flags) {
  ServerOptions options;
  options.service = flags.service;
  options.listen = flags.listen;
  options.reflection = !flags.production;
  options.calls_per_second_max = absl::GetFlag(FLAGS_calls_per_second_max);
  // Long enough for clients on the same machine that look at the health.
  if (!flags.production) options.drain_delay = absl::Milliseconds(200);
  return options;
}

void LogListening(int port, int admin_port) {
  Log(LogLevel::kInfo, "listening",
      {{"port", absl::StrCat(port)},
       {"admin_port", absl::StrCat(admin_port)},
       {"version", std::string(kVersion)}});
}

absl::Status ServeUntilSignal(const ServiceFlags& flags, Server& server,
                              std::function<absl::Status()> healthy,
                              std::function<void()> look_up_metrics,
                              const std::function<void()>& begin_stop) {
  AdminOptions options;
  options.listen = flags.admin_listen;
  options.version = std::string(kVersion);
  options.ready = [&server, healthy = std::move(healthy)] {
    return server.draining() ? absl::UnavailableError("draining") : healthy();
  };
  options.look_up_metrics = std::move(look_up_metrics);
  WICI_ASSIGN_OR_RETURN(const auto admin, AdminServer::Start(options));
  LogListening(server.port(), admin->port());
  WaitForSignal();
  begin_stop();
  server.Drain();
  return absl::OkStatus();
}

void TuneForServing() {
  mallopt(M_TRIM_THRESHOLD, kKeptBytes);
  mallopt(M_TOP_PAD, kGrownBytes);
  mallopt(M_MMAP_THRESHOLD, kMappedBytes);
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
}

void BlockSignals() {
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

void WaitForSignal() {
  const sigset_t signals = StopSignals();
  int signal = 0;
  sigwait(&signals, &signal);
  Log(LogLevel::kInfo, "draining", {{"signal", signal == SIGINT ? "SIGINT" : "SIGTERM"}});
  std::thread([signals] {
    const timespec limit = {.tv_sec = kExitSeconds, .tv_nsec = 0};
    sigtimedwait(&signals, nullptr, &limit);
    Log(LogLevel::kWarning, "ended_before_drained");
    _exit(EXIT_FAILURE);
  }).detach();
}

absl::StatusOr<std::string> ReadKeyFile(const std::string& path, bool private_only) {
  WICI_ASSIGN_OR_RETURN(std::string seed, ReadSecretFile("--key_file", path, private_only));
  if (seed.back() == '\n') seed.pop_back();
  if (seed.empty() || seed.size() > 128 || seed.find('\n') != std::string::npos) {
    return absl::InvalidArgumentError(absl::StrCat("--key_file: ", path, " is not one line"));
  }
  return seed;
}

}  // namespace wici::rpc
