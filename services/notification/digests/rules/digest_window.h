// When what is collected for a person is sent. Pure; any thread.
#ifndef WICI_SERVICES_NOTIFICATION_DIGESTS_RULES_DIGEST_WINDOW_H_
#define WICI_SERVICES_NOTIFICATION_DIGESTS_RULES_DIGEST_WINDOW_H_

#include "absl/time/time.h"
#include "wici/notification/v1/notification.pb.h"
#include "wici/notification/v1/preference.pb.h"

namespace wici::notification {

// When a digest is to be closed that begins at `now` with a notification that wants `wanted`, which
// is valid. What the person has chosen counts first: the next time of the day `digest_at` in their
// zone. Otherwise so many minutes from now, or the next time of the day `at` in that zone, or in
// UTC where the person has none.
absl::Time CloseTime(const v1::Notification::Digest& wanted, const v1::Preferences& preferences,
                     absl::Time now);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_DIGESTS_RULES_DIGEST_WINDOW_H_
