// The states of an assessment as one machine: which step may follow which, and what it needs.
//
//   APPLIED -> ELIGIBLE -> CONTRACTED -> SELF_ASSESSED -> SCHEDULED -> HELD -> REPORTED
//     REPORTED -> APPROVED | REJECTED       final
//     SCHEDULED -> SCHEDULED                another day
//     any state before HELD -> WITHDRAWN    final: the applicant gives up
//     any state before HELD -> REJECTED     final: the applicant is not eligible
//
// Pure; safe to call from any thread. Source: process states of the domain facts, section 1.3.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_RULES_STEPS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_RULES_STEPS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/base/error.h"
#include "services/cluster_registry/assessments/rules/results.h"
#include "wici/cluster_registry/v1/assessment.pb.h"

namespace wici::cluster_registry {

// An assessment has at most this many steps. Its day may be moved accordingly often, but for the
// last ones, with which it goes on to its end.
inline constexpr int kStepsMax = 100;
inline constexpr int kLastSteps = 3;  // HELD, REPORTED and the decision

// "HELD".
std::string StateName(v1::Assessment::State state);

// Whether the machine goes from `from` to `to`.
bool MayFollow(v1::Assessment::State from, v1::Assessment::State to);

// Whether HELD lies behind: who assesses, how and in what no longer changes.
bool IsHeld(const v1::Assessment& assessment);
// Whether nothing follows.
bool IsFinal(v1::Assessment::State state);
// Whether it was approved or rejected by its results.
bool IsDecided(const v1::Assessment& assessment);
// Whether it was rejected before it was held: the applicant was not eligible.
bool IsIneligible(const v1::Assessment& assessment);

// What `assessment` still lacks for the step to `to`, each with the field it lacks. ELIGIBLE and
// SCHEDULED: the check of eligibility where the policy asks for it (since 2019-11-15 at ESCA).
// HELD: a day that has come, one lead, as many assessors of different organisations as the policy
// says (at least one), the improvement areas. REPORTED: the report, a result for each indicator
// that is listed, or of each improvement area.
std::vector<FieldViolation> MissingFor(const v1::Assessment& assessment, v1::Assessment::State to,
                                       const AssessmentRules& rules, absl::CivilDay today);

// One step: who, when and why.
struct Step {
  v1::Assessment::State to;
  std::string actor;
  std::string reason;
  absl::Time now;
};

// Moves `assessment` by `step` and writes it into the log. Errors: FAILED_PRECONDITION with reason
// ASSESSMENT_STEP_NOT_ALLOWED or ASSESSMENT_INCOMPLETE; the assessment is then unchanged.
absl::Status TakeStep(const Step& step, const AssessmentRules& rules, v1::Assessment& assessment);

// ASSESSMENT_NOT_REPORTED unless the results of `assessment` are corrected rather than recorded,
// ASSESSMENT_FIXED when they were corrected kCorrectionsMax times.
absl::Status CheckCorrectable(const v1::Assessment& assessment);
// ASSESSMENT_FIXED when `field` of an assessment that is held, or given up, would change.
absl::Status CheckNotHeld(const v1::Assessment& assessment, std::string_view field);
// The same for what the cluster decides: mode, portfolio and improvement areas of `after` are those
// of `before` once it is held. The consent to publication may change at any time.
absl::Status CheckStillOpen(const v1::Assessment& before, const v1::Assessment& after);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_RULES_STEPS_H_
