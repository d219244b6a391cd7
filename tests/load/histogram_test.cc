#include "tests/load/histogram.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici::load {
namespace {

TEST(HistogramTest, OfNothingEverythingIsZero) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0);
  EXPECT_EQ(histogram.Percentile(0.99), absl::ZeroDuration());
}

TEST(HistogramTest, ShortOnesAreExact) {
  Histogram histogram;
  for (int i = 1; i <= 100; ++i) histogram.Add(absl::Nanoseconds(i));
  EXPECT_EQ(histogram.Percentile(0.5), absl::Nanoseconds(50));
  EXPECT_EQ(histogram.Percentile(0.99), absl::Nanoseconds(99));
  EXPECT_EQ(histogram.Percentile(1), absl::Nanoseconds(100));
}

TEST(HistogramTest, PercentilesAreNeverLowerAndAtMostAHundredAndTwentyEighthHigher) {
  std::mt19937_64 random(20151218);
  std::lognormal_distribution<double> nanoseconds(14, 3);  // about 1 ms, with a long tail
  std::vector<double> values;
  Histogram histogram;
  for (int i = 0; i < 20'000; ++i) {
    values.push_back(std::min(std::floor(nanoseconds(random)), 1e11));
    histogram.Add(absl::Nanoseconds(static_cast<std::int64_t>(values.back())));
  }
  std::ranges::sort(values);
  for (const double share : {0.001, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto place = static_cast<std::size_t>(std::ceil(share * 20'000)) - 1;
    const double said = absl::ToDoubleNanoseconds(histogram.Percentile(share));
    EXPECT_GE(said, values[place]) << share;
    EXPECT_LE(said, values[place] * (1 + 1.0 / 128) + 1) << share;
  }
}

TEST(HistogramTest, WhatIsNegativeOrEndlessIsCountedAtTheEnds) {
  Histogram histogram;
  histogram.Add(absl::Seconds(-5));
  histogram.Add(absl::InfiniteDuration());
  EXPECT_EQ(histogram.count(), 2);
  EXPECT_EQ(histogram.Percentile(0.5), absl::ZeroDuration());
  EXPECT_GT(histogram.Percentile(1), absl::Seconds(137));
}

TEST(HistogramTest, ItsJsonNamesEachPercentile) {
  Histogram histogram;
  histogram.Add(absl::Microseconds(1500));
  EXPECT_EQ(histogram.Json("late_"),
            R"("late_p50_ms": 1.500, "late_p90_ms": 1.500, "late_p99_ms": 1.500, )"
            R"("late_p999_ms": 1.500, "late_max_ms": 1.500)");
}

}  // namespace
}  // namespace wici::load
