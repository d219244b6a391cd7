#include "services/notification/lanes/lane.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici::notification {
namespace {

const absl::Time kLaneStart = absl::FromUnixSeconds(1450000000);
constexpr LaneLimits kBreaker{.failures_max = 3};
constexpr LaneLimits kBucket{.per_second = 2, .burst = 4, .failures_max = 0};

// How many of 20 may go.
int Admitted(Lane& lane, const LaneLimits& limits, absl::Time now, bool urgent = true) {
  int admitted = 0;
  std::int64_t waiting = 0;
  for (int i = 0; i < 20; ++i) {
    const Verdict verdict = AdmitToLane(lane, limits, urgent, waiting, now);
    if (verdict.reason == v1::DELIVERY_REASON_UNSPECIFIED) ++admitted;
  }
  return admitted;
}

TEST(LaneTest, ABucketLetsThroughABurstAndThenItsRate) {
  Lane lane;
  EXPECT_EQ(Admitted(lane, kBucket, kLaneStart), 4);
  EXPECT_EQ(Admitted(lane, kBucket, kLaneStart), 0);
  EXPECT_EQ(Admitted(lane, kBucket, kLaneStart + absl::Milliseconds(499)), 0);
  EXPECT_EQ(Admitted(lane, kBucket, kLaneStart + absl::Milliseconds(500)), 1);
  EXPECT_EQ(Admitted(lane, kBucket, kLaneStart + absl::Milliseconds(1500)), 2);
  EXPECT_EQ(Admitted(lane, kBucket, kLaneStart + absl::Hours(24 * 365)), 4)
      << "it is full, not more";
  EXPECT_EQ(Admitted(lane, kBucket, kLaneStart), 0) << "a clock that goes back gives nothing";
}

TEST(LaneTest, AQuarterOfTheBurstIsKeptForWhatIsUrgent) {
  Lane lane;
  EXPECT_EQ(Admitted(lane, kBucket, kLaneStart, /*urgent=*/false), 3);
  EXPECT_EQ(Admitted(lane, kBucket, kLaneStart, /*urgent=*/true), 1);
  // What is not urgent waits until that is there again, then has the whole rate.
  EXPECT_EQ(Admitted(lane, kBucket, kLaneStart + absl::Milliseconds(500), /*urgent=*/false), 0);
  EXPECT_EQ(Admitted(lane, kBucket, kLaneStart + absl::Milliseconds(1000), /*urgent=*/false), 1);
  EXPECT_EQ(Admitted(lane, kBucket, kLaneStart + absl::Milliseconds(1500), /*urgent=*/false), 1);
  EXPECT_EQ(Admitted(lane, kBucket, kLaneStart + absl::Milliseconds(1500), /*urgent=*/true), 1);
  Lane narrow;
  const LaneLimits one_by_one{.per_second = 1, .burst = 1, .failures_max = 0};
  EXPECT_EQ(Admitted(narrow, one_by_one, kLaneStart, /*urgent=*/false), 1) << "nothing to keep";
}

TEST(LaneTest, F16_AClockThatIsSetBackStopsALaneForNoLongerThanItsPauses) {
  Lane bucket;
  EXPECT_EQ(Admitted(bucket, kBucket, kLaneStart + absl::Hours(2)), 4);
  EXPECT_EQ(Admitted(bucket, kBucket, kLaneStart), 0);
  EXPECT_EQ(Admitted(bucket, kBucket, kLaneStart + absl::Milliseconds(500)), 1);
  Lane breaker;
  for (int i = 0; i < 3; ++i) RecordInLane(breaker, kBreaker, true, kLaneStart + absl::Hours(2));
  EXPECT_EQ(Admitted(breaker, kBreaker, kLaneStart + absl::Hours(2)), 0);
  EXPECT_EQ(Admitted(breaker, kBreaker, kLaneStart), 1) << "a probe";
  EXPECT_EQ(Admitted(breaker, kBreaker, kLaneStart), 0);
  RecordInLane(breaker, kBreaker, false, kLaneStart);
  EXPECT_EQ(Admitted(breaker, kBreaker, kLaneStart), 20);
}

// An hour is the longest pause, but not the first.
TEST(LaneTest, F16_AClockThatIsSetBackByAnHourLetsAProbeGoAndTheOthersWaitForIt) {
  Lane lane;
  for (int i = 0; i < 3; ++i) RecordInLane(lane, kBreaker, true, kLaneStart + absl::Hours(1));
  std::int64_t waiting = 0;
  EXPECT_EQ(AdmitToLane(lane, kBreaker, true, waiting, kLaneStart).reason,
            v1::DELIVERY_REASON_UNSPECIFIED);
  const Verdict other = AdmitToLane(lane, kBreaker, true, waiting, kLaneStart);
  EXPECT_EQ(other.reason, v1::DELIVERY_REASON_CIRCUIT_OPEN);
  EXPECT_LE(other.until, kLaneStart + kBreaker.probe + absl::Seconds(1));
}

TEST(LaneTest, WhatHasToWaitComesBackOneAfterTheOther) {
  Lane lane;
  EXPECT_EQ(Admitted(lane, kBucket, kLaneStart), 4);
  std::int64_t waiting = 0;
  for (int i = 1; i <= 3; ++i) {
    const Verdict verdict = AdmitToLane(lane, kBucket, true, waiting, kLaneStart);
    EXPECT_EQ(verdict.reason, v1::DELIVERY_REASON_THROTTLED);
    EXPECT_EQ(verdict.until, kLaneStart + absl::Milliseconds(500) * i);
  }
}

TEST(LaneTest, FailuresInARowOpenItAndOneProbeClosesItAgain) {
  Lane lane;
  RecordInLane(lane, kBreaker, true, kLaneStart);
  RecordInLane(lane, kBreaker, true, kLaneStart);
  RecordInLane(lane, kBreaker, false, kLaneStart);
  RecordInLane(lane, kBreaker, true, kLaneStart);
  RecordInLane(lane, kBreaker, true, kLaneStart);
  EXPECT_EQ(Admitted(lane, kBreaker, kLaneStart), 20) << "not three in a row";
  RecordInLane(lane, kBreaker, true, kLaneStart);
  std::int64_t waiting = 0;
  const Verdict open = AdmitToLane(lane, kBreaker, true, waiting, kLaneStart);
  EXPECT_EQ(open.reason, v1::DELIVERY_REASON_CIRCUIT_OPEN);
  EXPECT_GE(open.until, kLaneStart + absl::Seconds(30));
  EXPECT_EQ(Admitted(lane, kBreaker, kLaneStart + absl::Seconds(29)), 0);
  const absl::Time half = kLaneStart + absl::Seconds(30);
  EXPECT_EQ(Admitted(lane, kBreaker, half), 1) << "the probe";
  EXPECT_EQ(Admitted(lane, kBreaker, half + absl::Seconds(1)), 0);
  RecordInLane(lane, kBreaker, false, half);
  EXPECT_EQ(Admitted(lane, kBreaker, half), 20);
}

TEST(LaneTest, AProbeThatFailsOpensItForTwiceAsLongUpToAnHour) {
  Lane lane;
  for (int i = 0; i < 3; ++i) RecordInLane(lane, kBreaker, true, kLaneStart);
  RecordInLane(lane, kBreaker, true,
               kLaneStart + absl::Seconds(1));  // was under way
  absl::Time now = kLaneStart;
  absl::Duration pause = absl::Seconds(30);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(Admitted(lane, kBreaker, now + pause - absl::Milliseconds(1)), 0);
    now += pause;
    EXPECT_EQ(Admitted(lane, kBreaker, now), 1);
    RecordInLane(lane, kBreaker, true, now);
    pause = std::min(pause * 2, absl::Hours(1));
  }
  EXPECT_EQ(pause, absl::Hours(1));
}

TEST(LaneTest, AProbeOfWhichNothingIsHeardIsFollowedByAnother) {
  Lane lane;
  for (int i = 0; i < 3; ++i) RecordInLane(lane, kBreaker, true, kLaneStart);
  const absl::Time half = kLaneStart + absl::Seconds(30);
  EXPECT_EQ(Admitted(lane, kBreaker, half), 1);
  EXPECT_EQ(Admitted(lane, kBreaker, half + absl::Minutes(2)), 1);
}

}  // namespace
}  // namespace wici::notification
