#include "libs/testing/redis_fixture.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string_view>
#include <utility>

#include "libs/base/log.h"

namespace wici::testing {

RedisServer::RedisServer(Options options) : options_(std::move(options)) { Start(); }

RedisServer& RedisServer::Shared() {
  static RedisServer server;
  if (server.pid_ < 0) {
    server.Start();
  } else {
    server.Flush();
  }
  return server;
}

RedisServer::~RedisServer() { Kill(); }

std::string RedisServer::url() const { return "redis+unix://" + directory_.File("redis.sock"); }

std::unique_ptr<redis::Client> RedisServer::MakeClient(const redis::ClientOptions& options) const {
  auto client = redis::Client::Make(url(), options);
  WICI_CHECK(client.ok());
  return *std::move(client);
}

void RedisServer::Start() {
  std::vector<std::string> arguments = {"redis-server", "--port", "0", "--unixsocket",
                                        directory_.File("redis.sock"), "--dir", directory_.path(),
                                        "--save", "", "--appendonly", options_.keep ? "yes" : "no",
                                        // It notices that a blocking read has waited long enough
                                        // this many times a second.
                                        "--hz", "500", "--daemonize", "no"};
  arguments.insert(arguments.end(), options_.arguments.begin(), options_.arguments.end());
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);

  int output[2];
  WICI_CHECK(pipe2(output, O_CLOEXEC) == 0);
  pid_ = fork();
  WICI_CHECK(pid_ >= 0);
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(output[1], STDOUT_FILENO);
    dup2(output[1], STDERR_FILENO);
    execvp(argv[0], argv.data());
    _exit(127);
  }
  close(output[1]);
  // Its log says when it serves; what it logs later goes nowhere.
  FILE* log = fdopen(output[0], "r");
  WICI_CHECK(log != nullptr);
  char line[1024];
  bool ready = false;
  while (!ready && std::fgets(line, sizeof line, log) != nullptr) {
    ready = std::string_view(line).find("eady to accept connections") != std::string_view::npos;
  }
  std::fclose(log);
  WICI_CHECK(ready);
}

void RedisServer::Kill() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void RedisServer::Restart() {
  Kill();
  Start();
}

void RedisServer::Flush() { WICI_CHECK(MakeClient()->Call({"FLUSHALL"}).ok()); }

void RedisServer::Freeze() { WICI_CHECK(kill(pid_, SIGSTOP) == 0); }

void RedisServer::Thaw() { WICI_CHECK(kill(pid_, SIGCONT) == 0); }

}  // namespace wici::testing
