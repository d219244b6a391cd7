// Which clusters a rule can be about: a superset of those it is not certainly false for, as ranges
// that an index answers.
//
// Sound in all three values: a cluster for which the rule is TRUE or UNKNOWN, for any contact and
// any labels recorded, is in one of the ranges. So an unknown seat stays a candidate of a region,
// and a missing award stays one of a label that a higher kind needs. Pure; safe to call from any
// thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_PLANS_AUDIENCE_PLAN_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_PLANS_AUDIENCE_PLAN_H_

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "services/cluster_registry/audiences/rules/predicates.h"
#include "wici/cluster_registry/v1/audience.pb.h"
#include "wici/cluster_registry/v1/cluster.pb.h"

namespace wici::cluster_registry {

// Scheme and kind of a label.
using LabelKey = std::pair<std::string, std::string>;

// Clusters that an index finds, in the order of their names.
struct ClusterRange {
  enum class By { kNames, kHomeRegion, kNoRegion, kCountry, kLabel, kEverything };
  By by = By::kEverything;
  std::string value;               // the region, the country or the scheme
  std::string kind;                // of the label
  std::vector<std::string> names;  // sorted

  // Tells ranges of one plan apart; the same for the same rule while regions are the same.
  std::string Id() const;
  // Whether the range has the cluster. `label_kinds` are those of all its labels, also of record
  // versions that no longer hold.
  bool Has(const v1::Cluster& cluster, const std::set<LabelKey>& label_kinds) const;
};

// Ranges may overlap; none is there twice.
using AudiencePlan = std::vector<ClusterRange>;

// `rule` is valid in `world`.
AudiencePlan PlanAudience(const v1::AudienceRule& rule, const World& world);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_PLANS_AUDIENCE_PLAN_H_
