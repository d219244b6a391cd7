// The SQL of clusters. Runs on SQLite and PostgreSQL alike.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_QUERIES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::cluster_registry {

// Filters that are '' (or 0) do not filter; $5 is whether to show deleted ones. All but
// one part of the UNION are empty; together they let each case use its index.

inline constexpr sql::Query kGetCluster{"get_cluster", R"sql(
  SELECT name, version, created_at, updated_at, body, deleted_at, aggregate_version
  FROM clusters WHERE name = $1)sql"};

inline constexpr sql::Query kListClusters{"list_clusters", R"sql(
  SELECT name, version, created_at, updated_at, body, deleted_at, aggregate_version
  FROM clusters
  WHERE $3 <> '' AND home_region = $3 AND name > $1 AND ($2 = '' OR country = $2)
    AND (deleted_at IS NULL OR $5 = 1) AND ($4 = 0 OR state = $4)
  UNION ALL
  SELECT name, version, created_at, updated_at, body, deleted_at, aggregate_version
  FROM clusters
  WHERE $3 = '' AND $2 <> '' AND country = $2 AND name > $1
    AND (deleted_at IS NULL OR $5 = 1) AND ($4 = 0 OR state = $4)
  UNION ALL
  SELECT name, version, created_at, updated_at, body, deleted_at, aggregate_version
  FROM clusters
  WHERE $3 = '' AND $2 = '' AND name > $1
    AND (deleted_at IS NULL OR $5 = 1) AND ($4 = 0 OR state = $4)
  ORDER BY name LIMIT $6)sql"};

// The lock of an aggregate: the second writer waits for the first to commit.
inline constexpr sql::Query kLockCluster{"lock_cluster", R"sql(
  UPDATE clusters SET aggregate_version = aggregate_version + 1 WHERE name = $1
  RETURNING name, version, created_at, updated_at, body, deleted_at, aggregate_version)sql"};

inline constexpr sql::Query kInsertCluster{"insert_cluster", R"sql(
  INSERT INTO clusters (name, version, aggregate_version, state, country, home_region, created_at,
                        updated_at, body)
  VALUES ($1, 1, 1, $2, $3, $4, $5, $5, $6)
  ON CONFLICT (name) DO NOTHING RETURNING name)sql"};

inline constexpr sql::Query kUpdateCluster{"update_cluster", R"sql(
  UPDATE clusters SET version = version + 1, state = $2, country = $3, home_region = $4,
    updated_at = $5, deleted_at = $6, body = $7
  WHERE name = $1 RETURNING version)sql"};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_QUERIES_H_
