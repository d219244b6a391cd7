#include "services/registration/vouchers/guess_limiter.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace wici::registration {
namespace {

class GuessLimiterTest : public ::testing::Test {
 protected:
  // How many of `tries` at once of a caller are let through.
  int Passed(const std::string& caller, int tries) {
    int passed = 0;
    for (int i = 0; i < tries; ++i) {
      if (limiter_.Begin(caller, 1, now_) == absl::ZeroDuration()) ++passed;
    }
    return passed;
  }

  GuessLimiter limiter_;
  absl::Time now_ = absl::UnixEpoch();
};

TEST_F(GuessLimiterTest, TenTriesInTenMinutesAndThenTheRestOfTheTime) {
  EXPECT_EQ(Passed("ipv4:10.0.0.7", 11), 10);
  now_ += absl::Minutes(4);
  EXPECT_EQ(limiter_.Begin("ipv4:10.0.0.7", 1, now_), absl::Minutes(6));
  EXPECT_EQ(Passed("ipv4:10.0.0.8", 1), 1) << "another caller";
  now_ += absl::Minutes(6);
  EXPECT_EQ(Passed("ipv4:10.0.0.7", 11), 10);
}

TEST_F(GuessLimiterTest, WhoStandsForManyHasTheTriesOfMany) {
  for (int i = 0; i < 3 * GuessLimiter::kTriesMax; ++i) {
    ASSERT_EQ(limiter_.Begin("ipv4:10.0.0.7", 3, now_), absl::ZeroDuration());
  }
  EXPECT_EQ(limiter_.Begin("ipv4:10.0.0.7", 3, now_), absl::Minutes(10));
}

TEST_F(GuessLimiterTest, WhatWasRightDoesNotCount) {
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(Passed("apps/a", 1), 1);
    limiter_.Forgive("apps/a");
  }
  limiter_.Forgive("nobody who began");
  EXPECT_EQ(Passed("apps/a", 11), 10);
}

TEST_F(GuessLimiterTest, OfTooManyCallersThoseWhoseTimeIsOverAreForgotten) {
  for (std::size_t i = 0; i + 1 < GuessLimiter::kCallersMax; ++i) Passed(absl::StrCat(i), 10);
  now_ += absl::Minutes(9);
  ASSERT_EQ(Passed("late", 10), 10);
  now_ += absl::Minutes(1);
  EXPECT_EQ(Passed("one more", 1), 1);
  EXPECT_EQ(Passed("late", 1), 0);
}

}  // namespace
}  // namespace wici::registration
