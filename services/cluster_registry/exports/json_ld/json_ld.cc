// Labels, members and initiatives; clusters stand in json_ld_clusters.cc.
#include "services/cluster_registry/exports/json_ld/json_ld.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "services/cluster_registry/exports/csv_dump.h"
#include "services/cluster_registry/exports/json_ld/json_ld_parts.h"
#include "services/cluster_registry/imports/files/cells.h"
#include "services/cluster_registry/labels/label_policy.h"
#include "services/cluster_registry/slug.h"

namespace wici::cluster_registry {
namespace {

using v1::Initiative;
using v1::InitiativeParticipant;
using v1::Member;

// "active" and "inactive" of schema.org on `today`; "" when the records do not say.
std::string_view StatusOf(const v1::Label& label, absl::CivilDay today) {
  constexpr std::string_view kActive = "schema:CertificationActive";
  constexpr std::string_view kInactive = "schema:CertificationInactive";
  const auto from = ParseDate(label.valid_from());
  const auto until = ParseDate(label.valid_until());
  if (until && *until < today) return kInactive;
  if (from && *from > today) return kInactive;
  bool suspended = false;
  for (const v1::LabelEvent& event : label.events()) {
    const auto day = ParseDate(event.effective_on());
    if (!day || *day > today) continue;
    if (event.type() == v1::LabelEvent::TYPE_REVOCATION) return kInactive;
    if (event.type() == v1::LabelEvent::TYPE_SUSPENSION) suspended = true;
    if (event.type() == v1::LabelEvent::TYPE_REINSTATEMENT) suspended = false;
  }
  if (suspended) return kInactive;
  return from && until ? kActive : "";
}

void WriteLabel(const v1::Label& label, const std::map<std::string, v1::LabelScheme>& schemes,
                absl::CivilDay today, JsonWriter& json) {
  std::string title = label.kind();
  std::string scheme_title = label.scheme();
  if (const auto scheme = schemes.find(label.scheme()); scheme != schemes.end()) {
    scheme_title = scheme->second.display_name();
    const v1::LabelKind* kind = FindKind(scheme->second, label.kind());
    if (kind != nullptr) title = absl::StrCat(label.kind(), ": ", kind->title());
  }
  json.Begin('{').Member("@id", label.name()).Type("schema:Certification");
  json.Member("schema:name", absl::StrCat(scheme_title, ", ", title));
  json.Reference("schema:about", ClusterOf(label.name()));
  json.Member("schema:certificationIdentification", label.certificate_number());
  if (!label.issuer().empty()) {
    json.Key("schema:issuedBy").Begin('{').Type("schema:Organization");
    json.Member("schema:name", label.issuer()).End('}');
  }
  json.Member("schema:auditDate", label.assessed_on());
  json.Member("schema:datePublished", label.issued_on());
  json.Member("schema:validFrom", label.valid_from());
  json.Member("schema:expires", label.valid_until());
  json.Reference("schema:certificationStatus", StatusOf(label, today));
  WriteSources(label.provenances(), json);
  json.End('}');
}

std::string_view TypeOf(Member::Kind kind) {
  switch (kind) {
    case Member::KIND_RESEARCH_INSTITUTE:
      return "schema:ResearchOrganization";
    case Member::KIND_UNIVERSITY:
      return "schema:CollegeOrUniversity";
    case Member::KIND_PUBLIC_BODY:
      return "schema:GovernmentOrganization";
    case Member::KIND_NGO:
      return "schema:NGO";
    default:
      return "schema:Organization";
  }
}

void WriteMember(const Member& member, JsonWriter& json) {
  json.Begin('{').Member("@id", member.name()).Type("org:Membership");
  json.Reference("org:organization", ClusterOf(member.name()));
  json.Key("org:member").Begin('{').Type(TypeOf(member.kind()));
  json.Member("schema:name", member.display_name());
  json.Member("schema:additionalType", GetCellField("kind", member));
  json.Member("schema:url", member.website());
  json.Reference("schema:location", member.region());
  std::vector<std::string> subjects;
  AddSubjects(member.sectors(), subjects);
  WriteTexts("legal:companyActivity", subjects, json);
  WriteTexts("schema:knowsAbout", member.competences(), json);
  WriteIdentifiers(member.identifiers(), json);
  json.End('}');
  WriteRole(GetCellField("role", member), json);
  WriteInterval(member.member_from(), member.member_until(), json);
  json.End('}');
}

std::string_view TypeOf(Initiative::Kind kind) {
  switch (kind) {
    case Initiative::KIND_NETWORK:
    case Initiative::KIND_PARTNERSHIP:
      return "org:OrganizationalCollaboration";
    case Initiative::KIND_COMPETENCE_CENTRE:
      return "schema:Organization";
    default:
      return "schema:Project";
  }
}

void WriteAmount(const v1::Money& money, JsonWriter& json) {
  json.Key("schema:amount").Begin('{').Type("schema:MonetaryAmount");
  json.Member("schema:currency", money.currency_code());
  json.Key("schema:value").Number(AmountOf(money)).End('}');
}

void WriteGrant(const Initiative& initiative, JsonWriter& json) {
  if (initiative.programme().empty() && initiative.grant_number().empty() &&
      !initiative.has_budget()) {
    return;
  }
  json.Key("schema:funding").Begin('{').Type("schema:MonetaryGrant");
  json.Member("schema:identifier", initiative.grant_number());
  if (!initiative.programme().empty()) {
    json.Key("schema:isPartOf").Begin('{').Type("schema:FundingScheme");
    json.Member("schema:name", initiative.programme()).End('}');
  }
  if (initiative.has_budget()) WriteAmount(initiative.budget(), json);
  json.End('}');
}

void WriteParticipant(const InitiativeParticipant& participant, JsonWriter& json) {
  json.Begin('{').Type("org:Membership").Key("org:member").Begin('{');
  json.Member("@id", participant.participant());
  if (participant.participant().empty()) json.Type("schema:Organization");
  json.Member("schema:name", participant.display_name()).End('}');
  WriteRole(GetCellField("role", participant), json);
  WriteInterval(participant.participates_from(), participant.participates_until(), json);
  if (participant.has_budget()) WriteAmount(participant.budget(), json);
  json.End('}');
}

void WriteInitiative(const Initiative& initiative, JsonWriter& json) {
  json.Begin('{').Member("@id", initiative.name()).Type(TypeOf(initiative.kind()));
  json.Member("schema:name", initiative.display_name());
  json.Member("schema:alternateName", initiative.acronym());
  WriteTranslations("skos:prefLabel", initiative.translated_names(), json);
  json.Member("legal:companyType", initiative.legal_form());
  json.Member("schema:description", initiative.description());
  json.Member("schema:foundingDate", initiative.starts_on());
  json.Member("schema:dissolutionDate", initiative.ends_on());
  json.Member("schema:url", initiative.website());
  WriteGrant(initiative, json);
  if (!initiative.participants().empty()) {
    json.Key("org:hasMembership").Begin('[');
    for (const InitiativeParticipant& participant : initiative.participants()) {
      WriteParticipant(participant, json);
    }
    json.End(']');
  }
  json.Member("dct:source", initiative.source());
  json.End('}');
}

}  // namespace

std::string LabelsAsJsonLd(absl::Span<const v1::Label> labels,
                           const std::map<std::string, v1::LabelScheme>& schemes,
                           absl::CivilDay today, std::string_view base_uri) {
  return JsonLdDocument(base_uri, [&](JsonWriter& json) {
    for (const v1::Label& label : labels) WriteLabel(label, schemes, today, json);
  });
}

std::string MembersAsJsonLd(absl::Span<const Member> members, std::string_view base_uri) {
  return JsonLdDocument(base_uri, [&](JsonWriter& json) {
    for (const Member& member : members) WriteMember(member, json);
  });
}

std::string InitiativesAsJsonLd(absl::Span<const Initiative> initiatives,
                                std::string_view base_uri) {
  return JsonLdDocument(base_uri, [&](JsonWriter& json) {
    for (const Initiative& initiative : initiatives) WriteInitiative(initiative, json);
  });
}

}  // namespace wici::cluster_registry
