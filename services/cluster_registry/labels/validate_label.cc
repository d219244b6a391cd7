#include "services/cluster_registry/labels/validate_label.h"

#include <set>

#include "libs/base/clock.h"
#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {
namespace {

bool IsKindCode(const std::string& text) {
  if (text.empty() || text.size() > 64 || text[0] < 'A' || text[0] > 'Z') return false;
  return text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string::npos;
}

void ValidatePolicy(const std::string& path, const v1::LabelPolicy& policy,
                    const std::set<std::string>& kinds, Violations& violations) {
  if (kinds.count(policy.kind()) == 0)
    violations.Add(Path(path, "kind"), "not a kind of the scheme");
  CheckInterval(Path(path, "effective_from"), policy.effective_from(),
                Path(path, "effective_until"), policy.effective_until(), violations);
  violations.RequireRange(Path(path, "first_term_months"), policy.first_term_months(), 1, 1200);
  violations.RequireRange(Path(path, "renewal_term_months"), policy.renewal_term_months(), 1, 1200);
  violations.RequireRange(Path(path, "renewal_window_months"), policy.renewal_window_months(), 0,
                          1200);
  RequireEnum(Path(path, "anchor"), policy.anchor(),
              v1::LabelPolicy::Anchor_IsValid(policy.anchor()), violations);
  CheckEach(path, "prerequisite_kinds", policy.prerequisite_kinds(), violations,
            [&](const std::string& element, const std::string& kind) {
              if (kinds.count(kind) == 0) violations.Add(element, "not a kind of the scheme");
            });
  violations.RequireRange(Path(path, "pass_ratio_milli"), policy.pass_ratio_milli(), 0, 1000);
  violations.RequireRange(Path(path, "min_assessors"), policy.min_assessors(), 0, 100);
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
  violations.RequireText(Path(field, "owner"), scheme.owner(), kTitleBytesMax);
  if (scheme.kinds().empty()) violations.Add(Path(field, "kinds"), "required");
  std::set<std::string> kinds;
  CheckEach(field, "kinds", scheme.kinds(), violations,
            [&](const std::string& path, const v1::LabelKind& kind) {
              if (!IsKindCode(kind.code())) {
                violations.Add(Path(path, "code"), "must be UPPER_SNAKE_CASE");
              } else if (!kinds.insert(kind.code()).second) {
                violations.Add(Path(path, "code"), "is there twice");
              }
              violations.RequireRange(Path(path, "rank"), kind.rank(), 1, 100);
              violations.RequireText(Path(path, "title"), kind.title(), kTitleBytesMax);
            });
  CheckEach(field, "policies", scheme.policies(), violations,
            [&](const std::string& path, const v1::LabelPolicy& policy) {
              ValidatePolicy(path, policy, kinds, violations);
            });
  if (scheme.policies_size() <= kListMax) CheckPoliciesDisjoint(field, scheme, violations);
  CheckEach(field, "issuers", scheme.issuers(), violations,
            [&](const std::string& path, const v1::LabelIssuer& issuer) {
              violations.RequireText(Path(path, "display_name"), issuer.display_name(),
                                     kTitleBytesMax);
              CheckInterval(Path(path, "issues_from"), issuer.issues_from(),
                            Path(path, "issues_until"), issuer.issues_until(), violations);
            });
}

void ValidateLabel(std::string_view field, const v1::Label& label, Violations& violations) {
  violations.RequireResourceName(Path(field, "scheme"), label.scheme(), "labelSchemes/*");
  violations.RequireText(Path(field, "kind"), label.kind(), 64);
  violations.OptionalText(Path(field, "name_as_printed"), label.name_as_printed(), kTitleBytesMax);
  violations.OptionalText(Path(field, "certificate_number"), label.certificate_number(),
                          kNameBytesMax);
  violations.OptionalText(Path(field, "portfolio"), label.portfolio(), kNameBytesMax);
  OptionalPartialDate(violations, Path(field, "assessed_on"), label.assessed_on());
  OptionalPartialDate(violations, Path(field, "issued_on"), label.issued_on());
  CheckInterval(Path(field, "valid_from"), label.valid_from(), Path(field, "valid_until"),
                label.valid_until(), violations);
  if (!v1::Label::TermBasis_IsValid(label.term_basis())) {
    violations.Add(Path(field, "term_basis"), "not a known value");
  }
  violations.OptionalText(Path(field, "issuer"), label.issuer(), kTitleBytesMax);
  violations.OptionalResourceName(Path(field, "assessment"), label.assessment(),
                                  "clusters/*/assessments/*");
  if (!v1::Label::Verification_IsValid(label.verification())) {
    violations.Add(Path(field, "verification"), "not a known value");
  }
  violations.OptionalDate(Path(field, "recheck_by"), label.recheck_by());
  CheckEach(field, "evidences", label.evidences(), violations,
            [&](const std::string& path, const v1::Evidence& evidence) {
              violations.OptionalText(Path(path, "sha256"), evidence.sha256(), 64);
              violations.OptionalText(Path(path, "media_type"), evidence.media_type(), 256);
              violations.OptionalText(Path(path, "uri"), evidence.uri(), kUriBytesMax);
              violations.OptionalDate(Path(path, "seen_on"), evidence.seen_on());
            });
  CheckProvenances(field, "provenances", label.provenances(), violations);
}

void ValidateLabelEvent(std::string_view field, const v1::LabelEvent& event,
                        Violations& violations) {
  RequireEnum(Path(field, "type"), event.type(), v1::LabelEvent::Type_IsValid(event.type()),
              violations);
  switch (event.type()) {
    case v1::LabelEvent::TYPE_SUSPENSION:
    case v1::LabelEvent::TYPE_REINSTATEMENT:
    case v1::LabelEvent::TYPE_REVOCATION:
      violations.RequireDate(Path(field, "effective_on"), event.effective_on());
      break;
    default:
      violations.OptionalDate(Path(field, "effective_on"), event.effective_on());
      break;
  }
  violations.RequireText(Path(field, "reason"), event.reason(), kUriBytesMax);
}

}  // namespace wici::cluster_registry
