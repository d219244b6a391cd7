// The SQL of imports. Runs on SQLite and PostgreSQL alike.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_QUERIES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::cluster_registry {

// Imports.

inline constexpr sql::Query kGetImport{"get_import", R"sql(
  SELECT name, version, created_at, updated_at, body FROM imports WHERE name = $1)sql"};

inline constexpr sql::Query kListImports{"list_imports", R"sql(
  SELECT name, version, created_at, updated_at, body FROM imports
  WHERE name > $1 ORDER BY name LIMIT $2)sql"};

inline constexpr sql::Query kInsertImport{"insert_import", R"sql(
  INSERT INTO imports (name, version, state, lease_owner, lease_until, created_at, updated_at, body)
  VALUES ($1, 1, $2, '', 0, $3, $3, $4) ON CONFLICT (name) DO NOTHING RETURNING name)sql"};

inline constexpr sql::Query kUpdateImport{"update_import", R"sql(
  UPDATE imports SET version = version + 1, state = $2, updated_at = $3, body = $4 WHERE name = $1
  RETURNING version)sql"};

inline constexpr sql::Query kDeleteImport{"delete_import", R"sql(
  DELETE FROM imports WHERE name = $1 RETURNING version)sql"};

// One in state $1 that nobody else works on at $3.
inline constexpr sql::Query kFindWork{"find_import_work", R"sql(
  SELECT name FROM imports
  WHERE state = $1 AND (lease_owner = $2 OR lease_until <= $3) ORDER BY name LIMIT 1)sql"};

// Unless it left state $5 meanwhile.
inline constexpr sql::Query kClaimImport{"claim_import", R"sql(
  UPDATE imports SET lease_owner = $2, lease_until = $4
  WHERE name = $1 AND (lease_owner = $2 OR lease_until <= $3) AND state = $5
  RETURNING name, version, created_at, updated_at, body)sql"};

// Parts of their files.

inline constexpr sql::Query kInsertPart{"insert_import_part", R"sql(
  INSERT INTO import_parts (import, part, row_count, content) VALUES ($1, $2, $3, $4))sql"};

inline constexpr sql::Query kGetPart{"get_import_part", R"sql(
  SELECT content FROM import_parts WHERE import = $1 AND part = $2)sql"};

inline constexpr sql::Query kDeletePart{"delete_import_part", R"sql(
  DELETE FROM import_parts WHERE import = $1 AND part = $2)sql"};

inline constexpr sql::Query kDeleteParts{"delete_import_parts", R"sql(
  DELETE FROM import_parts WHERE import = $1)sql"};

// Reports.

inline constexpr sql::Query kSaveReport{"save_import_report", R"sql(
  INSERT INTO import_reports (import, part, body) VALUES ($1, $2, $3)
  ON CONFLICT (import, part) DO UPDATE SET body = excluded.body)sql"};

inline constexpr sql::Query kListReports{"list_import_reports", R"sql(
  SELECT body FROM import_reports WHERE import = $1 AND part >= $2 ORDER BY part LIMIT $3)sql"};

inline constexpr sql::Query kDeleteReports{"delete_import_reports", R"sql(
  DELETE FROM import_reports WHERE import = $1)sql"};

// What rows refer to.

inline constexpr sql::Query kCountriesOfClusters{"countries_of_clusters", R"sql(
  SELECT name, country FROM clusters WHERE name IN)sql"};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_QUERIES_H_
