// A token bucket for each caller. Internal to libs/rpc.
#ifndef WICI_LIBS_RPC_RATE_LIMITER_H_
#define WICI_LIBS_RPC_RATE_LIMITER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "absl/time/time.h"
#include "libs/base/mutex.h"

namespace wici::rpc {

// Lets each caller make `per_second` calls a second on average and `at_once` at once. Of at most
// `callers_max` callers: when there are more, those whose bucket is full again are forgotten,
// which changes nothing, and if none is, all are. Thread-safe.
class RateLimiter {
 public:
  // As many at once as in a second, one at least.
  RateLimiter(double per_second, std::size_t callers_max);
  RateLimiter(double per_second, double at_once, std::size_t callers_max);

  // Zero when the call may go on, else how long to wait. A limiter of 0 per second lets all pass.
  absl::Duration Take(std::string_view caller, absl::Time now);

 private:
  struct Bucket {
    double tokens;
    absl::Time filled;
  };
  double TokensAt(const Bucket& bucket, absl::Time now) const;
  void Forget(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const double per_second_;
  const double at_once_;
  const std::size_t callers_max_;
  Mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_ ABSL_GUARDED_BY(mutex_);
};

// Of whom an address is the caller: `peer`, as gRPC writes it ("ipv4:10.0.0.7:41234"), without the
// port; of IPv6 only the first 64 bits ("ipv6:2001:db8::/64"), since whoever has one address of
// such a network has all of them (RFC 4291, 2.5.1).
std::string CallerOf(std::string_view peer);

}  // namespace wici::rpc

#endif  // WICI_LIBS_RPC_RATE_LIMITER_H_
