// The SQL of regions and their codes. Runs on SQLite and PostgreSQL alike.
// Texts that end with VALUES are completed by InsertMany, those that end with IN by SelectMany
// (libs/sql/database.h).
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_REGIONS_QUERIES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_REGIONS_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::cluster_registry {

// Regions.

inline constexpr sql::Query kGetRegion{"get_region", R"sql(
  SELECT name, version, created_at, updated_at, body FROM regions WHERE name = $1)sql"};

inline constexpr sql::Query kListRegions{"list_regions", R"sql(
  SELECT name, version, created_at, updated_at, body FROM regions
  WHERE name > $1 AND ($2 = '' OR country = $2)
    AND ($3 = '' OR name IN (SELECT region FROM region_codes WHERE code = $3))
  ORDER BY name LIMIT $4)sql"};

inline constexpr sql::Query kInsertRegion{"insert_region", R"sql(
  INSERT INTO regions (name, version, country, created_at, updated_at, body)
  VALUES ($1, 1, $2, $3, $3, $4) ON CONFLICT (name) DO NOTHING RETURNING name)sql"};

inline constexpr sql::Query kUpdateRegion{"update_region", R"sql(
  UPDATE regions SET version = version + 1, country = $2, updated_at = $3, body = $4
  WHERE name = $1 RETURNING version)sql"};

inline constexpr sql::Query kFindRegions{"find_regions", R"sql(
  SELECT name FROM regions WHERE name IN)sql"};

// Followed by ON CONFLICT (scheme, version, code) DO NOTHING RETURNING scheme, version, code.
inline constexpr sql::Query kInsertRegionCodes{"insert_region_codes", R"sql(
  INSERT INTO region_codes (scheme, version, code, region) VALUES)sql"};

inline constexpr sql::Query kGetRegionOfCode{"get_region_of_code", R"sql(
  SELECT region FROM region_codes WHERE scheme = $1 AND version = $2 AND code = $3)sql"};

inline constexpr sql::Query kDeleteRegionCodes{"delete_region_codes", R"sql(
  DELETE FROM region_codes WHERE region = $1)sql"};

// Moves with every change of a region, so that whoever keeps them in memory notices.

inline constexpr sql::Query kGetRegionGeneration{"get_region_generation", R"sql(
  SELECT generation FROM region_generation WHERE id = 1)sql"};

inline constexpr sql::Query kMoveRegionGeneration{"move_region_generation", R"sql(
  UPDATE region_generation SET generation = generation + 1 WHERE id = 1)sql"};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_REGIONS_QUERIES_H_
