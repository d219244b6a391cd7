// A clock that stands still until the test moves it.
#ifndef WICI_LIBS_TESTING_FAKE_CLOCK_H_
#define WICI_LIBS_TESTING_FAKE_CLOCK_H_

#include <atomic>
#include <cstdint>

#include "absl/time/time.h"
#include "libs/base/clock.h"

namespace wici::testing {

// Thread-safe. Microsecond resolution.
class FakeClock final : public Clock {
 public:
  // The morning of the meeting that the demo replays.
  FakeClock() : FakeClock(absl::FromUnixSeconds(1450425600)) {}  // 2015-12-18T08:00:00Z
  explicit FakeClock(absl::Time now) : micros_(ToMicros(now)) {}

  absl::Time Now() const override { return FromMicros(micros_.load()); }
  void Set(absl::Time now) { micros_.store(ToMicros(now)); }
  void Advance(absl::Duration by) { micros_.fetch_add(absl::ToInt64Microseconds(by)); }

 private:
  std::atomic<std::int64_t> micros_;
};

}  // namespace wici::testing

#endif  // WICI_LIBS_TESTING_FAKE_CLOCK_H_
