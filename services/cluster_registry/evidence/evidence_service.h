// Handlers of wici.cluster_registry.v1.EvidenceService.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_EVIDENCE_EVIDENCE_SERVICE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_EVIDENCE_EVIDENCE_SERVICE_H_

#include "absl/status/status.h"
#include "libs/rpc/server.h"
#include "services/cluster_registry/environment.h"
#include "wici/cluster_registry/v1/evidence_service.pb.h"

namespace wici::cluster_registry {

// Thread-safe.
class EvidenceService {
 public:
  explicit EvidenceService(const Environment& environment) : environment_(environment) {}
  void Register(rpc::Server& server);

 private:
  absl::Status RecordEventEvidence(const rpc::Context& context,
                                   const v1::RecordEventEvidenceRequest& request,
                                   v1::RecordEventEvidenceResponse& response);
  absl::Status ListEventEvidence(const rpc::Context& context,
                                 const v1::ListEventEvidenceRequest& request,
                                 v1::ListEventEvidenceResponse& response);

  const Environment environment_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_EVIDENCE_EVIDENCE_SERVICE_H_
