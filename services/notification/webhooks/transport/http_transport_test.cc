// The cases F18 of a webhook whose endpoint misbehaves, against a real server.
#include "services/notification/webhooks/transport/http_transport.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/webhooks/testing/http_sink.h"

namespace wici::notification {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::StatusIs;

HttpSink* endpoint = nullptr;  // of all tests: it is slow to start

class HttpTransportTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { endpoint = new HttpSink; }
  static void TearDownTestSuite() { delete endpoint; }
  void SetUp() override { sink_.Clear(); }

  static HttpTransportOptions Options() {
    HttpTransportOptions options;
    options.reach = Reach::kAnywhere;
    options.ca_file = endpoint->ca_file();
    return options;
  }
  // Resolves the name of the secure endpoint to `address`.
  static HttpTransportOptions OptionsOn(const std::string& address, Reach reach) {
    HttpTransportOptions options = Options();
    options.reach = reach;
    options.resolve = {absl::StrCat("hook.example.org:", endpoint->secure_port(), ":", address)};
    return options;
  }
  static HttpTransportOptions OptionsOfHaste() {
    HttpTransportOptions options = Options();
    options.timeout = absl::Milliseconds(500);
    options.answer_timeout = absl::Milliseconds(50);
    return options;
  }
  static WebhookRequest Request(const std::string& url) {
    return {url, {"webhook-id: w1"}, R"({"type":"żółć"})"};
  }
  static WebhookAnswer Post(const HttpTransportOptions& options, const std::string& url) {
    return (*HttpTransport::Make(options))->PostAndWait(Request(url));
  }
  WebhookAnswer Post(const std::string& path) { return Post(Options(), sink_.Url(path)); }

  HttpSink& sink_ = *endpoint;
};

TEST_F(HttpTransportTest, F18_Status200IsDeliveredByteForByte) {
  const WebhookAnswer answer = Post("/ok?x=1");
  EXPECT_EQ(answer.outcome, v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  EXPECT_EQ(answer.code, 200);
  ASSERT_THAT(sink_.Requests(), SizeIs(1));
  const SunkRequest request = sink_.Requests()[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/ok?x=1");
  EXPECT_EQ(request.body, R"({"type":"żółć"})");
  EXPECT_EQ(request.headers.at("webhook-id"), "w1");
  EXPECT_EQ(request.headers.at("content-type"), "application/json");
  EXPECT_EQ(request.headers.count("accept-encoding"), 0U)
      << "nothing is unpacked, so nothing asked";
}

TEST_F(HttpTransportTest, AnyOtherStatusOfSuccessIsDeliveredToo) {
  for (const int status : {201, 202, 204, 299}) {
    const WebhookAnswer answer = Post(absl::StrCat("/status/", status));
    EXPECT_EQ(answer.outcome, v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY) << status;
    EXPECT_EQ(answer.code, status);
  }
}

TEST_F(HttpTransportTest, F18_Status3xxIsAFailureAndNotFollowed) {
  const WebhookAnswer answer =
      Post("/redirect/" + absl::StrReplaceAll(sink_.Url("/ok"), {{"/", "%2F"}}));
  EXPECT_EQ(answer.outcome, v1::ATTEMPT_OUTCOME_DEFERRED);
  EXPECT_EQ(answer.code, 302);
  EXPECT_THAT(sink_.Requests(), SizeIs(1));
  EXPECT_EQ(Post("/status/304").outcome, v1::ATTEMPT_OUTCOME_DEFERRED);
}

TEST_F(HttpTransportTest, F18_RedirectTo169_254_169_254IsNotFollowed) {
  const WebhookAnswer answer = Post("/redirect/http:%2F%2F169.254.169.254%2Flatest%2Fmeta-data%2F");
  EXPECT_EQ(answer.outcome, v1::ATTEMPT_OUTCOME_DEFERRED);
  EXPECT_EQ(answer.code, 302);
  EXPECT_THAT(sink_.Requests(), SizeIs(1));
}

TEST_F(HttpTransportTest, F18_Status410IsRefusedForGood) {
  const WebhookAnswer answer = Post("/status/410");
  EXPECT_EQ(answer.outcome, v1::ATTEMPT_OUTCOME_REJECTED);
  EXPECT_EQ(answer.reason, v1::DELIVERY_REASON_ENDPOINT_GONE);
  EXPECT_EQ(answer.code, 410);
}

TEST_F(HttpTransportTest, F18_RetryAfterIsHandedOnAsSecondsAndAsADate) {
  const WebhookAnswer seconds = Post("/retry/429/7");
  EXPECT_EQ(seconds.outcome, v1::ATTEMPT_OUTCOME_DEFERRED);
  EXPECT_EQ(seconds.code, 429);
  EXPECT_EQ(seconds.retry_after, "7");
  const WebhookAnswer date = Post("/retry/503/Fri,%2018%20Dec%202015%2008:05:00%20GMT");
  EXPECT_EQ(date.code, 503);
  EXPECT_EQ(date.retry_after, "Fri, 18 Dec 2015 08:05:00 GMT");
  EXPECT_THAT(Post("/retry/429/" + std::string(500, '9')).retry_after, SizeIs(64));
}

TEST_F(HttpTransportTest, F18_Status500AndOtherRefusalsAreTriedAgain) {
  for (const int status : {400, 401, 404, 500, 502, 504}) {
    const WebhookAnswer answer = Post(absl::StrCat("/status/", status));
    EXPECT_EQ(answer.outcome, v1::ATTEMPT_OUTCOME_DEFERRED) << status;
    EXPECT_EQ(answer.code, status);
  }
}

TEST_F(HttpTransportTest, F18_ASlowBodyDoesNotHoldUpWhatItsHeadHasSaid) {
  const WebhookAnswer answer = Post(OptionsOfHaste(), sink_.Url("/slow"));
  EXPECT_EQ(answer.outcome, v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  EXPECT_EQ(answer.code, 200);
}

TEST_F(HttpTransportTest, F18_AnEndlessBodyIsCutOff) {
  const WebhookAnswer answer = Post("/endless");
  EXPECT_EQ(answer.outcome, v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  EXPECT_EQ(answer.code, 200);
}

TEST_F(HttpTransportTest, F18_AnEndlessHeadIsCutOffAndItsOutcomeUnknown) {
  const WebhookAnswer answer = Post("/endless-head");
  EXPECT_EQ(answer.outcome, v1::ATTEMPT_OUTCOME_UNKNOWN);
  EXPECT_EQ(answer.code, 0);
}

TEST_F(HttpTransportTest, F18_AGzipBombIsNotUnpacked) {
  EXPECT_EQ(Post("/bomb").outcome, v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
  EXPECT_EQ(Post("/bomb-transfer").outcome, v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY);
}

TEST_F(HttpTransportTest, F18_IPv4MappedIPv6IsRefused) {
  const WebhookAnswer answer =
      Post(OptionsOn("[::ffff:127.0.0.1]", Reach::kPublic), sink_.SecureUrl("/ok"));
  EXPECT_EQ(answer.outcome, v1::ATTEMPT_OUTCOME_DEFERRED);
  EXPECT_EQ(answer.reason, v1::DELIVERY_REASON_ENDPOINT_ADDRESS_FORBIDDEN);
  EXPECT_THAT(sink_.Requests(), IsEmpty());
}

TEST_F(HttpTransportTest, F18_DnsRebindingIsRefusedWhenTheConnectionIsOpened) {
  const std::string url = sink_.SecureUrl("/ok");
  ASSERT_EQ(EndpointUrlFault(url, Reach::kPublic), "") << "the name alone looks harmless";
  EXPECT_EQ(Post(OptionsOn("127.0.0.1", Reach::kAnywhere), url).outcome,
            v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY)
      << "the endpoint answers whoever gets there";
  sink_.Clear();
  for (const char* address : {"127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "0.0.0.0"}) {
    const WebhookAnswer answer = Post(OptionsOn(address, Reach::kPublic), url);
    EXPECT_EQ(answer.outcome, v1::ATTEMPT_OUTCOME_DEFERRED) << address;
    EXPECT_EQ(answer.reason, v1::DELIVERY_REASON_ENDPOINT_ADDRESS_FORBIDDEN) << address;
  }
  EXPECT_THAT(sink_.Requests(), IsEmpty());
}

TEST_F(HttpTransportTest, SilenceAfterTheRequestIsUnknown) {
  EXPECT_EQ(Post("/drop").outcome, v1::ATTEMPT_OUTCOME_UNKNOWN);
  for (const char* path : {"/hang", "/half-head"}) {
    const WebhookAnswer answer = Post(OptionsOfHaste(), sink_.Url(path));
    EXPECT_EQ(answer.outcome, v1::ATTEMPT_OUTCOME_UNKNOWN) << path;
    EXPECT_EQ(answer.code, 0) << path;
  }
}

TEST_F(HttpTransportTest, WithoutAConnectionOrTlsNothingWasSent) {
  HttpTransportOptions stranger = OptionsOn("127.0.0.1", Reach::kAnywhere);
  stranger.ca_file = "";  // of the system, which does not know the sink
  for (const auto& [options, url] : std::vector<std::pair<HttpTransportOptions, std::string>>{
           {Options(), "http://127.0.0.1:1/"},
           {Options(), "https://no-such-name.invalid/"},
           {Options(), absl::StrCat("https://127.0.0.1:", sink_.secure_port(), "/ok")},
           {stranger, sink_.SecureUrl("/ok")}}) {
    const WebhookAnswer answer = Post(options, url);
    EXPECT_EQ(answer.outcome, v1::ATTEMPT_OUTCOME_DEFERRED) << url;
    EXPECT_EQ(answer.reason, v1::DELIVERY_REASON_UNSPECIFIED) << url;
    EXPECT_EQ(answer.code, 0) << url;
  }
  EXPECT_THAT(sink_.Requests(), IsEmpty());
}

TEST_F(HttpTransportTest, AConnectionIsKeptForTheNextRequest) {
  const auto transport = *HttpTransport::Make(OptionsOn("127.0.0.1", Reach::kAnywhere));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(transport->PostAndWait(Request(sink_.SecureUrl("/ok"))).code, 200);
  }
  ASSERT_THAT(sink_.Requests(), SizeIs(3));
  for (const SunkRequest& request : sink_.Requests()) {
    EXPECT_EQ(request.peer_port, sink_.Requests()[0].peer_port);
  }
}

TEST_F(HttpTransportTest, AKeptConnectionThatDiesWithoutAnAnswerIsUnknownAndNotRepeated) {
  const auto transport = *HttpTransport::Make(Options());
  EXPECT_EQ(transport->PostAndWait(Request(sink_.Url("/ok"))).code, 200);
  EXPECT_EQ(transport->PostAndWait(Request(sink_.Url("/drop"))).outcome,
            v1::ATTEMPT_OUTCOME_UNKNOWN);
  const std::vector<SunkRequest> requests = sink_.Requests();
  ASSERT_THAT(requests, SizeIs(2)) << "the endpoint has the second one once";
  EXPECT_EQ(requests[0].peer_port, requests[1].peer_port);
  EXPECT_EQ(transport->PostAndWait(Request(sink_.Url("/ok"))).code, 200);
}

TEST_F(HttpTransportTest, AnEndpointThatHangsHoldsUpNobody) {
  HttpTransportOptions options = Options();
  options.timeout = absl::Seconds(2);
  std::vector<v1::AttemptOutcome> hung;
  {
    const auto transport = *HttpTransport::Make(options);
    for (int i = 0; i < 50; ++i) {
      transport->Post(Request(sink_.Url("/hang")),
                      [&hung](const WebhookAnswer& answer) { hung.push_back(answer.outcome); });
    }
    EXPECT_EQ(transport->PostAndWait(Request(sink_.Url("/ok"))).code, 200);
    EXPECT_THAT(hung, IsEmpty());
  }
  EXPECT_THAT(hung, SizeIs(50)) << "what was begun is finished";
}

TEST_F(HttpTransportTest, NoProxyOfTheEnvironmentIsUsed) {
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  EXPECT_EQ(Post("/ok").code, 200);
  unsetenv("http_proxy");
}

TEST_F(HttpTransportTest, AProxyMustBeAnHttpUrl) {
  HttpTransportOptions options;
  options.proxy = "socks5://127.0.0.1";
  EXPECT_THAT(HttpTransport::Make(options), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(HttpTransportTest, WithAProxyEverythingGoesThroughIt) {
  HttpTransportOptions options = Options();
  options.proxy = sink_.Url("");
  EXPECT_EQ(Post(options, "http://hook.example.org/ok").outcome, v1::ATTEMPT_OUTCOME_UNKNOWN)
      << "the sink does not know the form of a proxy's paths";
  ASSERT_THAT(sink_.Requests(), SizeIs(1));
  EXPECT_EQ(sink_.Requests()[0].path, "http://hook.example.org/ok");
}

}  // namespace
}  // namespace wici::notification
