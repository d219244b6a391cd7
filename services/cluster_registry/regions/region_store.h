// Regions and their codes in the database; see store.h for errors and transactions.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_REGIONS_REGION_STORE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_REGIONS_REGION_STORE_H_

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/base/violations.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/region.pb.h"

namespace wici::cluster_registry {

// An empty field does not filter.
struct RegionFilter {
  std::string country;
  std::string code;
};

absl::StatusOr<v1::Region> ReadRegion(Reader& reader, std::string_view name);
absl::StatusOr<std::vector<v1::Region>> ReadRegions(Reader& reader, const RegionFilter& filter,
                                                    const Keyset& keyset);
// FAILED_PRECONDITION with reason REGION_CODE_TAKEN when another region has one of the codes.
absl::Status InsertRegion(Writer& writer, v1::Region& region);
absl::Status SaveRegion(Writer& writer, v1::Region& region);

// A number that every change of a region, committed before this snapshot, has moved up.
absl::StatusOr<std::int64_t> ReadRegionGeneration(Reader& reader);

// Those of the regions that exist, by one query.
absl::StatusOr<std::set<std::string>> FindRegions(Reader& reader,
                                                  const std::set<std::string>& names);

// What names a region: at `field` of a request, "regions/...", or "" for none.
struct RegionReference {
  std::string field;
  std::string region;
};
// Regions that do not exist become violations. What is no name of a region is passed over: that is
// said where the fields are checked.
absl::Status CheckRegions(Reader& reader, const std::vector<RegionReference>& references,
                          Violations& violations);
// The same for one.
absl::Status CheckRegion(Reader& reader, std::string_view field, const std::string& region,
                         Violations& violations);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_REGIONS_REGION_STORE_H_
