#include "services/notification/webhooks/rules/endpoint_health.h"

#include <algorithm>

namespace wici::notification {

EndpointHealth NextHealth(const EndpointHealth& health, const EndpointAnswer& answer,
                          absl::Time now) {
  if (answer.success) return {};
  EndpointHealth next = health;
  if (!next.failing_since) next.failing_since = now;
  if (answer.retry_after) {
    next.resting_until =
        std::max(health.resting_until.value_or(*answer.retry_after), *answer.retry_after);
  }
  return next;
}

v1::Subscription::DisableReason WhyDisable(const EndpointHealth& health,
                                           const EndpointAnswer& answer, absl::Time now) {
  if (answer.gone) return v1::Subscription::DISABLE_REASON_GONE;
  if (health.failing_since && now - *health.failing_since >= kFailingMax) {
    return v1::Subscription::DISABLE_REASON_FAILING;
  }
  return v1::Subscription::DISABLE_REASON_UNSPECIFIED;
}

}  // namespace wici::notification
