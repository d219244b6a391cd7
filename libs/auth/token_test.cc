#include "libs/auth/token.h"

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/status_matchers.h"

namespace wici::auth {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::IsOkAndHolds;
using ::testing::Not;
using testing::Reason;
using testing::StatusIs;

// The seed of RFC 8032, section 7.1, test 1.
constexpr std::string_view kSeed = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";

class TokenTest : public ::testing::Test {
 protected:
  absl::StatusOr<Principal> Read(std::string_view token) {
    return ReadBearerToken(key_, token, clock_.Now());
  }
  std::string Token() { return MakeBearerToken(key_, anna_, clock_.Now(), absl::Hours(1)); }

  const SigningKey key_ = *SigningKey::FromSeed(kSeed);
  const SigningKey other_key_ = *SigningKey::FromSeed(SigningKey::NewSeed());
  const Principal anna_{"users/anna", {{"event-organiser", "events/e1"}, {"auditor", "platform"}}};
  testing::FakeClock clock_;
};

std::string Part(std::string_view json) {
  return absl::WebSafeBase64Escape(absl::string_view(json.data(), json.size()));
}

TEST_F(TokenTest, SignsAsRfc8032Says) {
  std::string hex;
  absl::WebSafeBase64Unescape(key_.Sign(""), &hex);
  EXPECT_EQ(absl::BytesToHexString(hex),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e"
            "39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
}

TEST_F(TokenTest, ThePublicKeyVerifiesWithoutTheOther) {
  const PublicKey key = key_.Public();
  EXPECT_EQ(absl::BytesToHexString(key.bytes()),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  const absl::StatusOr<PublicKey> read = PublicKey::FromText(key.Text());
  ASSERT_THAT(read, IsOk());
  EXPECT_TRUE(read->Verify("Łódź", key_.Sign("Łódź")));
  EXPECT_FALSE(read->Verify("Łódź ", key_.Sign("Łódź")));
  EXPECT_FALSE(other_key_.Public().Verify("Łódź", key_.Sign("Łódź")));
  for (const char* text : {"", "abc", "!"}) {
    EXPECT_THAT(PublicKey::FromText(text), StatusIs(absl::StatusCode::kInvalidArgument)) << text;
  }
}

TEST_F(TokenTest, RefusesASeedThatIsNone) {
  for (const char* seed : {"", "abc", "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=", "!"}) {
    EXPECT_THAT(SigningKey::FromSeed(seed), StatusIs(absl::StatusCode::kInvalidArgument)) << seed;
  }
}

TEST_F(TokenTest, ReadsTheBearerTokenItMakes) {
  const auto principal = Read(Token());
  ASSERT_THAT(principal, IsOk());
  EXPECT_EQ(principal->id, "users/anna");
  EXPECT_EQ(principal->bindings, anna_.bindings);
}

TEST_F(TokenTest, ReadsATokenWithoutRoles) {
  const std::string token = MakeBearerToken(key_, {"users/jan", {}}, clock_.Now(), absl::Hours(1));
  const auto principal = Read(token);
  ASSERT_THAT(principal, IsOk());
  EXPECT_TRUE(principal->bindings.empty());
}

TEST_F(TokenTest, RefusesAnExpiredToken) {
  const std::string token = Token();
  clock_.Advance(absl::Hours(1) + absl::Seconds(60));
  EXPECT_THAT(Read(token), IsOk());  // within the skew
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(Read(token), StatusIs(absl::StatusCode::kUnauthenticated, Reason("TOKEN_EXPIRED")));
}

TEST_F(TokenTest, RefusesATokenFromTheFuture) {
  const std::string token = Token();
  clock_.Advance(-absl::Seconds(61));
  EXPECT_THAT(Read(token), StatusIs(absl::StatusCode::kUnauthenticated, Reason("TOKEN_INVALID")));
}

TEST_F(TokenTest, RefusesATokenOfAnotherKey) {
  const std::string token = MakeBearerToken(other_key_, anna_, clock_.Now(), absl::Hours(1));
  EXPECT_THAT(Read(token), StatusIs(absl::StatusCode::kUnauthenticated, Reason("TOKEN_INVALID")));
}

TEST_F(TokenTest, RefusesAnyChangedCharacter) {
  const std::string token = Token();
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_THAT(Read(changed), StatusIs(absl::StatusCode::kUnauthenticated)) << i;
  }
  for (const std::string& changed : {token + "=", token + " ", token + ".", " " + token}) {
    EXPECT_THAT(Read(changed), StatusIs(absl::StatusCode::kUnauthenticated)) << changed;
  }
}

TEST_F(TokenTest, RefusesOtherAlgorithms) {
  const std::string good = Token();
  const std::string payload = good.substr(good.find('.') + 1, good.rfind('.') - good.find('.') - 1);
  for (const char* header :
       {R"({"alg":"none"})", R"({"alg":"None","typ":"JWT"})", R"({"alg":"HS256","typ":"JWT"})",
        R"({"alg":"RS256"})", R"({"typ":"JWT"})", R"({"alg":["EdDSA"]})", "[]", "",
        R"({"alg":"EdDSA","crit":["b64"],"b64":false})"}) {
    const std::string signed_part = Part(header) + "." + payload;
    EXPECT_THAT(Read(signed_part + "."), StatusIs(absl::StatusCode::kUnauthenticated)) << header;
    // Even with a signature of our key.
    EXPECT_THAT(Read(signed_part + "." + key_.Sign(signed_part)),
                StatusIs(absl::StatusCode::kUnauthenticated))
        << header;
  }
}

TEST_F(TokenTest, RefusesSignedClaimsThatMakeNoSense) {
  for (const char* payload :
       {"", "7", "{}", R"({"iss":"wici","sub":"users/anna","iat":1450425600})",
        R"({"iss":"wici","sub":"","iat":1450425600,"exp":1450429200})",
        R"({"iss":"other","sub":"users/anna","iat":1450425600,"exp":1450429200})",
        R"({"iss":"wici","sub":"users/anna","iat":1450425600,"exp":1e300})",
        R"({"iss":"wici","sub":"users/anna","iat":1450425600,"exp":"never"})",
        R"({"iss":"wici","sub":"users/anna","iat":1450425600,"exp":1450429200,"roles":["x"]})"}) {
    const std::string signed_part = Part(R"({"alg":"EdDSA"})") + "." + Part(payload);
    EXPECT_THAT(Read(signed_part + "." + key_.Sign(signed_part)),
                StatusIs(absl::StatusCode::kUnauthenticated, Reason("TOKEN_INVALID")))
        << payload;
  }
}

class LinkTest : public TokenTest {
 protected:
  std::string Link() {
    return MakeLinkToken(key_, "answer", "events/e1/invitations/i7", clock_.Now() + absl::Hours(1));
  }
  absl::StatusOr<std::string> ReadLink(std::string_view purpose, std::string_view token) {
    return ReadLinkToken(key_, purpose, token, clock_.Now());
  }
};

TEST_F(LinkTest, ReadsTheLinkItMakes) {
  EXPECT_THAT(ReadLink("answer", Link()), IsOkAndHolds("events/e1/invitations/i7"));
  EXPECT_EQ(
      Link().find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                               "-_."),
      std::string::npos);
}

TEST_F(LinkTest, RefusesALinkForAnotherPurpose) {
  EXPECT_THAT(ReadLink("manage", Link()),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("LINK_INVALID")));
}

TEST_F(LinkTest, RefusesAnExpiredLink) {
  const std::string link = Link();
  clock_.Advance(absl::Hours(1) + absl::Seconds(1));
  EXPECT_THAT(ReadLink("answer", link),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("LINK_EXPIRED")));
}

TEST_F(LinkTest, RefusesAnyChangedCharacter) {
  const std::string link = Link();
  for (std::size_t i = 0; i < link.size(); ++i) {
    std::string changed = link;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_THAT(ReadLink("answer", changed), Reason("LINK_INVALID")) << i;
  }
}

TEST_F(LinkTest, IsNoBearerTokenAndTheOtherWayRound) {
  EXPECT_THAT(Read(Link()), Not(IsOk()));
  EXPECT_THAT(ReadLink("answer", Token()), Not(IsOk()));
  // Nor can the signature of one be used for the other.
  const std::string payload = Part("answer\nevents/e1\n9999999999");
  EXPECT_THAT(ReadLink("answer", payload + "." + key_.Sign(payload)), Reason("LINK_INVALID"));
}

// Any bytes must give an answer, and none but ours may be accepted.
TEST_F(LinkTest, ParsersSurviveAnyBytes) {
  std::mt19937 random(20151218);
  const std::vector<std::string> seeds = {Token(), Link(), "Bearer x", "a.b.c", ""};
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = seeds[random() % seeds.size()];
    const std::string original = bytes;
    for (std::size_t edits = 1 + random() % 4; edits > 0; --edits) {
      const std::size_t at = bytes.empty() ? 0 : random() % bytes.size();
      switch (random() % 3) {
        case 0:
          bytes.insert(at, 1, static_cast<char>(random()));
          break;
        case 1:
          bytes.erase(at, 1 + random() % 8);
          break;
        default:
          if (!bytes.empty()) bytes[at] = static_cast<char>(random());
      }
    }
    if (bytes == original) continue;
    EXPECT_FALSE(Read(bytes).ok()) << bytes;
    EXPECT_FALSE(ReadLink("answer", bytes).ok()) << bytes;
  }
}

}  // namespace
}  // namespace wici::auth
