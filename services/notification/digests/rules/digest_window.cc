#include "services/notification/digests/rules/digest_window.h"

#include <optional>

#include "services/notification/preferences/rules/quiet_hours.h"

namespace wici::notification {

absl::Time CloseTime(const v1::Notification::Digest& wanted, const v1::Preferences& preferences,
                     absl::Time now) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(preferences.time_zone(), &zone)) zone = absl::UTCTimeZone();
  const std::optional<int> chosen = ParseTimeOfDay(preferences.digest_at());
  if (chosen) return NextTimeOfDay(*chosen, zone, now);
  const std::optional<int> at = ParseTimeOfDay(wanted.at());
  return at ? NextTimeOfDay(*at, zone, now) : now + absl::Minutes(wanted.after_minutes());
}

}  // namespace wici::notification
