// The bounds of audience rules (A1).
#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/cluster_registry/audiences/rules/audience_rule.h"
#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {
namespace {

using v1::AudienceRule;

class RuleCheck {
 public:
  explicit RuleCheck(Violations& violations) : violations_(violations) {}

  // `exclusion_may_stand`: in a list that is not below a negation or an exclusion.
  void Visit(const std::string& field, const AudienceRule& rule, int depth,
             bool exclusion_may_stand);
  int nodes() const { return nodes_; }

 private:
  void VisitList(const std::string& field, const v1::AudienceRuleList& list, int depth);
  void Exclusion(const std::string& field, const AudienceRule& rule, int depth,
                 bool exclusion_may_stand);
  void RegionPredicate(const std::string& field, const v1::RegionPredicate& predicate);
  void InitiativePredicate(const std::string& field, const v1::InitiativePredicate& predicate);
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
  int hidden_ = 0;  // how many negations and exclusions are above
};

void RuleCheck::Visit(const std::string& field, const AudienceRule& rule, int depth,
                      bool exclusion_may_stand) {
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
      ++hidden_;
      Visit(field + ".negation", rule.negation(), depth + 1, false);
      --hidden_;
      return;
    case AudienceRule::kExclusion:
      return Exclusion(field + ".exclusion", rule.exclusion(), depth, exclusion_may_stand);
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
  bool only_exclusions = list.rules_size() > 0;
  for (int i = 0; i < list.rules_size(); ++i) {
    Visit(absl::StrCat(field, ".rules[", i, "]"), list.rules(i), depth + 1, hidden_ == 0);
    only_exclusions = only_exclusions && list.rules(i).has_exclusion();
  }
  if (only_exclusions) violations_.Add(field + ".rules", "a rule beside the exclusions is needed");
}

void RuleCheck::Exclusion(const std::string& field, const AudienceRule& rule, int depth,
                          bool exclusion_may_stand) {
  if (!exclusion_may_stand) {
    violations_.Add(field, "stands in a list, not below a negation or another exclusion");
  }
  ++hidden_;
  Visit(field, rule, depth + 1, false);
  --hidden_;
}

void RuleCheck::RegionPredicate(const std::string& field, const v1::RegionPredicate& predicate) {
  if (!predicate.has_code()) {
    violations_.RequireResourceName(field + ".region", predicate.region(), "regions/*");
    return;
  }
  if (!predicate.region().empty()) violations_.Add(field, "either a region or a code, not both");
  violations_.RequireText(field + ".code.scheme", predicate.code().scheme(), 16);
  violations_.RequireText(field + ".code.version", predicate.code().version(), 16);
  violations_.RequireText(field + ".code.code", predicate.code().code(), 16);
}

void RuleCheck::InitiativePredicate(const std::string& field,
                                    const v1::InitiativePredicate& predicate) {
  violations_.RequireResourceName(field + ".initiative", predicate.initiative(), "initiatives/*");
  violations_.RequireRange(field + ".roles", predicate.roles_size(), 0, 10);
  for (int i = 0; i < std::min(predicate.roles_size(), 10); ++i) {
    const auto role = predicate.roles(i);
    RequireEnum(absl::StrCat(field, ".roles[", i, "]"), role,
                v1::InitiativeParticipant::Role_IsValid(role), violations_);
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
      return RegionPredicate(field + ".region", rule.region());
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
      return InitiativePredicate(field + ".initiative", rule.initiative());
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
  check.Visit(std::string(field), rule, 1, false);
  if (check.nodes() > kRuleNodesMax) {
    violations.Add(field, absl::StrCat("more than ", kRuleNodesMax, " nodes"));
  }
}

}  // namespace wici::cluster_registry
