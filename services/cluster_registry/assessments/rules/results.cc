#include "services/cluster_registry/assessments/rules/results.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "services/cluster_registry/labels/label_policy.h"
#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {
namespace {

using Results = google::protobuf::RepeatedPtrField<v1::IndicatorResult>;

void CheckResult(const std::string& path, const v1::Indicator& indicator,
                 const v1::IndicatorResult& result, Violations& violations) {
  if (!result.has_points()) return;
  if (result.points() < 0) violations.Add(Path(path, "points"), "less than 0");
  if (indicator.has_points_max() && result.points() > indicator.points_max()) {
    violations.Add(Path(path, "points"), absl::StrCat("more than ", indicator.points_max()));
  }
  if (indicator.has_threshold() && result.has_threshold_met() &&
      result.threshold_met() != (result.points() >= indicator.threshold())) {
    violations.Add(
        Path(path, "threshold_met"),
        absl::StrCat("the points say otherwise: ", indicator.threshold(), " are enough"));
  }
}

// How many indicators of the set or dimension are not listed, at least 0.
int Unlisted(const v1::IndicatorSet& set, std::string_view dimension) {
  if (dimension.empty()) return std::max(0, set.indicator_count() - set.indicators_size());
  int listed = 0;
  for (const v1::Indicator& indicator : set.indicators()) {
    if (indicator.dimension() == dimension) ++listed;
  }
  const v1::IndicatorDimension* found = FindDimension(set, dimension);
  return found == nullptr ? 0 : std::max(0, found->indicator_count() - listed);
}

}  // namespace

std::optional<v1::LabelPolicy> PolicyOn(const v1::LabelScheme& scheme, std::string_view kind,
                                        absl::CivilDay day) {
  v1::Label label;
  label.set_kind(std::string(kind));
  label.set_assessed_on(FormatDate(day));
  const v1::LabelPolicy* policy = FindPolicy(scheme, label);
  return policy == nullptr ? std::nullopt : std::optional(*policy);
}

const v1::Indicator* FindIndicator(const v1::IndicatorSet& set, std::string_view code) {
  for (const v1::Indicator& indicator : set.indicators()) {
    if (indicator.code() == code) return &indicator;
  }
  return nullptr;
}

const v1::IndicatorDimension* FindDimension(const v1::IndicatorSet& set, std::string_view code) {
  for (const v1::IndicatorDimension& dimension : set.dimensions()) {
    if (dimension.code() == code) return &dimension;
  }
  return nullptr;
}

const v1::IndicatorResult* FindResult(const v1::Assessment& assessment,
                                      std::string_view indicator) {
  for (const v1::IndicatorResult& result : assessment.results()) {
    if (result.indicator() == indicator) return &result;
  }
  return nullptr;
}

std::vector<const v1::Indicator*> IndicatorsOfArea(const v1::IndicatorSet& criteria,
                                                   std::string_view area) {
  std::vector<const v1::Indicator*> found;
  const bool dimension = FindDimension(criteria, area) != nullptr;
  for (const v1::Indicator& indicator : criteria.indicators()) {
    if ((dimension ? indicator.dimension() : indicator.code()) == area) found.push_back(&indicator);
  }
  return found;
}

Truth MeetsThreshold(const v1::Indicator& indicator, const v1::IndicatorResult* result) {
  if (result == nullptr) return Truth::kUnknown;
  if (indicator.has_threshold() && result->has_points()) {
    return result->points() >= indicator.threshold() ? Truth::kTrue : Truth::kFalse;
  }
  if (!result->has_threshold_met()) return Truth::kUnknown;
  return result->threshold_met() ? Truth::kTrue : Truth::kFalse;
}

void CheckResults(std::string_view field, const v1::IndicatorSet& criteria, const Results& results,
                  Violations& violations) {
  std::set<std::string> seen;
  int index = 0;
  for (const v1::IndicatorResult& result : results) {
    const std::string path = absl::StrCat(std::string(field), "[", index++, "]");
    const v1::Indicator* indicator = FindIndicator(criteria, result.indicator());
    if (indicator == nullptr) {
      violations.Add(Path(path, "indicator"), "not an indicator of the set");
    } else if (!seen.insert(result.indicator()).second) {
      violations.Add(Path(path, "indicator"), "is there twice");
    } else {
      CheckResult(path, *indicator, result, violations);
    }
  }
}

void MergeResults(const AssessmentRules& rules, const Results& results,
                  v1::Assessment& assessment) {
  std::map<std::string, v1::IndicatorResult> merged;
  for (const v1::IndicatorResult& result : assessment.results()) {
    merged[result.indicator()] = result;
  }
  for (const v1::IndicatorResult& result : results) merged[result.indicator()] = result;
  assessment.clear_results();
  for (const v1::Indicator& indicator : rules.criteria.indicators()) {
    const auto found = merged.find(indicator.code());
    if (found == merged.end()) continue;
    v1::IndicatorResult& result = *assessment.add_results();
    result = found->second;
    if (indicator.has_threshold() && result.has_points()) {
      result.set_threshold_met(result.points() >= indicator.threshold());
    }
  }
  assessment.clear_points();
  assessment.clear_points_max();
  assessment.clear_ratio_milli();
  // Of an improvement only some criteria are audited: their sum says nothing.
  if (rules.set.rule() == v1::IndicatorSet::RULE_IMPROVEMENT) return;
  const std::optional<int> points = PointsOf(rules.criteria, assessment, "");
  const std::optional<int> points_max = PointsMax(rules.criteria);
  if (points) assessment.set_points(*points);
  if (points_max) assessment.set_points_max(*points_max);
  if (points && points_max && *points_max > 0) {
    assessment.set_ratio_milli(static_cast<int>(std::int64_t{1000} * *points / *points_max));
  }
}

void CorrectResults(const AssessmentRules& rules, const Results& results,
                    v1::AssessmentCorrection correction, v1::Assessment& assessment) {
  for (const v1::IndicatorResult& result : results) {
    v1::IndicatorResult& earlier = *correction.add_earlier_results();
    const v1::IndicatorResult* known = FindResult(assessment, result.indicator());
    if (known != nullptr) earlier = *known;
    earlier.set_indicator(result.indicator());
  }
  correction.set_earlier_report_sha256(assessment.report_sha256());
  correction.set_state(assessment.state());
  *assessment.add_corrections() = std::move(correction);
  MergeResults(rules, results, assessment);
}

void TakeBackLaterCorrections(const AssessmentRules& rules, v1::Assessment& assessment) {
  // A copy: MergeResults changes the assessment.
  const auto corrections = assessment.corrections();
  for (auto one = corrections.rbegin(); one != corrections.rend(); ++one) {
    if (one->state() == v1::Assessment::STATE_REPORTED) break;
    MergeResults(rules, one->earlier_results(), assessment);
  }
}

bool WasCorrectedSinceDecision(const v1::Assessment& assessment) {
  return !assessment.corrections().empty() &&
         assessment.corrections().rbegin()->state() != v1::Assessment::STATE_REPORTED;
}

std::optional<int> PointsMax(const v1::IndicatorSet& set) {
  if (set.has_points_max()) return set.points_max();
  if (set.indicators().empty() || Unlisted(set, "") > 0) return std::nullopt;
  int sum = 0;
  for (const v1::Indicator& indicator : set.indicators()) {
    if (!indicator.has_points_max()) return std::nullopt;
    sum += indicator.points_max();
  }
  return sum;
}

std::optional<int> PointsOf(const v1::IndicatorSet& set, const v1::Assessment& assessment,
                            std::string_view dimension) {
  if (Unlisted(set, dimension) > 0) return std::nullopt;
  int sum = 0;
  bool any = false;
  for (const v1::Indicator& indicator : set.indicators()) {
    if (!dimension.empty() && indicator.dimension() != dimension) continue;
    const v1::IndicatorResult* result = FindResult(assessment, indicator.code());
    if (result == nullptr || !result->has_points()) return std::nullopt;
    sum += result->points();
    any = true;
  }
  return any ? std::optional(sum) : std::nullopt;
}

}  // namespace wici::cluster_registry
