// Audience rules over contacts and clusters: three-valued, bounded, with reasons.
//
// Pure: everything a rule may look at is in Facts. Safe to call from any thread. Source: invariants
// A1 and A4 of the audience model.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_AUDIENCE_RULE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_AUDIENCE_RULE_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "libs/base/violations.h"
#include "services/cluster_registry/regions/regions.h"
#include "services/cluster_registry/three_valued.h"
#include "wici/cluster_registry/v1/audience.pb.h"
#include "wici/cluster_registry/v1/audience_service.pb.h"
#include "wici/cluster_registry/v1/cluster.pb.h"
#include "wici/cluster_registry/v1/contact.pb.h"
#include "wici/cluster_registry/v1/initiative.pb.h"
#include "wici/cluster_registry/v1/label.pb.h"
#include "wici/cluster_registry/v1/label_scheme.pb.h"

namespace wici::cluster_registry {

inline constexpr int kRuleNodesMax = 100;
inline constexpr int kRuleDepthMax = 10;
inline constexpr int kRuleCodesMax = 100;
inline constexpr int kRuleNamesMax = 1000;

// Adds every violation of `rule` below `field`: an empty node, too deep, too many nodes, a bad
// value. An unknown predicate is an error, never "match all" (A1).
void ValidateRule(std::string_view field, const v1::AudienceRule& rule, Violations& violations);

// The resources a rule names, which must exist before it is evaluated.
struct RuleResources {
  std::set<std::string> regions;
  std::set<std::string> label_schemes;
  std::set<std::string> initiatives;
};
RuleResources ResourcesOf(const v1::AudienceRule& rule);

// What holds for all candidates of one evaluation.
struct World {
  absl::CivilDay on_date;
  const RegionMap* regions = nullptr;
  std::map<std::string, v1::LabelScheme> label_schemes;  // by name
  std::map<std::string, v1::Initiative> initiatives;     // by name
};

// One candidate. `contact` is nullptr to ask what the rule says of the cluster alone: predicates
// over contacts are then unknown.
struct Candidate {
  const v1::Cluster* cluster = nullptr;
  const v1::Contact* contact = nullptr;
  absl::Span<const v1::Label> labels;  // of the cluster, as known at the instant asked
};

struct RuleAnswer {
  Truth truth = Truth::kUnknown;
  std::vector<v1::PredicateResult> matched;  // predicates that are true, in the order of the rule
  std::vector<v1::PredicateResult> unknown;  // predicates that are unknown
};

RuleAnswer EvaluateRule(const v1::AudienceRule& rule, const World& world,
                        const Candidate& candidate);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_AUDIENCE_RULE_H_
