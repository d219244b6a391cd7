#include "services/cluster_registry/label_schemes/validate_label_scheme.h"

#include <set>
#include <string>

#include "services/cluster_registry/partial_date.h"
#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {
namespace {

bool IsKindCode(const std::string& text) {
  if (text.empty() || text.size() > 64 || text[0] < 'A' || text[0] > 'Z') return false;
  return text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string::npos;
}

void ValidateKind(const std::string& path, const v1::LabelKind& kind, std::set<std::string>& kinds,
                  Violations& violations) {
  if (!IsKindCode(kind.code())) {
    violations.Add(Path(path, "code"), "must be UPPER_SNAKE_CASE");
  } else if (!kinds.insert(kind.code()).second) {
    violations.Add(Path(path, "code"), "is there twice");
  }
  violations.RequireRange(Path(path, "rank"), kind.rank(), 1, 100);
  violations.RequireText(Path(path, "title"), kind.title(), kTitleBytesMax);
}

void ValidatePolicy(const std::string& path, const v1::LabelPolicy& policy,
                    const std::set<std::string>& kinds, Violations& violations) {
  if (kinds.count(policy.kind()) == 0)
    violations.Add(Path(path, "kind"), "not a kind of the scheme");
  CheckInterval(Path(path, "effective_from"), policy.effective_from(),
                Path(path, "effective_until"), policy.effective_until(), violations);
  violations.RequireRange(Path(path, "first_term_months"), policy.first_term_months(), 0, 1200);
  violations.RequireRange(Path(path, "renewal_term_months"), policy.renewal_term_months(), 0, 1200);
  violations.RequireRange(Path(path, "renewal_window_months"), policy.renewal_window_months(), 0,
                          1200);
  if (!v1::LabelPolicy::Anchor_IsValid(policy.anchor())) {
    violations.Add(Path(path, "anchor"), "not a known value");
  }
  CheckEach(path, "prerequisite_kinds", policy.prerequisite_kinds(), violations,
            [&](const std::string& element, const std::string& kind) {
              if (kinds.count(kind) == 0) violations.Add(element, "not a kind of the scheme");
              if (kind == policy.kind()) violations.Add(element, "a kind does not need itself");
            });
  const int months_min = policy.prerequisite_months_min();
  const int months_max = policy.prerequisite_months_max();
  violations.RequireRange(Path(path, "prerequisite_months_min"), months_min, 0, 1200);
  violations.RequireRange(Path(path, "prerequisite_months_max"), months_max, 0, 1200);
  if (months_max != 0 && months_max < months_min) {
    violations.Add(Path(path, "prerequisite_months_max"), "less than prerequisite_months_min");
  }
  violations.RequireRange(Path(path, "pass_ratio_milli"), policy.pass_ratio_milli(), 0, 1000);
  violations.RequireRange(Path(path, "min_assessors"), policy.min_assessors(), 0, 100);
  violations.RequireRange(Path(path, "improvement_areas"), policy.improvement_areas(), 0, 100);
  violations.RequireRange(Path(path, "indicator_count"), policy.indicator_count(), 0, 1000);
  violations.OptionalText(Path(path, "source"), policy.source(), kUriBytesMax);
}

void ValidateIssuer(const std::string& path, const v1::LabelIssuer& issuer,
                    Violations& violations) {
  violations.RequireText(Path(path, "display_name"), issuer.display_name(), kTitleBytesMax);
  OptionalPartialDate(violations, Path(path, "issues_from"), issuer.issues_from());
  OptionalPartialDate(violations, Path(path, "issues_until"), issuer.issues_until());
  const auto from = ParsePartialDate(issuer.issues_from());
  const auto until = ParsePartialDate(issuer.issues_until());
  if (from && until && until->last < from->first) {
    violations.Add(Path(path, "issues_until"), "lies before issues_from");
  }
  violations.OptionalText(Path(path, "role"), issuer.role(), kTitleBytesMax);
}

// Which policy holds on a day must be one answer.
void CheckPoliciesDisjoint(std::string_view field, const v1::LabelScheme& scheme,
                           Violations& violations) {
  const auto until = [](const v1::LabelPolicy& policy) {
    return policy.effective_until().empty() ? "9999-12-31" : policy.effective_until();
  };
  for (int i = 0; i < scheme.policies_size(); ++i) {
    for (int k = 0; k < i; ++k) {
      const v1::LabelPolicy& a = scheme.policies(i);
      const v1::LabelPolicy& b = scheme.policies(k);
      if (a.kind() == b.kind() && a.effective_from() <= until(b) &&
          b.effective_from() <= until(a)) {
        violations.Add(Path(field, "policies", i),
                       absl::StrCat("holds at the same time as policies[", k, "]"));
      }
    }
  }
}

}  // namespace

void ValidateLabelScheme(std::string_view field, const v1::LabelScheme& scheme,
                         Violations& violations) {
  violations.RequireText(Path(field, "display_name"), scheme.display_name(), kTitleBytesMax);
  violations.OptionalText(Path(field, "owner"), scheme.owner(), kTitleBytesMax);
  if (scheme.kinds().empty()) violations.Add(Path(field, "kinds"), "required");
  std::set<std::string> kinds;
  CheckEach(field, "kinds", scheme.kinds(), violations,
            [&](const std::string& path, const v1::LabelKind& kind) {
              ValidateKind(path, kind, kinds, violations);
            });
  CheckEach(field, "policies", scheme.policies(), violations,
            [&](const std::string& path, const v1::LabelPolicy& policy) {
              ValidatePolicy(path, policy, kinds, violations);
            });
  if (scheme.policies_size() <= kListMax) CheckPoliciesDisjoint(field, scheme, violations);
  CheckEach(field, "issuers", scheme.issuers(), violations,
            [&](const std::string& path, const v1::LabelIssuer& issuer) {
              ValidateIssuer(path, issuer, violations);
            });
  CheckProvenances(field, "provenances", scheme.provenances(), violations);
}

}  // namespace wici::cluster_registry
