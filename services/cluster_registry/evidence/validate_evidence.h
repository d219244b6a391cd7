// What evidence of an event must be like: every violation at once. Pure; any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_EVIDENCE_VALIDATE_EVIDENCE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_EVIDENCE_VALIDATE_EVIDENCE_H_

#include "libs/base/violations.h"
#include "wici/cluster_registry/v1/evidence_service.pb.h"

namespace wici::cluster_registry {

void ValidateEvidence(const v1::RecordEventEvidenceRequest& request, Violations& violations);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_EVIDENCE_VALIDATE_EVIDENCE_H_
