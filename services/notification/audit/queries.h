// The SQL of the audit, written once for both engines.
#ifndef WICI_SERVICES_NOTIFICATION_AUDIT_QUERIES_H_
#define WICI_SERVICES_NOTIFICATION_AUDIT_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::notification::queries {

// The row is held from here to the commit, so that entries are chained one after the other.
inline constexpr sql::Query kHoldAuditHead{"hold_audit_head", R"sql(
  UPDATE audit_heads SET seq = seq + 1 WHERE id = 1 RETURNING seq, hash)sql"};

inline constexpr sql::Query kSetAuditHead{"set_audit_head", R"sql(
  UPDATE audit_heads SET seq = $1, hash = $2 WHERE id = 1)sql"};

// With the first entry behind the end, and the first before the beginning, as of one instant: the
// chain may grow meanwhile.
inline constexpr sql::Query kGetAuditHead{"get_audit_head", R"sql(
  SELECT h.seq, h.hash, (SELECT MIN(e.seq) FROM audit_entries e WHERE e.seq > h.seq),
         (SELECT MIN(b.seq) FROM audit_entries b WHERE b.seq < 1)
  FROM audit_heads h WHERE h.id = 1)sql"};

inline constexpr sql::Query kInsertAuditEntry{"insert_audit_entry", R"sql(
  INSERT INTO audit_entries
    (seq, at, kind, subject, detail, principal, request_id, prev_hash, hash)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9))sql"};

// $1 after which, $2 up to which, $3 limit.
inline constexpr sql::Query kListAuditEntries{"list_audit_entries", R"sql(
  SELECT seq, at, kind, subject, detail, principal, request_id, prev_hash, hash FROM audit_entries
  WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3)sql"};

}  // namespace wici::notification::queries

#endif  // WICI_SERVICES_NOTIFICATION_AUDIT_QUERIES_H_
