#include "services/notification/mail/mail_keys.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici::notification {
namespace {

using ::testing::Optional;

constexpr char kDelivery[] = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";

class MailKeysTest : public ::testing::Test {
 protected:
  std::string Hash(const std::string& address) const {
    return keys_.AddressHash(*Mailbox::Parse(address));
  }
  const auth::SigningKey key_ = *auth::SigningKey::FromSeed(auth::SigningKey::NewSeed());
  const MailKeys keys_{key_};
};

TEST_F(MailKeysTest, ATokenNamesItsDelivery) {
  const std::string token = keys_.BounceToken(kDelivery);
  EXPECT_LE(std::string("b+").size() + token.size(), 64u);
  EXPECT_THAT(keys_.ReadBounceToken(token), Optional(std::string(kDelivery)));
  EXPECT_THAT(MailKeys(key_).ReadBounceToken(token), Optional(std::string(kDelivery)));
  std::string shouted = token;
  for (char& c : shouted) c = static_cast<char>(std::toupper(c));
  EXPECT_THAT(keys_.ReadBounceToken(shouted), Optional(std::string(kDelivery)));
}

TEST_F(MailKeysTest, F28_AForgedTokenNamesNothing) {
  const std::string token = keys_.UnsubscribeToken(kDelivery);
  EXPECT_THAT(keys_.ReadUnsubscribeToken(token), Optional(std::string(kDelivery)));
  EXPECT_EQ(keys_.ReadBounceToken(token), std::nullopt) << "each for its use";
  EXPECT_EQ(keys_.ReadUnsubscribeToken(""), std::nullopt);
  EXPECT_EQ(keys_.ReadUnsubscribeToken(kDelivery), std::nullopt);
  EXPECT_EQ(keys_.ReadUnsubscribeToken(token + "0"), std::nullopt);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string forged = token;
    forged[i] = forged[i] == '0' ? '1' : '0';
    EXPECT_EQ(keys_.ReadUnsubscribeToken(forged), std::nullopt) << i;
  }
  const MailKeys others(*auth::SigningKey::FromSeed(auth::SigningKey::NewSeed()));
  EXPECT_EQ(others.ReadUnsubscribeToken(token), std::nullopt);
}

TEST_F(MailKeysTest, AnAddressIsKnownByAHashThatSaysNothing) {
  EXPECT_EQ(Hash("Jan@Example.ORG"), Hash("jan@example.org"));
  EXPECT_EQ(Hash("jan@żółw.pl"), Hash("jan@xn--w-uga1v8h.pl"));
  EXPECT_NE(Hash("j.an@example.org"), Hash("jan@example.org"));
  EXPECT_NE(Hash("jan+x@example.org"), Hash("jan@example.org"));
  EXPECT_EQ(Hash("jan@example.org").size(), 64u);
  EXPECT_NE(MailKeys(*auth::SigningKey::FromSeed(auth::SigningKey::NewSeed()))
                .AddressHash(*Mailbox::Parse("jan@example.org")),
            Hash("jan@example.org"));
}

}  // namespace
}  // namespace wici::notification
