// The token by which this service calls the others.
#ifndef WICI_SERVICES_NOTIFICATION_PEERS_OWN_TOKEN_H_
#define WICI_SERVICES_NOTIFICATION_PEERS_OWN_TOKEN_H_

#include <string>

#include "absl/time/time.h"
#include "libs/auth/token.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"

namespace wici::notification {

// Signs a token when the last one is half over, and not for each call: a new one costs who sends
// it a signature, and who gets it a verification. Thread-safe.
class OwnToken {
 public:
  static constexpr absl::Duration kLifetime = absl::Minutes(5);

  // Both outlive the object.
  OwnToken(const auth::SigningKey& key, const Clock& clock) : key_(key), clock_(clock) {}

  // A bearer token that is good for at least half of kLifetime.
  std::string Get();

 private:
  const auth::SigningKey& key_;
  const Clock& clock_;
  Mutex mutex_;
  std::string token_ ABSL_GUARDED_BY(mutex_);
  absl::Time made_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PEERS_OWN_TOKEN_H_
