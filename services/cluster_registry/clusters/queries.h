// The SQL of clusters. Runs on SQLite and PostgreSQL alike.
// Texts that end with IN are completed by SelectMany (libs/sql/database.h).
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_QUERIES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::cluster_registry {

inline constexpr sql::Query kGetCluster{"get_cluster", R"sql(
  SELECT name, version, created_at, updated_at, body, deleted_at, aggregate_version
  FROM clusters WHERE name = $1)sql"};

inline constexpr sql::Query kBatchGetClusters{"batch_get_clusters", R"sql(
  SELECT name, version, created_at, updated_at, body, deleted_at, aggregate_version
  FROM clusters WHERE name IN)sql"};

// Lists: after $1, no more internal than exposure $2, deleted ones too when $3 is 1, at most $4.
// One query for each set of filters, so that each walks along its own index; row values and the
// order by the filter's column leave the planner no other.

inline constexpr sql::Query kListClusters{"list_clusters", R"sql(
  SELECT name, version, created_at, updated_at, body, deleted_at, aggregate_version
  FROM clusters
  WHERE name > $1
    AND exposure <= $2 AND (deleted_at IS NULL OR $3 = 1)
  ORDER BY name LIMIT $4)sql"};

// For callers outside the registry: few of many clusters may be theirs to see. `exposure <= 2`
// names the partial index.
inline constexpr sql::Query kListOpenClusters{"list_open_clusters", R"sql(
  SELECT name, version, created_at, updated_at, body, deleted_at, aggregate_version
  FROM clusters
  WHERE exposure <= 2 AND name > $1
    AND exposure <= $2 AND (deleted_at IS NULL OR $3 = 1)
  ORDER BY name LIMIT $4)sql"};

inline constexpr sql::Query kListClustersInState{"list_clusters_in_state", R"sql(
  SELECT name, version, created_at, updated_at, body, deleted_at, aggregate_version
  FROM clusters
  WHERE (state, name) > ($5, $1) AND state <= $5
    AND exposure <= $2 AND (deleted_at IS NULL OR $3 = 1)
  ORDER BY state, name LIMIT $4)sql"};

inline constexpr sql::Query kListClustersOfCountry{"list_clusters_of_country", R"sql(
  SELECT name, version, created_at, updated_at, body, deleted_at, aggregate_version
  FROM clusters
  WHERE (country, name) > ($5, $1) AND country <= $5
    AND exposure <= $2 AND (deleted_at IS NULL OR $3 = 1)
  ORDER BY country, name LIMIT $4)sql"};

inline constexpr sql::Query kListClustersOfCountryInState{"list_clusters_of_country_in_state",
                                                          R"sql(
  SELECT name, version, created_at, updated_at, body, deleted_at, aggregate_version
  FROM clusters
  WHERE country = $5 AND (state, name) > ($6, $1) AND state <= $6
    AND exposure <= $2 AND (deleted_at IS NULL OR $3 = 1)
  ORDER BY state, name LIMIT $4)sql"};

// $6 is a country or '', $7 a state or 0.
inline constexpr sql::Query kListClustersOfRegion{"list_clusters_of_region", R"sql(
  SELECT name, version, created_at, updated_at, body, deleted_at, aggregate_version
  FROM clusters
  WHERE (home_region, name) > ($5, $1) AND home_region <= $5
    AND exposure <= $2 AND (deleted_at IS NULL OR $3 = 1)
    AND ($6 = '' OR country = $6) AND ($7 = 0 OR state = $7)
  ORDER BY home_region, name LIMIT $4)sql"};

// The lock of an aggregate: the second writer waits for the first to commit.
inline constexpr sql::Query kLockCluster{"lock_cluster", R"sql(
  UPDATE clusters SET aggregate_version = aggregate_version + 1 WHERE name = $1
  RETURNING name, version, created_at, updated_at, body, deleted_at, aggregate_version)sql"};

inline constexpr sql::Query kInsertCluster{"insert_cluster", R"sql(
  INSERT INTO clusters (name, version, aggregate_version, state, country, home_region, created_at,
                        updated_at, exposure, changed_by, change_kind, body)
  VALUES ($1, 1, 1, $2, $3, $4, $5, $5, $6, $7, $8, $9)
  ON CONFLICT (name) DO NOTHING RETURNING name)sql"};

// Keeps the present version before kUpdateCluster replaces it. $2 is the present instant, which a
// clock that was set back may put before the version began.
inline constexpr sql::Query kKeepClusterVersion{"keep_cluster_version", R"sql(
  INSERT INTO cluster_versions (name, version, country, home_region, exposure, created_at,
                                recorded_from, recorded_until, deleted_at, changed_by, change_kind,
                                body)
  SELECT name, version, country, home_region, exposure, created_at, updated_at,
    CASE WHEN updated_at > $2 THEN updated_at ELSE $2 END, deleted_at, changed_by, change_kind, body
  FROM clusters WHERE name = $1)sql"};

inline constexpr sql::Query kUpdateCluster{"update_cluster", R"sql(
  UPDATE clusters SET version = version + 1, state = $2, country = $3, home_region = $4,
    updated_at = CASE WHEN updated_at > $5 THEN updated_at ELSE $5 END, deleted_at = $6,
    exposure = $7, changed_by = $8, change_kind = $9, body = $10
  WHERE name = $1 RETURNING version, updated_at)sql"};

// The version before the present one that was believed at $2.
inline constexpr sql::Query kGetClusterVersion{"get_cluster_version", R"sql(
  SELECT name, version, created_at, recorded_from, body, deleted_at
  FROM cluster_versions
  WHERE name = $1 AND recorded_from <= $2 AND recorded_until > $2
  ORDER BY recorded_from DESC, version DESC LIMIT 1)sql"};

// The versions below version $2 that are no more internal than exposure $3, at most $4.
inline constexpr sql::Query kListClusterVersions{"list_cluster_versions", R"sql(
  SELECT name, version, created_at, recorded_from, body, deleted_at, recorded_until, changed_by,
    change_kind
  FROM cluster_versions WHERE name = $1 AND version < $2 AND exposure <= $3
  ORDER BY version DESC LIMIT $4)sql"};

inline constexpr sql::Query kGetPresentClusterVersion{"get_present_cluster_version", R"sql(
  SELECT name, version, created_at, updated_at, body, deleted_at, changed_by, change_kind
  FROM clusters WHERE name = $1 AND version < $2 AND exposure <= $3)sql"};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_QUERIES_H_
