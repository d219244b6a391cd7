// What is wrong with requests about preferences, consents and suppressions: every violation at
// once. Pure.
#ifndef WICI_SERVICES_NOTIFICATION_PREFERENCES_RULES_VALIDATE_PREFERENCES_H_
#define WICI_SERVICES_NOTIFICATION_PREFERENCES_RULES_VALIDATE_PREFERENCES_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "libs/base/violations.h"
#include "wici/notification/v1/preference_service.pb.h"

namespace wici::notification {

// Of the evidence of a suppression, and of its end.
inline constexpr std::size_t kEvidenceBytesMax = 500;

// "preferences/{person}" of an opaque id, and back; "" for what is no such name.
std::string PreferencesName(std::string_view person);
std::string PersonOfPreferences(std::string_view name);

// A name whose person could exist; whether it is fine.
bool RequirePreferencesName(std::string_view field, std::string_view name, Violations& violations);

// Preferences as they shall be, after the update mask has been applied.
void CheckPreferences(const v1::Preferences& preferences, Violations& violations);

absl::Status ValidateRecordConsent(const v1::RecordConsentRequest& request);
absl::Status ValidateCreateSuppression(const v1::CreateSuppressionRequest& request);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PREFERENCES_RULES_VALIDATE_PREFERENCES_H_
