#include <map>

#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/assessments/assessment_service.h"
#include "services/cluster_registry/assessments/assessment_store.h"
#include "services/cluster_registry/assessments/rules/peers.h"
#include "services/cluster_registry/assessments/validate_assessment.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/labels/label_store.h"

namespace wici::cluster_registry {
namespace {

using Row = v1::CompareWithPeersResponse::Row;

// What an assessment reached in one indicator, dimension or all together.
using Measure = std::function<std::optional<int>(const v1::Assessment&)>;

Row Compare(const std::string& code, const std::string& title, const v1::Assessment& own,
            absl::Span<const v1::Assessment> peers, const Measure& measure) {
  Row row;
  row.set_code(code);
  row.set_title(title);
  if (const std::optional<int> points = measure(own)) row.set_own_points(*points);
  std::vector<int> values;
  for (const v1::Assessment& peer : peers) {
    const std::optional<int> points = measure(peer);
    // The group is shown as a whole or not: a part of it could differ from another by one cluster.
    if (!points) return row;
    values.push_back(*points);
  }
  if (const std::optional<Quartiles> quartiles = QuartilesOf(std::move(values))) {
    row.set_peer_count(quartiles->count);
    row.set_lower_quartile(quartiles->lower);
    row.set_median(quartiles->median);
    row.set_upper_quartile(quartiles->upper);
  }
  return row;
}

void FillRows(const v1::IndicatorSet& criteria, const v1::Assessment& own,
              absl::Span<const v1::Assessment> peers, v1::CompareWithPeersResponse& response) {
  const auto points_of = [&](std::string_view dimension) {
    return [&criteria, dimension = std::string(dimension)](const v1::Assessment& assessment) {
      return PointsOf(criteria, assessment, dimension);
    };
  };
  *response.mutable_total() = Compare("", "", own, peers, points_of(""));
  for (const v1::IndicatorDimension& dimension : criteria.dimensions()) {
    *response.add_dimensions() =
        Compare(dimension.code(), dimension.title(), own, peers, points_of(dimension.code()));
  }
  for (const v1::Indicator& indicator : criteria.indicators()) {
    *response.add_indicators() =
        Compare(indicator.code(), indicator.title(), own, peers,
                [&](const v1::Assessment& assessment) -> std::optional<int> {
                  const v1::IndicatorResult* result = FindResult(assessment, indicator.code());
                  if (result == nullptr || !result->has_points()) return std::nullopt;
                  return result->points();
                });
  }
}

// The value of "country:PL" is "PL".
std::string GroupValue(const v1::CompareWithPeersRequest& request, const v1::Assessment& own) {
  switch (request.group()) {
    case v1::PEER_GROUP_PORTFOLIO:
      return own.portfolio();
    case v1::PEER_GROUP_COUNTRY:
      return own.country();
    default:
      return v1::SizeClass_Name(own.size_class()).substr(std::string_view("SIZE_CLASS_").size());
  }
}

// The group of a reported assessment; what it is told by may be missing.
absl::StatusOr<std::string> FindGroup(const v1::CompareWithPeersRequest& request,
                                      const v1::Assessment& own) {
  const std::string group = GroupName(request.group(), own);
  std::vector<FieldViolation> missing;
  if (own.results().empty()) missing.push_back({"results", "none is recorded"});
  if (group.empty()) missing.push_back({"group", "what tells this group is not known"});
  if (!missing.empty()) return AssessmentIncompleteError(own.name(), missing);
  return group;
}

// The assessments of the group that `own` may be compared with, with the results decided upon: a
// later correction of one of them would show in the difference of two answers. Decisions count from
// the next day on: those of a day are all there then, whichever of them was committed first.
absl::StatusOr<std::vector<v1::Assessment>> ReadPeers(Reader& reader, const v1::Assessment& own,
                                                      const AssessmentRules& rules,
                                                      const std::string& group, absl::Time now) {
  const absl::CivilDay today = absl::ToCivilDay(now, absl::UTCTimeZone());
  const absl::Time until = absl::FromCivil(today, absl::UTCTimeZone());
  WICI_ASSIGN_OR_RETURN(const std::vector<PeerEntry> log,
                        ReadDecisions(reader, own.indicator_set(), until, kPeerLogMax + 1));
  if (log.size() > static_cast<std::size_t>(kPeerLogMax)) {
    return ComparisonTooLargeError(own.indicator_set(), kPeerLogMax);
  }
  const std::vector<std::string> names = ShownPeers(log, group, ClusterOf(own.name()));
  if (names.empty()) return PeerGroupTooSmallError(group);
  WICI_ASSIGN_OR_RETURN(std::vector<v1::Assessment> peers, ReadAssessmentsNamed(reader, names));
  for (v1::Assessment& peer : peers) TakeBackLaterCorrections(rules, peer);
  return peers;
}

}  // namespace

absl::Status AssessmentService::EvaluateAssessment(const rpc::Context& context,
                                                   const v1::EvaluateAssessmentRequest& request,
                                                   v1::EvaluateAssessmentResponse& response) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), "clusters/*/assessments/*");
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const absl::CivilDay today = absl::ToCivilDay(environment_.clock.Now(), absl::UTCTimeZone());
  return environment_.store.Read(context.deadline, [&](Reader& reader) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const v1::Assessment assessment, ReadAssessment(reader, request.name()));
    WICI_ASSIGN_OR_RETURN(const v1::LabelScheme scheme,
                          ReadLabelScheme(reader, assessment.scheme()));
    WICI_ASSIGN_OR_RETURN(const std::vector<v1::Label> labels,
                          ReadAll<v1::Label>([&](const Keyset& keyset) {
                            return ReadLabels(reader, ClusterOf(request.name()), kPresent, keyset);
                          }));
    WICI_ASSIGN_OR_RETURN(*response.mutable_verdict(),
                          JudgeNamedAssessment(reader, request.name(), scheme, labels, today));
    return absl::OkStatus();
  });
}

absl::Status AssessmentService::CompareWithPeers(const rpc::Context& context,
                                                 const v1::CompareWithPeersRequest& request,
                                                 v1::CompareWithPeersResponse& response) {
  WICI_RETURN_IF_ERROR(ValidateRequest(request));
  return environment_.store.Read(context.deadline, [&](Reader& reader) -> absl::Status {
    response.Clear();
    WICI_ASSIGN_OR_RETURN(const v1::Assessment own, ReadAssessment(reader, request.name()));
    WICI_ASSIGN_OR_RETURN(const std::string group, FindGroup(request, own));
    WICI_ASSIGN_OR_RETURN(const AssessmentRules rules, ReadSets(reader, own.indicator_set()));
    WICI_ASSIGN_OR_RETURN(const std::vector<v1::Assessment> peers,
                          ReadPeers(reader, own, rules, group, environment_.clock.Now()));
    response.set_group_value(GroupValue(request, own));
    response.set_peer_count(static_cast<int>(peers.size()));
    FillRows(rules.criteria, own, peers, response);
    return absl::OkStatus();
  });
}

}  // namespace wici::cluster_registry
