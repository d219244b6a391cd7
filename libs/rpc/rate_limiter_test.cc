#include "libs/rpc/rate_limiter.h"

#include <string>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace wici::rpc {
namespace {

class RateLimiterTest : public ::testing::Test {
 protected:
  // How many of `calls` pass at once.
  int Passed(RateLimiter& limiter, const std::string& caller, int calls) const {
    int passed = 0;
    for (int i = 0; i < calls; ++i) {
      if (limiter.Take(caller, now_) == absl::ZeroDuration()) ++passed;
    }
    return passed;
  }

  absl::Time now_ = absl::FromUnixSeconds(1450425600);
};

TEST_F(RateLimiterTest, LetsABurstPassAndThenTheRate) {
  RateLimiter limiter(10, 100);
  EXPECT_EQ(Passed(limiter, "anna", 50), 10);
  EXPECT_EQ(limiter.Take("anna", now_), absl::Milliseconds(100));
  now_ += absl::Milliseconds(300);
  EXPECT_EQ(Passed(limiter, "anna", 50), 3);
  now_ += absl::Hours(1);
  EXPECT_EQ(Passed(limiter, "anna", 50), 10);
}

TEST_F(RateLimiterTest, LetsALargerBurstPassWhereItIsAllowed) {
  RateLimiter limiter(10, 40, 100);
  EXPECT_EQ(Passed(limiter, "edge", 100), 40);
}

TEST_F(RateLimiterTest, KeepsCallersApart) {
  RateLimiter limiter(10, 100);
  EXPECT_EQ(Passed(limiter, "anna", 50), 10);
  EXPECT_EQ(Passed(limiter, "jan", 50), 10);
}

TEST_F(RateLimiterTest, LetsEverythingPassAtZero) {
  RateLimiter limiter(0, 100);
  EXPECT_EQ(Passed(limiter, "anna", 1000), 1000);
}

TEST_F(RateLimiterTest, SurvivesAClockThatGoesBack) {
  RateLimiter limiter(10, 100);
  EXPECT_EQ(Passed(limiter, "anna", 50), 10);
  now_ -= absl::Hours(1);
  EXPECT_EQ(Passed(limiter, "anna", 50), 0);
}

TEST_F(RateLimiterTest, RemembersABoundedNumberOfCallers) {
  RateLimiter limiter(10, 3);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(Passed(limiter, std::to_string(i), 1), 1);
  EXPECT_EQ(Passed(limiter, "anna", 50), 10);
  now_ += absl::Milliseconds(500);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(Passed(limiter, std::to_string(i), 1), 1);
}

TEST(CallerOfTest, OfIpv6ANetworkIsOneCaller) {
  EXPECT_EQ(CallerOf("ipv4:10.0.0.7:41234"), "ipv4:10.0.0.7");
  EXPECT_EQ(CallerOf("ipv6:%5B2001:db8:1:2:3:4:5:6%5D:41234"), "ipv6:2001:db8:1:2::/64");
  EXPECT_EQ(CallerOf("ipv6:[2001:db8:1:2::77]:80"), "ipv6:2001:db8:1:2::/64");
  EXPECT_EQ(CallerOf("ipv6:%5B2001:db8:1:3::77%5D:80"), "ipv6:2001:db8:1:3::/64");
  EXPECT_EQ(CallerOf("ipv6:%5Bfe80::1%25eth0%5D:80"), "ipv6:fe80::/64");
  EXPECT_NE(CallerOf("ipv6:[::ffff:10.0.0.7]:80"), CallerOf("ipv6:[::ffff:10.0.0.8]:80"));
  EXPECT_EQ(CallerOf("unix:/run/socket"), "unix");
  EXPECT_EQ(CallerOf(""), "");
}

}  // namespace
}  // namespace wici::rpc
