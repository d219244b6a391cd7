#include "services/cluster_registry/assessments/rules/assessors.h"

#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "libs/base/clock.h"
#include "services/cluster_registry/contacts/rules/roles.h"
#include "services/cluster_registry/partial_date.h"
#include "services/cluster_registry/slug.h"

namespace wici::cluster_registry {
namespace {

using Identifiers = google::protobuf::RepeatedPtrField<v1::ExternalId>;

bool SameName(std::string_view a, std::string_view b) {
  return !a.empty() && !b.empty() && MakeSlug(a) == MakeSlug(b);
}

bool Share(const Identifiers& a, const Identifiers& b) {
  return std::any_of(a.begin(), a.end(), [&](const v1::ExternalId& mine) {
    return std::any_of(b.begin(), b.end(), [&](const v1::ExternalId& theirs) {
      return mine.scheme() == theirs.scheme() && mine.value() == theirs.value();
    });
  });
}

// Whether `contact` is the assessor, whom `known` is elsewhere.
bool IsPerson(const v1::Contact& contact, const v1::Assessor& assessor, const v1::Contact* known) {
  if (contact.name() == assessor.person()) return true;
  if (!contact.person().empty() && contact.person() == assessor.person()) return true;
  if (known == nullptr) return false;
  return (!known->email().empty() && absl::EqualsIgnoreCase(contact.email(), known->email())) ||
         (!known->person().empty() && contact.person() == known->person());
}

bool IsMemberOn(const v1::Member& member, absl::CivilDay day) {
  const auto from = ParseDate(member.member_from());
  const auto until = ParseDate(member.member_until());
  return (!from || *from <= day) && (!until || day <= *until);
}

bool IsOf(const v1::Assessor& assessor, const v1::Cluster& cluster) {
  const std::string& organisation = assessor.organisation();
  if (SameName(organisation, cluster.display_name()) ||
      SameName(organisation, cluster.management_organisation().legal_name())) {
    return true;
  }
  for (const std::string& alias : cluster.aliases()) {
    if (SameName(organisation, alias)) return true;
  }
  for (const auto& [language, name] : cluster.translated_names()) {
    if (SameName(organisation, name)) return true;
  }
  return Share(assessor.identifiers(), cluster.external_ids()) ||
         Share(assessor.identifiers(), cluster.management_organisation().identifiers());
}

bool SameOrganisation(const v1::Assessor& a, const v1::Assessor& b) {
  return SameName(a.organisation(), b.organisation()) || Share(a.identifiers(), b.identifiers());
}

v1::SizeClass ClassOf(std::int64_t members) {
  if (members < 50) return v1::SIZE_CLASS_BELOW_50;
  return members < 150 ? v1::SIZE_CLASS_50_TO_149 : v1::SIZE_CLASS_FROM_150;
}

}  // namespace

std::string FindTie(const v1::Assessor& assessor, const v1::Contact* known,
                    const AssessedCluster& assessed, absl::CivilDay day) {
  for (const v1::Contact& contact : assessed.contacts) {
    if (IsPerson(contact, assessor, known) && HasRoleOn(contact, day)) return contact.name();
  }
  if (IsOf(assessor, assessed.cluster)) return assessed.cluster.name();
  for (const v1::Member& member : assessed.members) {
    if (IsMemberOn(member, day) && (SameName(assessor.organisation(), member.display_name()) ||
                                    Share(assessor.identifiers(), member.identifiers()))) {
      return member.name();
    }
  }
  return "";
}

int CountOrganisations(const v1::Assessment& assessment) {
  int count = 0;
  for (int i = 0; i < assessment.assessors_size(); ++i) {
    const auto& assessors = assessment.assessors();
    const bool known = std::any_of(
        assessors.begin(), assessors.begin() + i,
        [&](const v1::Assessor& earlier) { return SameOrganisation(earlier, assessors[i]); });
    if (!known) ++count;
  }
  return count;
}

std::vector<std::string> TeamNotices(const v1::Assessment& assessment, std::string_view country) {
  if (assessment.assessors_size() < 2) return {};
  const auto national =
      std::count_if(assessment.assessors().begin(), assessment.assessors().end(),
                    [&](const v1::Assessor& assessor) { return assessor.country() == country; });
  if (national == 0) return {absl::StrCat("no assessor is of ", std::string(country))};
  if (national == assessment.assessors_size()) {
    return {absl::StrCat("every assessor is of ", std::string(country))};
  }
  return {};
}

v1::SizeClass SizeOn(const AssessedCluster& assessed, absl::CivilDay day) {
  const auto members =
      std::count_if(assessed.members.begin(), assessed.members.end(),
                    [&](const v1::Member& member) { return IsMemberOn(member, day); });
  if (members > 0) return ClassOf(members);
  std::optional<absl::CivilDay> newest;
  v1::SizeClass size = v1::SIZE_CLASS_UNSPECIFIED;
  for (const v1::Quantity& declared : assessed.cluster.member_counts()) {
    if (!declared.definition().empty() && declared.definition() != "members") continue;
    const auto as_of = ParsePartialDate(declared.as_of());
    if (!as_of || as_of->last > day || (newest && as_of->last < *newest)) continue;
    newest = as_of->last;
    size = ClassOf(declared.value());
  }
  return size;
}

}  // namespace wici::cluster_registry
