#include "services/cluster_registry/imports/cluster_importer.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/labels/label_policy.h"
#include "services/cluster_registry/labels/label_store.h"
#include "services/cluster_registry/regions/region_store.h"

namespace wici::cluster_registry {
namespace {

using Response = v1::ImportClustersResponse;

// An error answer has room for a first look; validate_only gives the whole report.
constexpr std::size_t kFaultsInErrorMax = 50;

absl::Status ValidateRequest(const v1::ImportClustersRequest& request) {
  Violations violations;
  if (request.content().empty()) violations.Add("content", "required");
  violations.OptionalText("nuts_version", request.nuts_version(), 16);
  violations.RequireResourceName("label_scheme", request.label_scheme(), "labelSchemes/*");
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

absl::StatusOr<KnownCluster> ReadKnown(Reader& reader, const std::string& name,
                                       v1::Cluster& cluster) {
  KnownCluster known;
  absl::StatusOr<v1::Cluster> found = ReadCluster(reader, name);
  if (absl::IsNotFound(found.status())) return known;
  if (!found.ok()) return found.status();
  if (found->has_delete_time()) return ClusterDeletedError(name);
  cluster = *std::move(found);
  known.cluster = &cluster;
  WICI_ASSIGN_OR_RETURN(known.labels, ReadAll<v1::Label>([&](const Keyset& keyset) {
                          return ReadLabels(reader, name, kPresent, keyset);
                        }));
  return known;
}

Response::Row RefusedRow(const ImportRow& row) {
  Response::Row refused;
  refused.set_line(row.line);
  refused.set_action(Response::ACTION_REFUSED);
  for (const std::string& fault : row.faults) refused.add_faults(fault);
  return refused;
}

// Of a deleted cluster: nothing is imported for it, and it does not stop the others.
ClusterPlan RefuseDeleted(const std::vector<const ImportRow*>& rows) {
  ClusterPlan plan;
  for (const ImportRow* row : rows) {
    Response::Row& refused = plan.rows.emplace_back();
    refused.set_line(row->line);
    refused.set_action(Response::ACTION_REFUSED);
    refused.add_faults("name: the cluster was deleted; undelete it first");
  }
  return plan;
}

// Puts the rows of all plans and the refused ones into the order of the file, and counts them.
void Report(const ClusterFile& file, const std::vector<ClusterPlan>& plans, Response& response) {
  std::map<int, Response::Row> by_line;
  for (const ImportRow& row : file.rows) {
    if (!row.faults.empty()) by_line[row.line] = RefusedRow(row);
  }
  for (const ClusterPlan& plan : plans) {
    for (const Response::Row& row : plan.rows) by_line[row.line()] = row;
  }
  std::map<int, int> counts;
  for (auto& [line, row] : by_line) {
    ++counts[row.action()];
    *response.add_rows() = std::move(row);
  }
  response.set_created_count(counts[Response::ACTION_CREATED]);
  response.set_updated_count(counts[Response::ACTION_UPDATED]);
  response.set_unchanged_count(counts[Response::ACTION_UNCHANGED]);
  response.set_refused_count(counts[Response::ACTION_REFUSED]);
}

absl::Status RefusedError(const Response& report) {
  std::vector<FieldViolation> faults;
  for (const Response::Row& row : report.rows()) {
    for (const std::string& fault : row.faults()) {
      if (faults.size() >= kFaultsInErrorMax) break;
      const std::size_t colon = fault.find(": ");
      faults.push_back({absl::StrCat("line[", row.line(), "].", fault.substr(0, colon)),
                        fault.substr(colon + 2)});
    }
  }
  return ImportRowInvalidError(faults, report.refused_count(),
                               report.rows_size() - report.refused_count());
}

absl::Status HeaderError(const ClusterFile& file) {
  Violations violations;
  for (const std::string& fault : file.faults) violations.Add("content", fault);
  return violations.ToStatus(kDomain);
}

}  // namespace

ClusterImporter::RowsByCluster ClusterImporter::GroupRows(const ClusterFile& file) {
  RowsByCluster clusters;
  std::map<std::string, std::size_t> positions;
  for (const ImportRow& row : file.rows) {
    if (!row.faults.empty()) continue;
    const auto [position, is_new] = positions.emplace(row.cluster.name(), clusters.size());
    if (is_new) clusters.push_back({row.cluster.name(), {}});
    clusters[position->second].second.push_back(&row);
  }
  return clusters;
}

absl::Status ClusterImporter::ReadImportWorld(const rpc::Context& context,
                                              const v1::ImportClustersRequest& request,
                                              v1::LabelScheme& scheme,
                                              std::vector<v1::Region>& regions) {
  return environment_.store.Read(context.deadline, [&](Reader& reader) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(scheme, ReadLabelScheme(reader, request.label_scheme()));
    WICI_ASSIGN_OR_RETURN(regions, ReadAll<v1::Region>([&](const Keyset& keyset) {
                            return ReadRegions(reader, {}, keyset);
                          }));
    return absl::OkStatus();
  });
}

absl::Status ClusterImporter::PlanImport(const rpc::Context& context, const RowsByCluster& clusters,
                                         const v1::LabelScheme& scheme,
                                         std::vector<ClusterPlan>& plans) {
  return environment_.store.Read(context.deadline, [&](Reader& reader) -> absl::Status {
    plans.clear();
    for (const auto& [name, rows] : clusters) {
      v1::Cluster cluster;
      const absl::StatusOr<KnownCluster> known = ReadKnown(reader, name, cluster);
      if (ErrorReason(known.status()) == "CLUSTER_DELETED") {
        plans.push_back(RefuseDeleted(rows));
        continue;
      }
      WICI_RETURN_IF_ERROR(known.status());
      plans.push_back(PlanCluster(rows, *known, scheme));
    }
    return absl::OkStatus();
  });
}

absl::Status ClusterImporter::ImportCluster(const rpc::Context& context, const std::string& name,
                                            const std::vector<const ImportRow*>& rows,
                                            const v1::LabelScheme& scheme, ClusterPlan& plan) {
  const Mutation mutation = MakeMutation(environment_, context, v1::ImportClustersRequest(), "");
  google::protobuf::Empty nothing;
  return environment_.store.Write(mutation, nothing, [&](Writer& writer) -> absl::Status {
    // Planned again under the lock: somebody may have written since the file was checked.
    const absl::Status locked = LockCluster(writer, name, false).status();
    if (!locked.ok() && !absl::IsNotFound(locked)) return locked;
    v1::Cluster cluster;
    WICI_ASSIGN_OR_RETURN(const KnownCluster known, ReadKnown(writer, name, cluster));
    plan = PlanCluster(rows, known, scheme);
    if (plan.insert) WICI_RETURN_IF_ERROR(InsertCluster(writer, plan.cluster));
    if (plan.update) WICI_RETURN_IF_ERROR(SaveCluster(writer, plan.cluster, "cluster.updated"));
    for (v1::Label& label : plan.labels) WICI_RETURN_IF_ERROR(InsertLabel(writer, label));
    return absl::OkStatus();
  });
}

absl::Status ClusterImporter::ImportFile(const rpc::Context& context,
                                         const v1::ImportClustersRequest& request,
                                         const v1::LabelScheme& scheme, const ClusterFile& file,
                                         v1::ImportClustersResponse& response) {
  const RowsByCluster clusters = GroupRows(file);
  std::vector<ClusterPlan> plans;
  WICI_RETURN_IF_ERROR(PlanImport(context, clusters, scheme, plans));
  Report(file, plans, response);
  if (request.validate_only()) return absl::OkStatus();
  if (response.refused_count() > 0 && !request.skip_invalid_rows()) return RefusedError(response);
  for (std::size_t i = 0; i < clusters.size(); ++i) {
    if (!plans[i].insert && !plans[i].update && plans[i].labels.empty()) continue;
    const auto& [name, rows] = clusters[i];
    WICI_RETURN_IF_ERROR(ImportCluster(context, name, rows, scheme, plans[i]));
  }
  response.Clear();
  Report(file, plans, response);
  return absl::OkStatus();
}

absl::Status ClusterImporter::ImportClusters(const rpc::Context& context,
                                             const v1::ImportClustersRequest& request,
                                             v1::ImportClustersResponse& response) {
  WICI_RETURN_IF_ERROR(ValidateRequest(request));
  const Mutation mutation = MakeMutation(environment_, context, request, request.request_id());
  WICI_ASSIGN_OR_RETURN(const bool answered, environment_.store.FindAnswer(mutation, response));
  if (answered) return absl::OkStatus();
  v1::LabelScheme scheme;
  std::vector<v1::Region> regions;
  WICI_RETURN_IF_ERROR(ReadImportWorld(context, request, scheme, regions));
  const ClusterFile file = ReadClusterFile(
      request.content(), request.nuts_version().empty() ? "2016" : request.nuts_version(),
      RegionMap(regions), scheme);
  WICI_RETURN_IF_ERROR(HeaderError(file));
  v1::ImportClustersResponse report;
  WICI_RETURN_IF_ERROR(ImportFile(context, request, scheme, file, report));
  return environment_.store.Write(mutation, response, [&](Writer&) {
    response = report;
    return absl::OkStatus();
  });
}

}  // namespace wici::cluster_registry
