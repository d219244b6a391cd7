// A small HTTP/1.1 server (CivetWeb) for the few answers that are not gRPC: the admin port, and the
// pages that a mail program opens without a client of ours.
//
//   auto server = HttpServer::Start({.listen = "127.0.0.1:0"},
//                                   [](const HttpRequest& request) -> HttpAnswer {...});
//
// Plain HTTP: whatever is public stands behind a proxy that speaks TLS.
#ifndef WICI_LIBS_RPC_HTTP_SERVER_H_
#define WICI_LIBS_RPC_HTTP_SERVER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wici::rpc {

struct HttpRequest {
  std::string method;        // "GET"
  std::string path;          // "/livez", decoded
  std::string query;         // what follows "?", as it came
  std::string content_type;  // "" when absent
  std::string language;      // one of kPageLanguages (metadata.h), from Accept-Language, or "en"
  std::string body;          // of at most HttpOptions::body_max bytes
};

struct HttpAnswer {
  int code = 200;
  std::string body;
  std::string_view type = "text/plain; charset=utf-8";  // a literal
};

struct HttpOptions {
  std::string listen = "127.0.0.1:0";
  int threads = 4;
  // A longer body is answered 413 without the handler.
  std::size_t body_max = 64;
};

// The value of `name` in a query or an application/x-www-form-urlencoded body, decoded; "" when it
// is absent, or longer than 4096 bytes.
std::string FormValue(std::string_view form, const std::string& name);

// Stops when it goes, after the requests under way.
class HttpServer {
 public:
  // `handler` runs on several threads. Each answer closes its connection and is not to be cached or
  // framed. UNAVAILABLE when it cannot listen.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(
      HttpOptions options, std::function<HttpAnswer(const HttpRequest&)> handler);
  virtual ~HttpServer() = default;
  virtual int port() const = 0;
};

}  // namespace wici::rpc

#endif  // WICI_LIBS_RPC_HTTP_SERVER_H_
