#include "services/cluster_registry/audiences/plans/audience_plan.h"

#include <algorithm>
#include <cstddef>
#include <map>

#include "absl/strings/str_cat.h"
#include "services/cluster_registry/labels/label_policy.h"

namespace wici::cluster_registry {
namespace {

using v1::AudienceRule;

AudiencePlan Everything() { return {ClusterRange{.value = {}, .kind = {}, .names = {}}}; }

ClusterRange Range(ClusterRange::By by, std::string value, std::string kind = "") {
  return {.by = by, .value = std::move(value), .kind = std::move(kind), .names = {}};
}

AudiencePlan Named(const std::set<std::string, std::less<>>& names) {
  ClusterRange range = Range(ClusterRange::By::kNames, "");
  range.names.assign(names.begin(), names.end());
  return {range};
}

// How many clusters a range may have, as far as its kind says. Only the order of these matters.
std::size_t Estimate(const AudiencePlan& plan) {
  std::size_t sum = 0;
  for (const ClusterRange& range : plan) {
    switch (range.by) {
      case ClusterRange::By::kNames:
        sum += range.names.size();
        break;
      case ClusterRange::By::kHomeRegion:
        sum += 30;
        break;
      case ClusterRange::By::kNoRegion:
        sum += 100;
        break;
      case ClusterRange::By::kCountry:
        sum += 2000;
        break;
      case ClusterRange::By::kLabel:
        sum += 5000;
        break;
      case ClusterRange::By::kEverything:
        return std::size_t{1} << 30;
    }
  }
  return sum;
}

AudiencePlan Union(std::vector<AudiencePlan> plans) {
  std::set<std::string, std::less<>> names;
  std::map<std::string, ClusterRange> ranges;
  bool named = false;
  for (AudiencePlan& plan : plans) {
    for (ClusterRange& range : plan) {
      if (range.by == ClusterRange::By::kEverything) return Everything();
      if (range.by == ClusterRange::By::kNames) {
        named = true;
        names.insert(range.names.begin(), range.names.end());
      } else {
        ranges.emplace(range.Id(), std::move(range));
      }
    }
  }
  AudiencePlan all = named ? Named(names) : AudiencePlan();
  for (auto& [id, range] : ranges) all.push_back(std::move(range));
  return all;
}

// Any of them will do: what one rule of a conjunction is false for, the conjunction is too.
AudiencePlan Cheapest(std::vector<AudiencePlan> plans) {
  return *std::min_element(
      plans.begin(), plans.end(),
      [](const AudiencePlan& a, const AudiencePlan& b) { return Estimate(a) < Estimate(b); });
}

// Places in the region or perhaps in it; and clusters of the country whose seat nobody knows.
AudiencePlan PlanRegion(const v1::RegionPredicate& predicate, const RegionMap& regions) {
  const RegionReach& reach = regions.ReachOf(RegionOf(predicate, regions));
  AudiencePlan plan;
  for (const auto& [place, answer] : reach.places) {
    if (answer.truth == Truth::kFalse) continue;
    plan.push_back(Range(ClusterRange::By::kHomeRegion, place));
  }
  plan.push_back(Range(ClusterRange::By::kNoRegion, reach.country));
  plan.push_back(Range(ClusterRange::By::kNoRegion, ""));
  return plan;
}

// The kinds asked about, and those that need an earlier one of them: see JudgeKind.
AudiencePlan PlanLabel(const v1::LabelPredicate& predicate, const v1::LabelScheme& scheme) {
  std::set<std::string> kinds = {predicate.kind()};
  if (predicate.op() == v1::LabelPredicate::OP_AT_LEAST) {
    const int rank = FindKind(scheme, predicate.kind())->rank();
    for (const v1::LabelKind& kind : scheme.kinds()) {
      if (kind.rank() > rank) kinds.insert(kind.code());
    }
  }
  std::set<std::string> found = kinds;
  for (const v1::LabelPolicy& policy : scheme.policies()) {
    for (const std::string& needed : policy.prerequisite_kinds()) {
      if (kinds.count(needed) > 0) found.insert(policy.kind());
    }
  }
  AudiencePlan plan;
  for (const std::string& kind : found) {
    plan.push_back(Range(ClusterRange::By::kLabel, scheme.name(), kind));
  }
  return plan;
}

AudiencePlan PlanCountry(const v1::CountryPredicate& predicate) {
  std::vector<AudiencePlan> plans;
  for (const std::string& country : predicate.countries()) {
    plans.push_back({Range(ClusterRange::By::kCountry, country)});
  }
  return Union(std::move(plans));
}

std::set<std::string, std::less<>> ClustersOf(const v1::PersonPredicate& predicate) {
  std::set<std::string, std::less<>> names;
  for (const std::string& contact : predicate.contacts()) {
    names.insert(contact.substr(0, contact.find("/contacts/")));
  }
  return names;
}

// Where the rule is not certainly `certain`: not certainly false when it is to hold, not certainly
// true below a negation.
class Planner {
 public:
  explicit Planner(const World& world) : world_(world) {}

  AudiencePlan Plan(const AudienceRule& rule, bool to_hold) const {
    switch (rule.node_case()) {
      case AudienceRule::kNegation:
        return Plan(rule.negation(), !to_hold);
      case AudienceRule::kAllOf:
        return PlanList(rule.all_of(), to_hold, to_hold);
      case AudienceRule::kAnyOf:
        return PlanList(rule.any_of(), to_hold, !to_hold);
      default:
        return to_hold ? PlanPredicate(rule) : Everything();
    }
  }

 private:
  AudiencePlan PlanList(const v1::AudienceRuleList& list, bool to_hold, bool all) const {
    std::vector<AudiencePlan> plans;
    for (const AudienceRule& rule : list.rules()) {
      // An exclusion only takes away.
      if (!rule.has_exclusion()) plans.push_back(Plan(rule, to_hold));
    }
    if (plans.empty()) return Everything();
    return all ? Cheapest(std::move(plans)) : Union(std::move(plans));
  }

  AudiencePlan PlanPredicate(const AudienceRule& rule) const {
    switch (rule.node_case()) {
      case AudienceRule::kRegion:
        return PlanRegion(rule.region(), *world_.regions);
      case AudienceRule::kCountry:
        return PlanCountry(rule.country());
      case AudienceRule::kLabel:
        return PlanLabel(rule.label(), world_.label_schemes.at(rule.label().scheme()));
      case AudienceRule::kCluster: {
        const auto& clusters = rule.cluster().clusters();
        return Named({clusters.begin(), clusters.end()});
      }
      case AudienceRule::kInitiative:
        return Named(ParticipantsOf(rule.initiative(), world_));
      case AudienceRule::kPerson:
        return Named(ClustersOf(rule.person()));
      default:
        return Everything();
    }
  }

  const World& world_;
};

}  // namespace

std::string ClusterRange::Id() const {
  return absl::StrCat(static_cast<int>(by), "|", value, "|", kind);
}

bool ClusterRange::Has(const v1::Cluster& cluster, const std::set<LabelKey>& label_kinds) const {
  switch (by) {
    case By::kNames:
      return std::binary_search(names.begin(), names.end(), cluster.name());
    case By::kHomeRegion:
      return cluster.home_region() == value;
    case By::kNoRegion:
      return cluster.home_region().empty() && cluster.country() == value;
    case By::kCountry:
      return cluster.country() == value;
    case By::kLabel:
      return label_kinds.count({value, kind}) > 0;
    case By::kEverything:
      return true;
  }
  return false;
}

AudiencePlan PlanAudience(const AudienceRule& rule, const World& world) {
  return Planner(world).Plan(rule, true);
}

}  // namespace wici::cluster_registry
