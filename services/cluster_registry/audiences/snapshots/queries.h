// The SQL of frozen audiences. Runs on SQLite and PostgreSQL alike.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_SNAPSHOTS_QUERIES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_SNAPSHOTS_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::cluster_registry {

inline constexpr sql::Query kGetSnapshot{"get_audience_snapshot", R"sql(
  SELECT name, version, created_at, updated_at, body FROM audience_snapshots
  WHERE name = $1)sql"};

inline constexpr sql::Query kListSnapshots{"list_audience_snapshots", R"sql(
  SELECT name, version, created_at, updated_at, body FROM audience_snapshots
  WHERE name > $1 ORDER BY name LIMIT $2)sql"};

inline constexpr sql::Query kInsertSnapshot{"insert_audience_snapshot", R"sql(
  INSERT INTO audience_snapshots (name, version, created_at, updated_at, body)
  VALUES ($1, 1, $2, $2, $3) ON CONFLICT (name) DO NOTHING RETURNING name)sql"};

inline constexpr sql::Query kUpdateSnapshot{"update_audience_snapshot", R"sql(
  UPDATE audience_snapshots SET version = version + 1, updated_at = $2, body = $3
  WHERE name = $1 RETURNING version)sql"};

inline constexpr sql::Query kDeleteSnapshot{"delete_audience_snapshot", R"sql(
  DELETE FROM audience_snapshots WHERE name = $1 RETURNING version)sql"};

// Rows.

inline constexpr sql::Query kInsertSnapshotRows{"insert_audience_snapshot_rows", R"sql(
  INSERT INTO audience_snapshot_rows (name, snapshot, contact, version, pending, created_at,
    updated_at, body) VALUES)sql"};

inline constexpr sql::Query kGetSnapshotRow{"get_audience_snapshot_row", R"sql(
  SELECT name, version, created_at, updated_at, body FROM audience_snapshot_rows
  WHERE name = $1)sql"};

inline constexpr sql::Query kListSnapshotRows{"list_audience_snapshot_rows", R"sql(
  SELECT name, version, created_at, updated_at, body FROM audience_snapshot_rows
  WHERE snapshot = $1 AND name > $2 ORDER BY snapshot, name LIMIT $3)sql"};

inline constexpr sql::Query kListPendingRows{"list_pending_audience_rows", R"sql(
  SELECT name, version, created_at, updated_at, body FROM audience_snapshot_rows
  WHERE pending = 1 AND snapshot = $1 AND name > $2 ORDER BY snapshot, name LIMIT $3)sql"};

inline constexpr sql::Query kSnapshotRowsOfContacts{"audience_snapshot_rows_of_contacts", R"sql(
  SELECT name, version, created_at, updated_at, body FROM audience_snapshot_rows
  WHERE (snapshot, contact) IN)sql"};

inline constexpr sql::Query kDeleteSnapshotRows{"delete_audience_snapshot_rows", R"sql(
  DELETE FROM audience_snapshot_rows WHERE snapshot = $1)sql"};

inline constexpr sql::Query kUpdateSnapshotRow{"update_audience_snapshot_row", R"sql(
  UPDATE audience_snapshot_rows SET version = version + 1, pending = 0, updated_at = $2, body = $3
  WHERE name = $1 RETURNING version)sql"};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_SNAPSHOTS_QUERIES_H_
