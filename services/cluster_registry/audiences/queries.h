// The SQL of audiences: clusters of a range as known at an instant, and what belongs to a batch of
// clusters. Runs on SQLite and PostgreSQL alike.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_QUERIES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::cluster_registry {

// Ranges: living clusters after $1, at most $2, by name, of which the present version was known at
// $3.

inline constexpr sql::Query kRangeOfAll{"audience_range_of_all", R"sql(
  SELECT name, version, created_at, updated_at, body FROM clusters
  WHERE name > $1 AND deleted_at IS NULL AND updated_at <= $3 ORDER BY name LIMIT $2)sql"};

inline constexpr sql::Query kRangeOfCountry{"audience_range_of_country", R"sql(
  SELECT name, version, created_at, updated_at, body FROM clusters
  WHERE country = $4 AND name > $1 AND deleted_at IS NULL AND updated_at <= $3
  ORDER BY country, name LIMIT $2)sql"};

inline constexpr sql::Query kRangeOfRegion{"audience_range_of_region", R"sql(
  SELECT name, version, created_at, updated_at, body FROM clusters
  WHERE home_region = $4 AND name > $1 AND deleted_at IS NULL AND updated_at <= $3
  ORDER BY home_region, name LIMIT $2)sql"};

inline constexpr sql::Query kRangeWithoutRegion{"audience_range_without_region", R"sql(
  SELECT name, version, created_at, updated_at, body FROM clusters
  WHERE home_region = '' AND country = $4 AND name > $1 AND deleted_at IS NULL
    AND updated_at <= $3
  ORDER BY country, name LIMIT $2)sql"};

// The same among the versions before the present one.

inline constexpr sql::Query kPastRangeOfAll{"audience_past_range_of_all", R"sql(
  SELECT name, version, created_at, recorded_from, body FROM cluster_versions
  WHERE name > $1 AND deleted_at IS NULL AND recorded_from <= $3 AND recorded_until > $3
  ORDER BY name LIMIT $2)sql"};

inline constexpr sql::Query kPastRangeOfCountry{"audience_past_range_of_country", R"sql(
  SELECT name, version, created_at, recorded_from, body FROM cluster_versions
  WHERE country = $4 AND name > $1 AND deleted_at IS NULL
    AND recorded_from <= $3 AND recorded_until > $3
  ORDER BY country, name LIMIT $2)sql"};

inline constexpr sql::Query kPastRangeOfRegion{"audience_past_range_of_region", R"sql(
  SELECT name, version, created_at, recorded_from, body FROM cluster_versions
  WHERE home_region = $4 AND name > $1 AND deleted_at IS NULL
    AND recorded_from <= $3 AND recorded_until > $3
  ORDER BY home_region, name LIMIT $2)sql"};

inline constexpr sql::Query kPastRangeWithoutRegion{"audience_past_range_without_region", R"sql(
  SELECT name, version, created_at, recorded_from, body FROM cluster_versions
  WHERE home_region = '' AND country = $4 AND name > $1 AND deleted_at IS NULL
    AND recorded_from <= $3 AND recorded_until > $3
  ORDER BY country, name LIMIT $2)sql"};

// Of any record version, deleted clusters too.
inline constexpr sql::Query kRangeOfLabel{"audience_range_of_label", R"sql(
  SELECT DISTINCT cluster FROM label_versions
  WHERE scheme = $3 AND kind = $4 AND cluster > $1 ORDER BY cluster LIMIT $2)sql"};

// Batches, for SelectMany.

// Which versions there were, and then those that count.
inline constexpr sql::Query kVersionsOfClusters{"audience_versions_of_clusters", R"sql(
  SELECT name, version, recorded_from, recorded_until FROM cluster_versions
  WHERE deleted_at IS NULL AND (name) IN)sql"};

inline constexpr sql::Query kClusterVersions{"audience_cluster_versions", R"sql(
  SELECT name, version, created_at, recorded_from, body FROM cluster_versions
  WHERE (name, version) IN)sql"};

// All record versions: which one counts is decided by the instant asked about.
inline constexpr sql::Query kLabelsOfClusters{"audience_labels_of_clusters", R"sql(
  SELECT name, version, created_at, recorded_from, body, recorded_until, cluster, scheme, kind
  FROM label_versions WHERE (cluster) IN)sql"};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_QUERIES_H_
