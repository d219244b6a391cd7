// The SQL of initiatives. Runs on SQLite and PostgreSQL alike.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_INITIATIVES_QUERIES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_INITIATIVES_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::cluster_registry {

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

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_INITIATIVES_QUERIES_H_
