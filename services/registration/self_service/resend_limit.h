// How often links are sent again to one address: a token bucket of 3, one more every 20 minutes.
//
// In the database, so that all replicas count together and a restart forgets nothing. An address
// that is not registered has its bucket as well: the limit tells nobody who is. Thread-safe.
#ifndef WICI_SERVICES_REGISTRATION_SELF_SERVICE_RESEND_LIMIT_H_
#define WICI_SERVICES_REGISTRATION_SELF_SERVICE_RESEND_LIMIT_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/sql/database.h"

namespace wici::registration {

class ResendLimit {
 public:
  static constexpr int kTokens = 3;
  static constexpr absl::Duration kRefill = absl::Minutes(20);

  // Both outlive the object.
  ResendLimit(sql::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  // Takes a token of the bucket `key`, a keyed hash of event and address. Blocks. RESEND_LIMITED.
  absl::Status Take(absl::Time deadline, std::string_view key);

 private:
  sql::Database& database_;
  const Clock& clock_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SELF_SERVICE_RESEND_LIMIT_H_
