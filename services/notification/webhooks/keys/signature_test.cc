// The vectors are those of the libraries of Standard Webhooks
// (github.com/standard-webhooks/standard-webhooks, libraries/go).
#include "services/notification/webhooks/keys/signature.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"

namespace wici::notification {
namespace {

using testing::IsOk;
using testing::StatusIs;

constexpr char kId[] = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr char kBody[] = R"({"test": 2432232314})";
const absl::Time kTime = absl::FromUnixSeconds(1614265330);
constexpr char kHmacSecret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr char kHmacSignature[] = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
constexpr char kEdSeed[] = "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=";
constexpr char kEdSignature[] =
    "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==";

WebhookKey Key(std::string_view text) {
  auto key = WebhookKey::FromText(text);
  EXPECT_THAT(key, IsOk());
  return *std::move(key);
}

TEST(SignatureTest, HmacIsThatOfThePublishedVector) {
  EXPECT_EQ(Key(kHmacSecret).Sign(kId, kTime, kBody), kHmacSignature);
}

TEST(SignatureTest, Ed25519IsThatOfThePublishedVector) {
  EXPECT_EQ(Key(kEdSeed).Sign(kId, kTime, kBody), kEdSignature);
}

TEST(SignatureTest, ChangesWithEachPartOfWhatIsSigned) {
  for (const char* text : {kHmacSecret, kEdSeed}) {
    const WebhookKey key = Key(text);
    const std::string signature = key.Sign(kId, kTime, kBody);
    EXPECT_NE(key.Sign("msg_other", kTime, kBody), signature);
    EXPECT_NE(key.Sign(kId, kTime + absl::Seconds(1), kBody), signature);
    EXPECT_NE(key.Sign(kId, kTime, R"({"test":2432232314})"), signature);
  }
}

TEST(SignatureTest, SeveralKeysSignInOneHeader) {
  EXPECT_EQ(SignatureHeader({Key(kHmacSecret), Key(kEdSeed)}, kId, kTime, kBody),
            std::string(kHmacSignature) + " " + kEdSignature);
  EXPECT_EQ(SignatureHeader({}, kId, kTime, kBody), "");
}

TEST(SignatureTest, AKeyIsReadBackFromItsText) {
  for (const auto scheme : {v1::SIGNATURE_SCHEME_HMAC_SHA256, v1::SIGNATURE_SCHEME_ED25519}) {
    const WebhookKey key = WebhookKey::Make(scheme, "of 43 characters");
    EXPECT_EQ(key.scheme(), scheme);
    EXPECT_EQ(Key(key.Text()).Sign(kId, kTime, kBody), key.Sign(kId, kTime, kBody));
    EXPECT_NE(WebhookKey::Make(scheme, "another").Text(), key.Text());
  }
}

TEST(SignatureTest, TheReceiverGetsTheSecretOfHmacAndThePublicHalfOfAPair) {
  EXPECT_EQ(Key(kHmacSecret).ReceiverText(), kHmacSecret);
  // RFC 8032, section 7.1, test 1.
  const WebhookKey pair = Key("whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=");
  EXPECT_EQ(pair.ReceiverText(), "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
}

TEST(SignatureTest, WhatIsNoKeyIsRefused) {
  const std::string short_secret = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";  // 23 bytes
  const std::string long_secret = "whsec_" + std::string(88, 'A');            // 66 bytes
  for (const std::string& text :
       {std::string(), std::string("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), std::string("whsec_"),
        std::string("whsec_żółć"), short_secret, long_secret, std::string("whsk_AAAA"),
        std::string("whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")}) {
    EXPECT_THAT(WebhookKey::FromText(text), StatusIs(absl::StatusCode::kInvalidArgument)) << text;
  }
}

}  // namespace
}  // namespace wici::notification
