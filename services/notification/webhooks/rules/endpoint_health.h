// How an endpoint fares, and what follows. Pure; any thread.
//
//   success                               -> healthy
//   failure                               -> failing since the first one
//   Retry-After                           -> left alone for as long as it asks
//   410 (RFC 9110: gone)                  -> switched off
//   failing for 5 days without a success  -> switched off
#ifndef WICI_SERVICES_NOTIFICATION_WEBHOOKS_RULES_ENDPOINT_HEALTH_H_
#define WICI_SERVICES_NOTIFICATION_WEBHOOKS_RULES_ENDPOINT_HEALTH_H_

#include <optional>

#include "absl/time/time.h"
#include "wici/notification/v1/subscription.pb.h"

namespace wici::notification {

inline constexpr absl::Duration kFailingMax = absl::Hours(24 * 5);

struct EndpointHealth {
  std::optional<absl::Time> failing_since;
  std::optional<absl::Time> resting_until;  // nothing is sent before
  friend bool operator==(const EndpointHealth&, const EndpointHealth&) = default;
};

// What an attempt tells of its endpoint.
struct EndpointAnswer {
  bool success = false;
  bool gone = false;                      // it wants nothing any more
  std::optional<absl::Time> retry_after;  // when it wants to be asked again
};

// The health after an attempt that ended at `now`. Of attempts that overlapped, each counts.
EndpointHealth NextHealth(const EndpointHealth& health, const EndpointAnswer& answer,
                          absl::Time now);

// Why an endpoint of this health, which has given this answer, is to be switched off; UNSPECIFIED
// when it is not.
v1::Subscription::DisableReason WhyDisable(const EndpointHealth& health,
                                           const EndpointAnswer& answer, absl::Time now);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_WEBHOOKS_RULES_ENDPOINT_HEALTH_H_
