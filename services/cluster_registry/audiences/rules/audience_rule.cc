#include "services/cluster_registry/audiences/rules/audience_rule.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/cluster_registry/labels/label_policy.h"

namespace wici::cluster_registry {
namespace {

using v1::AudienceRule;

std::string_view FieldName(const AudienceRule& rule) {
  const auto* oneof = AudienceRule::descriptor()->FindOneofByName("node");
  const auto* field = AudienceRule::GetReflection()->GetOneofFieldDescriptor(rule, oneof);
  return field == nullptr ? "" : std::string_view(field->name());
}

std::string Below(const std::string& path, std::string_view step) {
  return path.empty() ? std::string(step) : absl::StrCat(path, ".", std::string(step));
}

// Calls visit(path, leaf) for each predicate below `rule`, exclusions included; paths are those of
// fields of the request.
template <class Visit>
void ForEachPredicate(const std::string& field, const AudienceRule& rule, const Visit& visit) {
  const auto each = [&](const v1::AudienceRuleList& list, const char* name) {
    for (int i = 0; i < list.rules_size(); ++i) {
      ForEachPredicate(absl::StrCat(field, ".", name, ".rules[", i, "]"), list.rules(i), visit);
    }
  };
  switch (rule.node_case()) {
    case AudienceRule::kAllOf:
      return each(rule.all_of(), "all_of");
    case AudienceRule::kAnyOf:
      return each(rule.any_of(), "any_of");
    case AudienceRule::kNegation:
      return ForEachPredicate(field + ".negation", rule.negation(), visit);
    case AudienceRule::kExclusion:
      return ForEachPredicate(field + ".exclusion", rule.exclusion(), visit);
    default:
      return visit(field, rule);
  }
}

void CheckCode(const std::string& field, const v1::RegionCodeReference& code,
               const RegionMap& regions, Violations& violations) {
  if (!regions.FindByCode(code.scheme(), code.version(), code.code()).empty()) return;
  const std::vector<std::string> others = regions.VersionsOfCode(code.scheme(), code.code());
  std::string text = "no region has this code in this version";
  if (!others.empty()) absl::StrAppend(&text, "; known in ", absl::StrJoin(others, ", "));
  violations.Add(field + ".region.code", text);
}

}  // namespace

RuleResources ResourcesOf(const AudienceRule& rule) {
  RuleResources resources;
  ForEachPredicate("", rule, [&](const std::string&, const AudienceRule& leaf) {
    if (leaf.has_region() && !leaf.region().has_code()) {
      resources.regions.insert(leaf.region().region());
    }
    if (leaf.has_label()) resources.label_schemes.insert(leaf.label().scheme());
    if (leaf.has_initiative()) resources.initiatives.insert(leaf.initiative().initiative());
  });
  return resources;
}

void CheckRuleInWorld(std::string_view field, const AudienceRule& rule, const World& world,
                      Violations& violations) {
  ForEachPredicate(std::string(field), rule, [&](const std::string& at, const AudienceRule& leaf) {
    if (leaf.has_label() &&
        FindKind(world.label_schemes.at(leaf.label().scheme()), leaf.label().kind()) == nullptr) {
      violations.Add(at + ".label.kind", "not a kind of the scheme");
    }
    if (leaf.has_region() && leaf.region().has_code()) {
      CheckCode(at, leaf.region().code(), *world.regions, violations);
    }
  });
}

RuleEvaluator::RuleEvaluator(const AudienceRule& rule, const World& world)
    : world_(world), root_(Prepare(rule, "")) {}

RuleEvaluator::Node RuleEvaluator::Prepare(const AudienceRule& rule, const std::string& path) {
  const std::string here = Below(path, FieldName(rule));
  Node node;
  switch (rule.node_case()) {
    case AudienceRule::kAllOf:
      return PrepareList(rule.all_of(), here, Kind::kAll);
    case AudienceRule::kAnyOf:
      return PrepareList(rule.any_of(), here, Kind::kAny);
    case AudienceRule::kNegation:
      node.kind = Kind::kNot;
      node.children.push_back(Prepare(rule.negation(), here));
      return node;
    case AudienceRule::kExclusion:
      node.kind = Kind::kExclusion;
      node.children.push_back(Prepare(rule.exclusion(), here));
      return node;
    default:
      node.predicate = predicates_.size();
      predicates_.push_back(PreparePredicate(rule, here, world_));
      return node;
  }
}

RuleEvaluator::Node RuleEvaluator::PrepareList(const v1::AudienceRuleList& list,
                                               const std::string& path, Kind kind) {
  Node node{.kind = kind, .children = {}};
  for (int i = 0; i < list.rules_size(); ++i) {
    node.children.push_back(Prepare(list.rules(i), absl::StrCat(path, "[", i, "]")));
  }
  return node;
}

bool RuleEvaluator::LooksAtLabels() const {
  return std::any_of(predicates_.begin(), predicates_.end(), [](const Predicate& predicate) {
    return predicate.of == Predicate::Of::kLabels;
  });
}

ClusterJudge::ClusterJudge(const RuleEvaluator& evaluator, const v1::Cluster& cluster)
    : evaluator_(evaluator), cluster_(cluster), outcomes_(evaluator.predicates_.size()) {
  for (std::size_t i = 0; i < outcomes_.size(); ++i) {
    const Predicate& predicate = evaluator_.predicates_[i];
    if (predicate.of == Predicate::Of::kCluster) {
      outcomes_[i] = AskCluster(predicate, evaluator_.world_, cluster_);
    }
  }
}

void ClusterJudge::SetLabels(absl::Span<const v1::Label> labels) {
  for (std::size_t i = 0; i < outcomes_.size(); ++i) {
    const Predicate& predicate = evaluator_.predicates_[i];
    if (predicate.of == Predicate::Of::kLabels) {
      outcomes_[i] = AskLabels(predicate, evaluator_.world_, labels);
    }
  }
}

// An exclusion takes no part in its list; it is kept for the end, where it wins.
Truth ClusterJudge::Fold(const RuleEvaluator::Node& node) {
  using Kind = RuleEvaluator::Kind;
  switch (node.kind) {
    case Kind::kPredicate:
      return outcomes_[node.predicate].truth;
    case Kind::kNot:
      return Not(Fold(node.children.front()));
    case Kind::kExclusion:
      excluded_ = Or(excluded_, Fold(node.children.front()));
      return Truth::kUnknown;
    default:
      break;
  }
  const bool all = node.kind == Kind::kAll;
  Truth truth = all ? Truth::kTrue : Truth::kFalse;
  for (const RuleEvaluator::Node& child : node.children) {
    const Truth one = Fold(child);
    if (child.kind == Kind::kExclusion) continue;
    truth = all ? And(truth, one) : Or(truth, one);
  }
  return truth;
}

Truth ClusterJudge::Ask(const v1::Contact* contact) {
  for (std::size_t i = 0; i < outcomes_.size(); ++i) {
    const Predicate& predicate = evaluator_.predicates_[i];
    if (predicate.of == Predicate::Of::kContact) {
      outcomes_[i] = AskContact(predicate, evaluator_.world_, cluster_.name(), contact);
    }
  }
  excluded_ = Truth::kFalse;
  const Truth truth = Fold(evaluator_.root_);
  return And(truth, Not(excluded_));
}

// Every predicate is in the answer, also when the first decides: the reasons are part of it.
RuleAnswer ClusterJudge::Explain(const v1::Contact& contact) {
  RuleAnswer answer;
  answer.truth = Ask(contact);
  for (std::size_t i = 0; i < outcomes_.size(); ++i) {
    const Predicate& predicate = evaluator_.predicates_[i];
    const Outcome& outcome = outcomes_[i];
    auto& results = outcome.truth == Truth::kTrue      ? answer.matched
                    : outcome.truth == Truth::kUnknown ? answer.unknown
                                                       : answer.failed;
    v1::PredicateResult& result = results.emplace_back();
    result.set_path(predicate.path);
    result.set_predicate(predicate.words);
    result.set_reason(std::string(outcome.reason));
    result.set_derived(outcome.derived);
    result.set_resource(outcome.resource);
  }
  return answer;
}

}  // namespace wici::cluster_registry
