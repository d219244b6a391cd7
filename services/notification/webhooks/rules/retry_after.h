// When an endpoint wants to be asked again (RFC 9110, section 10.2.3). Pure; any thread.
#ifndef WICI_SERVICES_NOTIFICATION_WEBHOOKS_RULES_RETRY_AFTER_H_
#define WICI_SERVICES_NOTIFICATION_WEBHOOKS_RULES_RETRY_AFTER_H_

#include <optional>
#include <string_view>

#include "absl/time/time.h"

namespace wici::notification {

// However much an endpoint asks for, it is asked again after this.
inline constexpr absl::Duration kEndpointRestMax = absl::Hours(24);

// The instant that the value of a Retry-After header names: a number of seconds, or a date in one
// of the three forms of HTTP. Not before `now`, at most kEndpointRestMax later; nullopt for
// anything else.
std::optional<absl::Time> ParseRetryAfter(std::string_view value, absl::Time now);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_WEBHOOKS_RULES_RETRY_AFTER_H_
