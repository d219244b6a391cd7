// The SQL of label schemes. Runs on SQLite and PostgreSQL alike.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_LABEL_SCHEMES_QUERIES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_LABEL_SCHEMES_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::cluster_registry {

// As known at $2.
inline constexpr sql::Query kGetLabelScheme{"get_label_scheme", R"sql(
  SELECT name, version, created_at, recorded_from, body, recorded_until FROM label_scheme_versions
  WHERE name = $1 AND recorded_from <= $2 AND (recorded_until IS NULL OR recorded_until > $2))sql"};

// Every record version of each.
inline constexpr sql::Query kGetLabelSchemes{"get_label_schemes", R"sql(
  SELECT name, version, created_at, recorded_from, body, recorded_until FROM label_scheme_versions
  WHERE name IN)sql"};

inline constexpr sql::Query kListLabelSchemes{"list_label_schemes", R"sql(
  SELECT name, version, created_at, recorded_from, body, recorded_until FROM label_scheme_versions
  WHERE name > $1 AND recorded_until IS NULL ORDER BY name LIMIT $2)sql"};

inline constexpr sql::Query kInsertLabelSchemeVersion{"insert_label_scheme_version", R"sql(
  INSERT INTO label_scheme_versions (name, version, recorded_from, created_at, actor, reason, body)
  VALUES ($1, $2, $3, $4, $5, $6, $7)
  ON CONFLICT (name, version) DO NOTHING RETURNING name)sql"};

// $2 is the present instant, which a clock that was set back may put before recorded_from.
inline constexpr sql::Query kCloseLabelSchemeVersion{"close_label_scheme_version", R"sql(
  UPDATE label_scheme_versions
  SET recorded_until = CASE WHEN recorded_from > $2 THEN recorded_from ELSE $2 END
  WHERE name = $1 AND recorded_until IS NULL
  RETURNING version, created_at, recorded_until)sql"};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_LABEL_SCHEMES_QUERIES_H_
