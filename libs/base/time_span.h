// A span of time, and whether two overlap. Pure; any thread.
#ifndef WICI_LIBS_BASE_TIME_SPAN_H_
#define WICI_LIBS_BASE_TIME_SPAN_H_

#include "absl/time/time.h"

namespace wici {

// [start, end).
struct TimeSpan {
  absl::Time start;
  absl::Time end;
  friend bool operator==(const TimeSpan&, const TimeSpan&) = default;
};

// One that ends when the other begins does not.
inline bool Overlap(const TimeSpan& one, const TimeSpan& other) {
  return one.start < other.end && other.start < one.end;
}

}  // namespace wici

#endif  // WICI_LIBS_BASE_TIME_SPAN_H_
