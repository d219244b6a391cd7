// The SQL of the limit on mails that strangers ask for, written once for both engines.
#ifndef WICI_SERVICES_REGISTRATION_SELF_SERVICE_QUERIES_H_
#define WICI_SERVICES_REGISTRATION_SELF_SERVICE_QUERIES_H_

#include <string_view>

#include "libs/sql/database.h"

namespace wici::registration {

inline constexpr sql::Query kGetResendBuckets{"get_resend_buckets", R"sql(
  SELECT id, full_at FROM resend_buckets WHERE id IN)sql"};

inline constexpr sql::Query kPutResendBuckets{"put_resend_buckets", R"sql(
  INSERT INTO resend_buckets (id, full_at) VALUES)sql"};
inline constexpr std::string_view kPutResendBucketsSuffix = R"sql(
  ON CONFLICT (id) DO UPDATE SET full_at = excluded.full_at RETURNING id)sql";

inline constexpr sql::Query kDeleteFullResendBuckets{"delete_full_resend_buckets", R"sql(
  DELETE FROM resend_buckets WHERE id IN
    (SELECT b.id FROM resend_buckets b WHERE b.full_at <= $1 ORDER BY b.full_at LIMIT $2)
  RETURNING id)sql"};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SELF_SERVICE_QUERIES_H_
