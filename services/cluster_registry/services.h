// Every gRPC service of the registry, over one environment: what main.cc and the tests serve.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_SERVICES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_SERVICES_H_

#include "libs/rpc/server.h"
#include "services/cluster_registry/assessments/assessment_service.h"
#include "services/cluster_registry/audiences/audience_service.h"
#include "services/cluster_registry/clusters/cluster_service.h"
#include "services/cluster_registry/collaboration/collaboration_service.h"
#include "services/cluster_registry/eligibility/eligibility_service.h"
#include "services/cluster_registry/environment.h"
#include "services/cluster_registry/evidence/evidence_service.h"
#include "services/cluster_registry/exports/export_service.h"
#include "services/cluster_registry/imports/import_service.h"
#include "services/cluster_registry/initiatives/initiative_service.h"
#include "services/cluster_registry/labels/label_service.h"
#include "services/cluster_registry/people/people_service.h"
#include "services/cluster_registry/regions/region_service.h"
#include "services/cluster_registry/search/search_service.h"
#include "services/cluster_registry/successions/succession_service.h"

namespace wici::cluster_registry {

// Thread-safe. Outlives the server it is registered at; `index` outlives it.
class Services {
 public:
  Services(const Environment& environment, SearchIndex& index);
  void Register(rpc::Server& server);
  // Goes on with successions that were interrupted.
  SuccessionApplier& succession_applier() { return successions_.applier(); }

 private:
  RegionService regions_;
  ClusterService clusters_;
  LabelService labels_;
  AudienceService audiences_;
  InitiativeService initiatives_;
  CollaborationService collaboration_;
  SearchService search_;
  PeopleService people_;
  SuccessionService successions_;
  ImportService imports_;
  ExportService exports_;
  EligibilityService eligibility_;
  AssessmentService assessments_;
  EvidenceService evidence_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_SERVICES_H_
