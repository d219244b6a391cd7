#include "services/notification/webhooks/keys/secret_box.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici::notification {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kSeed[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

TEST(SecretBoxTest, WhatWasSealedIsOpenedByEveryReplica) {
  const SecretBox box(*auth::SigningKey::FromSeed(kSeed));
  const std::string sealed = box.Seal("whsec_żółć", "subscriptions/s1/secrets/k1", "u1");
  EXPECT_THAT(sealed, Not(HasSubstr("whsec_")));
  const SecretBox other(*auth::SigningKey::FromSeed(kSeed));
  EXPECT_EQ(other.Open(sealed, "subscriptions/s1/secrets/k1"), "whsec_żółć");
  EXPECT_EQ(box.Open(box.Seal("", "", "u2"), ""), "");
}

TEST(SecretBoxTest, TheSameTextLooksDifferentEachTime) {
  const SecretBox box(*auth::SigningKey::FromSeed(kSeed));
  EXPECT_NE(box.Seal("text", "context", "u1"), box.Seal("text", "context", "u2"));
}

TEST(SecretBoxTest, WhatWasMovedChangedOrSealedElsewhereStaysClosed) {
  const SecretBox box(*auth::SigningKey::FromSeed(kSeed));
  const std::string sealed = box.Seal("text", "context", "u1");
  EXPECT_EQ(box.Open(sealed, "another"), std::nullopt);
  EXPECT_EQ(
      SecretBox(*auth::SigningKey::FromSeed(auth::SigningKey::NewSeed())).Open(sealed, "context"),
      std::nullopt);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_EQ(box.Open(changed, "context"), std::nullopt) << i;
    EXPECT_EQ(box.Open(sealed.substr(0, i), "context"), std::nullopt) << i;
  }
}

}  // namespace
}  // namespace wici::notification
