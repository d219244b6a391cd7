// Suppressed addresses in the database: keyed hashes, with the person they belonged to.
#ifndef WICI_SERVICES_NOTIFICATION_PREFERENCES_SUPPRESSION_STORE_H_
#define WICI_SERVICES_NOTIFICATION_PREFERENCES_SUPPRESSION_STORE_H_

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

// Suppresses an address; the answer is what holds already when it is suppressed so. Sets name and
// create_time of a new one, whose id is `id`.
absl::StatusOr<v1::Suppression> AddSuppression(sql::Transaction& tx, feed::Changes& changes,
                                               v1::Suppression suppression,
                                               std::string_view address_hash, std::string_view id,
                                               absl::Time now);

// To whom a mail was addressed.
struct MailedAddress {
  std::string delivery;  // its resource name
  std::string person;
  v1::Purpose purpose = v1::PURPOSE_UNSPECIFIED;
  std::string address_hash;  // of the last attempt
  bool readdressed = false;  // an attempt before went to another address
};

// LINK_INVALID for a delivery that was never sent, or whose person was erased.
absl::StatusOr<MailedAddress> FindMailedAddress(sql::Transaction& tx, std::string_view delivery_id);

// Thread-safe; methods block.
class SuppressionStore {
 public:
  // Both outlive the store.
  SuppressionStore(sql::Database& database, feed::Mutation& mutation)
      : database_(database), mutation_(mutation) {}

  // SUPPRESSION_NOT_FOUND.
  absl::StatusOr<v1::Suppression> Get(absl::Time deadline, std::string_view name);
  // The newest first, before the id `before` unless ""; those of all people when `person` is "".
  absl::StatusOr<std::vector<v1::Suppression>> List(absl::Time deadline, std::string_view person,
                                                    std::string_view before, std::int32_t limit);
  // Answers with what stands after it, also a repeated request: once it is lifted, with the name.
  absl::StatusOr<v1::Suppression> Create(const feed::Call& call, v1::Suppression suppression,
                                         const std::string& address_hash);
  // SUPPRESSION_NOT_FOUND.
  absl::StatusOr<v1::DeleteSuppressionResponse> Lift(const feed::Call& call, std::string_view name,
                                                     std::string_view evidence);
  // Withdraws the consent to what the mail of a delivery was, and suppresses its address for that.
  // LINK_INVALID.
  absl::StatusOr<v1::UnsubscribeResponse> Unsubscribe(const feed::Call& call,
                                                      std::string_view delivery_id);

 private:
  sql::Database& database_;
  feed::Mutation& mutation_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PREFERENCES_SUPPRESSION_STORE_H_
