// Where one region lies with respect to another, over versions of codes.
//
// Containment follows codes inside one version of one scheme only; versions are joined by the
// stable identity of a region and by its successions (R1). "PL1" of NUTS 2013 is thus no part of
// anything by the look of its letters. What the records do not decide is unknown: a place known
// more coarsely than the region asked for, a partial succession, versions that nothing joins.
//
// Built once from all regions; then the same for ever and safe to use from any thread. What a
// region contains is worked out when first asked for, and kept.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_REGIONS_REGIONS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_REGIONS_REGIONS_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "libs/base/mutex.h"
#include "services/cluster_registry/three_valued.h"
#include "wici/cluster_registry/v1/region.pb.h"

namespace wici::cluster_registry {

struct RegionAnswer {
  Truth truth = Truth::kUnknown;
  // SAME_REGION, INSIDE, OUTSIDE, OTHER_COUNTRY; unknown: REGION_UNKNOWN, REGION_COARSE,
  // REGION_PARTIAL, REGION_NOT_COMPARABLE.
  std::string_view reason;
};

// All places of the country of a region, each with whether it lies in that region.
struct RegionReach {
  std::string country;
  std::map<std::string, RegionAnswer, std::less<>> places;
};

class RegionMap {
 public:
  explicit RegionMap(absl::Span<const v1::Region> regions);

  bool Has(std::string_view region) const;
  // What `target`, which exists, contains. The reference lives as long as the map.
  const RegionReach& ReachOf(std::string_view target) const;
  // Whether `place` ("regions/...", or "" when nobody knows) lies in `target`. `country` is that of
  // the place, which may be known when its region is not; "" when it is not either.
  RegionAnswer Contains(std::string_view target, std::string_view place,
                        std::string_view country = {}) const;
  // The region with this code, or "".
  std::string FindByCode(std::string_view scheme, std::string_view version,
                         std::string_view code) const;
  // The versions of `scheme` that know `code`, oldest first: to explain a code of the wrong one.
  std::vector<std::string> VersionsOfCode(std::string_view scheme, std::string_view code) const;

 private:
  // A code in its version, "NUTS|2013|PL12".
  using Node = std::string;
  using Nodes = std::set<Node>;

  RegionAnswer Judge(const v1::Region& target, const v1::Region& place) const;
  const Nodes& CodesOf(const v1::Region& region) const;
  void AddCode(const v1::Region& region, const v1::RegionCode& code);
  void AddSuccession(const v1::RegionSuccession& succession);
  // Everything that certainly contains `start`, itself included.
  Nodes Containers(const Nodes& start) const;
  bool Touches(const Nodes& from, const Nodes& target) const;
  bool SplitsInto(const Nodes& place, const Nodes& target, bool all) const;
  bool Disjoint(const Nodes& place_containers, const Nodes& target_containers) const;
  bool InsideOneVersion(const Node& inner, const Node& outer) const;

  std::map<std::string, v1::Region, std::less<>> regions_;
  std::map<std::string, Nodes, std::less<>> codes_of_region_;
  std::map<Node, std::string> region_of_code_;
  std::map<Node, Node> parent_;          // inside one version
  std::map<Node, Nodes> inside_;         // same area, or a part of it in another version
  std::map<Node, Nodes> split_into_;     // old code to its complete new parts
  std::map<Node, Nodes> shares_a_part_;  // both directions

  mutable Mutex mutex_;
  mutable std::map<std::string, std::unique_ptr<const RegionReach>, std::less<>> reaches_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_REGIONS_REGIONS_H_
