#include "services/notification/webhooks/rules/endpoint_health.h"

#include "gtest/gtest.h"

namespace wici::notification {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1450425600);
const EndpointAnswer kFailure;

EndpointAnswer Busy(absl::Time until) {
  EndpointAnswer answer;
  answer.retry_after = until;
  return answer;
}

TEST(EndpointHealthTest, FailingCountsFromTheFirstFailureToTheNextSuccess) {
  EndpointHealth health = NextHealth({}, kFailure, kStart);
  health = NextHealth(health, kFailure, kStart + absl::Hours(1));
  EXPECT_EQ(health.failing_since, kStart);
  EXPECT_EQ(health.resting_until, std::nullopt);
  EndpointAnswer success;
  success.success = true;
  EXPECT_EQ(NextHealth(health, success, kStart), EndpointHealth{});
}

TEST(EndpointHealthTest, AnEndpointRestsForAsLongAsItAsks) {
  const EndpointHealth health = NextHealth({}, Busy(kStart + absl::Hours(2)), kStart);
  EXPECT_EQ(health.resting_until, kStart + absl::Hours(2));
  EXPECT_EQ(NextHealth(health, Busy(kStart + absl::Hours(1)), kStart).resting_until,
            kStart + absl::Hours(2))
      << "an attempt that overlapped does not shorten it";
  EXPECT_EQ(NextHealth(health, kFailure, kStart).resting_until, kStart + absl::Hours(2));
}

TEST(EndpointHealthTest, FailingForFiveDaysSwitchesItOff) {
  const EndpointHealth health = NextHealth({}, kFailure, kStart);
  EXPECT_EQ(WhyDisable(health, kFailure, kStart + kFailingMax - absl::Seconds(1)),
            v1::Subscription::DISABLE_REASON_UNSPECIFIED);
  EXPECT_EQ(WhyDisable(health, kFailure, kStart + kFailingMax),
            v1::Subscription::DISABLE_REASON_FAILING);
  EXPECT_EQ(WhyDisable({}, kFailure, kStart), v1::Subscription::DISABLE_REASON_UNSPECIFIED);
}

TEST(EndpointHealthTest, WhatIsGoneIsSwitchedOffAtOnce) {
  EndpointAnswer gone;
  gone.gone = true;
  EXPECT_EQ(WhyDisable(NextHealth({}, gone, kStart), gone, kStart),
            v1::Subscription::DISABLE_REASON_GONE);
}

}  // namespace
}  // namespace wici::notification
