// Keeps whoever guesses codes from trying many.
#ifndef WICI_SERVICES_REGISTRATION_VOUCHERS_GUESS_LIMITER_H_
#define WICI_SERVICES_REGISTRATION_VOUCHERS_GUESS_LIMITER_H_

#include <cstddef>
#include <string>
#include <unordered_map>

#include "absl/time/time.h"
#include "libs/base/mutex.h"

namespace wici::registration {

// Lets each caller try kTriesMax codes in kWindow from the first; those that were right do not
// count. Who has said no name is known by an address, from which many may come: it has the tries of
// kCallersBehindAddress callers (libs/rpc/context.h), so that a few mistaken people do not close
// the codes to all behind one gateway. What is under way counts as wrong, so trying many at
// once does not help. Each replica counts for itself. Of at most kCallersMax callers: when there
// are more, those whose time is over are forgotten, and if there are none, all are. Thread-safe.
class GuessLimiter {
 public:
  static constexpr int kTriesMax = 10;
  static constexpr absl::Duration kWindow = absl::Minutes(10);
  static constexpr std::size_t kCallersMax = 10'000;

  // Zero when the caller, who stands for so many, may try, else how long to wait.
  absl::Duration Begin(const std::string& caller, int callers, absl::Time now);
  // The code that Begin let through was no guess.
  void Forgive(const std::string& caller);

 private:
  struct Tries {
    absl::Time began;
    int count = 0;
  };
  void MakeRoom(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Mutex mutex_;
  std::unordered_map<std::string, Tries> tries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_VOUCHERS_GUESS_LIMITER_H_
