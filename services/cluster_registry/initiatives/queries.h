// The SQL of initiatives. Runs on SQLite and PostgreSQL alike.
// Texts that end with VALUES are completed by InsertMany, those that end with IN by SelectMany
// (libs/sql/database.h).
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

inline constexpr sql::Query kListInitiativesOf{"list_initiatives_of", R"sql(
  SELECT i.name, i.version, i.created_at, i.updated_at, i.body
  FROM initiative_participants p JOIN initiatives i ON i.name = p.initiative
  WHERE p.participant = $1 AND p.initiative > $2 ORDER BY p.initiative LIMIT $3)sql"};

inline constexpr sql::Query kInsertInitiative{"insert_initiative", R"sql(
  INSERT INTO initiatives (name, version, created_at, updated_at, body)
  VALUES ($1, 1, $2, $2, $3) ON CONFLICT (name) DO NOTHING RETURNING name)sql"};

inline constexpr sql::Query kUpdateInitiative{"update_initiative", R"sql(
  UPDATE initiatives SET version = version + 1, updated_at = $2, body = $3 WHERE name = $1
  RETURNING version)sql"};

inline constexpr sql::Query kDeleteInitiative{"delete_initiative", R"sql(
  DELETE FROM initiatives WHERE name = $1 RETURNING version)sql"};

// Participants.

inline constexpr sql::Query kInsertParticipants{"insert_initiative_participants", R"sql(
  INSERT INTO initiative_participants (participant, initiative) VALUES)sql"};

inline constexpr sql::Query kDeleteParticipants{"delete_initiative_participants", R"sql(
  DELETE FROM initiative_participants WHERE initiative = $1)sql"};

inline constexpr sql::Query kFindClusters{"find_initiative_clusters", R"sql(
  SELECT name FROM clusters WHERE name IN)sql"};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_INITIATIVES_QUERIES_H_
