// How an assessment is judged: criterion by criterion, PASS, FAIL or UNKNOWN.
//
//   AssessmentRules rules = {set, criteria, PolicyOn(scheme, kind, day)};
//   v1::AssessmentVerdict verdict = JudgeAssessment(assessment, rules, labels);
//
// The verdict is FAIL when a criterion fails, else UNKNOWN when one is unknown, else PASS: with
// unknown points it is never PASS. Pure; safe to call from any thread. Source: invariants
//   L7  Silver needs an earlier Bronze of the same line and 3 improvement areas; the interval of
//       1.5 to 2 years is a warning only. All baseline requirements hold, and the areas are audited
//       against the Gold criteria.
//   L8  Gold needs ratio >= pass_ratio, all thresholds met, >= 2 assessors of different
//       organisations (pass_ratio and number of assessors are those of the policy).
// Bronze needs participation, and since 2019-11-15 the eligibility criteria, as the others do.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_RULES_VERDICT_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_RULES_VERDICT_H_

#include "absl/types/span.h"
#include "services/cluster_registry/assessments/rules/results.h"
#include "wici/cluster_registry/v1/assessment.pb.h"
#include "wici/cluster_registry/v1/label.pb.h"

namespace wici::cluster_registry {

// `labels` are those of the assessed cluster, for the earlier label; what is not recorded is
// unknown, not missing. Criteria by rule of the set, after HELD and ELIGIBILITY:
//   RULE_POINTS       RATIO, THRESHOLDS, ASSESSORS
//   RULE_IMPROVEMENT  IMPROVEMENT_AREAS, IMPROVEMENTS, BASELINE, EARLIER_LABEL
v1::AssessmentVerdict JudgeAssessment(const v1::Assessment& assessment,
                                      const AssessmentRules& rules,
                                      absl::Span<const v1::Label> labels);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_RULES_VERDICT_H_
