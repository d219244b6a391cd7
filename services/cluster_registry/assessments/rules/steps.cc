#include "services/cluster_registry/assessments/rules/steps.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/assessments/rules/assessors.h"
#include "services/cluster_registry/errors.h"

namespace wici::cluster_registry {
namespace {

using v1::Assessment;
using Missing = std::vector<FieldViolation>;

void NeedEligibility(const Assessment& assessment, const AssessmentRules& rules, Missing& missing) {
  if (rules.policy && rules.policy->needs_eligibility() && !assessment.has_eligibility()) {
    missing.push_back({"eligibility", "the policy of the kind asks for the eligibility criteria"});
  }
}

void NeedAssessors(const Assessment& assessment, const AssessmentRules& rules, Missing& missing) {
  const int needed = std::max(1, rules.policy ? rules.policy->min_assessors() : 0);
  if (CountOrganisations(assessment) < needed) {
    missing.push_back(
        {"assessors", absl::StrCat(needed, " of different organisations are needed")});
  }
  const auto leads = std::count_if(assessment.assessors().begin(), assessment.assessors().end(),
                                   [](const v1::Assessor& assessor) { return assessor.lead(); });
  if (leads != 1) missing.push_back({"assessors", "one of them leads"});
}

void NeedAreas(const Assessment& assessment, const AssessmentRules& rules, Missing& missing) {
  if (rules.set.rule() == v1::IndicatorSet::RULE_IMPROVEMENT &&
      assessment.improvement_areas_size() != rules.set.improvement_area_count()) {
    missing.push_back(
        {"improvement_areas",
         absl::StrCat("exactly ", rules.set.improvement_area_count(), " are needed")});
  }
}

void NeedResults(const Assessment& assessment, const AssessmentRules& rules, Missing& missing) {
  std::vector<const v1::Indicator*> needed;
  if (rules.set.rule() == v1::IndicatorSet::RULE_POINTS) {
    for (const v1::Indicator& indicator : rules.criteria.indicators()) needed.push_back(&indicator);
  } else if (rules.set.rule() == v1::IndicatorSet::RULE_IMPROVEMENT) {
    for (const std::string& area : assessment.improvement_areas()) {
      const auto of_area = IndicatorsOfArea(rules.criteria, area);
      needed.insert(needed.end(), of_area.begin(), of_area.end());
    }
  }
  for (const v1::Indicator* indicator : needed) {
    if (FindResult(assessment, indicator->code()) == nullptr) {
      missing.push_back({"results", absl::StrCat("none of indicator ", indicator->code())});
    }
  }
}

bool IsBeforeHeld(Assessment::State state) {
  switch (state) {
    case Assessment::STATE_APPLIED:
    case Assessment::STATE_ELIGIBLE:
    case Assessment::STATE_CONTRACTED:
    case Assessment::STATE_SELF_ASSESSED:
    case Assessment::STATE_SCHEDULED:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string StateName(Assessment::State state) {
  return Assessment::State_Name(state).substr(std::string_view("STATE_").size());
}

bool MayFollow(Assessment::State from, Assessment::State to) {
  switch (to) {
    case Assessment::STATE_ELIGIBLE:
      return from == Assessment::STATE_APPLIED;
    case Assessment::STATE_CONTRACTED:
      return from == Assessment::STATE_ELIGIBLE;
    case Assessment::STATE_SELF_ASSESSED:
      return from == Assessment::STATE_CONTRACTED;
    case Assessment::STATE_SCHEDULED:
      return from == Assessment::STATE_SELF_ASSESSED || from == Assessment::STATE_SCHEDULED;
    case Assessment::STATE_HELD:
      return from == Assessment::STATE_SCHEDULED;
    case Assessment::STATE_REPORTED:
      return from == Assessment::STATE_HELD;
    case Assessment::STATE_APPROVED:
      return from == Assessment::STATE_REPORTED;
    case Assessment::STATE_REJECTED:
      return from == Assessment::STATE_REPORTED || IsBeforeHeld(from);
    case Assessment::STATE_WITHDRAWN:
      return IsBeforeHeld(from);
    default:  // an assessment is made in APPLIED, and nothing leads there
      return false;
  }
}

bool IsHeld(const Assessment& assessment) {
  return assessment.state() == Assessment::STATE_HELD ||
         assessment.state() == Assessment::STATE_REPORTED || IsDecided(assessment);
}

bool IsFinal(Assessment::State state) {
  return state == Assessment::STATE_APPROVED || state == Assessment::STATE_REJECTED ||
         state == Assessment::STATE_WITHDRAWN;
}

bool IsDecided(const Assessment& assessment) {
  return assessment.state() == Assessment::STATE_APPROVED ||
         (assessment.state() == Assessment::STATE_REJECTED && !IsIneligible(assessment));
}

bool IsIneligible(const Assessment& assessment) {
  return assessment.state() == Assessment::STATE_REJECTED && !assessment.steps().empty() &&
         IsBeforeHeld(assessment.steps().rbegin()->from_state());
}

Missing MissingFor(const Assessment& assessment, Assessment::State to, const AssessmentRules& rules,
                   absl::CivilDay today) {
  Missing missing;
  switch (to) {
    case Assessment::STATE_ELIGIBLE:
      NeedEligibility(assessment, rules, missing);
      break;
    case Assessment::STATE_SCHEDULED:
      if (!ParseDate(assessment.held_on())) missing.push_back({"held_on", "no day is fixed"});
      NeedEligibility(assessment, rules, missing);
      break;
    case Assessment::STATE_HELD: {
      const auto day = ParseDate(assessment.held_on());
      if (!day || *day > today) missing.push_back({"held_on", "the day has not come"});
      NeedAssessors(assessment, rules, missing);
      NeedAreas(assessment, rules, missing);
      break;
    }
    case Assessment::STATE_REPORTED:
      if (assessment.report_sha256().empty()) {
        missing.push_back({"report_sha256", "no report is recorded"});
      }
      NeedResults(assessment, rules, missing);
      break;
    default:
      break;
  }
  return missing;
}

absl::Status TakeStep(const Step& step, const AssessmentRules& rules, Assessment& assessment) {
  const int steps_max = step.to == Assessment::STATE_SCHEDULED ? kStepsMax - kLastSteps : kStepsMax;
  if (!MayFollow(assessment.state(), step.to) || assessment.steps_size() >= steps_max) {
    return AssessmentStepNotAllowedError(assessment.name(), StateName(assessment.state()),
                                         StateName(step.to));
  }
  const absl::CivilDay today = absl::ToCivilDay(step.now, absl::UTCTimeZone());
  const Missing missing = MissingFor(assessment, step.to, rules, today);
  if (!missing.empty()) return AssessmentIncompleteError(assessment.name(), missing);
  v1::AssessmentStep& logged = *assessment.add_steps();
  logged.set_from_state(assessment.state());
  logged.set_to_state(step.to);
  *logged.mutable_record_time() =
      google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(ToMicros(step.now));
  logged.set_actor(step.actor);
  logged.set_reason(step.reason);
  assessment.set_state(step.to);
  return absl::OkStatus();
}

absl::Status CheckCorrectable(const Assessment& assessment) {
  const std::string state = StateName(assessment.state());
  if (assessment.state() != Assessment::STATE_REPORTED && !IsDecided(assessment)) {
    return AssessmentNotReportedError(assessment.name(), state);
  }
  if (assessment.corrections_size() < kCorrectionsMax) return absl::OkStatus();
  return AssessmentFixedError(assessment.name(), "corrections", state);
}

absl::Status CheckNotHeld(const Assessment& assessment, std::string_view field) {
  if (!IsHeld(assessment) && !IsFinal(assessment.state())) return absl::OkStatus();
  return AssessmentFixedError(assessment.name(), field, StateName(assessment.state()));
}

absl::Status CheckStillOpen(const Assessment& before, const Assessment& after) {
  if (before.mode() != after.mode()) WICI_RETURN_IF_ERROR(CheckNotHeld(before, "mode"));
  if (before.portfolio() != after.portfolio()) {
    WICI_RETURN_IF_ERROR(CheckNotHeld(before, "portfolio"));
  }
  if (!std::equal(before.improvement_areas().begin(), before.improvement_areas().end(),
                  after.improvement_areas().begin(), after.improvement_areas().end())) {
    WICI_RETURN_IF_ERROR(CheckNotHeld(before, "improvement_areas"));
  }
  return absl::OkStatus();
}

}  // namespace wici::cluster_registry
