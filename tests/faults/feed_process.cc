#include "tests/faults/feed_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/log.h"

namespace wici::feed {

void Process::Start() {
  const std::vector<std::string> arguments = {
      "wici-feed-faults",
      "--role=" + actor_.role,
      absl::StrCat("--name=", actor_.name, "-", ++life_),
      "--database=" + actor_.database,
      "--redis=" + actor_.redis,
      "--source=" + actor_.source,
      absl::StrCat("--seed=", actor_.seed + 100 * static_cast<std::uint64_t>(life_)),
      actor_.broken ? "--broken" : "--nobroken"};
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.data()));
  argv.push_back(nullptr);
  int output[2];
  WICI_CHECK(pipe2(output, O_CLOEXEC) == 0);
  pid_ = fork();
  WICI_CHECK(pid_ >= 0);
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(output[1], STDOUT_FILENO);
    execv("/proc/self/exe", argv.data());
    _exit(127);
  }
  close(output[1]);
  output_ = output[0];
}

void Process::Kill(FeedChecker* checker) {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  while (Listen(checker)) {
  }
  close(output_);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
  pending_.clear();
}

void Process::Signal(int signal) const { kill(pid_, signal); }

bool Process::Listen(FeedChecker* checker) {
  char buffer[65536];
  const ssize_t size = read(output_, buffer, sizeof buffer);
  if (size <= 0) return false;
  pending_.append(buffer, static_cast<std::size_t>(size));
  std::size_t end = 0;
  while ((end = pending_.find('\n')) != std::string::npos) {
    const std::vector<std::string> words = absl::StrSplit(pending_.substr(0, end), ' ');
    pending_.erase(0, end + 1);
    int count = 0;
    if (checker == nullptr) continue;
    if (words.size() == 3 && absl::SimpleAtoi(words[2], &count)) {
      checker->Committed(words[1], count);
    } else if (words.size() == 2) {
      checker->RolledBack(words[1]);
    }
  }
  return true;
}

int FreePort() {
  const int socket_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  WICI_CHECK(bind(socket_fd, generic, size) == 0);
  WICI_CHECK(getsockname(socket_fd, generic, &size) == 0);
  close(socket_fd);
  return ntohs(address.sin_port);
}

}  // namespace wici::feed
