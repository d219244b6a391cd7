#include "services/cluster_registry/cluster_rules/mandates.h"

#include <algorithm>

#include "libs/base/clock.h"
#include "services/cluster_registry/partial_date.h"
#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {
namespace {

void ValidateDocument(const std::string& path, const v1::Evidence& document,
                      Violations& violations) {
  violations.OptionalText(Path(path, "sha256"), document.sha256(), 64);
  violations.OptionalText(Path(path, "media_type"), document.media_type(), kNameBytesMax);
  violations.OptionalText(Path(path, "uri"), document.uri(), kUriBytesMax);
  violations.OptionalDate(Path(path, "seen_on"), document.seen_on());
}

void ValidateMandate(const std::string& path, const v1::ManagementMandate& mandate,
                     Violations& violations) {
  const std::string who = Path(path, "organisation");
  const v1::ManagementOrganisation& organisation = mandate.organisation();
  violations.RequireText(Path(who, "legal_name"), organisation.legal_name(), kTitleBytesMax);
  violations.OptionalText(Path(who, "legal_form"), organisation.legal_form(), kNameBytesMax);
  CheckExternalIds(who, "identifiers", organisation.identifiers(), violations);
  CheckInterval(Path(path, "mandate_from"), mandate.mandate_from(), Path(path, "mandate_until"),
                mandate.mandate_until(), violations);
  if (!v1::ManagementMandate::Basis_IsValid(mandate.basis())) {
    violations.Add(Path(path, "basis"), "not a known value");
  }
  if (mandate.has_document()) {
    ValidateDocument(Path(path, "document"), mandate.document(), violations);
  }
}

DayInterval IntervalOf(const v1::ManagementMandate& mandate) {
  return MakeInterval(mandate.mandate_from(), mandate.mandate_until());
}

}  // namespace

void ValidateMandates(std::string_view field, const Mandates& mandates, Violations& violations) {
  CheckEach(field, "mandates", mandates, violations,
            [&](const std::string& path, const v1::ManagementMandate& mandate) {
              ValidateMandate(path, mandate, violations);
            });
  if (mandates.size() > kListMax) return;
  for (int later = 1; later < mandates.size(); ++later) {
    for (int earlier = 0; earlier < later; ++earlier) {
      if (!Overlap(IntervalOf(mandates[earlier]), IntervalOf(mandates[later]))) continue;
      violations.Add(Path(field, "mandates", later),
                     absl::StrCat("holds on a day of mandates[", earlier, "]"));
    }
  }
}

void SortMandates(Mandates& mandates) {
  std::stable_sort(mandates.begin(), mandates.end(),
                   [](const v1::ManagementMandate& a, const v1::ManagementMandate& b) {
                     return a.mandate_from() < b.mandate_from();
                   });
}

const v1::ManagementMandate* MandateOn(const Mandates& mandates, absl::CivilDay day) {
  const std::string on = FormatDate(day);
  const auto found =
      std::find_if(mandates.begin(), mandates.end(), [&](const v1::ManagementMandate& mandate) {
        return mandate.mandate_from() <= on &&
               (mandate.mandate_until().empty() || on <= mandate.mandate_until());
      });
  return found == mandates.end() ? nullptr : &*found;
}

std::vector<v1::MandateGap> MandateGapsUntil(const Mandates& mandates, absl::CivilDay day) {
  std::vector<v1::MandateGap> gaps;
  for (int i = 0; i < mandates.size(); ++i) {
    const auto until = ParseDate(mandates[i].mandate_until());
    if (!until || *until >= day) break;
    v1::MandateGap gap;
    gap.set_first_day(FormatDate(*until + 1));
    if (i + 1 < mandates.size()) {
      const auto next = ParseDate(mandates[i + 1].mandate_from());
      if (!next || *next == *until + 1) continue;
      gap.set_last_day(FormatDate(*next - 1));
    }
    gaps.push_back(std::move(gap));
  }
  return gaps;
}

void ShowManagementOn(absl::CivilDay day, v1::Cluster& cluster) {
  cluster.clear_mandate_gaps();
  if (cluster.mandates().empty()) return;
  cluster.clear_management_organisation();
  if (const v1::ManagementMandate* mandate = MandateOn(cluster.mandates(), day)) {
    *cluster.mutable_management_organisation() = mandate->organisation();
    cluster.mutable_management_organisation()->set_mandate_from(mandate->mandate_from());
  }
  for (v1::MandateGap& gap : MandateGapsUntil(cluster.mandates(), day)) {
    *cluster.add_mandate_gaps() = std::move(gap);
  }
}

}  // namespace wici::cluster_registry
