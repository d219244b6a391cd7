#include "libs/base/status_macros.h"
#include "services/cluster_registry/assessments/assessment_service.h"
#include "services/cluster_registry/assessments/assessment_store.h"
#include "services/cluster_registry/assessments/validate_assessment.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/labels/label_policy.h"
#include "services/cluster_registry/labels/label_store.h"

namespace wici::cluster_registry {
namespace {

// That scheme, kind and criteria exist; the criteria are of the scheme and no improvement.
absl::Status CheckReferences(Reader& reader, const v1::IndicatorSet& set, Violations& violations) {
  const absl::StatusOr<v1::LabelScheme> scheme = ReadLabelScheme(reader, set.scheme());
  if (absl::IsNotFound(scheme.status())) {
    violations.Add("indicator_set.scheme", "no such label scheme");
  } else if (!scheme.ok()) {
    return scheme.status();
  } else if (FindKind(*scheme, set.kind()) == nullptr) {
    violations.Add("indicator_set.kind", "not a kind of the scheme");
  }
  if (set.criteria_set().empty()) return absl::OkStatus();
  const absl::StatusOr<v1::IndicatorSet> criteria = ReadIndicatorSet(reader, set.criteria_set());
  if (absl::IsNotFound(criteria.status())) {
    violations.Add("indicator_set.criteria_set", "no such indicator set");
  } else if (!criteria.ok()) {
    return criteria.status();
  } else if (criteria->scheme() != set.scheme() ||
             criteria->rule() == v1::IndicatorSet::RULE_IMPROVEMENT) {
    violations.Add("indicator_set.criteria_set", "not a set of criteria of the scheme");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status AssessmentService::GetIndicatorSet(const rpc::Context& context,
                                                const v1::GetIndicatorSetRequest& request,
                                                v1::IndicatorSet& response) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), "indicatorSets/*");
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(response, ReadIndicatorSet(reader, request.name()));
    return absl::OkStatus();
  });
}

absl::Status AssessmentService::ListIndicatorSets(const rpc::Context& context,
                                                  const v1::ListIndicatorSetsRequest& request,
                                                  v1::ListIndicatorSetsResponse& response) {
  Violations violations;
  violations.OptionalResourceName("scheme", request.scheme(), "labelSchemes/*");
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  std::vector<v1::IndicatorSet> rows;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(rows, ReadIndicatorSets(reader, request.scheme(), ToKeyset(page)));
    return absl::OkStatus();
  }));
  FillPage(request, page, std::move(rows), *response.mutable_indicator_sets(),
           *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status AssessmentService::CreateIndicatorSet(const rpc::Context& context,
                                                   const v1::CreateIndicatorSetRequest& request,
                                                   v1::IndicatorSet& response) {
  Violations violations;
  violations.RequireId("indicator_set_id", request.indicator_set_id());
  ValidateIndicatorSet("indicator_set", request.indicator_set(), violations);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        response = request.indicator_set();
        response.set_name("indicatorSets/" + request.indicator_set_id());
        Violations invalid;
        WICI_RETURN_IF_ERROR(CheckReferences(writer, response, invalid));
        WICI_RETURN_IF_ERROR(invalid.ToStatus(kDomain));
        return InsertIndicatorSet(writer, response);
      });
}

}  // namespace wici::cluster_registry
