// The SQL of assessments and indicator sets. Runs on SQLite and PostgreSQL alike.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_QUERIES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::cluster_registry {

// Indicator sets.

inline constexpr sql::Query kGetIndicatorSet{"get_indicator_set", R"sql(
  SELECT name, version, created_at, created_at, body FROM indicator_sets WHERE name = $1)sql"};

// There are a few sets of each scheme: the filter does not need an index.
inline constexpr sql::Query kListIndicatorSets{"list_indicator_sets", R"sql(
  SELECT name, version, created_at, created_at, body FROM indicator_sets
  WHERE name > $1 AND ($2 = '' OR scheme = $2) ORDER BY name LIMIT $3)sql"};

inline constexpr sql::Query kInsertIndicatorSet{"insert_indicator_set", R"sql(
  INSERT INTO indicator_sets (name, version, scheme, kind, set_version, created_at, body)
  VALUES ($1, 1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING name)sql"};

// Assessments.

inline constexpr sql::Query kGetAssessment{"get_assessment", R"sql(
  SELECT name, version, created_at, updated_at, body FROM assessments WHERE name = $1)sql"};

// Ends with IN for SelectMany.
inline constexpr sql::Query kGetAssessmentsNamed{"get_assessments_named", R"sql(
  SELECT name, version, created_at, updated_at, body FROM assessments WHERE (name) IN)sql"};

inline constexpr sql::Query kListAssessments{"list_assessments", R"sql(
  SELECT name, version, created_at, updated_at, body FROM assessments
  WHERE cluster = $1 AND name > $2 ORDER BY name LIMIT $3)sql"};

inline constexpr sql::Query kInsertAssessment{"insert_assessment", R"sql(
  INSERT INTO assessments (name, cluster, version, indicator_set, decided_at, group_portfolio,
                           group_country, group_size, created_at, updated_at, body)
  VALUES ($1, $2, 1, $3, NULL, '', '', '', $4, $4, $5)
  ON CONFLICT (name) DO NOTHING RETURNING name)sql"};

inline constexpr sql::Query kUpdateAssessment{"update_assessment", R"sql(
  UPDATE assessments SET version = version + 1, decided_at = $2, group_portfolio = $3,
    group_country = $4, group_size = $5, updated_at = $6, body = $7
  WHERE name = $1 RETURNING version)sql"};

// Those decided before $2, in order of decision.
inline constexpr sql::Query kListDecisions{"list_decisions", R"sql(
  SELECT name, cluster, group_portfolio, group_country, group_size FROM assessments
  WHERE indicator_set = $1 AND decided_at < $2 ORDER BY decided_at, name LIMIT $3)sql"};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_QUERIES_H_
