// How we say to push services who we are (VAPID, RFC 8292): they take messages for a subscription
// only from who holds the key that it was made for, and know whom to write to.
#ifndef WICI_SERVICES_NOTIFICATION_PUSH_KEYS_VAPID_H_
#define WICI_SERVICES_NOTIFICATION_PUSH_KEYS_VAPID_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "services/notification/push/keys/p256.h"

namespace wici::notification {

// A signature is good for this long; a day is the most that push services take.
inline constexpr absl::Duration kVapidLifetime = absl::Hours(12);

// "https://push.example.org:8443" of a URL that is one.
std::string OriginOf(std::string_view url);

// The value of the header Authorization of a request to `endpoint` at `now`. `subject` is who we
// are: "mailto:..." or an https URL. Pure; thread-safe.
std::string VapidAuthorization(const P256Key& key, std::string_view endpoint,
                               std::string_view subject, absl::Time now);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PUSH_KEYS_VAPID_H_
