#include "services/cluster_registry/regions/regions.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace wici::cluster_registry {
namespace {

std::string MakeNode(std::string_view scheme, std::string_view version, std::string_view code) {
  return absl::StrCat(std::string(scheme), "|", std::string(version), "|", std::string(code));
}

// Scheme and version of a node, with the bar that ends them.
std::string_view VersionOf(std::string_view node) { return node.substr(0, node.rfind('|') + 1); }

bool Intersect(const std::set<std::string>& a, const std::set<std::string>& b) {
  return std::any_of(a.begin(), a.end(),
                     [&](const std::string& node) { return b.count(node) > 0; });
}

}  // namespace

RegionMap::RegionMap(absl::Span<const v1::Region> regions) {
  for (const v1::Region& region : regions) {
    regions_.emplace(region.name(), region);
    for (const v1::RegionCode& code : region.codes()) AddCode(region, code);
    for (const v1::RegionSuccession& succession : region.successions()) AddSuccession(succession);
  }
  // The codes of one region are one area.
  for (const auto& [name, nodes] : codes_of_region_) {
    for (const Node& node : nodes) inside_[node].insert(nodes.begin(), nodes.end());
  }
}

void RegionMap::AddCode(const v1::Region& region, const v1::RegionCode& code) {
  const Node node = MakeNode(code.scheme(), code.version(), code.code());
  codes_of_region_[region.name()].insert(node);
  region_of_code_[node] = region.name();
  std::string parent = code.parent_code();
  // NUTS: two letters of the country, then one character a level.
  if (parent.empty() && code.scheme() == "NUTS" && code.code().size() > 2) {
    parent = code.code().substr(0, code.code().size() - 1);
  }
  if (!parent.empty()) {
    parent_.emplace(node, MakeNode(code.scheme(), code.version(), parent));
  }
}

void RegionMap::AddSuccession(const v1::RegionSuccession& succession) {
  const Node from =
      MakeNode(succession.scheme(), succession.from_version(), succession.from_code());
  const Node to = MakeNode(succession.scheme(), succession.to_version(), succession.to_code());
  switch (succession.kind()) {
    case v1::RegionSuccession::KIND_SAME:
      inside_[from].insert(to);
      inside_[to].insert(from);
      break;
    case v1::RegionSuccession::KIND_SPLIT:
      inside_[to].insert(from);
      split_into_[from].insert(to);
      break;
    case v1::RegionSuccession::KIND_MERGE:
      inside_[from].insert(to);
      break;
    default:
      shares_a_part_[from].insert(to);
      shares_a_part_[to].insert(from);
      break;
  }
}

bool RegionMap::Has(std::string_view region) const { return regions_.count(region) > 0; }

RegionMap::Nodes RegionMap::Containers(const Nodes& start) const {
  Nodes found;
  std::vector<Node> open(start.begin(), start.end());
  while (!open.empty()) {
    const Node node = std::move(open.back());
    open.pop_back();
    if (!found.insert(node).second) continue;
    if (const auto parent = parent_.find(node); parent != parent_.end()) {
      open.push_back(parent->second);
    } else if (node.rfind("NUTS|", 0) == 0 && node.size() - VersionOf(node).size() > 2) {
      // A level that no region stands for still joins those below it.
      open.push_back(node.substr(0, node.size() - 1));
    }
    if (const auto same = inside_.find(node); same != inside_.end()) {
      open.insert(open.end(), same->second.begin(), same->second.end());
    }
  }
  return found;
}

// Whether something that shares a part with `from` lies in `target`.
bool RegionMap::Touches(const Nodes& from, const Nodes& target) const {
  for (const Node& node : from) {
    const auto partial = shares_a_part_.find(node);
    if (partial != shares_a_part_.end() && Intersect(Containers(partial->second), target)) {
      return true;
    }
  }
  return false;
}

// Whether a code of `place` was split into parts of which all, or some, lie in `target`.
bool RegionMap::SplitsInto(const Nodes& place, const Nodes& target, bool all) const {
  for (const Node& node : place) {
    const auto parts = split_into_.find(node);
    if (parts == split_into_.end()) continue;
    const auto inside = [&](const Node& part) { return Intersect(Containers({part}), target); };
    if (all ? std::all_of(parts->second.begin(), parts->second.end(), inside)
            : std::any_of(parts->second.begin(), parts->second.end(), inside)) {
      return true;
    }
  }
  return false;
}

bool RegionMap::InsideOneVersion(const Node& inner, const Node& outer) const {
  for (Node node = inner;;) {
    if (node == outer) return true;
    const auto parent = parent_.find(node);
    if (parent != parent_.end()) {
      node = parent->second;
    } else if (node.rfind("NUTS|", 0) == 0 && node.size() - VersionOf(node).size() > 2) {
      node.pop_back();
    } else {
      return false;
    }
  }
}

// Two areas of one version are disjoint unless one contains the other.
bool RegionMap::Disjoint(const Nodes& place_containers, const Nodes& target_containers) const {
  for (const Node& place : place_containers) {
    for (const Node& target : target_containers) {
      if (VersionOf(place) == VersionOf(target) && !InsideOneVersion(place, target) &&
          !InsideOneVersion(target, place)) {
        return true;
      }
    }
  }
  return false;
}

const RegionMap::Nodes& RegionMap::CodesOf(const v1::Region& region) const {
  static const Nodes kNone;
  const auto found = codes_of_region_.find(region.name());
  return found == codes_of_region_.end() ? kNone : found->second;
}

// Of two regions of one country.
RegionAnswer RegionMap::Judge(const v1::Region& target, const v1::Region& place) const {
  if (place.name() == target.name()) return {Truth::kTrue, "SAME_REGION"};
  const Nodes& place_codes = CodesOf(place);
  const Nodes& target_codes = CodesOf(target);
  const Nodes place_containers = Containers(place_codes);
  if (Intersect(place_containers, target_codes) || SplitsInto(place_codes, target_codes, true)) {
    return {Truth::kTrue, "INSIDE"};
  }
  const Nodes target_containers = Containers(target_codes);
  if (Intersect(target_containers, place_codes)) return {Truth::kUnknown, "REGION_COARSE"};
  if (SplitsInto(place_codes, target_codes, false) || Touches(place_containers, target_codes) ||
      Touches(target_containers, place_codes)) {
    return {Truth::kUnknown, "REGION_PARTIAL"};
  }
  if (Disjoint(place_containers, target_containers)) return {Truth::kFalse, "OUTSIDE"};
  return {Truth::kUnknown, "REGION_NOT_COMPARABLE"};
}

const RegionReach& RegionMap::ReachOf(std::string_view target) const {
  MutexLock lock(mutex_);
  if (const auto known = reaches_.find(target); known != reaches_.end()) return *known->second;
  const v1::Region& region = regions_.at(std::string(target));
  auto reach = std::make_unique<RegionReach>();
  reach->country = region.country();
  for (const auto& [name, place] : regions_) {
    if (place.country() == region.country()) reach->places.emplace(name, Judge(region, place));
  }
  return *reaches_.emplace(std::string(target), std::move(reach)).first->second;
}

RegionAnswer RegionMap::Contains(std::string_view target, std::string_view place,
                                 std::string_view country) const {
  if (!Has(target)) return {Truth::kUnknown, "REGION_UNKNOWN"};
  const RegionReach& reach = ReachOf(target);
  if (const auto found = reach.places.find(place); found != reach.places.end()) {
    return found->second;
  }
  if (Has(place) || (!country.empty() && country != reach.country)) {
    return {Truth::kFalse, "OTHER_COUNTRY"};
  }
  return {Truth::kUnknown, "REGION_UNKNOWN"};
}

std::string RegionMap::FindByCode(std::string_view scheme, std::string_view version,
                                  std::string_view code) const {
  const auto found = region_of_code_.find(MakeNode(scheme, version, code));
  return found == region_of_code_.end() ? "" : found->second;
}

std::vector<std::string> RegionMap::VersionsOfCode(std::string_view scheme,
                                                   std::string_view code) const {
  std::vector<std::string> versions;
  for (const auto& [name, region] : regions_) {
    for (const v1::RegionCode& candidate : region.codes()) {
      if (candidate.scheme() == scheme && candidate.code() == code) {
        versions.push_back(candidate.version());
      }
    }
  }
  std::sort(versions.begin(), versions.end());
  return versions;
}

}  // namespace wici::cluster_registry
