// The SQL of successions. Runs on SQLite and PostgreSQL alike.
// Texts that end with VALUES are completed by InsertMany, those that end with IN by SelectMany
// (libs/sql/database.h).
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_SUCCESSIONS_QUERIES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_SUCCESSIONS_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::cluster_registry {

inline constexpr sql::Query kGetSuccession{"get_succession", R"sql(
  SELECT name, version, created_at, updated_at, body FROM successions WHERE name = $1)sql"};

// Those of cluster $2, or all when it is '' with a cluster that is no more internal than exposure
// $5; recorded up to $4. One part of the UNION is empty, so that each case uses its index.
inline constexpr sql::Query kListSuccessions{"list_successions", R"sql(
  SELECT c.succession AS name, s.version, s.created_at, s.updated_at, s.body
  FROM succession_clusters c JOIN successions s ON s.name = c.succession
  WHERE $2 <> '' AND c.cluster = $2 AND c.succession > $1 AND s.created_at <= $4
  UNION ALL
  SELECT name, version, created_at, updated_at, body FROM successions
  WHERE $2 = '' AND name > $1 AND created_at <= $4
    AND EXISTS (SELECT 1 FROM succession_clusters c JOIN clusters k ON k.name = c.cluster
                WHERE c.succession = successions.name AND k.exposure <= $5)
  ORDER BY name LIMIT $3)sql"};

inline constexpr sql::Query kListSuccessionsOfClusters{"list_successions_of_clusters", R"sql(
  SELECT s.name, s.version, s.created_at, s.updated_at, s.body
  FROM succession_clusters c JOIN successions s ON s.name = c.succession
  WHERE c.cluster IN)sql"};

inline constexpr sql::Query kListPendingSuccessions{"list_pending_successions", R"sql(
  SELECT name FROM successions WHERE settled_at IS NULL AND name > $1 ORDER BY name LIMIT $2)sql"};

inline constexpr sql::Query kInsertSuccession{"insert_succession", R"sql(
  INSERT INTO successions (name, version, created_at, updated_at, withdrawn, body)
  VALUES ($1, 1, $2, $2, FALSE, $3) ON CONFLICT (name) DO NOTHING RETURNING name)sql"};

inline constexpr sql::Query kUpdateSuccession{"update_succession", R"sql(
  UPDATE successions SET version = version + 1, updated_at = $2, settled_at = $3,
    withdrawn = $4, body = $5
  WHERE name = $1 RETURNING version)sql"};

inline constexpr sql::Query kInsertSuccessionClusters{
    "insert_succession_clusters",
    "INSERT INTO succession_clusters (cluster, succession, effective_on) VALUES"};

inline constexpr sql::Query kGetParticipations{"get_participations", R"sql(
  SELECT c.cluster, c.succession, c.effective_on, s.settled_at
  FROM succession_clusters c JOIN successions s ON s.name = c.succession
  WHERE c.cluster IN)sql"};

inline constexpr sql::Query kInsertSuccessionEdges{
    "insert_succession_edges",
    "INSERT INTO succession_edges (predecessor, successor, succession, effective_on, ends) VALUES"};

inline constexpr sql::Query kGetSuccessors{"get_successors", R"sql(
  SELECT predecessor, successor, succession, effective_on, ends FROM succession_edges
  WHERE predecessor IN)sql"};

inline constexpr sql::Query kDeleteSuccessionEdges{"delete_succession_edges", R"sql(
  DELETE FROM succession_edges WHERE succession = $1)sql"};

// Held until COMMIT: two successions that together would make a cycle come one after the other, and
// so do a succession and a cluster's end or return.
inline constexpr sql::Query kLockSuccessions{"lock_successions", R"sql(
  UPDATE succession_graph SET version = version + 1 WHERE name = 'successions'
  RETURNING version)sql"};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_SUCCESSIONS_QUERIES_H_
