#include "services/notification/webhooks/testing/http_sink.h"

#include <fstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "libs/base/log.h"

namespace wici::notification {

HttpSink::HttpSink() {
  const std::vector<int> ports = server_.Start(
      {"services/notification/webhooks/testing/http_sink.py", "--directory", directory_.path()}, 2);
  port_ = ports[0];
  secure_port_ = ports[1];
}

std::string HttpSink::Url(const std::string& path) const {
  return absl::StrCat("http://127.0.0.1:", port_, path);
}

std::string HttpSink::SecureUrl(const std::string& path) const {
  return absl::StrCat("https://hook.example.org:", secure_port_, path);
}

std::vector<SunkRequest> HttpSink::Requests() const {
  std::vector<SunkRequest> requests;
  std::ifstream file(directory_.File("requests.log"));
  for (std::string line; std::getline(file, line);) {
    google::protobuf::Struct object;
    WICI_CHECK(google::protobuf::util::JsonStringToMessage(line, &object).ok());
    const auto& fields = object.fields();
    SunkRequest& request = requests.emplace_back();
    request.method = fields.at("method").string_value();
    request.path = fields.at("path").string_value();
    request.body = fields.at("body").string_value();
    request.bytes = absl::HexStringToBytes(fields.at("bytes").string_value());
    request.peer_port = static_cast<int>(fields.at("peer").number_value());
    for (const auto& [name, value] : fields.at("headers").struct_value().fields()) {
      request.headers[name] = value.string_value();
    }
  }
  return requests;
}

}  // namespace wici::notification
