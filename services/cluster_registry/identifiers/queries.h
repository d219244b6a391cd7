// The SQL of external identifiers. Runs on SQLite and PostgreSQL alike.
// Texts that end with VALUES are completed by InsertMany (libs/sql/database.h).
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_IDENTIFIERS_QUERIES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_IDENTIFIERS_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::cluster_registry {

inline constexpr sql::Query kReleaseExternalIds{"release_external_ids", R"sql(
  DELETE FROM external_ids WHERE party = $1)sql"};

// Followed by ON CONFLICT (collection, scheme, value) DO NOTHING RETURNING scheme, value.
inline constexpr sql::Query kClaimExternalIds{"claim_external_ids", R"sql(
  INSERT INTO external_ids (collection, scheme, value, party) VALUES)sql"};

inline constexpr sql::Query kGetExternalId{"get_external_id", R"sql(
  SELECT party FROM external_ids WHERE collection = $1 AND scheme = $2 AND value = $3)sql"};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_IDENTIFIERS_QUERIES_H_
