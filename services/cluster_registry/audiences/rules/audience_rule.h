// Audience rules over contacts and clusters: three-valued, bounded, with reasons.
//
//   const RuleEvaluator evaluator(rule, world);
//   ClusterJudge judge(evaluator, cluster);
//   if (judge.Ask() == Truth::kFalse) return;  // whatever its labels and contacts are
//   judge.SetLabels(labels);
//   if (judge.Ask(contact) != Truth::kFalse) row = judge.Explain(contact);
//
// Pure: everything a rule may look at is given. Source: invariants A1 ("rule tree depth/size
// bounded; unknown predicate = error, never match all") and A4 ("evaluation is pure").
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_RULES_AUDIENCE_RULE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_RULES_AUDIENCE_RULE_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "libs/base/violations.h"
#include "services/cluster_registry/audiences/rules/predicates.h"
#include "services/cluster_registry/three_valued.h"
#include "wici/cluster_registry/v1/audience.pb.h"
#include "wici/cluster_registry/v1/audience_service.pb.h"

namespace wici::cluster_registry {

inline constexpr int kRuleNodesMax = 100;
inline constexpr int kRuleDepthMax = 10;
inline constexpr int kRuleCodesMax = 100;
inline constexpr int kRuleNamesMax = 1000;

// Adds every violation of `rule` below `field`: an empty node, too deep, too many nodes, a bad
// value, an exclusion out of place. An unknown predicate is an error, never "match all" (A1).
void ValidateRule(std::string_view field, const v1::AudienceRule& rule, Violations& violations);

// The resources a rule names, which must exist before it is evaluated.
struct RuleResources {
  std::set<std::string> regions;
  std::set<std::string> label_schemes;
  std::set<std::string> initiatives;
};
RuleResources ResourcesOf(const v1::AudienceRule& rule);

// What a rule names within the resources of `world`, which all exist: a kind of label that the
// scheme does not have, a code that its version does not have.
void CheckRuleInWorld(std::string_view field, const v1::AudienceRule& rule, const World& world,
                      Violations& violations);

struct RuleAnswer {
  Truth truth = Truth::kUnknown;
  std::vector<v1::PredicateResult> matched;  // predicates that are true, in the order of the rule
  std::vector<v1::PredicateResult> unknown;  // predicates that are unknown
  std::vector<v1::PredicateResult> failed;   // predicates that are false
};

// A rule made ready: names are looked up once, not for each contact. Immutable; safe to use from
// any thread. `rule` is valid (ValidateRule, CheckRuleInWorld); it and `world` outlive the object.
class RuleEvaluator {
 public:
  RuleEvaluator(const v1::AudienceRule& rule, const World& world);

  bool LooksAtLabels() const;

 private:
  friend class ClusterJudge;
  enum class Kind { kAll, kAny, kNot, kExclusion, kPredicate };
  struct Node {
    Kind kind = Kind::kPredicate;
    std::vector<Node> children;
    std::size_t predicate = 0;  // index into predicates_
  };

  Node Prepare(const v1::AudienceRule& rule, const std::string& path);
  Node PrepareList(const v1::AudienceRuleList& list, const std::string& path, Kind kind);

  const World& world_;
  std::vector<Predicate> predicates_;  // in the order of the rule
  Node root_;
};

// What a rule says of one cluster and its contacts. What holds for all contacts of the cluster is
// asked once. Not thread-safe. The evaluator and the cluster outlive it.
class ClusterJudge {
 public:
  ClusterJudge(const RuleEvaluator& evaluator, const v1::Cluster& cluster);

  // The labels of the cluster, as known at the instant asked. Until then predicates over labels are
  // unknown.
  void SetLabels(absl::Span<const v1::Label> labels);

  // Of a contact; or of the cluster alone, where predicates over contacts are unknown. What is
  // false then is false for every contact, and what is false without labels is so with any.
  Truth Ask(const v1::Contact& contact) { return Ask(&contact); }
  Truth Ask() { return Ask(nullptr); }
  // The same with reasons.
  RuleAnswer Explain(const v1::Contact& contact);

 private:
  Truth Ask(const v1::Contact* contact);
  Truth Fold(const RuleEvaluator::Node& node);

  const RuleEvaluator& evaluator_;
  const v1::Cluster& cluster_;
  std::vector<Outcome> outcomes_;  // of evaluator_.predicates_
  Truth excluded_ = Truth::kFalse;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_RULES_AUDIENCE_RULE_H_
