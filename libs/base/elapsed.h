// How long loops rest when the clock may be set meanwhile.
#ifndef WICI_LIBS_BASE_ELAPSED_H_
#define WICI_LIBS_BASE_ELAPSED_H_

#include "absl/time/time.h"

namespace wici {

// Whether `wait` has passed since `start`, or nobody can say since the clock was set back: a loop
// that waits for an instant would wait for as long as the clock jumped.
inline bool IsOver(absl::Time start, absl::Duration wait, absl::Time now) {
  return now < start || now - start >= wait;
}

}  // namespace wici

#endif  // WICI_LIBS_BASE_ELAPSED_H_
