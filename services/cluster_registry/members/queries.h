// The SQL of members. Runs on SQLite and PostgreSQL alike.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_MEMBERS_QUERIES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_MEMBERS_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::cluster_registry {

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

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_MEMBERS_QUERIES_H_
