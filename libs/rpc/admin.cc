#include "libs/rpc/admin.h"

#include <array>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/metrics.h"
#include "libs/rpc/http_server.h"
#include "prometheus/text_serializer.h"

namespace wici::rpc {
namespace {

constexpr std::array<std::string_view, 4> kLevels = {"debug", "info", "warning", "error"};

std::optional<LogLevel> ParseLevel(std::string_view name) {
  for (std::size_t i = 0; i < kLevels.size(); ++i) {
    if (kLevels[i] == name) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

HttpAnswer ProbeAnswer(const absl::Status& status) {
  if (status.ok()) return {.body = "ok\n"};
  return {.code = 503, .body = absl::StrCat(status.message(), "\n")};
}

HttpAnswer MetricsAnswer() {
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, Metrics()->Collect());
  return {.body = text.str(), .type = "text/plain; version=0.0.4; charset=utf-8"};
}

HttpAnswer LogLevelAnswer(std::string_view method, const std::string& body) {
  if (method == "PUT") {
    const std::string name(absl::StripAsciiWhitespace(body));
    const auto level = ParseLevel(name);
    if (!level.has_value()) return {.code = 400, .body = "debug, info, warning or error\n"};
    SetLogLevel(*level);
    Log(LogLevel::kWarning, "log_level_changed", {{"to", name}});
  }
  return {.body =
              absl::StrCat(std::string(kLevels[static_cast<std::size_t>(GetLogLevel())]), "\n")};
}

class HttpAdminServer final : public AdminServer {
 public:
  explicit HttpAdminServer(AdminOptions options) : options_(std::move(options)) {}

  absl::Status Listen() {
    absl::StatusOr<std::unique_ptr<HttpServer>> server =
        HttpServer::Start({.listen = options_.listen},
                          [this](const HttpRequest& request) { return Answer(request); });
    if (!server.ok()) return server.status();
    server_ = *std::move(server);
    return absl::OkStatus();
  }

  int port() const override { return server_->port(); }

 private:
  HttpAnswer Answer(const HttpRequest& request) const {
    const std::string& path = request.path;
    const bool put_allowed = path == "/loglevel";
    if (request.method != "GET" && request.method != "HEAD" &&
        !(request.method == "PUT" && put_allowed)) {
      return {.code = 405, .body = "method not allowed\n"};
    }
    if (path == "/livez") return {.body = "ok\n"};
    if (path == "/startupz") return ProbeAnswer(options_.started());
    if (path == "/readyz") return ProbeAnswer(options_.ready());
    if (path == "/metrics") {
      options_.look_up_metrics();
      return MetricsAnswer();
    }
    if (path == "/version") return {.body = options_.version + "\n"};
    if (path == "/loglevel") return LogLevelAnswer(request.method, request.body);
    return {.code = 404, .body = "not found\n"};
  }

  const AdminOptions options_;
  std::unique_ptr<HttpServer> server_;  // last: it calls the others
};

}  // namespace

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Start(AdminOptions options) {
  auto server = std::make_unique<HttpAdminServer>(std::move(options));
  if (const absl::Status status = server->Listen(); !status.ok()) return status;
  return server;
}

}  // namespace wici::rpc
