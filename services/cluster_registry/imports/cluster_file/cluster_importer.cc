#include "services/cluster_registry/imports/cluster_file/cluster_importer.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/empty.pb.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/label_schemes/label_scheme_store.h"

namespace wici::cluster_registry {
namespace {

using Response = v1::ImportClustersResponse;
constexpr v1::Import::Content kClusters = v1::Import::CONTENT_CLUSTERS;

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

Response::Action ActionOf(v1::ImportRow::Action action) {
  switch (action) {
    case v1::ImportRow::ACTION_CREATED:
      return Response::ACTION_CREATED;
    case v1::ImportRow::ACTION_UPDATED:
      return Response::ACTION_UPDATED;
    case v1::ImportRow::ACTION_UNCHANGED:
      return Response::ACTION_UNCHANGED;
    default:
      return Response::ACTION_REFUSED;
  }
}

Response::Row ToRow(const v1::ImportRow& row) {
  Response::Row answer;
  answer.set_line(row.line());
  answer.set_action(ActionOf(row.action()));
  if (answer.action() != Response::ACTION_REFUSED) answer.set_cluster(row.cluster());
  answer.set_label(row.resource());
  *answer.mutable_faults() = row.faults();
  *answer.mutable_notices() = row.notices();
  return answer;
}

// Puts the rows of all plans and the refused ones into the order of the file, and counts them.
void Summarise(const ClusterFile& file, const std::vector<ImportPlan>& plans, Response& response) {
  std::map<int, Response::Row> by_line;
  for (const ImportedRow& row : file.rows) {
    if (!row.faults.empty()) by_line[row.line] = ToRow(RefuseRow(row));
  }
  for (const ImportPlan& plan : plans) {
    for (const v1::ImportRow& row : plan.rows) by_line[row.line()] = ToRow(row);
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

absl::Status FileError(const ClusterFile& file) {
  Violations violations;
  for (const std::string& fault : file.faults) violations.Add("content", fault);
  return violations.ToStatus(kDomain);
}

}  // namespace

absl::Status ClusterImporter::ReadFile(const rpc::Context& context,
                                       const v1::ImportClustersRequest& request, ImportFacts& facts,
                                       ClusterFile& file) {
  return environment_.store.Read(context.deadline, [&](Reader& reader) -> absl::Status {
    WICI_RETURN_IF_ERROR(ReadLabelScheme(reader, request.label_scheme()).status());
    WICI_ASSIGN_OR_RETURN(facts, ReadImportFacts(reader));
    const ImportWorld world = {
        .regions = *facts.regions,
        .schemes = facts.schemes,
        .label_scheme = request.label_scheme(),
        .nuts_version = request.nuts_version().empty() ? "2016" : request.nuts_version()};
    file = ReadClusterFile(request.content(), world);
    WICI_RETURN_IF_ERROR(FileError(file));
    WICI_ASSIGN_OR_RETURN(const auto country_of, ReadCountries(reader, file.rows));
    NameRows(country_of, file.rows);
    return absl::OkStatus();
  });
}

absl::Status ClusterImporter::PlanFile(const rpc::Context& context, const RowsByAggregate& clusters,
                                       const ImportFacts& facts, std::vector<ImportPlan>& plans) {
  return environment_.store.Read(context.deadline, [&](Reader& reader) -> absl::Status {
    plans.clear();
    for (const auto& [name, rows] : clusters) {
      WICI_ASSIGN_OR_RETURN(ImportPlan plan, PlanRows(reader, kClusters, name, rows, facts));
      plans.push_back(std::move(plan));
    }
    return absl::OkStatus();
  });
}

absl::Status ClusterImporter::ImportCluster(const rpc::Context& context, const std::string& name,
                                            const std::vector<const ImportedRow*>& rows,
                                            const ImportFacts& facts, ImportPlan& plan) {
  const Mutation mutation = MakeMutation(environment_, context, v1::ImportClustersRequest(), "");
  google::protobuf::Empty nothing;
  return environment_.store.Write(mutation, nothing, [&](Writer& writer) -> absl::Status {
    // Planned again under the lock: somebody may have written since the file was checked.
    WICI_ASSIGN_OR_RETURN(plan, ImportRows(writer, kClusters, name, rows, facts));
    return absl::OkStatus();
  });
}

absl::Status ClusterImporter::ImportFile(const rpc::Context& context,
                                         const v1::ImportClustersRequest& request,
                                         const ImportFacts& facts, const ClusterFile& file,
                                         v1::ImportClustersResponse& response) {
  const RowsByAggregate clusters = GroupRows(file.rows);
  std::vector<ImportPlan> plans;
  WICI_RETURN_IF_ERROR(PlanFile(context, clusters, facts, plans));
  Summarise(file, plans, response);
  if (request.validate_only()) return absl::OkStatus();
  if (response.refused_count() > 0 && !request.skip_invalid_rows()) return RefusedError(response);
  for (std::size_t i = 0; i < clusters.size(); ++i) {
    if (!plans[i].changes()) continue;
    const auto& [name, rows] = clusters[i];
    WICI_RETURN_IF_ERROR(ImportCluster(context, name, rows, facts, plans[i]));
  }
  response.Clear();
  Summarise(file, plans, response);
  return absl::OkStatus();
}

absl::Status ClusterImporter::ImportClusters(const rpc::Context& context,
                                             const v1::ImportClustersRequest& request,
                                             v1::ImportClustersResponse& response) {
  WICI_RETURN_IF_ERROR(ValidateRequest(request));
  const Mutation mutation = MakeMutation(environment_, context, request, request.request_id());
  WICI_ASSIGN_OR_RETURN(const bool answered, environment_.store.FindAnswer(mutation, response));
  if (answered) return absl::OkStatus();
  ImportFacts facts;
  ClusterFile file;
  WICI_RETURN_IF_ERROR(ReadFile(context, request, facts, file));
  v1::ImportClustersResponse report;
  WICI_RETURN_IF_ERROR(ImportFile(context, request, facts, file, report));
  return environment_.store.Write(mutation, response, [&](Writer&) {
    response = report;
    return absl::OkStatus();
  });
}

}  // namespace wici::cluster_registry
