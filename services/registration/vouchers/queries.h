// The SQL of vouchers, written once for both engines.
//
// Column orders are those of the *_rows.h they are read by. Texts that end in VALUES or IN are
// completed by InsertMany and SelectMany (libs/sql/database.h). Uses are read by the whole key of
// their quota, as those of categories are (events/queries.h).
#ifndef WICI_SERVICES_REGISTRATION_VOUCHERS_QUERIES_H_
#define WICI_SERVICES_REGISTRATION_VOUCHERS_QUERIES_H_

#include <string_view>

#include "libs/sql/database.h"

namespace wici::registration {

inline constexpr sql::Query kGetVoucher{"get_voucher", R"sql(
  SELECT v.event, v.id, v.revision, v.state, v.body, v.created_at, v.updated_at, v.code_key,
         q.taken + q.waiting + q.pending
  FROM vouchers v JOIN quotas q ON q.event = v.event AND q.kind = 7 AND q.id = v.id
  WHERE v.event = $1 AND v.id = $2)sql"};

inline constexpr sql::Query kListVouchers{"list_vouchers", R"sql(
  SELECT v.event, v.id, v.revision, v.state, v.body, v.created_at, v.updated_at, v.code_key,
         (SELECT q.taken + q.waiting + q.pending FROM quotas q
          WHERE q.event = v.event AND q.kind = 7 AND q.id = v.id)
  FROM vouchers v WHERE v.event = $1 AND v.id > $2 ORDER BY v.id LIMIT $3)sql"};

inline constexpr sql::Query kFindVouchers{"find_vouchers", R"sql(
  SELECT event, id, revision, state, body, created_at, updated_at, code_key
  FROM vouchers WHERE (event, code_key) IN)sql"};

inline constexpr sql::Query kCountVouchers{"count_vouchers", R"sql(
  SELECT COUNT(*) FROM vouchers WHERE event = $1)sql"};

inline constexpr sql::Query kInsertVouchers{"insert_vouchers", R"sql(
  INSERT INTO vouchers (event, id, revision, state, body, created_at, updated_at, code_key,
    releases_at) VALUES)sql"};
inline constexpr std::string_view kInsertVouchersSuffix = R"sql(
  ON CONFLICT DO NOTHING RETURNING id)sql";

inline constexpr sql::Query kDisableVoucher{"disable_voucher", R"sql(
  UPDATE vouchers SET revision = revision + 1, state = 2, releases_at = NULL, updated_at = $4
  WHERE event = $1 AND id = $2 AND revision = $3 RETURNING revision)sql"};

inline constexpr sql::Query kDeleteVoucher{"delete_voucher", R"sql(
  DELETE FROM vouchers WHERE event = $1 AND id = $2 AND revision = $3 RETURNING id)sql"};

// Those whose places are to be released, the first to expire first; and that it was done.
inline constexpr sql::Query kListReleasing{"list_releasing", R"sql(
  SELECT event, id FROM vouchers WHERE releases_at IS NOT NULL AND releases_at <= $1
  ORDER BY releases_at, event, id LIMIT $2)sql"};

inline constexpr sql::Query kReleaseVouchers{"release_vouchers", R"sql(
  UPDATE vouchers SET releases_at = NULL WHERE (event, id) IN)sql"};
inline constexpr std::string_view kReleaseVouchersSuffix = " RETURNING id";

inline constexpr sql::Query kInsertVoucherLog{"insert_voucher_log", R"sql(
  INSERT INTO voucher_log (event, voucher, version, step, kind, registration, actor, happened_at)
  VALUES)sql"};

inline constexpr sql::Query kListVoucherLog{"list_voucher_log", R"sql(
  SELECT version, step, kind, registration, actor, happened_at FROM voucher_log
  WHERE event = $1 AND voucher = $2 AND (version, step) > ($3, $4)
  ORDER BY version, step LIMIT $5)sql"};

inline constexpr sql::Query kDeleteVoucherLog{"delete_voucher_log", R"sql(
  DELETE FROM voucher_log WHERE event = $1 AND voucher = $2)sql"};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_VOUCHERS_QUERIES_H_
