#include "libs/rpc/admin.h"

#include <civetweb.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/metrics.h"
#include "prometheus/text_serializer.h"

namespace wici::rpc {
namespace {

struct HttpAnswer {
  int code = 200;
  std::string body;
  std::string_view type = "text/plain; charset=utf-8";
};

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

class CivetAdminServer final : public AdminServer {
 public:
  explicit CivetAdminServer(AdminOptions options) : options_(std::move(options)) {}
  ~CivetAdminServer() override {
    if (context_ == nullptr) return;
    // Its thread looks every 2 s whether to stop, or when somebody connects.
    std::atomic<bool> stopped = false;
    std::thread waker([this, &stopped] {
      while (!stopped) {
        Knock();
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    });
    mg_stop(context_);
    stopped = true;
    waker.join();
  }

  absl::Status Listen() {
    mg_init_library(MG_FEATURES_DEFAULT);
    mg_callbacks callbacks = {};
    callbacks.begin_request = &CivetAdminServer::OnRequest;
    callbacks.log_message = [](const mg_connection*, const char*) { return 1; };
    const std::array<const char*, 9> settings = {"listening_ports",
                                                 options_.listen.c_str(),
                                                 "num_threads",
                                                 "4",
                                                 "request_timeout_ms",
                                                 "5000",
                                                 "access_control_allow_methods",
                                                 "GET, PUT",
                                                 nullptr};
    context_ = mg_start(&callbacks, this, const_cast<const char**>(settings.data()));
    mg_server_port port = {};
    if (context_ == nullptr || mg_get_server_ports(context_, 1, &port) != 1) {
      return absl::UnavailableError(absl::StrCat("cannot listen on ", options_.listen));
    }
    port_ = port.port;
    return absl::OkStatus();
  }

  int port() const override { return port_; }

 private:
  static int OnRequest(mg_connection* connection) {
    const mg_request_info& info = *mg_get_request_info(connection);
    const auto* server = static_cast<const CivetAdminServer*>(info.user_data);
    std::array<char, 64> body = {};
    int size = 0;
    if (info.content_length > 0) size = mg_read(connection, body.data(), body.size());
    const HttpAnswer answer =
        server->Answer(info.request_method, info.local_uri,
                       std::string(body.data(), static_cast<std::size_t>(size > 0 ? size : 0)));
    const std::string head = absl::StrCat(
        "HTTP/1.1 ", answer.code, answer.code == 200 ? " OK" : " Error",
        "\r\nContent-Type: ", std::string(answer.type), "\r\nContent-Length: ", answer.body.size(),
        "\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\nConnection: "
        "close\r\n\r\n");
    const std::string text = head + answer.body;
    mg_write(connection, text.data(), text.size());
    return answer.code;
  }

  void Knock() const {
    std::array<char, 64> error;
    mg_connection* connection =
        mg_connect_client("127.0.0.1", port_, 0, error.data(), error.size());
    if (connection != nullptr) mg_close_connection(connection);
  }

  HttpAnswer Answer(std::string_view method, std::string_view path, const std::string& body) const {
    const bool put_allowed = path == "/loglevel";
    if (method != "GET" && method != "HEAD" && !(method == "PUT" && put_allowed)) {
      return {.code = 405, .body = "method not allowed\n"};
    }
    if (path == "/livez") return {.body = "ok\n"};
    if (path == "/startupz") return ProbeAnswer(options_.started());
    if (path == "/readyz") return ProbeAnswer(options_.ready());
    if (path == "/metrics") return MetricsAnswer();
    if (path == "/version") return {.body = options_.version + "\n"};
    if (path == "/loglevel") return LogLevelAnswer(method, body);
    return {.code = 404, .body = "not found\n"};
  }

  const AdminOptions options_;
  mg_context* context_ = nullptr;
  int port_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Start(AdminOptions options) {
  auto server = std::make_unique<CivetAdminServer>(std::move(options));
  if (const absl::Status status = server->Listen(); !status.ok()) return status;
  return server;
}

}  // namespace wici::rpc
