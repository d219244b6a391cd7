#include "services/cluster_registry/assessments/rules/verdict.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/clock.h"
#include "services/cluster_registry/assessments/rules/assessors.h"
#include "services/cluster_registry/assessments/rules/steps.h"
#include "services/cluster_registry/partial_date.h"

namespace wici::cluster_registry {
namespace {

using v1::Assessment;
using v1::AssessmentVerdict;
using v1::Label;

AssessmentVerdict::Outcome OutcomeOf(Truth truth) {
  switch (truth) {
    case Truth::kTrue:
      return AssessmentVerdict::OUTCOME_PASS;
    case Truth::kFalse:
      return AssessmentVerdict::OUTCOME_FAIL;
    default:
      return AssessmentVerdict::OUTCOME_UNKNOWN;
  }
}

void Add(std::string_view code, Truth truth, std::string explanation, AssessmentVerdict& verdict) {
  AssessmentVerdict::Criterion& criterion = *verdict.add_criteria();
  criterion.set_code(std::string(code));
  criterion.set_outcome(OutcomeOf(truth));
  criterion.set_explanation(std::move(explanation));
}

void JudgeHeld(const Assessment& assessment, AssessmentVerdict& verdict) {
  if (IsHeld(assessment)) {
    Add("HELD", Truth::kTrue, absl::StrCat("held on ", assessment.held_on()), verdict);
  } else if (assessment.state() == Assessment::STATE_WITHDRAWN) {
    Add("HELD", Truth::kFalse, "given up", verdict);
  } else if (IsIneligible(assessment)) {
    Add("HELD", Truth::kFalse, "not eligible, so not held", verdict);
  } else {
    Add("HELD", Truth::kUnknown, "not held yet", verdict);
  }
}

void JudgeEligibility(const Assessment& assessment, const AssessmentRules& rules,
                      AssessmentVerdict& verdict) {
  if (IsIneligible(assessment)) {
    Add("ELIGIBILITY", Truth::kFalse, "found not to be eligible", verdict);
  } else if (assessment.has_eligibility()) {
    Add("ELIGIBILITY", Truth::kTrue,
        absl::StrCat("checked on ", assessment.eligibility().checked_on()), verdict);
  } else if (!rules.policy) {
    Add("ELIGIBILITY", Truth::kUnknown, "no policy of the scheme covers the day", verdict);
  } else if (rules.policy->needs_eligibility()) {
    Add("ELIGIBILITY", Truth::kUnknown, "no check is recorded", verdict);
  } else {
    Add("ELIGIBILITY", Truth::kTrue, "the policy of the day does not ask for it", verdict);
  }
}

void JudgeRatio(const Assessment& assessment, const AssessmentRules& rules,
                AssessmentVerdict& verdict) {
  const int needed = rules.policy ? rules.policy->pass_ratio_milli() : 0;
  if (needed == 0) {
    Add("RATIO", Truth::kUnknown, "the policy of the day names no share of the points", verdict);
  } else if (!assessment.has_points() || !assessment.has_points_max()) {
    Add("RATIO", Truth::kUnknown, "not all points are known", verdict);
  } else {
    const bool enough =
        std::int64_t{1000} * assessment.points() >= std::int64_t{needed} * assessment.points_max();
    Add("RATIO", enough ? Truth::kTrue : Truth::kFalse,
        absl::StrCat(assessment.points(), " of ", assessment.points_max(), " points, needed are ",
                     needed, " of 1000"),
        verdict);
  }
}

// Whether each of `indicators` meets its threshold; `complete` is whether they are all there are.
void JudgeThresholds(std::string_view code, const Assessment& assessment,
                     const std::vector<const v1::Indicator*>& indicators, bool complete,
                     AssessmentVerdict& verdict) {
  std::vector<std::string> missed;
  int unknown = 0;
  for (const v1::Indicator* indicator : indicators) {
    switch (MeetsThreshold(*indicator, FindResult(assessment, indicator->code()))) {
      case Truth::kFalse:
        missed.push_back(indicator->code());
        break;
      case Truth::kUnknown:
        ++unknown;
        break;
      case Truth::kTrue:
        break;
    }
  }
  if (!missed.empty()) {
    Add(code, Truth::kFalse, absl::StrCat("missed by indicator ", absl::StrJoin(missed, ", ")),
        verdict);
  } else if (unknown > 0) {
    Add(code, Truth::kUnknown, absl::StrCat("unknown for ", unknown, " indicators"), verdict);
  } else if (!complete || indicators.empty()) {
    Add(code, Truth::kUnknown, "the set does not list them all", verdict);
  } else {
    Add(code, Truth::kTrue, absl::StrCat("met by ", indicators.size(), " indicators"), verdict);
  }
}

bool ListsAll(const v1::IndicatorSet& set) {
  return set.indicators_size() >= std::max(1, set.indicator_count());
}

void JudgeAllThresholds(const Assessment& assessment, const AssessmentRules& rules,
                        AssessmentVerdict& verdict) {
  std::vector<const v1::Indicator*> all;
  for (const v1::Indicator& indicator : rules.criteria.indicators()) all.push_back(&indicator);
  JudgeThresholds("THRESHOLDS", assessment, all, ListsAll(rules.criteria), verdict);
}

void JudgeAssessors(const Assessment& assessment, const AssessmentRules& rules,
                    AssessmentVerdict& verdict) {
  const int needed = rules.policy ? rules.policy->min_assessors() : 0;
  const int organisations = CountOrganisations(assessment);
  const std::string found =
      absl::StrCat(assessment.assessors_size(), " assessors of ", organisations, " organisations");
  if (needed == 0) {
    Add("ASSESSORS", Truth::kUnknown, found + "; the policy of the day names no number", verdict);
    return;
  }
  const bool open = !IsHeld(assessment);
  const Truth short_of = open ? Truth::kUnknown : Truth::kFalse;  // more may be appointed
  Add("ASSESSORS", organisations >= needed ? Truth::kTrue : short_of,
      absl::StrCat(found, ", needed are ", needed), verdict);
}

void JudgeAreas(const Assessment& assessment, const AssessmentRules& rules,
                AssessmentVerdict& verdict) {
  const int needed = rules.set.improvement_area_count();
  const std::set<std::string> areas(assessment.improvement_areas().begin(),
                                    assessment.improvement_areas().end());
  const int chosen = static_cast<int>(areas.size());
  const Truth other = IsHeld(assessment) ? Truth::kFalse : Truth::kUnknown;
  Add("IMPROVEMENT_AREAS", chosen == needed ? Truth::kTrue : other,
      absl::StrCat(chosen, " chosen, needed are ", needed), verdict);
}

void JudgeImprovements(const Assessment& assessment, const AssessmentRules& rules,
                       AssessmentVerdict& verdict) {
  std::set<std::string> codes;
  bool complete = !assessment.improvement_areas().empty();
  for (const std::string& area : assessment.improvement_areas()) {
    const auto of_area = IndicatorsOfArea(rules.criteria, area);
    const v1::IndicatorDimension* dimension = FindDimension(rules.criteria, area);
    const std::size_t declared =
        dimension == nullptr ? 1u : static_cast<std::size_t>(dimension->indicator_count());
    complete = complete && !of_area.empty() && of_area.size() >= declared;
    for (const v1::Indicator* indicator : of_area) codes.insert(indicator->code());
  }
  std::vector<const v1::Indicator*> indicators;
  for (const std::string& code : codes) indicators.push_back(FindIndicator(rules.criteria, code));
  JudgeThresholds("IMPROVEMENTS", assessment, indicators, complete, verdict);
}

// Indicators of which it is not known whether they belong to the baseline are judged with it,
// unless they would make it fail.
void JudgeBaseline(const Assessment& assessment, const AssessmentRules& rules,
                   AssessmentVerdict& verdict) {
  std::vector<const v1::Indicator*> baseline;
  bool complete = ListsAll(rules.criteria);
  for (const v1::Indicator& indicator : rules.criteria.indicators()) {
    if (indicator.has_is_baseline()) {
      if (indicator.is_baseline()) baseline.push_back(&indicator);
    } else if (MeetsThreshold(indicator, FindResult(assessment, indicator.code())) ==
               Truth::kTrue) {
      baseline.push_back(&indicator);
    } else {
      complete = false;
    }
  }
  JudgeThresholds("BASELINE", assessment, baseline, complete, verdict);
}

// When a label was assessed or began: not after `last`, and not before `first` when that is known.
struct Begin {
  std::optional<absl::CivilDay> first;
  absl::CivilDay last;
};

std::optional<Begin> BeginOf(const Label& label) {
  for (const std::string& text : {label.assessed_on(), label.valid_from(), label.issued_on()}) {
    if (const auto range = ParsePartialDate(text)) return Begin{range->first, range->last};
  }
  // What had ended had begun.
  if (const auto end = ParseDate(label.valid_until())) return Begin{std::nullopt, *end};
  return std::nullopt;
}

// The last recorded label of `kind` that certainly began before the assessment was held.
std::optional<Begin> FindEarlier(const Assessment& assessment, absl::Span<const Label> labels,
                                 std::string_view kind) {
  const auto day = ParseDate(assessment.held_on());
  std::optional<Begin> last;
  for (const Label& label : labels) {
    if (label.scheme() != assessment.scheme() || label.kind() != kind ||
        label.verification() == Label::VERIFICATION_REJECTED) {
      continue;
    }
    const auto begin = BeginOf(label);
    if (!day || !begin || begin->last >= *day) continue;
    if (!last || begin->last > last->last) last = begin;
  }
  return last;
}

void JudgeEarlierLabel(const Assessment& assessment, const AssessmentRules& rules,
                       absl::Span<const Label> labels, AssessmentVerdict& verdict) {
  if (!rules.policy) {
    Add("EARLIER_LABEL", Truth::kUnknown, "no policy of the scheme covers the day", verdict);
    return;
  }
  for (const std::string& kind : rules.policy->prerequisite_kinds()) {
    const std::optional<Begin> begin = FindEarlier(assessment, labels, kind);
    Add("EARLIER_LABEL", begin ? Truth::kTrue : Truth::kUnknown,
        absl::StrCat("an earlier ", kind, begin ? " is" : " is not", " recorded"), verdict);
    const auto day = ParseDate(assessment.held_on());
    if (!day || !begin || !begin->first) continue;
    // The interval that the policy of the day intends; 0 is not known.
    const int least = rules.policy->prerequisite_months_min();
    const int most = rules.policy->prerequisite_months_max();
    if (*day < AddMonths(*begin->first, least)) {
      verdict.add_warnings(absl::StrCat("fewer than ", least, " months after the earlier ", kind));
    } else if (most > 0 && *day > AddMonths(begin->last, most)) {
      verdict.add_warnings(absl::StrCat("more than ", most, " months after the earlier ", kind));
    }
  }
}

Truth TruthOf(AssessmentVerdict::Outcome outcome) {
  if (outcome == AssessmentVerdict::OUTCOME_PASS) return Truth::kTrue;
  return outcome == AssessmentVerdict::OUTCOME_FAIL ? Truth::kFalse : Truth::kUnknown;
}

}  // namespace

AssessmentVerdict JudgeAssessment(const Assessment& assessment, const AssessmentRules& rules,
                                  absl::Span<const Label> labels) {
  AssessmentVerdict verdict;
  JudgeHeld(assessment, verdict);
  JudgeEligibility(assessment, rules, verdict);
  switch (rules.set.rule()) {
    case v1::IndicatorSet::RULE_PARTICIPATION:
      break;
    case v1::IndicatorSet::RULE_POINTS:
      JudgeRatio(assessment, rules, verdict);
      JudgeAllThresholds(assessment, rules, verdict);
      JudgeAssessors(assessment, rules, verdict);
      break;
    case v1::IndicatorSet::RULE_IMPROVEMENT:
      JudgeAreas(assessment, rules, verdict);
      JudgeImprovements(assessment, rules, verdict);
      JudgeBaseline(assessment, rules, verdict);
      JudgeEarlierLabel(assessment, rules, labels, verdict);
      break;
    default:
      Add("RULE", Truth::kUnknown, "the set does not say how to judge by it", verdict);
  }
  Truth truth = Truth::kTrue;
  for (const auto& criterion : verdict.criteria()) truth = And(truth, TruthOf(criterion.outcome()));
  verdict.set_outcome(OutcomeOf(truth));
  for (const std::string& notice : assessment.notices()) verdict.add_warnings(notice);
  return verdict;
}

}  // namespace wici::cluster_registry
