// The SQL of the limit on sending links again, written once for both engines.
#ifndef WICI_SERVICES_REGISTRATION_SELF_SERVICE_QUERIES_H_
#define WICI_SERVICES_REGISTRATION_SELF_SERVICE_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::registration {

// Takes a token of the bucket $1. One that was full is so again at $2, any other $3 later than it
// would have been. No row when the bucket is empty: not to be full before $4.
inline constexpr sql::Query kTakeResendToken{"take_resend_token", R"sql(
  INSERT INTO resend_buckets (id, full_at) VALUES ($1, $2)
  ON CONFLICT (id) DO UPDATE SET full_at =
    CASE WHEN resend_buckets.full_at + $3 > $2 THEN resend_buckets.full_at + $3 ELSE $2 END
  WHERE resend_buckets.full_at <= $4 RETURNING full_at)sql"};

// Some buckets that are full, as one that is not there.
inline constexpr sql::Query kDropFullBuckets{"drop_full_resend_buckets", R"sql(
  DELETE FROM resend_buckets WHERE id IN
    (SELECT b.id FROM resend_buckets b WHERE b.full_at <= $1 ORDER BY b.full_at LIMIT 10))sql"};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SELF_SERVICE_QUERIES_H_
