// Clusters, their successions and their counts of members.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/cluster_registry/exports/json_ld/json_ld.h"
#include "services/cluster_registry/exports/json_ld/json_ld_parts.h"
#include "services/cluster_registry/imports/files/cells.h"

namespace wici::cluster_registry {
namespace {

using v1::Succession;

void WriteLegalEntity(const v1::ManagementOrganisation& organisation, JsonWriter& json) {
  json.Begin('{').Key("@type").Begin('[');
  json.String("legal:LegalEntity").String("org:FormalOrganization").End(']');
  json.Member("legal:legalName", organisation.legal_name());
  json.Member("legal:companyType", organisation.legal_form());
  WriteIdentifiers(organisation.identifiers(), json);
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
  WriteSources(succession.provenances(), json);
  json.End('}');
}

void WriteCluster(const v1::Cluster& cluster, absl::Span<const Succession> successions,
                  JsonWriter& json) {
  json.Begin('{').Member("@id", cluster.name()).Key("@type").Begin('[');
  json.String("schema:Organization").String("org:OrganizationalCollaboration").End(']');
  json.Member("schema:name", cluster.display_name());
  std::vector<std::string> names(cluster.aliases().begin(), cluster.aliases().end());
  if (!cluster.acronym().empty()) names.insert(names.begin(), cluster.acronym());
  WriteTexts("schema:alternateName", names, json);
  WriteTranslations("skos:prefLabel", cluster.translated_names(), json);
  WriteTranslations("schema:description", cluster.descriptions(), json);
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
  WriteTexts("dct:subject", subjects, json);
  WriteTexts("schema:knowsAbout", cluster.services(), json);
  WriteIdentifiers(cluster.external_ids(), json);
  if (!cluster.mandates().empty()) {
    json.Key("org:linkedTo");
    WriteLegalEntity(cluster.mandates(cluster.mandates_size() - 1).organisation(), json);
  }
  WriteSources(cluster.provenances(), json);
  json.End('}');
  WriteManagementChanges(cluster, successions, json);
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

}  // namespace

std::string ClustersAsJsonLd(absl::Span<const v1::Cluster> clusters,
                             absl::Span<const Succession> successions, std::string_view base_uri) {
  return JsonLdDocument(base_uri, [&](JsonWriter& json) {
    for (const v1::Cluster& cluster : clusters) WriteCluster(cluster, successions, json);
    for (const Succession& succession : successions) WriteSuccession(succession, json);
  });
}

std::string MemberCountsAsJsonLd(absl::Span<const v1::Cluster> clusters,
                                 std::string_view base_uri) {
  return JsonLdDocument(base_uri, [&](JsonWriter& json) {
    for (const v1::Cluster& cluster : clusters) {
      for (const v1::Quantity& count : cluster.member_counts()) WriteCount(cluster, count, json);
    }
  });
}

}  // namespace wici::cluster_registry
