// A function for each method of the registry that tests call, named as it is:
//
//   ASSERT_THAT(CreateCluster(R"(cluster_id: "abc" cluster { display_name: "A" })"), IsOk());
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_TESTING_REGISTRY_CALLS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_TESTING_REGISTRY_CALLS_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/message.h"
#include "libs/testing/service_fixture.h"
#include "services/cluster_registry/testing/records.h"
#include "wici/cluster_registry/v1/assessment_service.pb.h"
#include "wici/cluster_registry/v1/audience_service.pb.h"
#include "wici/cluster_registry/v1/cluster_service.pb.h"
#include "wici/cluster_registry/v1/collaboration_service.pb.h"
#include "wici/cluster_registry/v1/eligibility_service.pb.h"
#include "wici/cluster_registry/v1/evidence_service.pb.h"
#include "wici/cluster_registry/v1/export_service.pb.h"
#include "wici/cluster_registry/v1/import_service.pb.h"
#include "wici/cluster_registry/v1/initiative_service.pb.h"
#include "wici/cluster_registry/v1/label_service.pb.h"
#include "wici/cluster_registry/v1/region_service.pb.h"
#include "wici/cluster_registry/v1/search_service.pb.h"
#include "wici/cluster_registry/v1/succession_service.pb.h"

namespace wici::cluster_registry::testing {

// CALL(Service, Method, Response) for each method.
#define WICI_REGISTRY_CALLS(CALL)                                                        \
  CALL(RegionService, GetRegion, v1::Region)                                             \
  CALL(RegionService, ListRegions, v1::ListRegionsResponse)                              \
  CALL(RegionService, CreateRegion, v1::Region)                                          \
  CALL(RegionService, UpdateRegion, v1::Region)                                          \
  CALL(ClusterService, GetCluster, v1::Cluster)                                          \
  CALL(ClusterService, ListClusters, v1::ListClustersResponse)                           \
  CALL(ClusterService, BatchGetClusters, v1::BatchGetClustersResponse)                   \
  CALL(ClusterService, CreateCluster, v1::Cluster)                                       \
  CALL(ClusterService, UpdateCluster, v1::Cluster)                                       \
  CALL(ClusterService, DeleteCluster, v1::Cluster)                                       \
  CALL(ClusterService, UndeleteCluster, v1::Cluster)                                     \
  CALL(ClusterService, ListClusterVersions, v1::ListClusterVersionsResponse)             \
  CALL(ClusterService, GetMemberCount, v1::GetMemberCountResponse)                       \
  CALL(ClusterService, SubmitCluster, v1::Cluster)                                       \
  CALL(ClusterService, ReturnCluster, v1::Cluster)                                       \
  CALL(ClusterService, PublishCluster, v1::Cluster)                                      \
  CALL(ClusterService, SetClusterDormant, v1::Cluster)                                   \
  CALL(ClusterService, ReactivateCluster, v1::Cluster)                                   \
  CALL(ClusterService, CloseCluster, v1::Cluster)                                        \
  CALL(ClusterService, ImportClusters, v1::ImportClustersResponse)                       \
  CALL(ClusterService, GetMember, v1::Member)                                            \
  CALL(ClusterService, ListMembers, v1::ListMembersResponse)                             \
  CALL(ClusterService, CreateMember, v1::Member)                                         \
  CALL(ClusterService, ListMembershipsOfParty, v1::ListMembershipsOfPartyResponse)       \
  CALL(ClusterService, BatchCreateMembers, v1::BatchCreateMembersResponse)               \
  CALL(ClusterService, UpdateMember, v1::Member)                                         \
  CALL(ClusterService, DeleteMember, google::protobuf::Empty)                            \
  CALL(ClusterService, GetContact, v1::Contact)                                          \
  CALL(ClusterService, ListContacts, v1::ListContactsResponse)                           \
  CALL(ClusterService, CreateContact, v1::Contact)                                       \
  CALL(ClusterService, UpdateContact, v1::Contact)                                       \
  CALL(ClusterService, DeleteContact, google::protobuf::Empty)                           \
  CALL(ClusterService, TransferManager, v1::TransferManagerResponse)                     \
  CALL(EligibilityService, CheckEligibility, v1::Eligibility)                            \
  CALL(LabelService, GetLabel, v1::Label)                                                \
  CALL(LabelService, ListLabels, v1::ListLabelsResponse)                                 \
  CALL(LabelService, ListLabelVersions, v1::ListLabelVersionsResponse)                   \
  CALL(LabelService, CreateLabel, v1::Label)                                             \
  CALL(LabelService, RecordLabelEvent, v1::Label)                                        \
  CALL(LabelService, GetLabelStatus, v1::GetLabelStatusResponse)                         \
  CALL(LabelService, BatchGetLabelStatus, v1::BatchGetLabelStatusResponse)               \
  CALL(LabelService, GetLabelScheme, v1::LabelScheme)                                    \
  CALL(LabelService, ListLabelSchemes, v1::ListLabelSchemesResponse)                     \
  CALL(LabelService, CreateLabelScheme, v1::LabelScheme)                                 \
  CALL(LabelService, UpdateLabelScheme, v1::LabelScheme)                                 \
  CALL(AudienceService, EvaluateAudience, v1::EvaluateAudienceResponse)                  \
  CALL(AudienceService, CreateAudienceSnapshot, v1::AudienceSnapshot)                    \
  CALL(AudienceService, GetAudienceSnapshot, v1::AudienceSnapshot)                       \
  CALL(AudienceService, ListAudienceSnapshots, v1::ListAudienceSnapshotsResponse)        \
  CALL(AudienceService, DeleteAudienceSnapshot, google::protobuf::Empty)                 \
  CALL(AudienceService, ListAudienceSnapshotRows, v1::ListAudienceSnapshotRowsResponse)  \
  CALL(AudienceService, ListAudienceReviews, v1::ListAudienceReviewsResponse)            \
  CALL(AudienceService, ResolveAudienceReview, v1::AudienceSnapshotRow)                  \
  CALL(AudienceService, DiffAudience, v1::DiffAudienceResponse)                          \
  CALL(InitiativeService, GetInitiative, v1::Initiative)                                 \
  CALL(InitiativeService, ListInitiatives, v1::ListInitiativesResponse)                  \
  CALL(InitiativeService, CreateInitiative, v1::Initiative)                              \
  CALL(InitiativeService, UpdateInitiative, v1::Initiative)                              \
  CALL(InitiativeService, DeleteInitiative, google::protobuf::Empty)                     \
  CALL(CollaborationService, GetCollaborationItem, v1::CollaborationItem)                \
  CALL(CollaborationService, ListCollaborationItems, v1::ListCollaborationItemsResponse) \
  CALL(CollaborationService, CreateCollaborationItem, v1::CollaborationItem)             \
  CALL(CollaborationService, UpdateCollaborationItem, v1::CollaborationItem)             \
  CALL(CollaborationService, SubmitCollaborationItem, v1::CollaborationItem)             \
  CALL(CollaborationService, ReturnCollaborationItem, v1::CollaborationItem)             \
  CALL(CollaborationService, PublishCollaborationItem, v1::CollaborationItem)            \
  CALL(CollaborationService, CloseCollaborationItem, v1::CollaborationItem)              \
  CALL(CollaborationService, DeleteCollaborationItem, google::protobuf::Empty)           \
  CALL(CollaborationService, CreateInterest, v1::Interest)                               \
  CALL(CollaborationService, ListInterests, v1::ListInterestsResponse)                   \
  CALL(CollaborationService, ListExpressedInterests, v1::ListExpressedInterestsResponse) \
  CALL(CollaborationService, AnswerInterest, v1::Interest)                               \
  CALL(CollaborationService, WithdrawInterest, v1::Interest)                             \
  CALL(CollaborationService, RecordInterestOutcome, v1::Interest)                        \
  CALL(CollaborationService, ListMatches, v1::ListMatchesResponse)                       \
  CALL(ClusterService, SearchClusters, v1::SearchClustersResponse)                       \
  CALL(SearchService, Search, v1::SearchResponse)                                        \
  CALL(SuccessionService, GetSuccession, v1::Succession)                                 \
  CALL(SuccessionService, ListSuccessions, v1::ListSuccessionsResponse)                  \
  CALL(SuccessionService, CreateSuccession, v1::Succession)                              \
  CALL(SuccessionService, WithdrawSuccession, v1::Succession)                            \
  CALL(ImportService, GetImport, v1::Import)                                             \
  CALL(ImportService, ListImports, v1::ListImportsResponse)                              \
  CALL(ImportService, CreateImport, v1::Import)                                          \
  CALL(ImportService, AppendImportRows, v1::Import)                                      \
  CALL(ImportService, StartImport, v1::Import)                                           \
  CALL(ImportService, CancelImport, v1::Import)                                          \
  CALL(ImportService, DeleteImport, google::protobuf::Empty)                             \
  CALL(ImportService, ListImportRows, v1::ListImportRowsResponse)                        \
  CALL(EvidenceService, ListEventEvidence, v1::ListEventEvidenceResponse)                \
  CALL(EvidenceService, RecordEventEvidence, v1::RecordEventEvidenceResponse)            \
  CALL(ExportService, ExportClusters, v1::ExportClustersResponse)                        \
  CALL(ExportService, ExportInitiatives, v1::ExportInitiativesResponse)                  \
  CALL(AssessmentService, GetIndicatorSet, v1::IndicatorSet)                             \
  CALL(AssessmentService, ListIndicatorSets, v1::ListIndicatorSetsResponse)              \
  CALL(AssessmentService, CreateIndicatorSet, v1::IndicatorSet)                          \
  CALL(AssessmentService, GetAssessment, v1::Assessment)                                 \
  CALL(AssessmentService, ListAssessments, v1::ListAssessmentsResponse)                  \
  CALL(AssessmentService, GetPublishedAssessment, v1::PublishedAssessment)               \
  CALL(AssessmentService, CreateAssessment, v1::Assessment)                              \
  CALL(AssessmentService, UpdateAssessment, v1::Assessment)                              \
  CALL(AssessmentService, SubmitSelfAssessment, v1::Assessment)                          \
  CALL(AssessmentService, WithdrawAssessment, v1::Assessment)                            \
  CALL(AssessmentService, AppointAssessors, v1::Assessment)                              \
  CALL(AssessmentService, AdvanceAssessment, v1::Assessment)                             \
  CALL(AssessmentService, RecordAssessmentResults, v1::Assessment)                       \
  CALL(AssessmentService, CorrectAssessmentResults, v1::Assessment)                      \
  CALL(AssessmentService, DecideAssessment, v1::Assessment)                              \
  CALL(AssessmentService, EvaluateAssessment, v1::EvaluateAssessmentResponse)            \
  CALL(AssessmentService, CompareWithPeers, v1::CompareWithPeersResponse)

// What the fixture derives from.
class RegistryCalls {
 protected:
  ~RegistryCalls() = default;

  // Whose server is called.
  virtual const wici::testing::ServiceFixture& called() const = 0;

  // As platform operator; `method` as in ServiceFixture::Call.
  template <class Response>
  absl::StatusOr<Response> Call(std::string_view method, const google::protobuf::Message& request) {
    return called().Call<Response>(method, request, called().Token("platform-operator"));
  }
// Two functions for each method: one takes the request, the other its text format.
#define WICI_DECLARE(Service, Method, Response)                        \
  absl::StatusOr<Response> Method(const v1::Method##Request& request); \
  absl::StatusOr<Response> Method(const std::string& text);
  WICI_REGISTRY_CALLS(WICI_DECLARE)
#undef WICI_DECLARE
};

}  // namespace wici::cluster_registry::testing

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_TESTING_REGISTRY_CALLS_H_
