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

// Keeps the present version before it is replaced or removed at $2, unless it was never seen: it
// began at the same instant, or after it by a clock that was set back.
inline constexpr sql::Query kKeepInitiativeVersion{"keep_initiative_version", R"sql(
  INSERT INTO initiative_versions (name, version, created_at, recorded_from, recorded_until, body)
  SELECT name, version, created_at, updated_at, CAST($2 AS BIGINT), body FROM initiatives
  WHERE name = $1 AND updated_at < CAST($2 AS BIGINT))sql"};

// The version before the present one that was believed at $2.
inline constexpr sql::Query kGetInitiativeVersion{"get_initiative_version", R"sql(
  SELECT name, version, created_at, recorded_from, body FROM initiative_versions
  WHERE name = $1 AND recorded_from <= $2 AND recorded_until > $2
  ORDER BY recorded_from DESC LIMIT 1)sql"};

inline constexpr sql::Query kUpdateInitiative{"update_initiative", R"sql(
  UPDATE initiatives SET version = version + 1, body = $3,
    updated_at = CASE WHEN updated_at > $2 THEN updated_at ELSE $2 END
  WHERE name = $1 RETURNING version, updated_at)sql"};

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
