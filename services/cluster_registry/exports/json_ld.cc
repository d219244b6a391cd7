#include "services/cluster_registry/exports/json_ld.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "services/cluster_registry/exports/csv_dump.h"
#include "services/cluster_registry/exports/json_writer.h"
#include "services/cluster_registry/imports/files/cells.h"
#include "services/cluster_registry/labels/label_policy.h"
#include "services/cluster_registry/slug.h"

namespace wici::cluster_registry {
namespace {

using v1::Initiative;
using v1::InitiativeParticipant;
using v1::Member;
using v1::Succession;

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kContext = {
    {{"schema", "https://schema.org/"},
     {"org", "http://www.w3.org/ns/org#"},
     {"legal", "http://www.w3.org/ns/legal#"},
     {"dct", "http://purl.org/dc/terms/"},
     {"skos", "http://www.w3.org/2004/02/skos/core#"},
     {"time", "http://www.w3.org/2006/time#"}}};

// A document around the nodes that `write` writes.
template <class Write>
std::string Document(std::string_view base_uri, const Write& write) {
  JsonWriter json;
  json.Begin('{').Key("@context").Begin('{');
  json.Member("@base", base_uri);
  for (const auto& [prefix, uri] : kContext) json.Member(prefix, uri);
  json.End('}').Key("@graph").Begin('[');
  write(json);
  json.End(']').End('}');
  return json.text();
}

template <class List>
void Texts(std::string_view name, const List& list, JsonWriter& json) {
  if (list.empty()) return;
  json.Key(name).Begin('[');
  for (const std::string& text : list) json.String(text);
  json.End(']');
}

// Translations by language, in the order of the languages.
template <class Map>
void Translations(std::string_view name, const Map& map, JsonWriter& json) {
  if (map.empty()) return;
  const std::map<std::string, std::string> sorted(map.begin(), map.end());
  json.Key(name).Begin('[');
  for (const auto& [language, text] : sorted) {
    json.Begin('{').Member("@value", text).Member("@language", language).End('}');
  }
  json.End(']');
}

template <class List>
void Identifiers(const List& ids, JsonWriter& json) {
  if (ids.empty()) return;
  json.Key("schema:identifier").Begin('[');
  for (const v1::ExternalId& id : ids) {
    json.Begin('{').Type("schema:PropertyValue");
    json.Member("schema:propertyID", id.scheme()).Member("schema:value", id.value()).End('}');
  }
  json.End(']');
}

void AddSubjects(const google::protobuf::RepeatedPtrField<v1::Code>& codes,
                 std::vector<std::string>& subjects) {
  for (const v1::Code& code : codes) {
    subjects.push_back(absl::StrCat(code.scheme(), code.version().empty() ? "" : " ",
                                    code.version(), " ", code.code()));
  }
}

template <class List>
void Sources(const List& provenances, JsonWriter& json) {
  std::vector<std::string> sources;
  for (const v1::Provenance& provenance : provenances) sources.push_back(provenance.source());
  Texts("dct:source", sources, json);
}

void WriteLegalEntity(const v1::ManagementOrganisation& organisation, JsonWriter& json) {
  json.Begin('{').Key("@type").Begin('[');
  json.String("legal:LegalEntity").String("org:FormalOrganization").End(']');
  json.Member("legal:legalName", organisation.legal_name());
  json.Member("legal:companyType", organisation.legal_form());
  Identifiers(organisation.identifiers(), json);
  json.End('}');
}

// Whether one cluster goes on under another name, form or coordinator.
bool GoesOn(const Succession& succession) {
  return succession.kind() != Succession::KIND_MERGE && succession.kind() != Succession::KIND_SPLIT;
}

bool IsOfManagement(const Succession& succession) {
  return succession.kind() == Succession::KIND_LEGAL_FORM ||
         succession.kind() == Succession::KIND_COORDINATOR_CHANGE;
}

bool ClusterIsIn(const v1::Cluster& cluster, const Succession& succession) {
  const auto& before = succession.predecessors();
  return std::find(before.begin(), before.end(), cluster.name()) != before.end();
}

// From one manager to the next: another coordinator, or another legal form.
void WriteManagementChanges(const v1::Cluster& cluster, absl::Span<const Succession> successions,
                            JsonWriter& json) {
  for (int i = 1; i < cluster.mandates_size(); ++i) {
    const v1::ManagementMandate& after = cluster.mandates(i);
    const bool told =
        std::any_of(successions.begin(), successions.end(), [&](const Succession& succession) {
          return IsOfManagement(succession) && ClusterIsIn(cluster, succession) &&
                 succession.effective_on() == after.mandate_from();
        });
    if (told) continue;
    json.Begin('{').Type("org:ChangeEvent");
    json.Reference("schema:about", cluster.name());
    json.Key("org:originalOrganization");
    WriteLegalEntity(cluster.mandates(i - 1).organisation(), json);
    json.Key("org:resultingOrganization");
    WriteLegalEntity(after.organisation(), json);
    json.Member("dct:date", after.mandate_from());
    json.End('}');
  }
}

// The clusters before or after; of one that goes on, what changed about it, in words.
void WriteSide(std::string_view property, const Succession& succession,
               const google::protobuf::RepeatedPtrField<std::string>& clusters,
               const std::string& words, JsonWriter& json) {
  if (!GoesOn(succession) && !clusters.empty()) {
    json.Key(property).Begin('[');
    for (const std::string& cluster : clusters) json.Begin('{').Member("@id", cluster).End('}');
    json.End(']');
  } else if (GoesOn(succession) && !words.empty()) {
    json.Key(property).Begin('{').Type("org:FormalOrganization");
    json.Member(succession.kind() == Succession::KIND_RENAME       ? "schema:name"
                : succession.kind() == Succession::KIND_LEGAL_FORM ? "legal:companyType"
                                                                   : "legal:legalName",
                words);
    json.End('}');
  }
}

void WriteSuccession(const Succession& succession, JsonWriter& json) {
  json.Begin('{').Member("@id", succession.name()).Type("org:ChangeEvent");
  json.Member("schema:additionalType", GetCellField("kind", succession));
  if (GoesOn(succession) && !succession.predecessors().empty()) {
    json.Reference("schema:about", succession.predecessors(0));
  }
  WriteSide("org:originalOrganization", succession, succession.predecessors(), succession.before(),
            json);
  WriteSide("org:resultingOrganization", succession, succession.successors(), succession.after(),
            json);
  json.Member("dct:date", succession.effective_on());
  Sources(succession.provenances(), json);
  json.End('}');
}

void WriteCluster(const v1::Cluster& cluster, absl::Span<const Succession> successions,
                  JsonWriter& json) {
  json.Begin('{').Member("@id", cluster.name()).Key("@type").Begin('[');
  json.String("schema:Organization").String("org:OrganizationalCollaboration").End(']');
  json.Member("schema:name", cluster.display_name());
  std::vector<std::string> names(cluster.aliases().begin(), cluster.aliases().end());
  if (!cluster.acronym().empty()) names.insert(names.begin(), cluster.acronym());
  Texts("schema:alternateName", names, json);
  Translations("skos:prefLabel", cluster.translated_names(), json);
  Translations("schema:description", cluster.descriptions(), json);
  json.Member("schema:foundingDate", cluster.founded_on());
  if (!cluster.country().empty()) {
    json.Key("schema:address").Begin('{').Type("schema:PostalAddress");
    json.Member("schema:addressCountry", cluster.country()).End('}');
  }
  json.Reference("schema:location", cluster.home_region());
  if (!cluster.operating_regions().empty()) {
    json.Key("schema:areaServed").Begin('[');
    for (const std::string& region : cluster.operating_regions()) {
      json.Begin('{').Member("@id", region).End('}');
    }
    json.End(']');
  }
  json.Member("schema:url", cluster.website());
  json.Member("schema:email", cluster.contact_email());
  std::vector<std::string> subjects;
  for (const auto* codes : {&cluster.sectors(), &cluster.ecosystems(), &cluster.technologies()}) {
    AddSubjects(*codes, subjects);
  }
  Texts("dct:subject", subjects, json);
  Texts("schema:knowsAbout", cluster.services(), json);
  Identifiers(cluster.external_ids(), json);
  if (!cluster.mandates().empty()) {
    json.Key("org:linkedTo");
    WriteLegalEntity(cluster.mandates(cluster.mandates_size() - 1).organisation(), json);
  }
  Sources(cluster.provenances(), json);
  json.End('}');
  WriteManagementChanges(cluster, successions, json);
}

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
  Sources(label.provenances(), json);
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

void WriteRole(const std::string& role, JsonWriter& json) {
  if (role.empty()) return;
  json.Key("org:role").Begin('{').Type("org:Role").Member("skos:notation", role).End('}');
}

void WriteInterval(const std::string& from, const std::string& until, JsonWriter& json) {
  if (from.empty() && until.empty()) return;
  json.Key("org:memberDuring").Begin('{').Type("time:Interval");
  for (const auto& [name, day] :
       {std::pair<const char*, const std::string&>{"time:hasBeginning", from},
        {"time:hasEnd", until}}) {
    if (day.empty()) continue;
    json.Key(name).Begin('{').Type("time:Instant").Member("time:inXSDDate", day).End('}');
  }
  json.End('}');
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
  Texts("legal:companyActivity", subjects, json);
  Texts("schema:knowsAbout", member.competences(), json);
  Identifiers(member.identifiers(), json);
  json.End('}');
  WriteRole(GetCellField("role", member), json);
  WriteInterval(member.member_from(), member.member_until(), json);
  json.End('}');
}

void WriteCount(const v1::Cluster& cluster, const v1::Quantity& count, JsonWriter& json) {
  json.Begin('{').Type("schema:Observation");
  json.Reference("schema:observationAbout", cluster.name());
  json.Member("schema:variableMeasured", count.definition());
  json.Key("schema:value").Number(absl::StrCat(count.value()));
  json.Member("schema:observationDate", count.as_of());
  json.Member("dct:source", count.source());
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
  Translations("skos:prefLabel", initiative.translated_names(), json);
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

std::string ClustersAsJsonLd(absl::Span<const v1::Cluster> clusters,
                             absl::Span<const Succession> successions, std::string_view base_uri) {
  return Document(base_uri, [&](JsonWriter& json) {
    for (const v1::Cluster& cluster : clusters) WriteCluster(cluster, successions, json);
    for (const Succession& succession : successions) WriteSuccession(succession, json);
  });
}

std::string LabelsAsJsonLd(absl::Span<const v1::Label> labels,
                           const std::map<std::string, v1::LabelScheme>& schemes,
                           absl::CivilDay today, std::string_view base_uri) {
  return Document(base_uri, [&](JsonWriter& json) {
    for (const v1::Label& label : labels) WriteLabel(label, schemes, today, json);
  });
}

std::string MembersAsJsonLd(absl::Span<const Member> members, std::string_view base_uri) {
  return Document(base_uri, [&](JsonWriter& json) {
    for (const Member& member : members) WriteMember(member, json);
  });
}

std::string MemberCountsAsJsonLd(absl::Span<const v1::Cluster> clusters,
                                 std::string_view base_uri) {
  return Document(base_uri, [&](JsonWriter& json) {
    for (const v1::Cluster& cluster : clusters) {
      for (const v1::Quantity& count : cluster.member_counts()) WriteCount(cluster, count, json);
    }
  });
}

std::string InitiativesAsJsonLd(absl::Span<const Initiative> initiatives,
                                std::string_view base_uri) {
  return Document(base_uri, [&](JsonWriter& json) {
    for (const Initiative& initiative : initiatives) WriteInitiative(initiative, json);
  });
}

}  // namespace wici::cluster_registry
