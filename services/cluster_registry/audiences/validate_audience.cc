// The bounds of audience rules (A1).
#include <string>

#include "absl/strings/str_cat.h"
#include "services/cluster_registry/audiences/audience_rule.h"
#include "services/cluster_registry/validate.h"

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
  bool CountIn(const std::string& field, int count, int count_max) {
    return violations_.RequireRange(field, count, 1, count_max);
  }
  // 1 to `count_max` values, each of which stands check(path, value).
  template <class List, class Check>
  void Each(const std::string& field, const List& list, int count_max, const Check& check) {
    if (!CountIn(field, list.size(), count_max)) return;
    for (int i = 0; i < list.size(); ++i) check(absl::StrCat(field, "[", i, "]"), list.Get(i));
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
      return Each(field + ".country.countries", rule.country().countries(), kRuleCodesMax,
                  [&](const std::string& path, const std::string& country) {
                    RequireCountry(path, country, violations_);
                  });
    case AudienceRule::kLabel:
      return LabelPredicate(field + ".label", rule.label());
    case AudienceRule::kCluster:
      return Each(field + ".cluster.clusters", rule.cluster().clusters(), kRuleNamesMax,
                  [&](const std::string& path, const std::string& name) {
                    violations_.RequireResourceName(path, name, "clusters/*");
                  });
    case AudienceRule::kSector:
      return Each(field + ".sector.sectors", rule.sector().sectors(), kRuleCodesMax,
                  [&](const std::string& path, const v1::Code& code) {
                    violations_.RequireText(path + ".scheme", code.scheme(), 64);
                    violations_.OptionalText(path + ".version", code.version(), 64);
                    violations_.RequireText(path + ".code", code.code(), 64);
                  });
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
      return Each(field + ".language.languages", rule.language().languages(), kRuleCodesMax,
                  [&](const std::string& path, const std::string& language) {
                    if (violations_.RequireText(path, language, 35)) {
                      violations_.OptionalLanguage(path, language);
                    }
                  });
    case AudienceRule::kPerson:
      return Each(field + ".person.contacts", rule.person().contacts(), kRuleNamesMax,
                  [&](const std::string& path, const std::string& name) {
                    violations_.RequireResourceName(path, name, "clusters/*/contacts/*");
                  });
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
