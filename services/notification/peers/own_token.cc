#include "services/notification/peers/own_token.h"

#include "libs/base/elapsed.h"

namespace wici::notification {

std::string OwnToken::Get() {
  const absl::Time now = clock_.Now();
  MutexLock lock(mutex_);
  // Also when the clock was set back: a token of the future is refused.
  if (IsOver(made_, kLifetime / 2, now)) {
    token_ = auth::MakeBearerToken(key_, {"services/notification", {{"service", "platform"}}}, now,
                                   kLifetime);
    made_ = now;
  }
  return token_;
}

}  // namespace wici::notification
