// The bounds of audience rules (A1).
#include <string>

#include "absl/strings/str_cat.h"
#include "services/cluster_registry/audience_rule.h"

namespace wici::cluster_registry {
namespace {

using v1::AudienceRule;

class RuleCheck {
 public:
  explicit RuleCheck(Violations& violations) : violations_(violations) {}

  void Visit(const std::string& field, const AudienceRule& rule, int depth);
  int nodes() const { return nodes_; }

 private:
  void VisitList(const std::string& field, const v1::AudienceRuleList& list, int depth);
  void Predicate(const std::string& field, const AudienceRule& rule);
  void LabelPredicate(const std::string& field, const v1::LabelPredicate& predicate);
  void CountIn(const std::string& field, int count, int count_max) {
    violations_.RequireRange(field, count, 1, count_max);
  }

  Violations& violations_;
  int nodes_ = 0;
};

void RuleCheck::Visit(const std::string& field, const AudienceRule& rule, int depth) {
  ++nodes_;
  if (depth > kRuleDepthMax) {
    violations_.Add(field, absl::StrCat("deeper than ", kRuleDepthMax, " levels"));
    return;
  }
  switch (rule.node_case()) {
    case AudienceRule::NODE_NOT_SET:
      violations_.Add(field, "names no predicate this service knows");
      return;
    case AudienceRule::kAllOf:
      return VisitList(field + ".all_of", rule.all_of(), depth);
    case AudienceRule::kAnyOf:
      return VisitList(field + ".any_of", rule.any_of(), depth);
    case AudienceRule::kNegation:
      return Visit(field + ".negation", rule.negation(), depth + 1);
    default:
      return Predicate(field, rule);
  }
}

void RuleCheck::VisitList(const std::string& field, const v1::AudienceRuleList& list, int depth) {
  CountIn(field + ".rules", list.rules_size(), kRuleNodesMax);
  if (list.rules_size() > kRuleNodesMax) {
    nodes_ += list.rules_size();
    return;
  }
  for (int i = 0; i < list.rules_size(); ++i) {
    Visit(absl::StrCat(field, ".rules[", i, "]"), list.rules(i), depth + 1);
  }
}

void RuleCheck::Predicate(const std::string& field, const AudienceRule& rule) {
  switch (rule.node_case()) {
    case AudienceRule::kRole:
      if (rule.role().role() == v1::Contact::ROLE_UNSPECIFIED ||
          !v1::Contact::Role_IsValid(rule.role().role())) {
        violations_.Add(field + ".role.role", "required");
      }
      return;
    case AudienceRule::kRegion:
      violations_.RequireResourceName(field + ".region.region", rule.region().region(),
                                      "regions/*");
      return;
    case AudienceRule::kCountry:
      return CountIn(field + ".country.countries", rule.country().countries_size(), kRuleCodesMax);
    case AudienceRule::kLabel:
      return LabelPredicate(field + ".label", rule.label());
    case AudienceRule::kCluster:
      return CountIn(field + ".cluster.clusters", rule.cluster().clusters_size(), kRuleNamesMax);
    case AudienceRule::kSector:
      return CountIn(field + ".sector.sectors", rule.sector().sectors_size(), kRuleCodesMax);
    case AudienceRule::kInitiative:
      violations_.RequireResourceName(field + ".initiative.initiative",
                                      rule.initiative().initiative(), "initiatives/*");
      return;
    case AudienceRule::kMemberCount:
      if (rule.member_count().at_least() < 1) {
        violations_.Add(field + ".member_count.at_least", "must be 1 or more");
      }
      return;
    case AudienceRule::kLanguage:
      return CountIn(field + ".language.languages", rule.language().languages_size(),
                     kRuleCodesMax);
    case AudienceRule::kPerson:
      return CountIn(field + ".person.contacts", rule.person().contacts_size(), kRuleNamesMax);
    default:
      return;
  }
}

void RuleCheck::LabelPredicate(const std::string& field, const v1::LabelPredicate& predicate) {
  violations_.RequireResourceName(field + ".scheme", predicate.scheme(), "labelSchemes/*");
  violations_.RequireText(field + ".kind", predicate.kind(), 64);
  if (predicate.op() == v1::LabelPredicate::OP_UNSPECIFIED ||
      !v1::LabelPredicate::Op_IsValid(predicate.op())) {
    violations_.Add(field + ".op", "required");
  }
  violations_.OptionalDate(field + ".on_date", predicate.on_date());
}

}  // namespace

void ValidateRule(std::string_view field, const AudienceRule& rule, Violations& violations) {
  RuleCheck check(violations);
  check.Visit(std::string(field), rule, 1);
  if (check.nodes() > kRuleNodesMax) {
    violations.Add(field, absl::StrCat("more than ", kRuleNodesMax, " nodes"));
  }
}

}  // namespace wici::cluster_registry
