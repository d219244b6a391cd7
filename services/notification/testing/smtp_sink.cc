#include "services/notification/testing/smtp_sink.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "libs/base/log.h"

namespace wici::notification {

SmtpSink::SmtpSink(SmtpSinkOptions options) : options_(std::move(options)) { Start(); }

std::string SmtpSink::url() const { return UrlBy("127.0.0.1"); }

std::string SmtpSink::UrlBy(const std::string& host) const {
  return (options_.tls == "smtps" ? "smtps://" : "smtp://") + host + ":" + std::to_string(port_);
}

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
  std::vector<std::string> arguments = {"services/notification/testing/smtp_sink.py", "--directory",
                                        directory_.path(), "--port", std::to_string(port_)};
  if (!options_.smtputf8) arguments.push_back("--no-smtputf8");
  if (!options_.tls.empty()) arguments.insert(arguments.end(), {"--tls", options_.tls});
  port_ = server_.Start(arguments, 1)[0];
}

void SmtpSink::Clear() {
  if (!server_.running()) Start();
  server_.Tell();
}

void SmtpSink::Stop() { server_.Stop(); }

}  // namespace wici::notification
