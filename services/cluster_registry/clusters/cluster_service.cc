#include "services/cluster_registry/clusters/cluster_service.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "google/protobuf/util/time_util.h"
#include "libs/base/limits.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/etag.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/clusters/roles.h"
#include "services/cluster_registry/clusters/validate_cluster.h"
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
      "target_countries", "support_programmes",   "management_organisation",
      "visibility",       "external_ids",         "provenances"};
  return *fields;
}

// Regions that a cluster names must exist.
absl::Status CheckClusterReferences(Reader& reader, const v1::Cluster& cluster,
                                    Violations& violations) {
  WICI_RETURN_IF_ERROR(
      CheckRegion(reader, "cluster.home_region", cluster.home_region(), violations));
  for (int i = 0; i < cluster.operating_regions_size(); ++i) {
    WICI_RETURN_IF_ERROR(CheckRegion(reader, absl::StrCat("cluster.operating_regions[", i, "]"),
                                     cluster.operating_regions(i), violations));
  }
  return absl::OkStatus();
}

// C2: what a visible cluster must have.
absl::Status CheckComplete(Reader& reader, const v1::Cluster& cluster, absl::CivilDay today) {
  std::vector<FieldViolation> missing;
  const auto require = [&](const std::string& value, const char* field) {
    if (value.empty()) missing.push_back({field, "required for publication"});
  };
  require(cluster.display_name(), "display_name");
  require(cluster.country(), "country");
  require(cluster.home_region(), "home_region");
  require(cluster.website(), "website");
  require(cluster.contact_email(), "contact_email");
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::Contact> contacts,
                        ReadAll<v1::Contact>([&](const Keyset& keyset) {
                          return ReadContacts(reader, cluster.name(), keyset);
                        }));
  const bool managed = std::any_of(contacts.begin(), contacts.end(), [&](const v1::Contact& c) {
    return c.role() == v1::Contact::ROLE_MANAGER && HasRoleOn(c, today);
  });
  if (!managed) missing.push_back({"contacts", "a manager is required for publication"});
  return missing.empty() ? absl::OkStatus() : ClusterIncompleteError(cluster.name(), missing);
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
  service.Pooled("GetCluster", this, &ClusterService::GetCluster);
  service.Pooled("ListClusters", this, &ClusterService::ListClusters);
  service.Pooled("BatchGetClusters", this, &ClusterService::BatchGetClusters);
  service.Pooled("CreateCluster", this, &ClusterService::CreateCluster);
  service.Pooled("UpdateCluster", this, &ClusterService::UpdateCluster);
  service.Pooled("DeleteCluster", this, &ClusterService::DeleteCluster);
  service.Pooled("UndeleteCluster", this, &ClusterService::UndeleteCluster);
  service.Pooled("PublishCluster", this, &ClusterService::PublishCluster);
  service.Pooled("ImportClusters", &importer_, &ClusterImporter::ImportClusters);
  members_.Register(service);
  contacts_.Register(service);
}

absl::Status ClusterService::GetCluster(const rpc::Context& context,
                                        const v1::GetClusterRequest& request,
                                        v1::Cluster& response) {
  WICI_RETURN_IF_ERROR(ValidateNamed(request.name(), ""));
  return environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(response, ReadCluster(reader, request.name()));
    return absl::OkStatus();
  });
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
                                .show_deleted = request.show_deleted()};
  std::vector<v1::Cluster> rows;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(rows, ReadClusters(reader, filter, ToKeyset(page)));
    return absl::OkStatus();
  }));
  FillPage(request, page, std::move(rows), *response.mutable_clusters(),
           *response.mutable_next_page_token());
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
  return environment_.store.Read(context.deadline, [&](Reader& reader) {
    response.Clear();
    for (const std::string& name : request.names()) {
      WICI_ASSIGN_OR_RETURN(*response.add_clusters(), ReadCluster(reader, name));
    }
    return absl::OkStatus();
  });
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
        response.set_state(v1::Cluster::STATE_DRAFT);
        response.clear_delete_time();
        Violations invalid;
        WICI_RETURN_IF_ERROR(CheckClusterReferences(writer, response, invalid));
        WICI_RETURN_IF_ERROR(invalid.ToStatus(kDomain));
        return InsertCluster(writer, response);
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
        Violations invalid;
        rpc::ApplyUpdateMask(request.update_mask(), cluster, ChangeableFields(), invalid, response);
        ValidateCluster("cluster", response, invalid);
        WICI_RETURN_IF_ERROR(CheckClusterReferences(writer, response, invalid));
        WICI_RETURN_IF_ERROR(invalid.ToStatus(kDomain));
        return SaveCluster(writer, response, "cluster.updated");
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
    return SaveCluster(writer, response, "cluster.deleted");
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
        response.clear_delete_time();
        return SaveCluster(writer, response, "cluster.undeleted");
      });
}

absl::Status ClusterService::PublishCluster(const rpc::Context& context,
                                            const v1::PublishClusterRequest& request,
                                            v1::Cluster& response) {
  WICI_RETURN_IF_ERROR(ValidateNamed(request.name(), request.request_id()));
  const Mutation mutation = MakeMutation(environment_, context, request, request.request_id());
  const absl::CivilDay today = absl::ToCivilDay(mutation.now, absl::UTCTimeZone());
  return environment_.store.Write(mutation, response, [&](Writer& writer) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(response, LockCluster(writer, request.name(), false));
    WICI_RETURN_IF_ERROR(CheckEtag(request.name(), request.etag(), response.etag()));
    WICI_RETURN_IF_ERROR(CheckComplete(writer, response, today));
    response.set_state(v1::Cluster::STATE_PUBLISHED);
    return SaveCluster(writer, response, "cluster.published");
  });
}

}  // namespace wici::cluster_registry
