#include "services/notification/testing/child_server.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "libs/base/log.h"

namespace wici::notification {

std::vector<int> ChildServer::Start(const std::vector<std::string>& arguments, int numbers) {
  std::vector<const char*> argv = {"/usr/bin/python3"};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  argv.push_back(nullptr);
  int output[2];
  int input[2];
  WICI_CHECK(pipe2(output, O_CLOEXEC) == 0 && pipe2(input, O_CLOEXEC) == 0);
  pid_ = fork();
  WICI_CHECK(pid_ >= 0);
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(input[0], STDIN_FILENO);
    dup2(output[1], STDOUT_FILENO);
    execv(argv[0], const_cast<char* const*>(argv.data()));
    _exit(127);
  }
  close(output[1]);
  close(input[0]);
  input_ = input[1];
  answers_ = fdopen(output[0], "r");
  WICI_CHECK(answers_ != nullptr);
  std::vector<int> found(static_cast<std::size_t>(numbers));
  for (int& number : found) {
    // Not "%d\n": white space in a format waits for what comes after it.
    WICI_CHECK(std::fscanf(answers_, "%d", &number) == 1);
  }
  WICI_CHECK(std::fgetc(answers_) == '\n');
  return found;
}

void ChildServer::Tell() {
  WICI_CHECK(write(input_, "\n", 1) == 1);
  WICI_CHECK(std::fgetc(answers_) == '\n');
}

void ChildServer::Stop() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  close(input_);
  std::fclose(answers_);
  pid_ = -1;
}

}  // namespace wici::notification
