// Preferences and consents in the database.
#ifndef WICI_SERVICES_NOTIFICATION_PREFERENCES_PREFERENCE_STORE_H_
#define WICI_SERVICES_NOTIFICATION_PREFERENCES_PREFERENCE_STORE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/feed/mutation.h"
#include "libs/sql/database.h"
#include "wici/notification/v1/preference_service.pb.h"

namespace wici::notification {

// Writes a consent down and, when it counts, what the records of its person come to. A consent that
// is given lifts what unsubscribing had suppressed. Sets name and create_time.
absl::StatusOr<v1::Consent> AddConsent(sql::Transaction& tx, feed::Changes& changes,
                                       v1::Consent consent, std::string_view id, absl::Time now);

// How long the mail that asks to confirm a consent may be answered.
inline constexpr absl::Duration kConfirmationLifetime = absl::Hours(24 * 14);
// At most so many of them go to a person about one purpose in a day, and one in an hour.
inline constexpr int kConsentMailsMax = 3;

// Thread-safe; methods block.
class PreferenceStore {
 public:
  // Both outlive the store.
  PreferenceStore(sql::Database& database, feed::Mutation& mutation)
      : database_(database), mutation_(mutation) {}

  // The defaults, of revision 0, when none are set.
  absl::StatusOr<v1::Preferences> Get(absl::Time deadline, std::string_view person);
  // Answers with what stands after it, also a repeated request. ETAG_MISMATCH, INVALID_ARGUMENT for
  // what is wrong once the mask is applied.
  absl::StatusOr<v1::Preferences> Update(const feed::Call& call,
                                         const v1::UpdatePreferencesRequest& request);

  // Also records the mail that asks for a confirmation where one is needed. Answers with what
  // stands after it, also a repeated request: once the person is erased, without the person.
  absl::StatusOr<v1::Consent> Record(const feed::Call& call, v1::Consent consent);
  // CONSENT_NOT_FOUND, also for one that needs no confirmation.
  absl::StatusOr<v1::Consent> GetUnconfirmed(absl::Time deadline, std::string_view name);
  // CONSENT_NOT_FOUND, CONSENT_WITHDRAWN.
  absl::StatusOr<v1::ConfirmConsentResponse> Confirm(const feed::Call& call, std::string_view name);
  // The newest first, before the id `before` unless "".
  absl::StatusOr<std::vector<v1::Consent>> ListConsents(absl::Time deadline,
                                                        std::string_view person,
                                                        std::string_view before,
                                                        std::int32_t limit);

 private:
  sql::Database& database_;
  feed::Mutation& mutation_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PREFERENCES_PREFERENCE_STORE_H_
