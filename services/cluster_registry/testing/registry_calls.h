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
#include "wici/cluster_registry/v1/export_service.pb.h"
#include "wici/cluster_registry/v1/import_service.pb.h"
#include "wici/cluster_registry/v1/initiative_service.pb.h"
#include "wici/cluster_registry/v1/label_service.pb.h"
#include "wici/cluster_registry/v1/region_service.pb.h"
#include "wici/cluster_registry/v1/search_service.pb.h"
#include "wici/cluster_registry/v1/succession_service.pb.h"

namespace wici::cluster_registry::testing {

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
#define WICI_REGISTRY_CALL(Service, Method, Response)                                 \
  absl::StatusOr<Response> Method(const v1::Method##Request& request) {               \
    return Call<Response>("wici.cluster_registry.v1." #Service "/" #Method, request); \
  }                                                                                   \
  absl::StatusOr<Response> Method(const std::string& text) {                          \
    return Method(Parse<v1::Method##Request>(text));                                  \
  }
  WICI_REGISTRY_CALL(RegionService, GetRegion, v1::Region)
  WICI_REGISTRY_CALL(RegionService, ListRegions, v1::ListRegionsResponse)
  WICI_REGISTRY_CALL(RegionService, CreateRegion, v1::Region)
  WICI_REGISTRY_CALL(RegionService, UpdateRegion, v1::Region)
  WICI_REGISTRY_CALL(ClusterService, GetCluster, v1::Cluster)
  WICI_REGISTRY_CALL(ClusterService, ListClusters, v1::ListClustersResponse)
  WICI_REGISTRY_CALL(ClusterService, BatchGetClusters, v1::BatchGetClustersResponse)
  WICI_REGISTRY_CALL(ClusterService, CreateCluster, v1::Cluster)
  WICI_REGISTRY_CALL(ClusterService, UpdateCluster, v1::Cluster)
  WICI_REGISTRY_CALL(ClusterService, DeleteCluster, v1::Cluster)
  WICI_REGISTRY_CALL(ClusterService, UndeleteCluster, v1::Cluster)
  WICI_REGISTRY_CALL(ClusterService, ListClusterVersions, v1::ListClusterVersionsResponse)
  WICI_REGISTRY_CALL(ClusterService, GetMemberCount, v1::GetMemberCountResponse)
  WICI_REGISTRY_CALL(ClusterService, SubmitCluster, v1::Cluster)
  WICI_REGISTRY_CALL(ClusterService, ReturnCluster, v1::Cluster)
  WICI_REGISTRY_CALL(ClusterService, PublishCluster, v1::Cluster)
  WICI_REGISTRY_CALL(ClusterService, SetClusterDormant, v1::Cluster)
  WICI_REGISTRY_CALL(ClusterService, ReactivateCluster, v1::Cluster)
  WICI_REGISTRY_CALL(ClusterService, CloseCluster, v1::Cluster)
  WICI_REGISTRY_CALL(ClusterService, ImportClusters, v1::ImportClustersResponse)
  WICI_REGISTRY_CALL(ClusterService, GetMember, v1::Member)
  WICI_REGISTRY_CALL(ClusterService, ListMembers, v1::ListMembersResponse)
  WICI_REGISTRY_CALL(ClusterService, CreateMember, v1::Member)
  WICI_REGISTRY_CALL(ClusterService, ListMembershipsOfParty, v1::ListMembershipsOfPartyResponse)
  WICI_REGISTRY_CALL(ClusterService, BatchCreateMembers, v1::BatchCreateMembersResponse)
  WICI_REGISTRY_CALL(ClusterService, UpdateMember, v1::Member)
  WICI_REGISTRY_CALL(ClusterService, DeleteMember, google::protobuf::Empty)
  WICI_REGISTRY_CALL(ClusterService, GetContact, v1::Contact)
  WICI_REGISTRY_CALL(ClusterService, ListContacts, v1::ListContactsResponse)
  WICI_REGISTRY_CALL(ClusterService, CreateContact, v1::Contact)
  WICI_REGISTRY_CALL(ClusterService, UpdateContact, v1::Contact)
  WICI_REGISTRY_CALL(ClusterService, DeleteContact, google::protobuf::Empty)
  WICI_REGISTRY_CALL(ClusterService, TransferManager, v1::TransferManagerResponse)
  WICI_REGISTRY_CALL(EligibilityService, CheckEligibility, v1::Eligibility)
  WICI_REGISTRY_CALL(LabelService, GetLabel, v1::Label)
  WICI_REGISTRY_CALL(LabelService, ListLabels, v1::ListLabelsResponse)
  WICI_REGISTRY_CALL(LabelService, ListLabelVersions, v1::ListLabelVersionsResponse)
  WICI_REGISTRY_CALL(LabelService, CreateLabel, v1::Label)
  WICI_REGISTRY_CALL(LabelService, RecordLabelEvent, v1::Label)
  WICI_REGISTRY_CALL(LabelService, GetLabelStatus, v1::GetLabelStatusResponse)
  WICI_REGISTRY_CALL(LabelService, BatchGetLabelStatus, v1::BatchGetLabelStatusResponse)
  WICI_REGISTRY_CALL(LabelService, GetLabelScheme, v1::LabelScheme)
  WICI_REGISTRY_CALL(LabelService, ListLabelSchemes, v1::ListLabelSchemesResponse)
  WICI_REGISTRY_CALL(LabelService, CreateLabelScheme, v1::LabelScheme)
  WICI_REGISTRY_CALL(LabelService, UpdateLabelScheme, v1::LabelScheme)
  WICI_REGISTRY_CALL(AudienceService, EvaluateAudience, v1::EvaluateAudienceResponse)
  WICI_REGISTRY_CALL(AudienceService, CreateAudienceSnapshot, v1::AudienceSnapshot)
  WICI_REGISTRY_CALL(AudienceService, GetAudienceSnapshot, v1::AudienceSnapshot)
  WICI_REGISTRY_CALL(AudienceService, ListAudienceSnapshots, v1::ListAudienceSnapshotsResponse)
  WICI_REGISTRY_CALL(AudienceService, DeleteAudienceSnapshot, google::protobuf::Empty)
  WICI_REGISTRY_CALL(AudienceService, ListAudienceSnapshotRows,
                     v1::ListAudienceSnapshotRowsResponse)
  WICI_REGISTRY_CALL(AudienceService, ListAudienceReviews, v1::ListAudienceReviewsResponse)
  WICI_REGISTRY_CALL(AudienceService, ResolveAudienceReview, v1::AudienceSnapshotRow)
  WICI_REGISTRY_CALL(AudienceService, DiffAudience, v1::DiffAudienceResponse)
  WICI_REGISTRY_CALL(InitiativeService, GetInitiative, v1::Initiative)
  WICI_REGISTRY_CALL(InitiativeService, ListInitiatives, v1::ListInitiativesResponse)
  WICI_REGISTRY_CALL(InitiativeService, CreateInitiative, v1::Initiative)
  WICI_REGISTRY_CALL(InitiativeService, UpdateInitiative, v1::Initiative)
  WICI_REGISTRY_CALL(InitiativeService, DeleteInitiative, google::protobuf::Empty)
  WICI_REGISTRY_CALL(CollaborationService, GetCollaborationItem, v1::CollaborationItem)
  WICI_REGISTRY_CALL(CollaborationService, ListCollaborationItems,
                     v1::ListCollaborationItemsResponse)
  WICI_REGISTRY_CALL(CollaborationService, CreateCollaborationItem, v1::CollaborationItem)
  WICI_REGISTRY_CALL(CollaborationService, UpdateCollaborationItem, v1::CollaborationItem)
  WICI_REGISTRY_CALL(CollaborationService, SubmitCollaborationItem, v1::CollaborationItem)
  WICI_REGISTRY_CALL(CollaborationService, ReturnCollaborationItem, v1::CollaborationItem)
  WICI_REGISTRY_CALL(CollaborationService, PublishCollaborationItem, v1::CollaborationItem)
  WICI_REGISTRY_CALL(CollaborationService, CloseCollaborationItem, v1::CollaborationItem)
  WICI_REGISTRY_CALL(CollaborationService, DeleteCollaborationItem, google::protobuf::Empty)
  WICI_REGISTRY_CALL(CollaborationService, CreateInterest, v1::Interest)
  WICI_REGISTRY_CALL(CollaborationService, ListInterests, v1::ListInterestsResponse)
  WICI_REGISTRY_CALL(CollaborationService, ListExpressedInterests,
                     v1::ListExpressedInterestsResponse)
  WICI_REGISTRY_CALL(CollaborationService, AnswerInterest, v1::Interest)
  WICI_REGISTRY_CALL(CollaborationService, WithdrawInterest, v1::Interest)
  WICI_REGISTRY_CALL(CollaborationService, RecordInterestOutcome, v1::Interest)
  WICI_REGISTRY_CALL(CollaborationService, ListMatches, v1::ListMatchesResponse)
  WICI_REGISTRY_CALL(ClusterService, SearchClusters, v1::SearchClustersResponse)
  WICI_REGISTRY_CALL(SearchService, Search, v1::SearchResponse)
  WICI_REGISTRY_CALL(SuccessionService, GetSuccession, v1::Succession)
  WICI_REGISTRY_CALL(SuccessionService, ListSuccessions, v1::ListSuccessionsResponse)
  WICI_REGISTRY_CALL(SuccessionService, CreateSuccession, v1::Succession)
  WICI_REGISTRY_CALL(SuccessionService, WithdrawSuccession, v1::Succession)
  WICI_REGISTRY_CALL(ImportService, GetImport, v1::Import)
  WICI_REGISTRY_CALL(ImportService, ListImports, v1::ListImportsResponse)
  WICI_REGISTRY_CALL(ImportService, CreateImport, v1::Import)
  WICI_REGISTRY_CALL(ImportService, AppendImportRows, v1::Import)
  WICI_REGISTRY_CALL(ImportService, StartImport, v1::Import)
  WICI_REGISTRY_CALL(ImportService, CancelImport, v1::Import)
  WICI_REGISTRY_CALL(ImportService, DeleteImport, google::protobuf::Empty)
  WICI_REGISTRY_CALL(ImportService, ListImportRows, v1::ListImportRowsResponse)
  WICI_REGISTRY_CALL(ExportService, ExportClusters, v1::ExportClustersResponse)
  WICI_REGISTRY_CALL(ExportService, ExportInitiatives, v1::ExportInitiativesResponse)
  WICI_REGISTRY_CALL(AssessmentService, GetIndicatorSet, v1::IndicatorSet)
  WICI_REGISTRY_CALL(AssessmentService, ListIndicatorSets, v1::ListIndicatorSetsResponse)
  WICI_REGISTRY_CALL(AssessmentService, CreateIndicatorSet, v1::IndicatorSet)
  WICI_REGISTRY_CALL(AssessmentService, GetAssessment, v1::Assessment)
  WICI_REGISTRY_CALL(AssessmentService, ListAssessments, v1::ListAssessmentsResponse)
  WICI_REGISTRY_CALL(AssessmentService, GetPublishedAssessment, v1::PublishedAssessment)
  WICI_REGISTRY_CALL(AssessmentService, CreateAssessment, v1::Assessment)
  WICI_REGISTRY_CALL(AssessmentService, UpdateAssessment, v1::Assessment)
  WICI_REGISTRY_CALL(AssessmentService, SubmitSelfAssessment, v1::Assessment)
  WICI_REGISTRY_CALL(AssessmentService, WithdrawAssessment, v1::Assessment)
  WICI_REGISTRY_CALL(AssessmentService, AppointAssessors, v1::Assessment)
  WICI_REGISTRY_CALL(AssessmentService, AdvanceAssessment, v1::Assessment)
  WICI_REGISTRY_CALL(AssessmentService, RecordAssessmentResults, v1::Assessment)
  WICI_REGISTRY_CALL(AssessmentService, CorrectAssessmentResults, v1::Assessment)
  WICI_REGISTRY_CALL(AssessmentService, DecideAssessment, v1::Assessment)
  WICI_REGISTRY_CALL(AssessmentService, EvaluateAssessment, v1::EvaluateAssessmentResponse)
  WICI_REGISTRY_CALL(AssessmentService, CompareWithPeers, v1::CompareWithPeersResponse)
#undef WICI_REGISTRY_CALL
};

}  // namespace wici::cluster_registry::testing

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_TESTING_REGISTRY_CALLS_H_
