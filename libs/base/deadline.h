// When an operation that begins now must have ended.
#ifndef WICI_LIBS_BASE_DEADLINE_H_
#define WICI_LIBS_BASE_DEADLINE_H_

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace wici {

// Always by the clock of the machine, never by a Clock that is passed in: databases and gRPC
// compare it with the machine's, whatever time a service takes it to be. Thread-safe.
inline absl::Time DeadlineIn(absl::Duration timeout) { return absl::Now() + timeout; }

}  // namespace wici

#endif  // WICI_LIBS_BASE_DEADLINE_H_
