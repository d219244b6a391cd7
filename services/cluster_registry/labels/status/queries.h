// The SQL of what a label status is decided from. Runs on SQLite and PostgreSQL alike.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_LABELS_STATUS_QUERIES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_LABELS_STATUS_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::cluster_registry {

// The scheme $2 and the labels of it that cluster $1 has, as known at $3, and the cluster itself as
// it is: one round trip for one question. The last column of scheme and cluster is the version of
// their aggregate.
inline constexpr sql::Query kGetLabelFacts{"get_label_facts", R"sql(
  SELECT name, version, created_at, recorded_from, body, recorded_until, version
  FROM label_scheme_versions
  WHERE name = $2 AND recorded_from <= $3 AND (recorded_until IS NULL OR recorded_until > $3)
  UNION ALL
  SELECT name, version, created_at, recorded_from, body, recorded_until, version
  FROM label_versions
  WHERE cluster = $1 AND scheme = $2
    AND recorded_from <= $3 AND (recorded_until IS NULL OR recorded_until > $3)
  UNION ALL
  SELECT name, version, created_at, updated_at, body, deleted_at, aggregate_version
  FROM clusters WHERE name = $1
  LIMIT $4)sql"};

// For many questions: which clusters there are, and every record version of their labels.
inline constexpr sql::Query kGetClustersKnown{"get_clusters_known", R"sql(
  SELECT name, created_at, body
  FROM clusters WHERE name IN)sql"};

inline constexpr sql::Query kGetLabelsOfClusters{"get_labels_of_clusters", R"sql(
  SELECT name, version, created_at, recorded_from, body, recorded_until, cluster
  FROM label_versions WHERE cluster IN)sql"};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_LABELS_STATUS_QUERIES_H_
