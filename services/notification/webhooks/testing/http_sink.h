// A real endpoint for webhooks for tests (http_sink.py), which does what the path of the URL says
// and keeps the requests it gets.
#ifndef WICI_SERVICES_NOTIFICATION_WEBHOOKS_TESTING_HTTP_SINK_H_
#define WICI_SERVICES_NOTIFICATION_WEBHOOKS_TESTING_HTTP_SINK_H_

#include <map>
#include <string>
#include <vector>

#include "libs/testing/temp_dir.h"
#include "services/notification/testing/child_server.h"

namespace wici::notification {

struct SunkRequest {
  std::string method;
  std::string path;
  std::string body;                            // as text
  std::string bytes;                           // as it came
  int peer_port = 0;                           // tells connections apart
  std::map<std::string, std::string> headers;  // names in small letters
};

// Not thread-safe. The server dies with the test process, however that ends.
class HttpSink {
 public:
  HttpSink();

  // "http://127.0.0.1:port" and the path, which begins with a slash.
  std::string Url(const std::string& path) const;
  // "https://hook.example.org:port" and the path; the name is to be resolved by the test.
  std::string SecureUrl(const std::string& path) const;
  int secure_port() const { return secure_port_; }
  // The certificate of the secure one.
  std::string ca_file() const { return directory_.File("ca.pem"); }

  // The requests that came whole, in order.
  std::vector<SunkRequest> Requests() const;
  // Forgets all requests: cheaper than another server.
  void Clear() { server_.Tell(); }

 private:
  testing::TempDir directory_;
  ChildServer server_;
  int port_ = 0;
  int secure_port_ = 0;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_WEBHOOKS_TESTING_HTTP_SINK_H_
