#include "services/notification/push/keys/push_encryption.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/auth/token.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/push/keys/testing/open_push.h"

namespace wici::notification {
namespace {

using testing::IsOk;
using ::testing::Optional;

std::string Base64Url(const char* text) { return *auth::DecodeBase64Url(text); }

// RFC 8291, appendix A.
const P256Key kSenderOfRfc =
    *P256Key::FromScalar(Base64Url("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"));
const P256Key kBrowserOfRfc =
    *P256Key::FromScalar(Base64Url("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"));
const std::string kAuthOfRfc = Base64Url("BTBZMqHH6r4Tts7J_aSIgg");
const std::string kSaltOfRfc = Base64Url("DGv6ra1nlYgDCS1FRnbzlw");

absl::StatusOr<std::string> Encrypt(std::string_view message) {
  return EncryptPush(message, {kBrowserOfRfc.public_point(), kAuthOfRfc}, kSenderOfRfc, kSaltOfRfc);
}

TEST(PushEncryptionTest, TheExampleOfTheStandardComesOutAsItStandsThere) {
  EXPECT_EQ(auth::EncodeBase64Url(kSenderOfRfc.public_point()),
            "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7"
            "A8");
  EXPECT_EQ(auth::EncodeBase64Url(kBrowserOfRfc.public_point()),
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAi"
            "w4");
  const auto body = Encrypt("When I grow up, I want to be a watermelon");
  ASSERT_THAT(body, IsOk());
  EXPECT_EQ(auth::EncodeBase64Url(*body),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocI"
            "nmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWG"
            "NWQexSgSxsj_Qulcy4a-fN");
}

TEST(PushEncryptionTest, TheBrowserReadsItAndNobodyElse) {
  const auto body = Encrypt("żółć");
  ASSERT_THAT(body, IsOk());
  EXPECT_THAT(OpenPush(*body, kBrowserOfRfc, kAuthOfRfc), Optional(std::string("żółć")));
  EXPECT_EQ(OpenPush(*body, kSenderOfRfc, kAuthOfRfc), std::nullopt);
  EXPECT_EQ(OpenPush(*body, kBrowserOfRfc, std::string(16, 'x')), std::nullopt);
  for (const std::size_t at : {std::size_t{3}, kPushHeaderBytes, body->size() - 1}) {
    std::string changed = *body;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_EQ(OpenPush(changed, kBrowserOfRfc, kAuthOfRfc), std::nullopt) << at;
  }
}

TEST(PushEncryptionTest, TheLongestMessageMakesTheLargestBodyThatEveryServiceTakes) {
  const std::string longest(kPushMessageMax, 'x');
  ASSERT_THAT(Encrypt(longest), IsOk());
  EXPECT_EQ(Encrypt(longest)->size(), 4096U);
  EXPECT_THAT(OpenPush(*Encrypt(longest), kBrowserOfRfc, kAuthOfRfc), Optional(longest));
  EXPECT_FALSE(Encrypt(longest + "x").ok());
  EXPECT_THAT(OpenPush(*Encrypt(""), kBrowserOfRfc, kAuthOfRfc), Optional(std::string()));
}

TEST(PushEncryptionTest, KeysThatAreNoneAreRefused) {
  const std::string point = kBrowserOfRfc.public_point();
  EXPECT_FALSE(EncryptPush("x", {"", kAuthOfRfc}, kSenderOfRfc, kSaltOfRfc).ok());
  EXPECT_FALSE(
      EncryptPush("x", {std::string(65, '\4'), kAuthOfRfc}, kSenderOfRfc, kSaltOfRfc).ok());
  EXPECT_FALSE(EncryptPush("x", {point, "short"}, kSenderOfRfc, kSaltOfRfc).ok());
  EXPECT_FALSE(EncryptPush("x", {point, kAuthOfRfc}, kSenderOfRfc, "short").ok());
}

}  // namespace
}  // namespace wici::notification
