// The SQL of labels. Runs on SQLite and PostgreSQL alike.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_LABELS_QUERIES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_LABELS_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::cluster_registry {

// Labels as known at $2.

inline constexpr sql::Query kGetLabel{"get_label", R"sql(
  SELECT name, version, created_at, recorded_from, body, recorded_until FROM label_versions
  WHERE name = $1 AND recorded_from <= $2 AND (recorded_until IS NULL OR recorded_until > $2))sql"};

inline constexpr sql::Query kListLabels{"list_labels", R"sql(
  SELECT name, version, created_at, recorded_from, body, recorded_until FROM label_versions
  WHERE cluster = $1 AND name > $3 AND ($5 = '' OR scheme = $5) AND ($6 = '' OR kind = $6)
    AND recorded_from <= $2 AND (recorded_until IS NULL OR recorded_until > $2)
  ORDER BY name LIMIT $4)sql"};

inline constexpr sql::Query kListLabelVersions{"list_label_versions", R"sql(
  SELECT name, version, created_at, recorded_from, body, recorded_until, actor, reason
  FROM label_versions WHERE name = $1 AND version > $2 ORDER BY version LIMIT $3)sql"};

// Those of all clusters as known at $1, for a dump.
inline constexpr sql::Query kScanLabels{"scan_labels", R"sql(
  SELECT name, version, created_at, recorded_from, body, recorded_until FROM label_versions
  WHERE name > $2 AND recorded_from <= $1 AND (recorded_until IS NULL OR recorded_until > $1)
  ORDER BY name LIMIT $3)sql"};

inline constexpr sql::Query kInsertLabelVersion{"insert_label_version", R"sql(
  INSERT INTO label_versions (name, version, cluster, scheme, kind, recorded_from, created_at, body,
                              actor, reason)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
  ON CONFLICT (name, version) DO NOTHING RETURNING name)sql"};

// $2 is the present instant, which a clock that was set back may put before recorded_from.
inline constexpr sql::Query kCloseLabelVersion{"close_label_version", R"sql(
  UPDATE label_versions
  SET recorded_until = CASE WHEN recorded_from > $2 THEN recorded_from ELSE $2 END
  WHERE name = $1 AND recorded_until IS NULL
  RETURNING version, created_at, recorded_until)sql"};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_LABELS_QUERIES_H_
