#include "services/cluster_registry/eligibility/eligibility.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "libs/base/clock.h"
#include "services/cluster_registry/partial_date.h"

namespace wici::cluster_registry {
namespace {

using Criterion = v1::EligibilityCriterion;

Criterion MakeCriterion(Criterion::Kind kind, std::string_view required) {
  Criterion criterion;
  criterion.set_kind(kind);
  criterion.set_required(std::string(required));
  return criterion;
}

void Conclude(Criterion& criterion, Criterion::Outcome outcome, std::string found,
              std::string source) {
  criterion.set_outcome(outcome);
  criterion.set_found(std::move(found));
  criterion.set_source(std::move(source));
}

Criterion CheckFte(const v1::Cluster& cluster) {
  Criterion criterion = MakeCriterion(Criterion::KIND_MANAGEMENT_FTE,
                                      "at least 0.5 full-time equivalents of management");
  const std::string source = "management_fte_centi of the cluster";
  const std::int32_t fte = cluster.management_fte_centi();
  if (fte == 0) {
    Conclude(criterion, Criterion::OUTCOME_UNKNOWN, "no full-time equivalents are recorded",
             source);
    return criterion;
  }
  Conclude(criterion,
           fte >= kEligibleFteCenti ? Criterion::OUTCOME_MET : Criterion::OUTCOME_NOT_MET,
           absl::StrFormat("%d.%02d full-time equivalents", fte / 100, fte % 100), source);
  return criterion;
}

// What the cluster declared last before `on_date`, or on it: its newest number of members. A date
// of reduced precision counts from its first day, a number without a date is the oldest.
const v1::Quantity* DeclaredMembers(const v1::Cluster& cluster, absl::CivilDay on_date) {
  const v1::Quantity* newest = nullptr;
  absl::CivilDay newest_day;
  for (const v1::Quantity& count : cluster.member_counts()) {
    // Other definitions count a part of the members.
    if (!count.definition().empty() && count.definition() != "members") continue;
    const std::optional<DateRange> range = ParsePartialDate(count.as_of());
    const absl::CivilDay day = range ? range->first : absl::CivilDay::min();
    if (day > on_date || (newest != nullptr && day < newest_day)) continue;
    newest = &count;
    newest_day = day;
  }
  return newest;
}

std::string DeclaredText(const v1::Quantity& declared) {
  std::string text = absl::StrCat(declared.value(), " members are declared");
  if (!declared.as_of().empty()) absl::StrAppend(&text, " as of ", declared.as_of());
  if (!declared.source().empty()) absl::StrAppend(&text, " (", declared.source(), ")");
  return text;
}

// The memberships of the day, and what is declared beside them.
struct Membership {
  std::int64_t count = 0;
  std::int64_t committed_count = 0;
  const v1::Quantity* declared = nullptr;
  std::string source;

  // Whether the registry may miss members, so that their absence proves nothing.
  bool incomplete() const {
    return count == 0 || (declared != nullptr && declared->value() > count);
  }
  std::string Explain(std::string found) const {
    if (declared != nullptr) absl::StrAppend(&found, "; ", DeclaredText(*declared));
    return found;
  }
};

Membership CountMemberships(const v1::Cluster& cluster, const std::vector<v1::MemberCount>& counts,
                            absl::CivilDay on_date) {
  Membership membership;
  for (const v1::MemberCount& count : counts) {
    membership.count += count.count();
    membership.committed_count += count.committed_count();
  }
  membership.declared = DeclaredMembers(cluster, on_date);
  membership.source = "memberships open on " + FormatDate(on_date);
  if (membership.declared != nullptr) membership.source += "; member_counts of the cluster";
  return membership;
}

Criterion CheckMembers(const Membership& membership) {
  Criterion criterion =
      MakeCriterion(Criterion::KIND_COMMITTED_MEMBERS, "at least 15 committed members");
  Criterion::Outcome outcome = Criterion::OUTCOME_NOT_MET;
  if (membership.committed_count >= kEligibleMembers) {
    outcome = Criterion::OUTCOME_MET;
  } else if (membership.incomplete()) {
    outcome = Criterion::OUTCOME_UNKNOWN;
  }
  std::string found = absl::StrCat(membership.committed_count, " committed of ", membership.count,
                                   " recorded memberships");
  Conclude(criterion, outcome, membership.Explain(std::move(found)), membership.source);
  return criterion;
}

// The strand of the triple helix that a kind of member belongs to, or "": intermediaries belong to
// none.
std::string_view HelixOf(v1::Member::Kind kind) {
  switch (kind) {
    case v1::Member::KIND_MICRO_ENTERPRISE:
    case v1::Member::KIND_SMALL_ENTERPRISE:
    case v1::Member::KIND_MEDIUM_ENTERPRISE:
    case v1::Member::KIND_LARGE_ENTERPRISE:
    case v1::Member::KIND_INDIVIDUAL:
      return "business";
    case v1::Member::KIND_RESEARCH_INSTITUTE:
    case v1::Member::KIND_UNIVERSITY:
    case v1::Member::KIND_TECH_TRANSFER:
      return "research and education";
    case v1::Member::KIND_PUBLIC_BODY:
      return "public authorities";
    default:
      return "";
  }
}

Criterion CheckKinds(const Membership& membership, const std::vector<v1::MemberCount>& counts) {
  Criterion criterion =
      MakeCriterion(Criterion::KIND_MEMBER_KINDS,
                    "members of two of: business, research and education, public authorities");
  std::map<std::string_view, std::int64_t> helices;
  for (const v1::MemberCount& count : counts) {
    const std::string_view helix = HelixOf(count.kind());
    if (!helix.empty() && count.count() > 0) helices[helix] += count.count();
  }
  Criterion::Outcome outcome = Criterion::OUTCOME_NOT_MET;
  if (static_cast<int>(helices.size()) >= kEligibleHelices) {
    outcome = Criterion::OUTCOME_MET;
  } else if (membership.incomplete()) {
    outcome = Criterion::OUTCOME_UNKNOWN;
  }
  std::vector<std::string> parts;
  for (const auto& [helix, count] : helices) {
    parts.push_back(absl::StrCat(std::string(helix), ": ", count));
  }
  std::string found = parts.empty() ? "none of these is recorded" : absl::StrJoin(parts, ", ");
  Conclude(criterion, outcome, membership.Explain(std::move(found)), membership.source);
  return criterion;
}

Criterion CheckSite(const v1::Cluster& cluster) {
  Criterion criterion = MakeCriterion(Criterion::KIND_ENGLISH_SITE, "a web site in English");
  if (!cluster.website_en().empty()) {
    Conclude(criterion, Criterion::OUTCOME_MET, cluster.website_en(), "website_en of the cluster");
  } else if (!cluster.website().empty()) {
    Conclude(criterion, Criterion::OUTCOME_NOT_MET,
             absl::StrCat("a web site is recorded, none in English: ", cluster.website()),
             "website and website_en of the cluster");
  } else {
    Conclude(criterion, Criterion::OUTCOME_UNKNOWN, "no web site is recorded",
             "website and website_en of the cluster");
  }
  return criterion;
}

Criterion CheckProgramme(const v1::Cluster& cluster) {
  Criterion criterion =
      MakeCriterion(Criterion::KIND_PROGRAMME,
                    "a national or regional programme that recognises it, which waives the others");
  const auto& programmes = cluster.support_programmes();
  const bool any = !programmes.empty();
  Conclude(criterion, any ? Criterion::OUTCOME_MET : Criterion::OUTCOME_UNKNOWN,
           any ? absl::StrJoin(programmes, ", ") : "no programme is recorded",
           "support_programmes of the cluster");
  return criterion;
}

v1::Eligibility::Outcome OutcomeOf(const v1::Eligibility& eligibility) {
  bool missed = false;
  bool unknown = false;
  bool waived = false;
  for (const Criterion& criterion : eligibility.criteria()) {
    if (criterion.kind() == Criterion::KIND_PROGRAMME) {
      waived = criterion.outcome() == Criterion::OUTCOME_MET;
      continue;
    }
    missed = missed || criterion.outcome() == Criterion::OUTCOME_NOT_MET;
    unknown = unknown || criterion.outcome() == Criterion::OUTCOME_UNKNOWN;
  }
  if (!missed && !unknown) return v1::Eligibility::OUTCOME_ELIGIBLE;
  if (waived) return v1::Eligibility::OUTCOME_ELIGIBLE_BY_PROGRAMME;
  return missed ? v1::Eligibility::OUTCOME_NOT_ELIGIBLE : v1::Eligibility::OUTCOME_UNKNOWN;
}

}  // namespace

v1::Eligibility CheckEligibility(const v1::Cluster& cluster,
                                 const std::vector<v1::MemberCount>& counts,
                                 absl::CivilDay on_date) {
  const Membership membership = CountMemberships(cluster, counts, on_date);
  v1::Eligibility eligibility;
  eligibility.set_cluster(cluster.name());
  eligibility.set_on_date(FormatDate(on_date));
  *eligibility.add_criteria() = CheckFte(cluster);
  *eligibility.add_criteria() = CheckMembers(membership);
  *eligibility.add_criteria() = CheckKinds(membership, counts);
  *eligibility.add_criteria() = CheckSite(cluster);
  *eligibility.add_criteria() = CheckProgramme(cluster);
  eligibility.set_outcome(OutcomeOf(eligibility));
  return eligibility;
}

}  // namespace wici::cluster_registry
