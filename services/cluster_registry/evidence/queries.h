// The SQL of evidence. Runs on SQLite and PostgreSQL alike.
// Texts that end with VALUES are completed by InsertMany (libs/sql/database.h).
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_EVIDENCE_QUERIES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_EVIDENCE_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::cluster_registry {

// No row: what is kept is as high.
inline constexpr sql::Query kKeepEvidenceVersion{"keep_evidence_version", R"sql(
  INSERT INTO event_evidence (event, version, updated_at) VALUES ($1, $2, $3)
  ON CONFLICT (event) DO UPDATE SET version = excluded.version, updated_at = excluded.updated_at
  WHERE event_evidence.version < excluded.version RETURNING version)sql"};

inline constexpr sql::Query kGetEvidenceVersion{"get_evidence_version", R"sql(
  SELECT version FROM event_evidence WHERE event = $1)sql"};

inline constexpr sql::Query kDeleteEvidence{"delete_evidence", R"sql(
  DELETE FROM cluster_evidence WHERE event = $1)sql"};

inline constexpr sql::Query kInsertEvidence{"insert_evidence", R"sql(
  INSERT INTO cluster_evidence (cluster, event, updated_at, body) VALUES)sql"};

inline constexpr sql::Query kListEvidence{"list_evidence", R"sql(
  SELECT event, updated_at, body FROM cluster_evidence
  WHERE cluster = $1 AND event > $2 ORDER BY event LIMIT $3)sql"};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_EVIDENCE_QUERIES_H_
