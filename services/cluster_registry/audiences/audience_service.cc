#include "services/cluster_registry/audiences/audience_service.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/initiatives/initiative_store.h"
#include "services/cluster_registry/labels/label_store.h"
#include "services/cluster_registry/regions/region_store.h"

namespace wici::cluster_registry {
namespace {

using Clusters = std::map<std::string, ClusterFacts>;

// Everything an evaluation looks at, read in one snapshot.
struct Snapshot {
  std::vector<v1::Region> regions;
  World world;
  Clusters clusters;
};

// The resources the rule names; one that does not exist is NOT_FOUND, never "nobody".
absl::Status ReadWorld(Reader& reader, const v1::AudienceRule& rule, absl::Time known_at,
                       Snapshot& snapshot) {
  const RuleResources resources = ResourcesOf(rule);
  for (const std::string& region : resources.regions) {
    WICI_RETURN_IF_ERROR(ReadRegion(reader, region).status());
  }
  for (const std::string& scheme : resources.label_schemes) {
    WICI_ASSIGN_OR_RETURN(snapshot.world.label_schemes[scheme],
                          ReadLabelScheme(reader, scheme, known_at));
  }
  for (const std::string& initiative : resources.initiatives) {
    WICI_ASSIGN_OR_RETURN(snapshot.world.initiatives[initiative],
                          ReadInitiative(reader, initiative));
  }
  WICI_ASSIGN_OR_RETURN(snapshot.regions, ReadAll<v1::Region>([&](const Keyset& keyset) {
                          return ReadRegions(reader, {}, keyset);
                        }));
  return absl::OkStatus();
}

absl::Status ReadClusters(Reader& reader, absl::Time known_at, Clusters& clusters) {
  WICI_ASSIGN_OR_RETURN(
      std::vector<v1::Cluster> all,
      ReadAll<v1::Cluster>([&](const Keyset& keyset) { return ReadClusters(reader, {}, keyset); }));
  for (v1::Cluster& cluster : all) {
    const std::string name = cluster.name();
    clusters[name].cluster = std::move(cluster);
  }
  WICI_ASSIGN_OR_RETURN(
      std::vector<v1::Contact> contacts,
      ReadAll<v1::Contact>([&](const Keyset& keyset) { return ReadContacts(reader, "", keyset); }));
  for (v1::Contact& contact : contacts) {
    const auto cluster = clusters.find(ClusterOf(contact.name()));
    if (cluster != clusters.end()) cluster->second.contacts.push_back(std::move(contact));
  }
  WICI_ASSIGN_OR_RETURN(std::vector<v1::Label> labels,
                        ReadAll<v1::Label>([&](const Keyset& keyset) {
                          return ReadLabels(reader, "", known_at, keyset);
                        }));
  for (v1::Label& label : labels) {
    const auto cluster = clusters.find(ClusterOf(label.name()));
    if (cluster != clusters.end()) cluster->second.labels.push_back(std::move(label));
  }
  return absl::OkStatus();
}

// The kinds a rule names must be kinds of their schemes.
void CheckKinds(const v1::AudienceRule& rule, const std::string& field, const World& world,
                Violations& violations) {
  const auto check_list = [&](const v1::AudienceRuleList& list, const char* name) {
    for (int i = 0; i < list.rules_size(); ++i) {
      CheckKinds(list.rules(i), absl::StrCat(field, ".", name, ".rules[", i, "]"), world,
                 violations);
    }
  };
  if (rule.has_all_of()) check_list(rule.all_of(), "all_of");
  if (rule.has_any_of()) check_list(rule.any_of(), "any_of");
  if (rule.has_negation()) CheckKinds(rule.negation(), field + ".negation", world, violations);
  if (!rule.has_label()) return;
  const auto& kinds = world.label_schemes.at(rule.label().scheme()).kinds();
  if (std::none_of(kinds.begin(), kinds.end(),
                   [&](const v1::LabelKind& kind) { return kind.code() == rule.label().kind(); })) {
    violations.Add(field + ".label.kind", "not a kind of the scheme");
  }
}

absl::Status ReadSnapshot(Reader& reader, const v1::EvaluateAudienceRequest& request,
                          absl::Time known_at, Snapshot& snapshot) {
  snapshot = Snapshot();
  snapshot.world.on_date = *ParseDate(request.on_date());
  WICI_RETURN_IF_ERROR(ReadWorld(reader, request.rule(), known_at, snapshot));
  Violations violations;
  CheckKinds(request.rule(), "rule", snapshot.world, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return ReadClusters(reader, known_at, snapshot.clusters);
}

// The first page fixes known_at; later pages carry it in their token, before the last contact.
std::optional<absl::Time> KnownAtOf(const rpc::Page& page) {
  std::int64_t micros = 0;
  if (page.after.size() != 2 || !absl::SimpleAtoi(page.after[0], &micros)) return std::nullopt;
  return FromMicros(micros);
}

void FillRows(const v1::EvaluateAudienceRequest& request, const rpc::Page& page,
              absl::Time known_at, Audience audience, v1::EvaluateAudienceResponse& response) {
  const std::string after = page.after.size() == 2 ? page.after[1] : "";
  auto row = std::find_if(audience.rows.begin(), audience.rows.end(),
                          [&](const v1::AudienceRow& one) { return one.contact() > after; });
  for (; row != audience.rows.end() && response.rows_size() < page.size; ++row) {
    *response.add_rows() = std::move(*row);
  }
  if (row != audience.rows.end()) {
    response.set_next_page_token(rpc::MakePageToken(
        request,
        {absl::StrCat(ToMicros(known_at)), response.rows(response.rows_size() - 1).contact()}));
  }
  *response.mutable_counts() = std::move(audience.counts);
  for (std::string& cluster : audience.clusters_without_contact) {
    response.add_clusters_without_contact(std::move(cluster));
  }
  *response.mutable_known_at() =
      google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(ToMicros(known_at));
}

}  // namespace

void AudienceService::Register(rpc::Server& server) {
  rpc::Service service = server.AddService("wici.cluster_registry.v1.AudienceService");
  service.Pooled("EvaluateAudience", this, &AudienceService::EvaluateAudience);
}

absl::Status AudienceService::EvaluateAudience(const rpc::Context& context,
                                               const v1::EvaluateAudienceRequest& request,
                                               v1::EvaluateAudienceResponse& response) {
  Violations violations;
  ValidateRule("rule", request.rule(), violations);
  violations.RequireDate("on_date", request.on_date());
  const rpc::Page page = rpc::ParsePage(request, violations);
  absl::Time known_at =
      ParseKnownAt(request.known_at(), request.has_known_at(), environment_.clock, violations);
  if (!v1::UnknownPolicy_IsValid(request.unknown_policy())) {
    violations.Add("unknown_policy", "not a known value");
  }
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  if (!request.has_known_at()) known_at = KnownAtOf(page).value_or(environment_.clock.Now());
  Snapshot snapshot;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    return ReadSnapshot(reader, request, known_at, snapshot);
  }));
  const RegionMap regions(snapshot.regions);
  snapshot.world.regions = &regions;
  FillRows(request, page, known_at,
           cluster_registry::EvaluateAudience(request.rule(), snapshot.world, snapshot.clusters,
                                              request.unknown_policy()),
           response);
  return absl::OkStatus();
}

}  // namespace wici::cluster_registry
