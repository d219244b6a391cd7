#include "services/notification/webhooks/rules/retry_after.h"

#include "gtest/gtest.h"

namespace wici::notification {
namespace {

const absl::Time kMorning = absl::FromUnixSeconds(1450425600);  // 2015-12-18T08:00:00Z

TEST(RetryAfterTest, SecondsCountFromNow) {
  EXPECT_EQ(ParseRetryAfter("120", kMorning), kMorning + absl::Seconds(120));
  EXPECT_EQ(ParseRetryAfter(" 7 ", kMorning), kMorning + absl::Seconds(7));
  EXPECT_EQ(ParseRetryAfter("0", kMorning), kMorning);
}

TEST(RetryAfterTest, ADateMayHaveEachFormOfHttp) {
  const absl::Time wanted = kMorning + absl::Minutes(5);
  EXPECT_EQ(ParseRetryAfter("Fri, 18 Dec 2015 08:05:00 GMT", kMorning), wanted);
  EXPECT_EQ(ParseRetryAfter("Friday, 18-Dec-15 08:05:00 GMT", kMorning), wanted);
  EXPECT_EQ(ParseRetryAfter("Fri Dec 18 08:05:00 2015", kMorning), wanted);
}

TEST(RetryAfterTest, NobodyIsAskedEarlierThanNowOrLaterThanInADay) {
  EXPECT_EQ(ParseRetryAfter("Thu, 17 Dec 2015 08:05:00 GMT", kMorning), kMorning);
  EXPECT_EQ(ParseRetryAfter("86401", kMorning), kMorning + kEndpointRestMax);
  EXPECT_EQ(ParseRetryAfter("99999999999999999999999", kMorning), kMorning + kEndpointRestMax);
  EXPECT_EQ(ParseRetryAfter("Fri, 18 Dec 2099 08:05:00 GMT", kMorning),
            kMorning + kEndpointRestMax);
}

TEST(RetryAfterTest, AnythingElseIsNothing) {
  for (const char* text : {"", "-1", "1.5", "+3", "soon", "jutro", "Fri, 18 Dec 2015", "1 2"}) {
    EXPECT_EQ(ParseRetryAfter(text, kMorning), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace wici::notification
