// The SQL of offers, requests and interests. Runs on SQLite and PostgreSQL alike.
//
// States in query text: item 3 OPEN, 6 EXPIRED; interest 1 NEW, 2 ACCEPTED, 3 DECLINED, 5 EXPIRED.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_STORE_QUERIES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_STORE_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::cluster_registry {

// Items.

inline constexpr sql::Query kGetItem{"get_collaboration_item", R"sql(
  SELECT name, version, created_at, updated_at, body, state FROM collaboration_items
  WHERE name = $1)sql"};

inline constexpr sql::Query kGetItems{"get_collaboration_items", R"sql(
  SELECT name, version, created_at, updated_at, body, state FROM collaboration_items
  WHERE name IN)sql"};

// Filters that are 0 do not filter; $5 is today: an open item whose last day is past counts as
// expired.
inline constexpr sql::Query kListItemsOfCluster{"list_collaboration_items_of_cluster", R"sql(
  SELECT name, version, created_at, updated_at, body, state FROM collaboration_items
  WHERE cluster = $1 AND name > $2 AND ($3 = 0 OR kind = $3)
    AND ($4 = 0 OR (state = $4 AND (state <> 3 OR valid_until >= $5))
      OR ($4 = 6 AND state = 3 AND valid_until < $5))
  ORDER BY name LIMIT $6)sql"};

// Lists over all leave out what belongs to deleted clusters.

inline constexpr sql::Query kListItems{"list_collaboration_items", R"sql(
  SELECT name, version, created_at, updated_at, body, state FROM collaboration_items AS i
  WHERE name > $1 AND NOT EXISTS (
    SELECT 1 FROM clusters AS c WHERE c.name = i.cluster AND c.deleted_at IS NOT NULL)
  ORDER BY name LIMIT $2)sql"};

inline constexpr sql::Query kListItemsByKind{"list_collaboration_items_by_kind", R"sql(
  SELECT name, version, created_at, updated_at, body, state FROM collaboration_items AS i
  WHERE kind = $3 AND name > $1 AND NOT EXISTS (
    SELECT 1 FROM clusters AS c WHERE c.name = i.cluster AND c.deleted_at IS NOT NULL)
  ORDER BY name LIMIT $2)sql"};

inline constexpr sql::Query kListItemsByState{"list_collaboration_items_by_state", R"sql(
  SELECT name, version, created_at, updated_at, body, state FROM collaboration_items AS i
  WHERE state = $3 AND name > $1 AND (state <> 3 OR valid_until >= $4) AND NOT EXISTS (
    SELECT 1 FROM clusters AS c WHERE c.name = i.cluster AND c.deleted_at IS NOT NULL)
  UNION ALL
  SELECT name, version, created_at, updated_at, body, state FROM collaboration_items AS i
  WHERE $3 = 6 AND state = 3 AND name > $1 AND valid_until < $4 AND NOT EXISTS (
    SELECT 1 FROM clusters AS c WHERE c.name = i.cluster AND c.deleted_at IS NOT NULL)
  ORDER BY name LIMIT $2)sql"};

inline constexpr sql::Query kListItemsByKindState{"list_collaboration_items_by_kind_state", R"sql(
  SELECT name, version, created_at, updated_at, body, state FROM collaboration_items AS i
  WHERE kind = $5 AND state = $3 AND name > $1 AND (state <> 3 OR valid_until >= $4)
    AND NOT EXISTS (
    SELECT 1 FROM clusters AS c WHERE c.name = i.cluster AND c.deleted_at IS NOT NULL)
  UNION ALL
  SELECT name, version, created_at, updated_at, body, state FROM collaboration_items AS i
  WHERE $3 = 6 AND kind = $5 AND state = 3 AND name > $1 AND valid_until < $4 AND NOT EXISTS (
    SELECT 1 FROM clusters AS c WHERE c.name = i.cluster AND c.deleted_at IS NOT NULL)
  ORDER BY name LIMIT $2)sql"};

inline constexpr sql::Query kInsertItem{"insert_collaboration_item", R"sql(
  INSERT INTO collaboration_items (name, cluster, version, kind, state, valid_until, created_at,
                                   updated_at, body)
  VALUES ($1, $2, 1, $3, $4, $5, $6, $6, $7) ON CONFLICT (name) DO NOTHING RETURNING name)sql"};

inline constexpr sql::Query kUpdateItem{"update_collaboration_item", R"sql(
  UPDATE collaboration_items SET version = version + 1, kind = $2, state = $3, valid_until = $4,
    updated_at = $5, body = $6
  WHERE name = $1 RETURNING version)sql"};

inline constexpr sql::Query kDeleteItem{"delete_collaboration_item", R"sql(
  DELETE FROM collaboration_items WHERE name = $1 RETURNING name)sql"};

inline constexpr sql::Query kListItemsDue{"list_collaboration_items_due", R"sql(
  SELECT name FROM collaboration_items WHERE state = 3 AND valid_until < $1
  ORDER BY valid_until, name LIMIT $2)sql"};

inline constexpr sql::Query kExpireItem{"expire_collaboration_item", R"sql(
  UPDATE collaboration_items SET version = version + 1, state = 6, updated_at = $2
  WHERE name = $1 AND state = 3 AND valid_until < $3 RETURNING name)sql"};

// The market.

inline constexpr sql::Query kInsertMarketTerms{
    "insert_market_terms",
    "INSERT INTO collaboration_market (term, kind, item) "
    "VALUES"};

inline constexpr sql::Query kDeleteMarketTerms{"delete_market_terms", R"sql(
  DELETE FROM collaboration_market WHERE item = $1)sql"};

inline constexpr sql::Query kFindInMarket{"find_in_market", R"sql(
  SELECT DISTINCT item FROM collaboration_market WHERE (term, kind) IN)sql"};

// Interests.

inline constexpr sql::Query kGetInterest{"get_interest", R"sql(
  SELECT name, version, created_at, updated_at, body, state, expires_at
  FROM collaboration_interests WHERE name = $1)sql"};

inline constexpr sql::Query kListInterests{"list_interests", R"sql(
  SELECT name, version, created_at, updated_at, body, state, expires_at
  FROM collaboration_interests WHERE item = $1 AND name > $2 ORDER BY name LIMIT $3)sql"};

inline constexpr sql::Query kListExpressedInterests{"list_expressed_interests", R"sql(
  SELECT name, version, created_at, updated_at, body, state, expires_at
  FROM collaboration_interests
  WHERE interested_cluster = $1 AND name > $2 ORDER BY name LIMIT $3)sql"};

// Those that wait for an answer or were accepted: of one party at most one.
inline constexpr sql::Query kFindLiveInterest{"find_live_interest", R"sql(
  SELECT name, version, created_at, updated_at, body, state, expires_at
  FROM collaboration_interests WHERE item = $1 AND interested = $2 AND state < 3)sql"};

inline constexpr sql::Query kListLiveInterests{"list_live_interests", R"sql(
  SELECT name, version, created_at, updated_at, body, state, expires_at
  FROM collaboration_interests WHERE item = $1 AND state < 3 ORDER BY interested LIMIT $2)sql"};

inline constexpr sql::Query kInsertInterest{"insert_interest", R"sql(
  INSERT INTO collaboration_interests (name, item, interested, interested_cluster, version, state,
                                       expires_at, created_at, updated_at, body)
  VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $7, $8) ON CONFLICT (name) DO NOTHING RETURNING name)sql"};

inline constexpr sql::Query kUpdateInterest{"update_interest", R"sql(
  UPDATE collaboration_interests SET version = version + 1, state = $2, updated_at = $3, body = $4
  WHERE name = $1 RETURNING version)sql"};

inline constexpr sql::Query kListInterestsDue{"list_interests_due", R"sql(
  SELECT name FROM collaboration_interests WHERE state = 1 AND expires_at <= $1
  ORDER BY expires_at, name LIMIT $2)sql"};

inline constexpr sql::Query kExpireInterest{"expire_interest", R"sql(
  UPDATE collaboration_interests SET version = version + 1, state = 5, updated_at = $2
  WHERE name = $1 AND state = 1 AND expires_at <= $2 RETURNING name)sql"};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_STORE_QUERIES_H_
