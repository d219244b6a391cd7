// What is wrong with what a client sends about assessments: every violation at once. Pure; safe to
// call from any thread. References to other resources are checked where these are read.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_VALIDATE_ASSESSMENT_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_VALIDATE_ASSESSMENT_H_

#include <string_view>

#include "absl/status/status.h"
#include "libs/base/violations.h"
#include "services/cluster_registry/assessments/rules/results.h"
#include "wici/cluster_registry/v1/assessment.pb.h"
#include "wici/cluster_registry/v1/assessment_service.pb.h"
#include "wici/cluster_registry/v1/indicator_set.pb.h"

namespace wici::cluster_registry {

inline constexpr int kAssessorsMax = 10;
inline constexpr int kAreasMax = 20;
inline constexpr int kPointsMax = 100'000;

// Counts and points that are declared agree with those of the indicators, where both are known.
void ValidateIndicatorSet(std::string_view field, const v1::IndicatorSet& set,
                          Violations& violations);
// The fields a cluster decides, and on creation the scheme, kind and set as well.
void ValidateAssessment(std::string_view field, const v1::Assessment& assessment,
                        Violations& violations);
// The improvement areas are dimensions or indicators of the criteria, at most as many as needed,
// and none without RULE_IMPROVEMENT.
void CheckAreas(std::string_view field, const AssessmentRules& rules,
                const v1::Assessment& assessment, Violations& violations);

absl::Status ValidateRequest(const v1::CreateAssessmentRequest& request);
absl::Status ValidateRequest(const v1::UpdateAssessmentRequest& request);
absl::Status ValidateRequest(const v1::SubmitSelfAssessmentRequest& request);
absl::Status ValidateRequest(const v1::WithdrawAssessmentRequest& request);
absl::Status ValidateRequest(const v1::AppointAssessorsRequest& request);
absl::Status ValidateRequest(const v1::AdvanceAssessmentRequest& request);
absl::Status ValidateRequest(const v1::RecordAssessmentResultsRequest& request);
absl::Status ValidateRequest(const v1::CorrectAssessmentResultsRequest& request);
absl::Status ValidateRequest(const v1::DecideAssessmentRequest& request);
absl::Status ValidateRequest(const v1::CompareWithPeersRequest& request);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_VALIDATE_ASSESSMENT_H_
