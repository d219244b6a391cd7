// How often a stranger may have mails sent to an address: a token bucket of 3, one more every 20
// minutes.
//
// In the database, so that all replicas count together and a restart forgets nothing. An address
// that is not registered has its bucket as well: the limit tells nobody who is.
#ifndef WICI_SERVICES_REGISTRATION_SELF_SERVICE_RESEND_LIMIT_H_
#define WICI_SERVICES_REGISTRATION_SELF_SERVICE_RESEND_LIMIT_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/sql/database.h"

namespace wici::registration {

// Some buckets inside one transaction. Not thread-safe.
class ResendBuckets {
 public:
  static constexpr int kTokens = 3;
  static constexpr absl::Duration kRefill = absl::Minutes(20);

  // Reads the buckets `keys`, in one statement, or none when there are no keys.
  absl::Status Load(sql::Transaction& tx, const std::vector<std::string>& keys);
  // Takes a token of the bucket `key`, which is loaded, at `now`. RESEND_LIMITED.
  absl::Status Take(const std::string& key, absl::Time now);
  // Writes what was taken.
  absl::Status Save(sql::Transaction& tx) const;

  // Deletes at most `rows_max` buckets that are full at `now`, as one that is not there; returns
  // how many (feed::RetentionOptions::also).
  static absl::StatusOr<std::int64_t> DeleteFull(sql::Transaction& tx, absl::Time now,
                                                 std::int64_t rows_max);

 private:
  std::map<std::string, absl::Time> full_at_;
  std::set<std::string> taken_;
};

// Of links that are sent again. Thread-safe.
class ResendLimit {
 public:
  // Both outlive the object.
  ResendLimit(sql::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  // Takes a token of the bucket `key`, a keyed hash of event and address. Blocks. RESEND_LIMITED.
  absl::Status Take(absl::Time deadline, const std::string& key);

 private:
  sql::Database& database_;
  const Clock& clock_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SELF_SERVICE_RESEND_LIMIT_H_
