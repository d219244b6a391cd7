// Time as a dependency: rules never ask the machine what time it is, they are told.
#ifndef WICI_LIBS_BASE_CLOCK_H_
#define WICI_LIBS_BASE_CLOCK_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace wici {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
};

// The clock of the machine; what `main.cc` passes in.
class SystemClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

// Instants are stored as microseconds since 1970-01-01T00:00:00Z.
inline std::int64_t ToMicros(absl::Time time) { return absl::ToUnixMicros(time); }
inline absl::Time FromMicros(std::int64_t micros) { return absl::FromUnixMicros(micros); }

// Civil dates are stored and sent as "YYYY-MM-DD"; nullopt when `text` is no such date or lies
// outside the years 1900 to 9999. Their text order is their time order.
std::optional<absl::CivilDay> ParseDate(std::string_view text);
std::string FormatDate(absl::CivilDay day);

}  // namespace wici

#endif  // WICI_LIBS_BASE_CLOCK_H_
