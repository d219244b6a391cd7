#include "services/cluster_registry/clusters/cluster_service.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "libs/base/limits.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/etag.h"
#include "services/cluster_registry/cluster_rules/mandates.h"
#include "services/cluster_registry/cluster_rules/publication.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/clusters/validate_cluster.h"
#include "services/cluster_registry/clusters/visibility.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/regions/region_store.h"
#include "services/cluster_registry/slug.h"
#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {
namespace {

using google::protobuf::util::TimeUtil;

const std::vector<std::string_view>& ChangeableFields() {
  static const auto* const fields = new std::vector<std::string_view>{
      "display_name",     "translated_names",     "acronym",
      "aliases",          "descriptions",         "founded_on",
      "country",          "home_region",          "operating_regions",
      "sectors",          "ecosystems",           "technologies",
      "website",          "website_en",           "contact_email",
      "member_counts",    "management_fte_centi", "services",
      "target_countries", "support_programmes",   "visibility",
      "external_ids",     "provenances",          "no_home_region_reason",
      "mandates"};
  return *fields;
}

// Regions that a cluster names must exist.
absl::Status CheckClusterReferences(Reader& reader, const v1::Cluster& cluster,
                                    Violations& violations) {
  std::vector<RegionReference> references = {{"cluster.home_region", cluster.home_region()}};
  for (int i = 0; i < std::min(cluster.operating_regions_size(), kListMax); ++i) {
    references.push_back({Path("cluster", "operating_regions", i), cluster.operating_regions(i)});
  }
  return CheckRegions(reader, references, violations);
}

// Takes back what a client may not say of a new cluster.
void ClearOutputs(v1::Cluster& cluster) {
  cluster.set_state(v1::Cluster::STATE_DRAFT);
  cluster.clear_delete_time();
  cluster.clear_management_organisation();
  cluster.clear_mandate_gaps();
  cluster.clear_review();
  cluster.clear_state_reason();
  cluster.clear_closed_on();
}

// C2: a published cluster keeps what publication needs.
absl::Status CheckStaysComplete(const v1::Cluster& before, const v1::Cluster& after) {
  if (before.state() != v1::Cluster::STATE_PUBLISHED) return absl::OkStatus();
  const std::vector<FieldViolation> lost = LostFields(before, after);
  return lost.empty() ? absl::OkStatus() : ClusterIncompleteError(after.name(), lost);
}

absl::Status Save(Writer& writer, std::string_view kind, v1::Cluster& cluster) {
  WICI_RETURN_IF_ERROR(SaveCluster(writer, cluster, kind));
  ShowManagementOn(DayOf(writer.now()), cluster);
  return absl::OkStatus();
}

// What GetCluster is asked for.
struct ClusterQuestion {
  absl::Time known_at;
  absl::CivilDay day;
};

absl::StatusOr<ClusterQuestion> ValidateClusterQuestion(const v1::GetClusterRequest& request,
                                                        const Clock& clock) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), "clusters/*");
  violations.OptionalDate("on_date", request.on_date());
  const absl::Time known_at =
      ParseKnownAt(request.known_at(), request.has_known_at(), clock, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return ClusterQuestion{known_at, DayAsked(request.on_date(), clock)};
}

// Of what is kept about a cluster on a day. A name has no space.
std::string KeyOfCluster(const std::string& name, absl::CivilDay day) {
  return absl::StrCat(name, " ", day - absl::CivilDay());
}

absl::Status ValidateNamed(std::string_view name, std::string_view request_id) {
  Violations violations;
  violations.RequireResourceName("name", name, "clusters/*");
  violations.RequestId("request_id", request_id);
  return violations.ToStatus(kDomain);
}

}  // namespace

void ClusterService::Register(rpc::Server& server) {
  rpc::Service service = server.AddService("wici.cluster_registry.v1.ClusterService");
  service.Cached("GetCluster", this, &ClusterService::FindCluster, &ClusterService::GetCluster);
  service.Pooled("ListClusters", this, &ClusterService::ListClusters);
  service.Pooled("BatchGetClusters", this, &ClusterService::BatchGetClusters);
  service.Pooled("CreateCluster", this, &ClusterService::CreateCluster);
  service.Pooled("UpdateCluster", this, &ClusterService::UpdateCluster);
  service.Pooled("DeleteCluster", this, &ClusterService::DeleteCluster);
  service.Pooled("UndeleteCluster", this, &ClusterService::UndeleteCluster);
  lifecycle_.Register(service);
  history_.Register(service);
  service.Pooled("ImportClusters", &importer_, &ClusterImporter::ImportClusters);
  members_.Register(service);
  contacts_.Register(service);
}

rpc::Serialized<v1::Cluster> ClusterService::FindCluster(const rpc::Context& context,
                                                         const v1::GetClusterRequest& request) {
  const absl::StatusOr<ClusterQuestion> question =
      ValidateClusterQuestion(request, environment_.clock);
  if (!question.ok() || question->known_at != kPresent) return {};
  const std::shared_ptr<const KeptCluster> kept =
      cache_.Find(KeyOfCluster(request.name(), question->day), context.seen);
  if (kept == nullptr) return {};
  return kept->For(context.principal, request.name());
}

absl::StatusOr<rpc::Serialized<v1::Cluster>> ClusterService::GetCluster(
    const rpc::Context& context, const v1::GetClusterRequest& request) {
  WICI_ASSIGN_OR_RETURN(const ClusterQuestion question,
                        ValidateClusterQuestion(request, environment_.clock));
  const auto& [known_at, day] = question;
  if (known_at != kPresent) return GetPastCluster(context, request.name(), known_at, day);
  const auto load = [&] { return LoadCluster(context, request.name(), question.day); };
  WICI_ASSIGN_OR_RETURN(const std::shared_ptr<const KeptCluster> kept,
                        cache_.Get(KeyOfCluster(request.name(), day), context.seen, load));
  rpc::Serialized<v1::Cluster> answer = kept->For(context.principal, request.name());
  if (!answer) return NotFoundError(request.name());
  return answer;
}

absl::StatusOr<feed::Loaded<ClusterService::KeptCluster>> ClusterService::LoadCluster(
    const rpc::Context& context, const std::string& name, absl::CivilDay day) {
  v1::Cluster cluster;
  std::int64_t version = 0;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(cluster, ReadCluster(reader, name, version));
    return absl::OkStatus();
  }));
  ShowManagementOn(day, cluster);
  auto kept = std::make_shared<const KeptCluster>(std::move(cluster));
  const std::size_t bytes = kept->bytes();
  return feed::Loaded<KeptCluster>{std::move(kept), {{name, version}}, bytes};
}

absl::StatusOr<rpc::Serialized<v1::Cluster>> ClusterService::GetPastCluster(
    const rpc::Context& context, const std::string& name, absl::Time known_at, absl::CivilDay day) {
  v1::Cluster cluster;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(cluster, ReadVisibleCluster(reader, context.principal, name, known_at));
    return absl::OkStatus();
  }));
  ShowManagementOn(day, cluster);
  return rpc::Serialized<v1::Cluster>(cluster);
}

ClusterService::KeptCluster::KeptCluster(v1::Cluster cluster)
    : exposure(ExposureOf(cluster)),
      gives_reasons(!cluster.review().reason().empty() || !cluster.state_reason().empty()),
      internal(cluster),
      external(internal) {
  HideInternals(cluster);
  std::string bytes = cluster.SerializeAsString();
  if (bytes != *internal.bytes()) {
    external = rpc::Serialized<v1::Cluster>(std::move(bytes));
  }
}

std::vector<std::string> ClusterService::KeptCluster::Encode(const KeptCluster& kept) {
  if (kept.exposure == v1::VISIBILITY_INTERNAL || kept.gives_reasons) return {};
  return {v1::Visibility_Name(kept.exposure), *kept.internal.bytes(), *kept.external.bytes()};
}

std::shared_ptr<const ClusterService::KeptCluster> ClusterService::KeptCluster::Decode(
    const std::vector<std::string>& parts) {
  const std::shared_ptr<KeptCluster> kept(new KeptCluster);
  if (parts.size() != 3 || !v1::Visibility_Parse(parts[0], &kept->exposure)) return nullptr;
  kept->internal = rpc::Serialized<v1::Cluster>(parts[1]);
  kept->external = parts[2] == parts[1] ? kept->internal : rpc::Serialized<v1::Cluster>(parts[2]);
  return kept;
}

rpc::Serialized<v1::Cluster> ClusterService::KeptCluster::For(const Principal& principal,
                                                              std::string_view name) const {
  const v1::Visibility circle = CircleOf(principal, name);
  if (exposure > circle) return {};
  return circle == v1::VISIBILITY_INTERNAL ? internal : external;
}

std::size_t ClusterService::KeptCluster::bytes() const {
  const bool twice = internal.bytes() != external.bytes();
  return sizeof(*this) + internal.bytes()->size() + (twice ? external.bytes()->size() : 0);
}

absl::Status ClusterService::ListClusters(const rpc::Context& context,
                                          const v1::ListClustersRequest& request,
                                          v1::ListClustersResponse& response) {
  Violations violations;
  const rpc::Page page = rpc::ParsePage(request, violations);
  if (!request.country().empty()) RequireCountry("country", request.country(), violations);
  violations.OptionalResourceName("home_region", request.home_region(), "regions/*");
  if (!v1::Cluster::State_IsValid(request.state())) violations.Add("state", "not a known value");
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const ClusterFilter filter = {.country = request.country(),
                                .home_region = request.home_region(),
                                .state = request.state(),
                                .show_deleted = request.show_deleted(),
                                .exposure = CircleOf(context.principal, "platform")};
  std::vector<v1::Cluster> rows;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(rows, ReadClusters(reader, filter, ToKeyset(page)));
    return absl::OkStatus();
  }));
  FillPage(request, page, std::move(rows), *response.mutable_clusters(),
           *response.mutable_next_page_token());
  Show(context, *response.mutable_clusters());
  return absl::OkStatus();
}

absl::Status ClusterService::BatchGetClusters(const rpc::Context& context,
                                              const v1::BatchGetClustersRequest& request,
                                              v1::BatchGetClustersResponse& response) {
  Violations violations;
  violations.RequireRange("names", request.names_size(), 1, kBatchSizeMax);
  for (int i = 0; i < request.names_size() && violations.ok(); ++i) {
    violations.RequireResourceName(absl::StrCat("names[", i, "]"), request.names(i), "clusters/*");
  }
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  std::vector<v1::Cluster> found;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(
        found, ReadClustersNamed(reader, {request.names().begin(), request.names().end()}));
    return absl::OkStatus();
  }));
  std::map<std::string_view, const v1::Cluster*> by_name;
  for (const v1::Cluster& cluster : found) {
    if (MaySee(context.principal, cluster)) by_name[cluster.name()] = &cluster;
  }
  for (const std::string& name : request.names()) {
    const auto cluster = by_name.find(name);
    if (cluster == by_name.end()) return NotFoundError(name);
    *response.add_clusters() = *cluster->second;
  }
  Show(context, *response.mutable_clusters());
  return absl::OkStatus();
}

void ClusterService::Show(const rpc::Context& context, Clusters& clusters) const {
  const absl::CivilDay today = DayOf(environment_.clock.Now());
  for (v1::Cluster& cluster : clusters) {
    HideFrom(context.principal, cluster);
    ShowManagementOn(today, cluster);
  }
}

absl::Status ClusterService::CreateCluster(const rpc::Context& context,
                                           const v1::CreateClusterRequest& request,
                                           v1::Cluster& response) {
  Violations violations;
  if (!request.cluster_id().empty()) violations.RequireId("cluster_id", request.cluster_id());
  ValidateCluster("cluster", request.cluster(), violations);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const std::string id = request.cluster_id().empty() ? MakeSlug(request.cluster().display_name())
                                                      : request.cluster_id();
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        response = request.cluster();
        response.set_name("clusters/" + id);
        ClearOutputs(response);
        SortMandates(*response.mutable_mandates());
        Violations invalid;
        WICI_RETURN_IF_ERROR(CheckClusterReferences(writer, response, invalid));
        WICI_RETURN_IF_ERROR(invalid.ToStatus(kDomain));
        WICI_RETURN_IF_ERROR(InsertCluster(writer, response));
        ShowManagementOn(DayOf(writer.now()), response);
        return absl::OkStatus();
      });
}

absl::Status ClusterService::UpdateCluster(const rpc::Context& context,
                                           const v1::UpdateClusterRequest& request,
                                           v1::Cluster& response) {
  const v1::Cluster& cluster = request.cluster();
  Violations violations;
  violations.RequireResourceName("cluster.name", cluster.name(), "clusters/*");
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(response, LockCluster(writer, cluster.name(), false));
        WICI_RETURN_IF_ERROR(CheckEtag(cluster.name(), cluster.etag(), response.etag()));
        const v1::Cluster before = response;
        Violations invalid;
        rpc::ApplyUpdateMask(request.update_mask(), cluster, ChangeableFields(), invalid, response);
        ValidateCluster("cluster", response, invalid);
        WICI_RETURN_IF_ERROR(CheckClusterReferences(writer, response, invalid));
        WICI_RETURN_IF_ERROR(invalid.ToStatus(kDomain));
        WICI_RETURN_IF_ERROR(CheckStaysComplete(before, response));
        SortMandates(*response.mutable_mandates());
        return Save(writer, "cluster.updated", response);
      });
}

absl::Status ClusterService::DeleteCluster(const rpc::Context& context,
                                           const v1::DeleteClusterRequest& request,
                                           v1::Cluster& response) {
  WICI_RETURN_IF_ERROR(ValidateNamed(request.name(), request.request_id()));
  const Mutation mutation = MakeMutation(environment_, context, request, request.request_id());
  return environment_.store.Write(mutation, response, [&](Writer& writer) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(response, LockCluster(writer, request.name(), false));
    WICI_RETURN_IF_ERROR(CheckEtag(request.name(), request.etag(), response.etag()));
    *response.mutable_delete_time() = TimeUtil::MicrosecondsToTimestamp(ToMicros(mutation.now));
    return Save(writer, "cluster.deleted", response);
  });
}

absl::Status ClusterService::UndeleteCluster(const rpc::Context& context,
                                             const v1::UndeleteClusterRequest& request,
                                             v1::Cluster& response) {
  WICI_RETURN_IF_ERROR(ValidateNamed(request.name(), request.request_id()));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(response, LockCluster(writer, request.name(), true));
        WICI_RETURN_IF_ERROR(CheckEtag(request.name(), request.etag(), response.etag()));
        if (!response.has_delete_time()) {
          ShowManagementOn(DayOf(writer.now()), response);
          return absl::OkStatus();
        }
        response.clear_delete_time();
        return Save(writer, "cluster.undeleted", response);
      });
}

}  // namespace wici::cluster_registry
