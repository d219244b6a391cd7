#include "services/cluster_registry/cluster_rules/member_counts.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "services/cluster_registry/partial_date.h"

namespace wici::cluster_registry {
namespace {

// No date sorts before every date.
std::optional<absl::CivilDay> FirstDayOf(const v1::Quantity& count) {
  const auto range = ParsePartialDate(count.as_of());
  return range ? std::optional<absl::CivilDay>(range->first) : std::nullopt;
}

}  // namespace

std::vector<v1::Quantity> DeclaredOn(const Counts& counts, absl::CivilDay day) {
  std::map<std::pair<std::string, std::string>, std::vector<v1::Quantity>> newest;
  for (const v1::Quantity& count : counts) {
    const auto first = FirstDayOf(count);
    if (first && *first > day) continue;
    std::vector<v1::Quantity>& kept = newest[{count.definition(), count.source()}];
    if (!kept.empty() && FirstDayOf(kept.front()) > first) continue;
    if (!kept.empty() && FirstDayOf(kept.front()) < first) kept.clear();
    const bool known = std::any_of(kept.begin(), kept.end(), [&](const v1::Quantity& other) {
      return other.value() == count.value() && other.as_of() == count.as_of();
    });
    if (!known) kept.push_back(count);
  }
  std::vector<v1::Quantity> declared;
  for (auto& [key, kept] : newest) {
    for (v1::Quantity& count : kept) declared.push_back(std::move(count));
  }
  return declared;
}

std::vector<std::string> ConflictingDefinitions(const std::vector<v1::Quantity>& declared) {
  std::map<std::pair<std::string, std::string>, std::set<std::int64_t>> values;
  for (const v1::Quantity& count : declared) {
    values[{count.definition(), count.as_of()}].insert(count.value());
  }
  std::set<std::string> definitions;
  for (const auto& [key, different] : values) {
    if (different.size() > 1) definitions.insert(key.first);
  }
  return {definitions.begin(), definitions.end()};
}

}  // namespace wici::cluster_registry
