// The SQL of exports. Runs on SQLite and PostgreSQL alike.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_EXPORTS_QUERIES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_EXPORTS_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::cluster_registry {

// The members of all clusters.
inline constexpr sql::Query kScanMembers{"scan_members", R"sql(
  SELECT name, version, created_at, updated_at, body FROM members
  WHERE name > $1 ORDER BY name LIMIT $2)sql"};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_EXPORTS_QUERIES_H_
