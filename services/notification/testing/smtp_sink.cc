#include "services/notification/testing/smtp_sink.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "libs/base/log.h"

namespace wici::notification {

SmtpSink::SmtpSink(bool smtputf8) : smtputf8_(smtputf8) { Start(); }

SmtpSink::~SmtpSink() { Stop(); }

std::string SmtpSink::url() const { return "smtp://127.0.0.1:" + std::to_string(port_); }

std::vector<std::string> SmtpSink::Mails() const {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
    if (entry.path().extension() == ".eml") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> mails;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    mails.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return mails;
}

std::vector<std::string> SmtpSink::Facts() const {
  const std::string command =
      "/usr/bin/python3 services/notification/testing/read_mails.py " + directory_.path();
  FILE* output = popen(command.c_str(), "r");
  WICI_CHECK(output != nullptr);
  std::vector<std::string> facts;
  char line[4096];
  while (std::fgets(line, sizeof line, output) != nullptr) {
    facts.emplace_back(line);
    facts.back().pop_back();  // the line feed
  }
  WICI_CHECK(pclose(output) == 0);
  return facts;
}

void SmtpSink::Start() {
  const std::string port = std::to_string(port_);
  std::vector<const char*> argv = {"/usr/bin/python3", "services/notification/testing/smtp_sink.py",
                                   "--directory",      directory_.path().c_str(),
                                   "--port",           port.c_str()};
  if (!smtputf8_) argv.push_back("--no-smtputf8");
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
  // Not "%d\n": white space in a format waits for what comes after it.
  WICI_CHECK(std::fscanf(answers_, "%d", &port_) == 1);
  WICI_CHECK(std::fgetc(answers_) == '\n');
}

void SmtpSink::Clear() {
  if (pid_ < 0) Start();
  WICI_CHECK(write(input_, "\n", 1) == 1);
  WICI_CHECK(std::fgetc(answers_) == '\n');
}

void SmtpSink::Stop() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  close(input_);
  std::fclose(answers_);
  pid_ = -1;
}

}  // namespace wici::notification
