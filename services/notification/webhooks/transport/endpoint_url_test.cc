#include "services/notification/webhooks/transport/endpoint_url.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici::notification {
namespace {

using ::testing::HasSubstr;

TEST(EndpointUrlTest, HttpsToANameOrAPublicAddressIsFine) {
  for (const char* url :
       {"https://example.org", "https://example.org:8443/hooks/wici?cluster=btm&x=%C5%82",
        "https://xn--d-uga0v8h.example.org/", "https://1.1.1.1/", "https://[2606:4700::1111]/x"}) {
    EXPECT_EQ(EndpointUrlFault(url, Reach::kPublic), "") << url;
  }
}

TEST(EndpointUrlTest, AnotherSchemeIsRefusedAndHttpOnlyForDevelopment) {
  for (const char* url : {"http://example.org/", "ftp://example.org/", "file:///etc/passwd",
                          "gopher://example.org/", "javascript:alert(1)"}) {
    EXPECT_NE(EndpointUrlFault(url, Reach::kPublic), "") << url;
  }
  EXPECT_EQ(EndpointUrlFault("http://127.0.0.1:8080/hook", Reach::kAnywhere), "");
  EXPECT_THAT(EndpointUrlFault("ftp://127.0.0.1/", Reach::kAnywhere), HasSubstr("https"));
}

TEST(EndpointUrlTest, AnAddressThatIsNotPublicIsRefusedHoweverItIsWritten) {
  for (const char* url :
       {"https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f.0.0.1/",
        "https://017700000001/", "https://169.254.169.254/latest/meta-data/", "https://10.0.0.1/",
        "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/",
        "https://[fd00::1]/", "https://[64:ff9b::a9fe:a9fe]/", "https://localhost/",
        "https://LOCALHOST./", "https://db.localhost/", "https://0/"}) {
    EXPECT_EQ(EndpointUrlFault(url, Reach::kPublic), "must lead to a public address") << url;
  }
}

TEST(EndpointUrlTest, WhatCouldMeanAnotherHostToSomebodyElseIsRefused) {
  for (const char* url :
       {"https://user@example.org/", "https://user:secret@example.org/",
        "https://example.org\\@127.0.0.1/", "https://example.org/#part", "https://exa mple.org/",
        "https://[fe80::1%25eth0]/", "https://example.org:99999/", "https://", "https:///path",
        "https:/path", "https:example.org", "example.org", "https://łódź.example.org/",
        "https://example.org/\r\nHost: x", "https://example.org/\x7f"}) {
    EXPECT_NE(EndpointUrlFault(url, Reach::kPublic), "") << url;
    EXPECT_NE(EndpointUrlFault(url, Reach::kAnywhere), "") << url;
  }
  EXPECT_NE(EndpointUrlFault(std::string("https://example.org/\0x", 22), Reach::kPublic), "");
}

TEST(EndpointUrlTest, EmptyAndTooLongAreRefused) {
  EXPECT_EQ(EndpointUrlFault("", Reach::kPublic), "must be set");
  const std::string url = "https://example.org/" + std::string(2048 - 20, 'x');
  EXPECT_EQ(EndpointUrlFault(url, Reach::kPublic), "");
  EXPECT_EQ(EndpointUrlFault(url + "x", Reach::kPublic), "is too long");
}

}  // namespace
}  // namespace wici::notification
