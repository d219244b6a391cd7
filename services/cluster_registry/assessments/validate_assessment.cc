#include "services/cluster_registry/assessments/validate_assessment.h"

#include <optional>
#include <set>
#include <string>

#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {
namespace {

using v1::Assessment;
using v1::IndicatorSet;

constexpr std::string_view kPattern = "clusters/*/assessments/*";
constexpr std::size_t kCodeBytesMax = 64;

void CheckIndicator(const std::string& path, const v1::Indicator& indicator,
                    const std::set<std::string>& dimensions, std::set<std::string>& codes,
                    Violations& violations) {
  violations.RequireText(Path(path, "code"), indicator.code(), kCodeBytesMax);
  violations.RequireText(Path(path, "title"), indicator.title(), kTitleBytesMax);
  if (!codes.insert(indicator.code()).second) {
    violations.Add(Path(path, "code"), "is there twice");
  }
  if (dimensions.count(indicator.code()) != 0) {
    violations.Add(Path(path, "code"), "is the code of a dimension");
  }
  if (dimensions.count(indicator.dimension()) == 0) {
    violations.Add(Path(path, "dimension"), "not a dimension of the set");
  }
  if (indicator.has_points_max()) {
    violations.RequireRange(Path(path, "points_max"), indicator.points_max(), 0, kPointsMax);
  }
  if (indicator.has_threshold()) {
    violations.RequireRange(Path(path, "threshold"), indicator.threshold(), 0,
                            indicator.has_points_max() ? indicator.points_max() : kPointsMax);
  }
}

// What is declared is not less than what is listed, and the same when all is listed.
void CheckDeclared(std::string_view field, const IndicatorSet& set, Violations& violations) {
  if (set.indicator_count() > 0 && set.indicators_size() > set.indicator_count()) {
    violations.Add(Path(field, "indicators"), "more than indicator_count");
  }
  int declared = 0;
  bool all = !set.dimensions().empty();
  for (int i = 0; i < set.dimensions_size(); ++i) {
    const v1::IndicatorDimension& dimension = set.dimensions(i);
    int listed = 0;
    for (const v1::Indicator& indicator : set.indicators()) {
      if (indicator.dimension() == dimension.code()) ++listed;
    }
    if (dimension.indicator_count() > 0 && listed > dimension.indicator_count()) {
      violations.Add(Path(field, "dimensions", i), "more indicators than indicator_count");
    }
    declared += dimension.indicator_count();
    all = all && dimension.indicator_count() > 0;
  }
  if (all && set.indicator_count() > 0 && declared != set.indicator_count()) {
    violations.Add(Path(field, "indicator_count"), "not the sum of the dimensions");
  }
  IndicatorSet listed = set;
  listed.clear_points_max();
  const std::optional<int> sum = PointsMax(listed);
  if (set.has_points_max() && sum && *sum != set.points_max()) {
    violations.Add(Path(field, "points_max"), "not the sum of the indicators");
  }
}

void CheckRule(std::string_view field, const IndicatorSet& set, Violations& violations) {
  RequireEnum(Path(field, "rule"), set.rule(), IndicatorSet::Rule_IsValid(set.rule()), violations);
  if (set.rule() == IndicatorSet::RULE_IMPROVEMENT) {
    violations.RequireResourceName(Path(field, "criteria_set"), set.criteria_set(),
                                   "indicatorSets/*");
    violations.RequireRange(Path(field, "improvement_area_count"), set.improvement_area_count(), 1,
                            kAreasMax);
  } else {
    if (!set.criteria_set().empty()) {
      violations.Add(Path(field, "criteria_set"), "only for RULE_IMPROVEMENT");
    }
    if (set.improvement_area_count() != 0) {
      violations.Add(Path(field, "improvement_area_count"), "only for RULE_IMPROVEMENT");
    }
  }
}

void CheckAssessor(const std::string& path, const v1::Assessor& assessor,
                   std::set<std::string>& persons, Violations& violations) {
  violations.RequireText(Path(path, "person"), assessor.person(), kNameBytesMax);
  if (!persons.insert(assessor.person()).second) {
    violations.Add(Path(path, "person"), "is there twice");
  }
  violations.RequireText(Path(path, "organisation"), assessor.organisation(), kTitleBytesMax);
  RequireCountry(Path(path, "country"), assessor.country(), violations);
  CheckExternalIds(path, "identifiers", assessor.identifiers(), violations);
}

// What the requests that name an assessment share.
template <class Request>
Violations CheckCommon(const Request& request) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), kPattern);
  violations.RequestId("request_id", request.request_id());
  return violations;
}

// Results and report of a request, as far as they say it themselves.
template <class Request>
void CheckRecorded(const Request& request, Violations& violations) {
  if (request.results_size() > kIndicatorsMax) violations.Add("results", "more than 500");
  for (int i = 0; i < std::min(request.results_size(), kIndicatorsMax); ++i) {
    const std::string path = absl::StrCat("results[", i, "]");
    const v1::IndicatorResult& result = request.results(i);
    violations.RequireText(Path(path, "indicator"), result.indicator(), kCodeBytesMax);
    if (result.has_points()) {
      violations.RequireRange(Path(path, "points"), result.points(), 0, kPointsMax);
    }
    violations.OptionalMultilineText(Path(path, "comment"), result.comment(), kUriBytesMax);
    violations.OptionalText(Path(path, "raw_value"), result.raw_value(), kTitleBytesMax);
    violations.OptionalText(Path(path, "evidence"), result.evidence(), kUriBytesMax);
  }
  if (!request.report_sha256().empty() && !IsSha256(request.report_sha256())) {
    violations.Add("report_sha256", "must be 64 hexadecimal digits in lower case");
  }
}

}  // namespace

void ValidateIndicatorSet(std::string_view field, const IndicatorSet& set, Violations& violations) {
  violations.RequireResourceName(Path(field, "scheme"), set.scheme(), "labelSchemes/*");
  violations.RequireText(Path(field, "kind"), set.kind(), kCodeBytesMax);
  violations.RequireText(Path(field, "version"), set.version(), kNameBytesMax);
  violations.RequireText(Path(field, "display_name"), set.display_name(), kTitleBytesMax);
  CheckRule(field, set, violations);
  violations.RequireRange(Path(field, "indicator_count"), set.indicator_count(), 0, kIndicatorsMax);
  if (set.has_points_max()) {
    violations.RequireRange(Path(field, "points_max"), set.points_max(), 1, kPointsMax);
  }
  CheckProvenances(field, "provenances", set.provenances(), violations);
  std::set<std::string> dimensions;
  CheckEach(field, "dimensions", set.dimensions(), violations,
            [&](const std::string& path, const v1::IndicatorDimension& dimension) {
              violations.RequireText(Path(path, "code"), dimension.code(), kCodeBytesMax);
              violations.RequireText(Path(path, "title"), dimension.title(), kTitleBytesMax);
              violations.RequireRange(Path(path, "indicator_count"), dimension.indicator_count(), 0,
                                      kIndicatorsMax);
              if (!dimensions.insert(dimension.code()).second) {
                violations.Add(Path(path, "code"), "is there twice");
              }
            });
  std::set<std::string> codes;
  CheckEach(
      field, "indicators", set.indicators(), violations,
      [&](const std::string& path, const v1::Indicator& indicator) {
        CheckIndicator(path, indicator, dimensions, codes, violations);
      },
      kIndicatorsMax);
  if (violations.ok()) CheckDeclared(field, set, violations);
}

void ValidateAssessment(std::string_view field, const Assessment& assessment,
                        Violations& violations) {
  violations.RequireResourceName(Path(field, "scheme"), assessment.scheme(), "labelSchemes/*");
  violations.RequireText(Path(field, "kind"), assessment.kind(), kCodeBytesMax);
  violations.RequireResourceName(Path(field, "indicator_set"), assessment.indicator_set(),
                                 "indicatorSets/*");
  if (!Assessment::Mode_IsValid(assessment.mode())) {
    violations.Add(Path(field, "mode"), "not a known value");
  }
  violations.OptionalText(Path(field, "portfolio"), assessment.portfolio(), kNameBytesMax);
  std::set<std::string> areas;
  CheckEach(
      field, "improvement_areas", assessment.improvement_areas(), violations,
      [&](const std::string& path, const std::string& area) {
        violations.RequireText(path, area, kCodeBytesMax);
        if (!areas.insert(area).second) violations.Add(path, "is there twice");
      },
      kAreasMax);
}

void CheckAreas(std::string_view field, const AssessmentRules& rules, const Assessment& assessment,
                Violations& violations) {
  const std::string path = Path(field, "improvement_areas");
  const bool improvement = rules.set.rule() == IndicatorSet::RULE_IMPROVEMENT;
  if (!improvement && !assessment.improvement_areas().empty()) {
    violations.Add(path, "the set has no improvement areas");
    return;
  }
  if (assessment.improvement_areas_size() > rules.set.improvement_area_count()) {
    violations.Add(path, absl::StrCat("more than ", rules.set.improvement_area_count()));
  }
  for (int i = 0; i < assessment.improvement_areas_size(); ++i) {
    const std::string& area = assessment.improvement_areas(i);
    if (FindDimension(rules.criteria, area) == nullptr &&
        FindIndicator(rules.criteria, area) == nullptr) {
      violations.Add(Path(field, "improvement_areas", i),
                     "neither a dimension nor an indicator of the criteria");
    }
  }
}

absl::Status ValidateRequest(const v1::CreateAssessmentRequest& request) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), "clusters/*");
  if (!request.assessment_id().empty()) {
    violations.RequireId("assessment_id", request.assessment_id());
  }
  violations.RequestId("request_id", request.request_id());
  ValidateAssessment("assessment", request.assessment(), violations);
  return violations.ToStatus(kDomain);
}

absl::Status ValidateRequest(const v1::UpdateAssessmentRequest& request) {
  Violations violations;
  violations.RequireResourceName("assessment.name", request.assessment().name(), kPattern);
  violations.RequestId("request_id", request.request_id());
  return violations.ToStatus(kDomain);
}

absl::Status ValidateRequest(const v1::SubmitSelfAssessmentRequest& request) {
  Violations violations = CheckCommon(request);
  violations.OptionalText("reason", request.reason(), kUriBytesMax);
  return violations.ToStatus(kDomain);
}

absl::Status ValidateRequest(const v1::WithdrawAssessmentRequest& request) {
  Violations violations = CheckCommon(request);
  violations.RequireText("reason", request.reason(), kUriBytesMax);
  return violations.ToStatus(kDomain);
}

absl::Status ValidateRequest(const v1::AppointAssessorsRequest& request) {
  Violations violations = CheckCommon(request);
  std::set<std::string> persons;
  if (request.assessors_size() > kAssessorsMax) violations.Add("assessors", "more than 10");
  if (request.observers_size() > kAssessorsMax) violations.Add("observers", "more than 10");
  int leads = 0;
  for (int i = 0; i < std::min(request.assessors_size(), kAssessorsMax); ++i) {
    CheckAssessor(absl::StrCat("assessors[", i, "]"), request.assessors(i), persons, violations);
    if (request.assessors(i).lead()) ++leads;
  }
  if (leads > 1) violations.Add("assessors", "more than one leads");
  for (int i = 0; i < std::min(request.observers_size(), kAssessorsMax); ++i) {
    const std::string path = absl::StrCat("observers[", i, "]");
    const v1::AssessmentObserver& observer = request.observers(i);
    violations.RequireText(Path(path, "person"), observer.person(), kNameBytesMax);
    violations.RequireText(Path(path, "organisation"), observer.organisation(), kTitleBytesMax);
    if (!persons.insert(observer.person()).second) {
      violations.Add(Path(path, "person"), "is there twice");
    }
  }
  return violations.ToStatus(kDomain);
}

absl::Status ValidateRequest(const v1::AdvanceAssessmentRequest& request) {
  Violations violations = CheckCommon(request);
  violations.OptionalText("reason", request.reason(), kUriBytesMax);
  switch (request.state()) {
    case Assessment::STATE_ELIGIBLE:
    case Assessment::STATE_CONTRACTED:
    case Assessment::STATE_HELD:
    case Assessment::STATE_REPORTED:
      if (!request.held_on().empty()) violations.Add("held_on", "only for SCHEDULED");
      break;
    case Assessment::STATE_SCHEDULED:
      violations.RequireDate("held_on", request.held_on());
      break;
    default:
      violations.Add("state", "must be ELIGIBLE, CONTRACTED, SCHEDULED, HELD or REPORTED");
  }
  if (request.has_eligibility()) {
    if (request.state() != Assessment::STATE_ELIGIBLE &&
        request.state() != Assessment::STATE_SCHEDULED) {
      violations.Add("eligibility", "only for ELIGIBLE and SCHEDULED");
    }
    violations.RequireDate("eligibility.checked_on", request.eligibility().checked_on());
    violations.RequireText("eligibility.source", request.eligibility().source(), kUriBytesMax);
  }
  return violations.ToStatus(kDomain);
}

absl::Status ValidateRequest(const v1::RecordAssessmentResultsRequest& request) {
  Violations violations = CheckCommon(request);
  CheckRecorded(request, violations);
  return violations.ToStatus(kDomain);
}

absl::Status ValidateRequest(const v1::CorrectAssessmentResultsRequest& request) {
  Violations violations = CheckCommon(request);
  if (request.results().empty()) violations.Add("results", "required");
  violations.RequireText("reason", request.reason(), kUriBytesMax);
  CheckRecorded(request, violations);
  return violations.ToStatus(kDomain);
}

absl::Status ValidateRequest(const v1::DecideAssessmentRequest& request) {
  Violations violations = CheckCommon(request);
  if (request.state() == Assessment::STATE_REJECTED) {
    violations.RequireText("reason", request.reason(), kUriBytesMax);
  } else {
    violations.OptionalText("reason", request.reason(), kUriBytesMax);
    if (request.state() != Assessment::STATE_APPROVED) {
      violations.Add("state", "must be APPROVED or REJECTED");
    }
  }
  return violations.ToStatus(kDomain);
}

absl::Status ValidateRequest(const v1::CompareWithPeersRequest& request) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), kPattern);
  RequireEnum("group", request.group(), v1::PeerGroup_IsValid(request.group()), violations);
  return violations.ToStatus(kDomain);
}

}  // namespace wici::cluster_registry
