#include "services/cluster_registry/evidence/evidence_service.h"

#include <utility>
#include <vector>

#include "libs/base/status_macros.h"
#include "libs/base/violations.h"
#include "services/cluster_registry/clusters/visibility.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/evidence/evidence_store.h"
#include "services/cluster_registry/evidence/validate_evidence.h"

namespace wici::cluster_registry {

void EvidenceService::Register(rpc::Server& server) {
  rpc::Service service = server.AddService("wici.cluster_registry.v1.EvidenceService");
  service.Pooled("RecordEventEvidence", this, &EvidenceService::RecordEventEvidence);
  service.Pooled("ListEventEvidence", this, &EvidenceService::ListEventEvidence);
}

absl::Status EvidenceService::RecordEventEvidence(const rpc::Context& context,
                                                  const v1::RecordEventEvidenceRequest& request,
                                                  v1::RecordEventEvidenceResponse& response) {
  Violations violations;
  ValidateEvidence(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(const std::int64_t version, KeepEvidence(writer, request.evidence()));
        response.set_version(version);
        return absl::OkStatus();
      });
}

absl::Status EvidenceService::ListEventEvidence(const rpc::Context& context,
                                                const v1::ListEventEvidenceRequest& request,
                                                v1::ListEventEvidenceResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), "clusters/*");
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  std::vector<v1::ClusterEvidence> rows;
  WICI_RETURN_IF_ERROR(
      environment_.store.Read(context.deadline, [&](Reader& reader) -> absl::Status {
        WICI_RETURN_IF_ERROR(
            ReadVisibleCluster(reader, context.principal, request.parent()).status());
        WICI_ASSIGN_OR_RETURN(rows, ReadEvidence(reader, request.parent(), ToKeyset(page)));
        return absl::OkStatus();
      }));
  const auto size = static_cast<std::size_t>(page.size);
  if (rows.size() > size) {
    rows.resize(size);
    response.set_next_page_token(rpc::MakePageToken(request, {rows.back().event()}));
  }
  for (v1::ClusterEvidence& row : rows) *response.add_evidence() = std::move(row);
  return absl::OkStatus();
}

}  // namespace wici::cluster_registry
