// Durations, counted: a histogram of bounded size, however many there are.
//
// Log-linear, as HdrHistogram is: up to 256 ns each nanosecond has a bucket, above that each power
// of two has 128 of them, so what it says is at most 1/128 too high and never too low. From 2^37 ns
// (137 s) on all are one. Not thread-safe.
#ifndef WICI_TESTS_LOAD_HISTOGRAM_H_
#define WICI_TESTS_LOAD_HISTOGRAM_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/strings/str_format.h"
#include "absl/time/time.h"

namespace wici::load {

class Histogram {
 public:
  // Below zero counts as zero.
  void Add(absl::Duration value) {
    const std::int64_t nanoseconds =
        std::clamp<std::int64_t>(absl::ToInt64Nanoseconds(value), 0, kMost);
    ++counts_[Index(static_cast<std::uint64_t>(nanoseconds))];
    ++count_;
    most_ = std::max(most_, nanoseconds);
  }
  std::int64_t count() const { return count_; }

  // The least duration that `share` of all, from 0 to 1, do not exceed. Zero when there are none.
  absl::Duration Percentile(double share) const {
    const auto wanted = std::max<std::int64_t>(
        1, static_cast<std::int64_t>(std::ceil(share * static_cast<double>(count_))));
    std::int64_t found = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      found += counts_[i];
      if (found >= wanted) return absl::Nanoseconds(std::min(most_, Highest(i)));
    }
    return absl::ZeroDuration();
  }

  // "p50_ms": 1.234, "p90_ms": ..., as members of a JSON object; `prefix` goes before each name.
  std::string Json(std::string_view prefix = "") const {
    const auto ms = [this](double share) { return absl::ToDoubleMilliseconds(Percentile(share)); };
    return absl::StrFormat(
        "\"%1$sp50_ms\": %2$.3f, \"%1$sp90_ms\": %3$.3f, \"%1$sp99_ms\": %4$.3f, "
        "\"%1$sp999_ms\": %5$.3f, \"%1$smax_ms\": %6$.3f",
        prefix, ms(0.5), ms(0.9), ms(0.99), ms(0.999), ms(1));
  }

 private:
  static constexpr int kBits = 7;  // of the buckets of a power of two
  static constexpr std::int64_t kMost = (std::int64_t{1} << 37) - 1;
  static constexpr std::size_t kBuckets = (37 - kBits + 1) << kBits;

  static std::size_t Index(std::uint64_t value) {
    const int shift = std::max(0, static_cast<int>(std::bit_width(value)) - (kBits + 1));
    return (static_cast<std::size_t>(shift) << kBits) + static_cast<std::size_t>(value >> shift);
  }
  static std::int64_t Highest(std::size_t index) {
    const std::size_t half = std::size_t{1} << kBits;
    const std::size_t shift = index < 2 * half ? 0 : index / half - 1;
    const std::size_t first = index - shift * half;
    return static_cast<std::int64_t>(((first + 1) << shift) - 1);
  }

  std::array<std::int64_t, kBuckets> counts_{};
  std::int64_t count_ = 0;
  std::int64_t most_ = 0;
};

}  // namespace wici::load

#endif  // WICI_TESTS_LOAD_HISTOGRAM_H_
