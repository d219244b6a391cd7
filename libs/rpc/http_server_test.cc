#include "libs/rpc/http_server.h"

#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/http_client.h"
#include "libs/testing/status_matchers.h"

namespace wici::rpc {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::SendHttp;
using ::testing::StartsWith;

// Answers with what it was asked.
class HttpServerTest : public ::testing::Test {
 protected:
  HttpServerTest() {
    auto server = HttpServer::Start({.body_max = 20}, [](const HttpRequest& request) {
      return HttpAnswer{.body = request.method + " " + request.path + " [" + request.query + "] [" +
                                request.content_type + "] [" + request.language + "] [" +
                                request.body + "]"};
    });
    EXPECT_THAT(server, IsOk());
    server_ = *std::move(server);
  }
  std::string Send(const std::string& request) const { return SendHttp(server_->port(), request); }

  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, HandsOverWhatWasAsked) {
  EXPECT_THAT(
      Send("GET /a%20b?c=%20d HTTP/1.1\r\nHost: x\r\nAccept-Language: pl\r\n\r\n"),
      ::testing::AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("Cache-Control: no-store"),
                       EndsWith("GET /a b [c=%20d] [] [pl] []")));
  EXPECT_THAT(Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Type: text/x\r\nContent-Length: 5\r\n\r\n"
                   "żół"),
              EndsWith("POST / [] [text/x] [en] [żó\xc5]"));
  EXPECT_THAT(Send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
              EndsWith("[abcde]"));
  EXPECT_THAT(Send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"), EndsWith("close\r\n\r\n"));
}

TEST_F(HttpServerTest, ABodyHasABound) {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\n";
  EXPECT_THAT(Send(head + "Content-Length: 20\r\n\r\n" + std::string(20, 'x')),
              StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(Send(head + "Content-Length: 21\r\n\r\n" + std::string(21, 'x')),
              StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(Send(head + "Transfer-Encoding: chunked\r\n\r\n15\r\n" + std::string(21, 'x') +
                   "\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 413"));
}

TEST_F(HttpServerTest, ReadsAFormValueByItsName) {
  EXPECT_EQ(FormValue("a=1&token=x%2By+z&b=2", "token"), "x+y z");
  EXPECT_EQ(FormValue("a=1&token=&b=2", "token"), "");
  EXPECT_EQ(FormValue("a=1", "token"), "");
  EXPECT_EQ(FormValue("token=" + std::string(4096, 'x'), "token").size(), 4096u);
  EXPECT_EQ(FormValue("token=" + std::string(4097, 'x'), "token"), "");
}

}  // namespace
}  // namespace wici::rpc
