#include "services/notification/push/keys/p256.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/auth/token.h"
#include "libs/testing/status_matchers.h"

namespace wici::notification {
namespace {

using testing::IsOk;

// Made with `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`, for tests only.
constexpr char kPem[] = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgz+kjVDt7Zpo3cop5
8yoGzddEYfDiLPB+Ryg+/4dVCeChRANCAASI0HdQDglTRoxQdAkFUDsUwLNy74KS
RYOgA/F4mm1zsOOPl31QjFzFLkoxjsN4zHvrOVvNjacqH4KtJ/b8T/tF
-----END PRIVATE KEY-----
)";
constexpr char kPem384[] = R"(-----BEGIN PRIVATE KEY-----
MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDAXbkRGePdumB7WbZxn
xrjg5D0wKHnocMdKRKxkSosEZtza4kWiHEWQiNQ0YTN75g+hZANiAARuN7wh4ZUI
JxJzfuiuMY9IDI1LeS9Z3ZH+USIXFXGKD2oLVVSJbmvvDWuicvgOV1XneR8R4EVG
Na+gFHA0bJCTOmaHWZs78AFtFE6QtbiHSKEgDgkO1nPAVSn19WY597U=
-----END PRIVATE KEY-----
)";

std::string Scalar(char last) { return std::string(31, '\0') + last; }

TEST(P256Test, TheGeneratorIsThePointOfOne) {
  const auto key = P256Key::FromScalar(Scalar(1));
  ASSERT_THAT(key, IsOk());
  EXPECT_EQ(absl::BytesToHexString(key->public_point()),
            "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
            "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")
      << "SP 800-186, section 3.2.1.3";
}

TEST(P256Test, AScalarThatIsNoneIsRefused) {
  const std::string order =
      absl::HexStringToBytes("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  for (const std::string& scalar : {std::string(), Scalar(0), std::string(31, '\1'),
                                    std::string(33, '\1'), order, std::string(32, '\xff')}) {
    EXPECT_FALSE(P256Key::FromScalar(scalar).ok()) << absl::BytesToHexString(scalar);
  }
}

TEST(P256Test, BothAgreeOnTheSameSecretAndOthersOnAnother) {
  const P256Key one = *P256Key::FromScalar(Scalar(7));
  const P256Key two = *P256Key::FromScalar(Scalar(8));
  const P256Key third = *P256Key::FromScalar(Scalar(9));
  ASSERT_THAT(one.Agree(two.public_point()), IsOk());
  EXPECT_EQ(*one.Agree(two.public_point()), *two.Agree(one.public_point()));
  EXPECT_NE(*one.Agree(two.public_point()), *third.Agree(two.public_point()));
}

TEST(P256Test, APointThatIsNotOnTheCurveIsRefused) {
  const P256Key key = *P256Key::FromScalar(Scalar(7));
  std::string off = key.public_point();
  EXPECT_TRUE(IsP256Point(off));
  off[40] = static_cast<char>(off[40] ^ 1);
  for (const std::string& point : {std::string(), off, std::string(65, '\0'), std::string(1, '\0'),
                                   std::string(65, '\4'), key.public_point().substr(0, 33)}) {
    EXPECT_FALSE(IsP256Point(point));
    EXPECT_FALSE(key.Agree(point).ok());
    EXPECT_FALSE(VerifyP256(point, "text", std::string(64, '\1')));
  }
}

TEST(P256Test, ASignatureHoldsForItsTextAndKeyOnly) {
  const auto key = P256Key::FromPem(kPem);
  ASSERT_THAT(key, IsOk());
  const std::string signature = key->Sign("text");
  EXPECT_EQ(signature.size(), 64U);
  EXPECT_TRUE(VerifyP256(key->public_point(), "text", signature));
  EXPECT_FALSE(VerifyP256(key->public_point(), "texts", signature));
  EXPECT_FALSE(VerifyP256(P256Key::FromScalar(Scalar(7))->public_point(), "text", signature));
  EXPECT_FALSE(VerifyP256(key->public_point(), "text", signature.substr(1)));
  EXPECT_FALSE(VerifyP256(key->public_point(), "text", std::string(64, '\0')));
}

TEST(P256Test, ASignatureOfAnotherProgramIsRead) {
  // RFC 7515, appendix A.3.
  const std::string point = "\x04" +
                            *auth::DecodeBase64Url("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU") +
                            *auth::DecodeBase64Url("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
  EXPECT_TRUE(VerifyP256(
      point,
      "eyJhbGciOiJFUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
      "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
      *auth::DecodeBase64Url("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"
                             "pmWQxfKTUJqPP3-Kg6NU1Q")));
}

TEST(P256Test, APemOfAnythingElseIsRefused) {
  for (const char* pem : {"", "rubbish", kPem384}) EXPECT_FALSE(P256Key::FromPem(pem).ok()) << pem;
}

}  // namespace
}  // namespace wici::notification
