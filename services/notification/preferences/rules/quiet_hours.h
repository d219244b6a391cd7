// The hours in which a person wants no audience mail. Pure.
#ifndef WICI_SERVICES_NOTIFICATION_PREFERENCES_RULES_QUIET_HOURS_H_
#define WICI_SERVICES_NOTIFICATION_PREFERENCES_RULES_QUIET_HOURS_H_

#include <optional>
#include <string_view>

#include "absl/time/time.h"
#include "wici/notification/v1/preference.pb.h"

namespace wici::notification {

// Minutes after midnight of "07:30", or nullopt for what is no time of day.
std::optional<int> ParseTimeOfDay(std::string_view text);

// The first instant after `now` at which the clock on the wall shows `minutes` after midnight.
// Where a change of the clocks skips that time it is the instant of the change.
absl::Time NextTimeOfDay(int minutes, absl::TimeZone zone, absl::Time now);

// When the quiet hours end that hold at `now`; nullopt when none do. They are hours of the clock on
// the wall: on the day the clock is changed they may last an hour more or less.
std::optional<absl::Time> QuietUntil(const v1::Preferences& preferences, absl::Time now);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PREFERENCES_RULES_QUIET_HOURS_H_
