// google.protobuf.Timestamp at the border to absl::Time. Instants have microseconds.
#ifndef WICI_LIBS_BASE_TIMESTAMP_H_
#define WICI_LIBS_BASE_TIMESTAMP_H_

#include <cstdint>

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "libs/base/clock.h"

namespace wici {

inline absl::Time TimeOf(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

inline std::int64_t MicrosOf(const google::protobuf::Timestamp& timestamp) {
  return ToMicros(TimeOf(timestamp));
}

inline void SetTimestamp(absl::Time time, google::protobuf::Timestamp& timestamp) {
  const std::int64_t micros = ToMicros(time);
  const std::int64_t seconds = absl::ToUnixSeconds(time);  // rounds down
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<std::int32_t>((micros - seconds * 1'000'000) * 1000));
}

}  // namespace wici

#endif  // WICI_LIBS_BASE_TIMESTAMP_H_
