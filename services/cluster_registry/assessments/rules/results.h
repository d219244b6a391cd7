// What an assessment is judged by, and its results: points, thresholds, totals.
//
// What is not known stays unknown: a total is there only when every part of it is. Pure; safe to
// call from any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_RULES_RESULTS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_RULES_RESULTS_H_

#include <optional>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "libs/base/violations.h"
#include "services/cluster_registry/three_valued.h"
#include "wici/cluster_registry/v1/assessment.pb.h"
#include "wici/cluster_registry/v1/indicator_set.pb.h"
#include "wici/cluster_registry/v1/label_scheme.pb.h"

namespace wici::cluster_registry {

inline constexpr int kIndicatorsMax = 500;
// Of one assessment.
inline constexpr int kCorrectionsMax = 20;

// What judges one assessment. `criteria` is the set its results are of: that of `set` with
// RULE_IMPROVEMENT, `set` itself else. No `policy` when none of the scheme covers the day.
struct AssessmentRules {
  v1::IndicatorSet set;
  v1::IndicatorSet criteria;
  std::optional<v1::LabelPolicy> policy;
};

// The policy for `kind` on `day`, if any (L6: chosen by the day of assessment).
std::optional<v1::LabelPolicy> PolicyOn(const v1::LabelScheme& scheme, std::string_view kind,
                                        absl::CivilDay day);

// The indicator, dimension or result of a code, or nullptr.
const v1::Indicator* FindIndicator(const v1::IndicatorSet& set, std::string_view code);
const v1::IndicatorDimension* FindDimension(const v1::IndicatorSet& set, std::string_view code);
const v1::IndicatorResult* FindResult(const v1::Assessment& assessment, std::string_view indicator);

// The indicators of an improvement area: those of the dimension, or the one with this code. Empty
// when there is none.
std::vector<const v1::Indicator*> IndicatorsOfArea(const v1::IndicatorSet& criteria,
                                                   std::string_view area);

// Whether the result of `indicator` meets its threshold.
Truth MeetsThreshold(const v1::Indicator& indicator, const v1::IndicatorResult* result);

// Adds what is wrong with `results` for `criteria`: unknown or repeated indicators, points outside
// 0 to the maximum, a statement on a threshold that the points contradict.
void CheckResults(std::string_view field, const v1::IndicatorSet& criteria,
                  const google::protobuf::RepeatedPtrField<v1::IndicatorResult>& results,
                  Violations& violations);

// Puts `results`, which are fine, in the place of earlier ones of their indicators, in the order of
// the set, computes threshold_met where the set has a threshold, and the totals.
void MergeResults(const AssessmentRules& rules,
                  const google::protobuf::RepeatedPtrField<v1::IndicatorResult>& results,
                  v1::Assessment& assessment);

// Like MergeResults after the report: logs `correction`, which says who, when and why, with what
// stood there before.
void CorrectResults(const AssessmentRules& rules,
                    const google::protobuf::RepeatedPtrField<v1::IndicatorResult>& results,
                    v1::AssessmentCorrection correction, v1::Assessment& assessment);

// Makes the results of `assessment` those that were decided upon: takes back what was corrected
// since. The log of corrections stays as it is.
void TakeBackLaterCorrections(const AssessmentRules& rules, v1::Assessment& assessment);
// Whether there is anything to take back.
bool WasCorrectedSinceDecision(const v1::Assessment& assessment);

// The points of all indicators of `set`, or nullopt when not all are known.
std::optional<int> PointsMax(const v1::IndicatorSet& set);
// The points of `dimension`, or of the whole set when it is "": nullopt unless each has a result
// with points, and every indicator is listed.
std::optional<int> PointsOf(const v1::IndicatorSet& set, const v1::Assessment& assessment,
                            std::string_view dimension);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_RULES_RESULTS_H_
