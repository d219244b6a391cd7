// Every SQL text of the cluster registry, by name. Runs on SQLite and PostgreSQL alike.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_QUERIES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_QUERIES_H_

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

// Labels as known at $2.

inline constexpr sql::Query kGetLabel{"get_label", R"sql(
  SELECT name, version, created_at, recorded_from, body, recorded_until FROM label_versions
  WHERE name = $1 AND recorded_from <= $2 AND (recorded_until IS NULL OR recorded_until > $2))sql"};

inline constexpr sql::Query kListLabels{"list_labels", R"sql(
  SELECT name, version, created_at, recorded_from, body, recorded_until FROM label_versions
  WHERE cluster = $1 AND name > $3
    AND recorded_from <= $2 AND (recorded_until IS NULL OR recorded_until > $2)
  ORDER BY name LIMIT $4)sql"};

// Those of all clusters as known at $1, for an audience.
inline constexpr sql::Query kScanLabels{"scan_labels", R"sql(
  SELECT name, version, created_at, recorded_from, body, recorded_until FROM label_versions
  WHERE name > $2 AND recorded_from <= $1 AND (recorded_until IS NULL OR recorded_until > $1)
  ORDER BY name LIMIT $3)sql"};

inline constexpr sql::Query kInsertLabelVersion{"insert_label_version", R"sql(
  INSERT INTO label_versions (name, version, cluster, scheme, kind, recorded_from, created_at, body)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
  ON CONFLICT (name, version) DO NOTHING RETURNING name)sql"};

// $2 is the present instant, which a clock that was set back may put before recorded_from.
inline constexpr sql::Query kCloseLabelVersion{"close_label_version", R"sql(
  UPDATE label_versions
  SET recorded_until = CASE WHEN recorded_from > $2 THEN recorded_from ELSE $2 END
  WHERE name = $1 AND recorded_until IS NULL
  RETURNING version, created_at, recorded_until)sql"};

// Label schemes.

inline constexpr sql::Query kGetLabelScheme{"get_label_scheme", R"sql(
  SELECT name, version, created_at, updated_at, body FROM label_schemes WHERE name = $1)sql"};

inline constexpr sql::Query kListLabelSchemes{"list_label_schemes", R"sql(
  SELECT name, version, created_at, updated_at, body FROM label_schemes
  WHERE name > $1 ORDER BY name LIMIT $2)sql"};

inline constexpr sql::Query kInsertLabelScheme{"insert_label_scheme", R"sql(
  INSERT INTO label_schemes (name, version, created_at, updated_at, body)
  VALUES ($1, 1, $2, $2, $3) ON CONFLICT (name) DO NOTHING RETURNING name)sql"};

// Regions.

inline constexpr sql::Query kGetRegion{"get_region", R"sql(
  SELECT name, version, created_at, updated_at, body FROM regions WHERE name = $1)sql"};

inline constexpr sql::Query kListRegions{"list_regions", R"sql(
  SELECT name, version, created_at, updated_at, body FROM regions
  WHERE name > $1 AND ($2 = '' OR country = $2)
    AND ($3 = '' OR name IN (SELECT region FROM region_codes WHERE code = $3))
  ORDER BY name LIMIT $4)sql"};

inline constexpr sql::Query kInsertRegion{"insert_region", R"sql(
  INSERT INTO regions (name, version, country, created_at, updated_at, body)
  VALUES ($1, 1, $2, $3, $3, $4) ON CONFLICT (name) DO NOTHING RETURNING name)sql"};

inline constexpr sql::Query kUpdateRegion{"update_region", R"sql(
  UPDATE regions SET version = version + 1, country = $2, updated_at = $3, body = $4
  WHERE name = $1 RETURNING version)sql"};

inline constexpr sql::Query kInsertRegionCode{"insert_region_code", R"sql(
  INSERT INTO region_codes (scheme, version, code, region) VALUES ($1, $2, $3, $4)
  ON CONFLICT (scheme, version, code) DO NOTHING RETURNING region)sql"};

inline constexpr sql::Query kGetRegionOfCode{"get_region_of_code", R"sql(
  SELECT region FROM region_codes WHERE scheme = $1 AND version = $2 AND code = $3)sql"};

inline constexpr sql::Query kDeleteRegionCodes{"delete_region_codes", R"sql(
  DELETE FROM region_codes WHERE region = $1)sql"};

// Initiatives.

inline constexpr sql::Query kGetInitiative{"get_initiative", R"sql(
  SELECT name, version, created_at, updated_at, body FROM initiatives WHERE name = $1)sql"};

inline constexpr sql::Query kListInitiatives{"list_initiatives", R"sql(
  SELECT name, version, created_at, updated_at, body FROM initiatives
  WHERE name > $1 ORDER BY name LIMIT $2)sql"};

inline constexpr sql::Query kInsertInitiative{"insert_initiative", R"sql(
  INSERT INTO initiatives (name, version, created_at, updated_at, body)
  VALUES ($1, 1, $2, $2, $3) ON CONFLICT (name) DO NOTHING RETURNING name)sql"};

inline constexpr sql::Query kUpdateInitiative{"update_initiative", R"sql(
  UPDATE initiatives SET version = version + 1, updated_at = $2, body = $3 WHERE name = $1
  RETURNING version)sql"};

inline constexpr sql::Query kDeleteInitiative{"delete_initiative", R"sql(
  DELETE FROM initiatives WHERE name = $1 RETURNING version)sql"};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_QUERIES_H_
