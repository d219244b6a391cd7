// Handlers of wici.cluster_registry.v1.AssessmentService.
//
// Three sides work on an assessment, told apart by the permission of each method: the cluster
// (PERMISSION_ASSESSMENT_WRITE), its assessors (PERMISSION_ASSESSMENT_JUDGE), the secretariat
// (PERMISSION_LABEL_WRITE).
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_ASSESSMENT_SERVICE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_ASSESSMENT_SERVICE_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "libs/rpc/server.h"
#include "services/cluster_registry/assessments/rules/results.h"
#include "services/cluster_registry/assessments/rules/steps.h"
#include "services/cluster_registry/environment.h"
#include "wici/cluster_registry/v1/assessment_service.pb.h"
#include "wici/cluster_registry/v1/cluster.pb.h"

namespace wici::cluster_registry {

// Thread-safe.
class AssessmentService {
 public:
  explicit AssessmentService(const Environment& environment) : environment_(environment) {}
  void Register(rpc::Server& server);

 private:
  // What a change of an assessment sees beside it.
  struct Case {
    absl::Time now;
    v1::Cluster cluster;
    v1::LabelScheme scheme;
    AssessmentRules rules;
    std::string actor;

    Step ToStep(v1::Assessment::State to, const std::string& reason) const {
      return {.to = to, .actor = actor, .reason = reason, .now = now};
    }
  };
  using CaseBody = std::function<absl::Status(Writer&, Case&, v1::Assessment&)>;

  // indicator_sets.cc
  absl::Status GetIndicatorSet(const rpc::Context& context,
                               const v1::GetIndicatorSetRequest& request,
                               v1::IndicatorSet& response);
  absl::Status ListIndicatorSets(const rpc::Context& context,
                                 const v1::ListIndicatorSetsRequest& request,
                                 v1::ListIndicatorSetsResponse& response);
  absl::Status CreateIndicatorSet(const rpc::Context& context,
                                  const v1::CreateIndicatorSetRequest& request,
                                  v1::IndicatorSet& response);
  // assessment_service.cc
  absl::Status GetAssessment(const rpc::Context& context, const v1::GetAssessmentRequest& request,
                             v1::Assessment& response);
  absl::Status ListAssessments(const rpc::Context& context,
                               const v1::ListAssessmentsRequest& request,
                               v1::ListAssessmentsResponse& response);
  absl::Status GetPublishedAssessment(const rpc::Context& context,
                                      const v1::GetPublishedAssessmentRequest& request,
                                      v1::PublishedAssessment& response);
  absl::Status CreateAssessment(const rpc::Context& context,
                                const v1::CreateAssessmentRequest& request,
                                v1::Assessment& response);
  absl::Status UpdateAssessment(const rpc::Context& context,
                                const v1::UpdateAssessmentRequest& request,
                                v1::Assessment& response);
  // assessment_steps.cc
  absl::Status SubmitSelfAssessment(const rpc::Context& context,
                                    const v1::SubmitSelfAssessmentRequest& request,
                                    v1::Assessment& response);
  absl::Status WithdrawAssessment(const rpc::Context& context,
                                  const v1::WithdrawAssessmentRequest& request,
                                  v1::Assessment& response);
  absl::Status AppointAssessors(const rpc::Context& context,
                                const v1::AppointAssessorsRequest& request,
                                v1::Assessment& response);
  absl::Status AdvanceAssessment(const rpc::Context& context,
                                 const v1::AdvanceAssessmentRequest& request,
                                 v1::Assessment& response);
  absl::Status RecordAssessmentResults(const rpc::Context& context,
                                       const v1::RecordAssessmentResultsRequest& request,
                                       v1::Assessment& response);
  absl::Status CorrectAssessmentResults(const rpc::Context& context,
                                        const v1::CorrectAssessmentResultsRequest& request,
                                        v1::Assessment& response);
  absl::Status DecideAssessment(const rpc::Context& context,
                                const v1::DecideAssessmentRequest& request,
                                v1::Assessment& response);
  // assessment_peers.cc
  absl::Status EvaluateAssessment(const rpc::Context& context,
                                  const v1::EvaluateAssessmentRequest& request,
                                  v1::EvaluateAssessmentResponse& response);
  absl::Status CompareWithPeers(const rpc::Context& context,
                                const v1::CompareWithPeersRequest& request,
                                v1::CompareWithPeersResponse& response);

  // Runs `body` over the assessment `name`, with its cluster locked, and saves it.
  absl::Status Change(const rpc::Context& context, const google::protobuf::Message& request,
                      const std::string& name, const std::string& etag,
                      const std::string& request_id, const CaseBody& body,
                      v1::Assessment& response);
  template <class Request>
  absl::Status Change(const rpc::Context& context, const Request& request, const CaseBody& body,
                      v1::Assessment& response) {
    return Change(context, request, request.name(), request.etag(), request.request_id(), body,
                  response);
  }

  const Environment environment_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_ASSESSMENT_SERVICE_H_
