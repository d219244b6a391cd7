#include "services/cluster_registry/label_schemes/label_scheme_changes.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"

namespace wici::cluster_registry {
namespace {

// Without what may change freely; an end only when `before` was open.
v1::LabelPolicy Fixed(v1::LabelPolicy policy, const v1::LabelPolicy& before) {
  policy.clear_source();
  if (before.effective_until().empty()) policy.clear_effective_until();
  return policy;
}

v1::LabelIssuer Fixed(v1::LabelIssuer issuer, const v1::LabelIssuer& before) {
  issuer.clear_role();
  if (before.issues_until().empty()) issuer.clear_issues_until();
  return issuer;
}

const v1::LabelKind& Fixed(const v1::LabelKind& kind, const v1::LabelKind&) { return kind; }

template <class List>
void FindChanged(const char* name, const List& before, const List& after,
                 std::vector<FieldViolation>& changed) {
  int index = 0;
  for (const auto& old : before) {
    const std::string fixed = Fixed(old, old).SerializeAsString();
    const bool there = std::any_of(after.begin(), after.end(), [&](const auto& now) {
      return Fixed(now, old).SerializeAsString() == fixed;
    });
    if (!there) {
      changed.push_back({absl::StrCat("label_scheme.", name, "[", index, "]"),
                         "as it was recorded, it is changed or removed"});
    }
    ++index;
  }
}

}  // namespace

std::vector<FieldViolation> FindCorrections(const v1::LabelScheme& before,
                                            const v1::LabelScheme& after) {
  std::vector<FieldViolation> changed;
  FindChanged("kinds", before.kinds(), after.kinds(), changed);
  FindChanged("policies", before.policies(), after.policies(), changed);
  FindChanged("issuers", before.issuers(), after.issuers(), changed);
  return changed;
}

void CheckKindsStay(const v1::LabelScheme& before, const v1::LabelScheme& after,
                    Violations& violations) {
  for (const v1::LabelKind& kind : before.kinds()) {
    const bool there =
        std::any_of(after.kinds().begin(), after.kinds().end(),
                    [&](const v1::LabelKind& now) { return now.code() == kind.code(); });
    if (!there) violations.Add("label_scheme.kinds", kind.code() + " cannot be removed");
  }
}

}  // namespace wici::cluster_registry
