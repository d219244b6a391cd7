#include "services/notification/peers/own_token.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/status_matchers.h"

namespace wici::notification {
namespace {

using testing::IsOk;

TEST(OwnTokenTest, ATokenIsKeptForHalfOfItsTimeAndIsAlwaysGood) {
  const auth::SigningKey key = *auth::SigningKey::FromSeed(auth::SigningKey::NewSeed());
  testing::FakeClock clock;
  OwnToken own(key, clock);
  const std::string first = own.Get();
  clock.Advance(OwnToken::kLifetime / 2 - absl::Seconds(1));
  EXPECT_EQ(own.Get(), first);
  clock.Advance(absl::Seconds(1));
  const std::string second = own.Get();
  EXPECT_NE(second, first);
  for (int i = 0; i < 20; ++i) {
    clock.Advance(absl::Seconds(47));
    const auto principal = auth::ReadBearerToken(key, own.Get(), clock.Now());
    ASSERT_THAT(principal, IsOk());
    EXPECT_EQ(principal->id, "services/notification");
  }
}

TEST(OwnTokenTest, AClockThatIsSetBackGetsATokenOfItsOwn) {
  const auth::SigningKey key = *auth::SigningKey::FromSeed(auth::SigningKey::NewSeed());
  testing::FakeClock clock;
  OwnToken own(key, clock);
  (void)own.Get();
  clock.Set(clock.Now() - absl::Hours(1));
  EXPECT_THAT(auth::ReadBearerToken(key, own.Get(), clock.Now()), IsOk());
}

}  // namespace
}  // namespace wici::notification
