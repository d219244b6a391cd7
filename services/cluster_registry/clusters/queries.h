// The SQL of clusters, their members and contacts. Runs on SQLite and PostgreSQL alike.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_QUERIES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::cluster_registry {

// Clusters. Filters that are '' (or 0) do not filter; $5 is whether to show deleted ones. All but
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

// Members.

inline constexpr sql::Query kGetMember{"get_member", R"sql(
  SELECT name, version, created_at, updated_at, body FROM members WHERE name = $1)sql"};

inline constexpr sql::Query kListMembers{"list_members", R"sql(
  SELECT name, version, created_at, updated_at, body FROM members
  WHERE cluster = $1 AND name > $2 ORDER BY name LIMIT $3)sql"};

inline constexpr sql::Query kInsertMember{"insert_member", R"sql(
  INSERT INTO members (name, cluster, version, created_at, updated_at, body)
  VALUES ($1, $2, 1, $3, $3, $4) ON CONFLICT (name) DO NOTHING RETURNING name)sql"};

inline constexpr sql::Query kUpdateMember{"update_member", R"sql(
  UPDATE members SET version = version + 1, updated_at = $2, body = $3 WHERE name = $1
  RETURNING version)sql"};

inline constexpr sql::Query kDeleteMember{"delete_member", R"sql(
  DELETE FROM members WHERE name = $1 RETURNING name)sql"};

// Contacts.

inline constexpr sql::Query kGetContact{"get_contact", R"sql(
  SELECT name, version, created_at, updated_at, body FROM contacts WHERE name = $1)sql"};

inline constexpr sql::Query kListContacts{"list_contacts", R"sql(
  SELECT name, version, created_at, updated_at, body FROM contacts
  WHERE cluster = $1 AND name > $2 ORDER BY name LIMIT $3)sql"};

// Those of all clusters, for an audience.
inline constexpr sql::Query kScanContacts{"scan_contacts", R"sql(
  SELECT name, version, created_at, updated_at, body FROM contacts
  WHERE name > $1 ORDER BY name LIMIT $2)sql"};

inline constexpr sql::Query kInsertContact{"insert_contact", R"sql(
  INSERT INTO contacts (name, cluster, version, created_at, updated_at, body)
  VALUES ($1, $2, 1, $3, $3, $4) ON CONFLICT (name) DO NOTHING RETURNING name)sql"};

inline constexpr sql::Query kUpdateContact{"update_contact", R"sql(
  UPDATE contacts SET version = version + 1, updated_at = $2, body = $3 WHERE name = $1
  RETURNING version)sql"};

inline constexpr sql::Query kDeleteContact{"delete_contact", R"sql(
  DELETE FROM contacts WHERE name = $1 RETURNING name)sql"};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_CLUSTERS_QUERIES_H_
