// How long loops rest when the clock may be set meanwhile.
#ifndef WICI_LIBS_BASE_ELAPSED_H_
#define WICI_LIBS_BASE_ELAPSED_H_

#include <chrono>

#include "absl/time/time.h"

namespace wici {

// Whether `wait` has passed since `start`, or nobody can say since the clock was set back: a loop
// that waits for an instant would wait for as long as the clock jumped.
inline bool IsOver(absl::Time start, absl::Duration wait, absl::Time now) {
  return now < start || now - start >= wait;
}

// How long ago it was made, by a clock of the machine that is never set back: for waits that are
// too short to be anybody's business.
class Stopwatch {
 public:
  absl::Duration elapsed() const {
    return absl::FromChrono(std::chrono::steady_clock::now() - start_);
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace wici

#endif  // WICI_LIBS_BASE_ELAPSED_H_
