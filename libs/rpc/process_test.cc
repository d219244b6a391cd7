#include "libs/rpc/process.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"
#include "libs/base/clock.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/server.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/temp_dir.h"

namespace wici::rpc {
namespace {

using testing::IsOkAndHolds;
using testing::StatusIs;

class ProcessTest : public ::testing::Test {
 protected:
  std::string KeyFile(const std::string& text, mode_t mode = 0600) {
    const std::string path = directory_.File("key");
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }

  testing::TempDir directory_;
};

TEST_F(ProcessTest, ReadsTheKeyFile) {
  EXPECT_THAT(ReadKeyFile(KeyFile("seed\n"), true), IsOkAndHolds("seed"));
  EXPECT_THAT(ReadKeyFile(KeyFile("seed"), true), IsOkAndHolds("seed"));
}

TEST_F(ProcessTest, RefusesAKeyFileThatIsNone) {
  EXPECT_THAT(ReadKeyFile("", false), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(ReadKeyFile(directory_.File("none"), false), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(ReadKeyFile(directory_.path(), false), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(ReadKeyFile(KeyFile(""), false), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ReadKeyFile(KeyFile("a\nb\n"), false), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(ProcessTest, InProductionNobodyElseMayReadTheKeyFile) {
  const std::string path = KeyFile("seed\n", 0644);
  EXPECT_THAT(ReadKeyFile(path, false), IsOkAndHolds("seed"));
  EXPECT_THAT(ReadKeyFile(path, true), StatusIs(absl::StatusCode::kPermissionDenied));
  ::chmod(path.c_str(), 0440);  // as Kubernetes mounts a Secret for a group
  EXPECT_THAT(ReadKeyFile(path, true), IsOkAndHolds("seed"));
}

// Page faults of the calling thread while it takes 1 MiB in small pieces and frees them again.
long FaultsOfABurst() {
  const auto faults = [] {
    rusage usage = {};
    ::getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_minflt;
  };
  const long before = faults();
  std::vector<std::unique_ptr<char[]>> blocks(1024);
  for (auto& block : blocks) block = std::make_unique<char[]>(1024);
  blocks.clear();
  return faults() - before;
}

TEST_F(ProcessTest, MemoryOfABurstIsThereForTheNext) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the sanitizer has an allocator of its own";
#endif
  TuneForServing();
  long second = 0;
  std::thread([&second] {
    FaultsOfABurst();
    second = FaultsOfABurst();
  }).join();
  EXPECT_LT(second, 50);  // without: one for each page, 250
}

// Runs in the child of a death test: flags are global.
[[noreturn]] void RunWith(std::vector<std::string> arguments,
                          const std::function<absl::Status(const ServiceFlags&)>& serve) {
  std::vector<char*> argv = {const_cast<char*>("service")};
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::exit(RunService("registration", static_cast<int>(argv.size()) - 1, argv.data(), serve));
}

absl::Status ServeNothing(const ServiceFlags& /*flags*/) { return absl::OkStatus(); }

using ProcessDeathTest = ProcessTest;

TEST_F(ProcessDeathTest, HandsTheFlagsToTheService) {
  const std::string key = "--key_file=" + KeyFile("seed");
  EXPECT_EXIT(RunWith({"--database=sqlite:///x", key, "--listen=127.0.0.1:7", "--mode=production"},
                      [](const ServiceFlags& flags) {
                        const bool good = flags.database == "sqlite:///x" && flags.production &&
                                          flags.key_seed == "seed" &&
                                          flags.listen == "127.0.0.1:7" &&
                                          flags.service == "registration" && flags.redis.empty() &&
                                          !MakeServerOptions(flags).reflection;
                        return good ? absl::OkStatus() : absl::InternalError("other flags");
                      }),
              ::testing::ExitedWithCode(EXIT_SUCCESS), "");
}

TEST_F(ProcessDeathTest, ReadsFlagsFromAFileAndTheEnvironment) {
  const std::string config = directory_.File("config");
  std::ofstream(config) << "--database=sqlite:///from-file\n--key_file=" << KeyFile("seed") << "\n";
  ::setenv("FLAGS_redis", "redis://from-env", 1);
  EXPECT_EXIT(RunWith({"--config=" + config, "--tryfromenv=redis"},
                      [](const ServiceFlags& flags) {
                        const bool good = flags.database == "sqlite:///from-file" &&
                                          flags.redis == "redis://from-env";
                        return good ? absl::OkStatus() : absl::InternalError("other flags");
                      }),
              ::testing::ExitedWithCode(EXIT_SUCCESS), "");
}

TEST_F(ProcessDeathTest, RefusesWhatItDoesNotUnderstand) {
  const std::string key = "--key_file=" + KeyFile("seed");
  EXPECT_EXIT(RunWith({"--databse=x"}, &ServeNothing), ::testing::ExitedWithCode(EXIT_FAILURE),
              "databse");
  EXPECT_EXIT(RunWith({"--database=sqlite:///x", key, "more"}, &ServeNothing),
              ::testing::ExitedWithCode(EXIT_FAILURE), "unexpected argument more");
  EXPECT_EXIT(RunWith({"--database=sqlite:///x", key, "--mode=test"}, &ServeNothing),
              ::testing::ExitedWithCode(EXIT_FAILURE), "development or production");
  EXPECT_EXIT(RunWith({key}, &ServeNothing), ::testing::ExitedWithCode(EXIT_FAILURE), "--database");
}

TEST_F(ProcessDeathTest, RefusesToServeUnsafelyInProduction) {
  const std::string key = "--key_file=" + KeyFile("seed", 0644);
  EXPECT_EXIT(RunWith({"--database=sqlite:///x", key, "--mode=production"}, &ServeNothing),
              ::testing::ExitedWithCode(EXIT_FAILURE), "others may read");
}

TEST_F(ProcessDeathTest, DescribesHealthBeforeTheServiceCanStartAThread) {
  EXPECT_EXIT(RunWith({"--database=sqlite:///x", "--migrate_only"},
                      [](const ServiceFlags&) {
                        const auto* pool = google::protobuf::DescriptorPool::generated_pool();
                        return pool->FindServiceByName("grpc.health.v1.Health") != nullptr
                                   ? absl::OkStatus()
                                   : absl::InternalError("unknown");
                      }),
              ::testing::ExitedWithCode(EXIT_SUCCESS), "");
}

TEST_F(ProcessDeathTest, WaitsForASignal) {
  EXPECT_EXIT(RunWith({"--database=sqlite:///x", "--migrate_only"},
                      [](const ServiceFlags&) {
                        ::raise(SIGTERM);
                        WaitForSignal();
                        return absl::OkStatus();
                      }),
              ::testing::ExitedWithCode(EXIT_SUCCESS), "draining.*SIGTERM");
}

class Nobody final : public Authenticator {
 public:
  absl::StatusOr<Principal> Authenticate(std::string_view /*authorization*/,
                                         absl::Time /*now*/) const override {
    return absl::UnauthenticatedError("nobody");
  }
};

class Nothing final : public Authorizer {
 public:
  absl::Status Authorize(const Principal& /*principal*/,
                         const google::protobuf::MethodDescriptor& /*method*/,
                         const google::protobuf::Message& /*request*/) const override {
    return absl::PermissionDeniedError("nothing");
  }
};

absl::Status ServeUntilTold(const ServiceFlags& flags) {
  const Nobody authenticator;
  const Nothing authorizer;
  const SystemClock clock;
  Server server(MakeServerOptions(flags), authenticator, authorizer, clock);
  WICI_RETURN_IF_ERROR(server.Start());
  bool before_the_drain = false;
  ::raise(SIGTERM);
  WICI_RETURN_IF_ERROR(ServeUntilSignal(
      flags, server, [] { return absl::OkStatus(); }, [] {},
      [&] { before_the_drain = !server.draining(); }));
  return before_the_drain && server.draining() ? absl::OkStatus() : absl::InternalError("too late");
}

TEST_F(ProcessDeathTest, WhatTakesLongToStopBeginsBeforeTheDrain) {
  EXPECT_EXIT(RunWith({"--database=sqlite:///x", "--key_file=" + KeyFile("seed")}, &ServeUntilTold),
              ::testing::ExitedWithCode(EXIT_SUCCESS), "draining");
}

TEST_F(ProcessDeathTest, ANewFeedEpochNeedsNoKey) {
  EXPECT_EXIT(RunWith({"--database=sqlite:///x", "--new_feed_epoch"},
                      [](const ServiceFlags& flags) {
                        return flags.new_feed_epoch ? absl::OkStatus()
                                                    : absl::InternalError("not read");
                      }),
              ::testing::ExitedWithCode(EXIT_SUCCESS), "");
}

TEST_F(ProcessDeathTest, ReportsWhyItCannotServe) {
  EXPECT_EXIT(RunWith({"--database=sqlite:///x", "--migrate_only"},
                      [](const ServiceFlags&) { return absl::UnavailableError("no database"); }),
              ::testing::ExitedWithCode(EXIT_FAILURE), "cannot_serve.*no database");
}

}  // namespace
}  // namespace wici::rpc
