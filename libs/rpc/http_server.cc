#include "libs/rpc/http_server.h"

#include <civetweb.h>

#include <array>
#include <atomic>
#include <chrono>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/rpc/metadata.h"

namespace wici::rpc {
namespace {

std::string Header(mg_connection* connection, const char* name) {
  const char* value = mg_get_header(connection, name);
  return value == nullptr ? "" : value;
}

// Reads the body; false when it is longer than `max`.
bool ReadBody(mg_connection* connection, std::size_t max, std::string& body) {
  const auto length = mg_get_request_info(connection)->content_length;
  const bool in_chunks = !Header(connection, "Transfer-Encoding").empty();
  if (length <= 0 && !in_chunks) return true;
  if (length > 0 && static_cast<std::size_t>(length) > max) return false;
  body.resize(max + 1);
  std::size_t size = 0;
  while (size <= max) {
    const int more = mg_read(connection, body.data() + size, body.size() - size);
    if (more <= 0) break;
    size += static_cast<std::size_t>(more);
  }
  body.resize(size);
  return size <= max;
}

class CivetServer final : public HttpServer {
 public:
  CivetServer(HttpOptions options, std::function<HttpAnswer(const HttpRequest&)> handler)
      : options_(std::move(options)), handler_(std::move(handler)) {}
  ~CivetServer() override {
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
    callbacks.begin_request = &CivetServer::OnRequest;
    callbacks.log_message = [](const mg_connection*, const char*) { return 1; };
    const std::string threads = absl::StrCat(options_.threads);
    const std::array<const char*, 9> settings = {"listening_ports",
                                                 options_.listen.c_str(),
                                                 "num_threads",
                                                 threads.c_str(),
                                                 "request_timeout_ms",
                                                 "5000",
                                                 "access_control_allow_methods",
                                                 "GET, POST, PUT",
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
    const auto* server = static_cast<const CivetServer*>(info.user_data);
    HttpRequest request{
        .method = info.request_method,
        .path = info.local_uri,
        .query = info.query_string == nullptr ? "" : info.query_string,
        .content_type = Header(connection, "Content-Type"),
        .language = PreferredLanguage(Header(connection, "Accept-Language"), kPageLanguages),
        .body = ""};
    const HttpAnswer answer = ReadBody(connection, server->options_.body_max, request.body)
                                  ? server->handler_(request)
                                  : HttpAnswer{.code = 413, .body = "the body is too long\n"};
    const std::string text = absl::StrCat(
        "HTTP/1.1 ", answer.code, answer.code == 200 ? " OK" : " Error",
        "\r\nContent-Type: ", std::string(answer.type), "\r\nContent-Length: ", answer.body.size(),
        "\r\nX-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\nReferrer-Policy: "
        "no-referrer\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n",
        request.method == "HEAD" ? "" : answer.body);
    mg_write(connection, text.data(), text.size());
    return answer.code;
  }

  void Knock() const {
    std::array<char, 64> error;
    mg_connection* connection =
        mg_connect_client("127.0.0.1", port_, 0, error.data(), error.size());
    if (connection != nullptr) mg_close_connection(connection);
  }

  const HttpOptions options_;
  const std::function<HttpAnswer(const HttpRequest&)> handler_;
  mg_context* context_ = nullptr;
  int port_ = 0;
};

}  // namespace

std::string FormValue(std::string_view form, const std::string& name) {
  std::array<char, 4097> value;
  const int size = mg_get_var(form.data(), form.size(), name.c_str(), value.data(), value.size());
  return size < 0 ? "" : std::string(value.data(), static_cast<std::size_t>(size));
}

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(
    HttpOptions options, std::function<HttpAnswer(const HttpRequest&)> handler) {
  auto server = std::make_unique<CivetServer>(std::move(options), std::move(handler));
  if (const absl::Status status = server->Listen(); !status.ok()) return status;
  return server;
}

}  // namespace wici::rpc
