// Rows of preferences, consents and suppressions as what they stand for. Pure; any thread.
#ifndef WICI_SERVICES_NOTIFICATION_PREFERENCES_PREFERENCE_ROWS_H_
#define WICI_SERVICES_NOTIFICATION_PREFERENCES_PREFERENCE_ROWS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "libs/sql/database.h"
#include "wici/notification/v1/preference.pb.h"

namespace wici::notification {

// Greater than every id.
inline constexpr std::string_view kAfterEveryId = "~";

std::string ConsentName(std::string_view id);
std::string SuppressionName(std::string_view id);

// Preferences that nobody has set.
v1::Preferences DefaultPreferences(std::string_view person);
// The columns of kGetPreferences.
v1::Preferences ReadPreferences(const sql::Row& row);
// What stands in the body of the row.
sql::Bytes PreferencesBody(v1::Preferences preferences);
// The columns of kGetConsent.
v1::Consent ReadConsent(const sql::Row& row);
// The columns of kGetSuppression.
v1::Suppression ReadSuppression(const sql::Row& row);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PREFERENCES_PREFERENCE_ROWS_H_
