#include "services/registration/vouchers/guess_limiter.h"

#include <iterator>

namespace wici::registration {

absl::Duration GuessLimiter::Begin(const std::string& caller, int callers, absl::Time now) {
  MutexLock lock(mutex_);
  auto at = tries_.find(caller);
  if (at == tries_.end()) {
    if (tries_.size() >= kCallersMax) MakeRoom(now);
    at = tries_.emplace(caller, Tries{now}).first;
  }
  Tries& tries = at->second;
  if (now >= tries.began + kWindow) tries = Tries{now};
  if (tries.count >= kTriesMax * callers) return tries.began + kWindow - now;
  ++tries.count;
  return absl::ZeroDuration();
}

void GuessLimiter::Forgive(const std::string& caller) {
  MutexLock lock(mutex_);
  const auto at = tries_.find(caller);
  if (at != tries_.end() && at->second.count > 0) --at->second.count;
}

void GuessLimiter::MakeRoom(absl::Time now) {
  for (auto at = tries_.begin(); at != tries_.end();) {
    at = now >= at->second.began + kWindow ? tries_.erase(at) : std::next(at);
  }
  if (tries_.size() >= kCallersMax) tries_.clear();
}

}  // namespace wici::registration
