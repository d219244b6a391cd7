#include "services/notification/push/keys/vapid.h"

#include <string>

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/auth/token.h"

namespace wici::notification {
namespace {

TEST(VapidTest, TheOriginIsSchemeHostAndPort) {
  EXPECT_EQ(OriginOf("https://push.example.org/send/abc?x=1"), "https://push.example.org");
  EXPECT_EQ(OriginOf("https://push.example.org:8443/a:b"), "https://push.example.org:8443");
  EXPECT_EQ(OriginOf("https://[2606:4700::1111]"), "https://[2606:4700::1111]");
  EXPECT_EQ(OriginOf("https://push.example.org?x=/"), "https://push.example.org");
  EXPECT_EQ(OriginOf("rubbish"), "");
}

TEST(VapidTest, TheTokenSaysWhoSendsWhereAndUntilWhenAndIsSigned) {
  const P256Key key = *P256Key::FromScalar(std::string(32, '\x11'));
  const absl::Time now = absl::FromUnixSeconds(1450425600);
  const std::string value = VapidAuthorization(key, "https://push.example.org/send/abc",
                                               "mailto:events@wici.example.org", now);
  ASSERT_EQ(value.rfind("vapid t=", 0), 0U);
  const std::vector<std::string> parts =
      absl::StrSplit(absl::StripPrefix(value, "vapid t="), ", k=");
  ASSERT_EQ(parts.size(), 2U);
  const std::string point = *auth::DecodeBase64Url(parts[1]);
  EXPECT_EQ(point, key.public_point());
  const std::vector<std::string> token = absl::StrSplit(parts[0], '.');
  ASSERT_EQ(token.size(), 3U);
  EXPECT_EQ(*auth::DecodeBase64Url(token[0]), R"({"typ":"JWT","alg":"ES256"})");
  EXPECT_EQ(*auth::DecodeBase64Url(token[1]),
            R"({"aud":"https://push.example.org","exp":1450468800,)"
            R"("sub":"mailto:events@wici.example.org"})");
  EXPECT_TRUE(VerifyP256(point, token[0] + "." + token[1], *auth::DecodeBase64Url(token[2])));
}

}  // namespace
}  // namespace wici::notification
