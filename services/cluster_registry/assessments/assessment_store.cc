#include "services/cluster_registry/assessments/assessment_store.h"

#include <optional>
#include <utility>

#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/assessments/queries.h"
#include "services/cluster_registry/assessments/rules/steps.h"
#include "services/cluster_registry/assessments/rules/verdict.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/rows.h"

namespace wici::cluster_registry {
namespace {

// When it was decided by its results, which is its last step.
std::optional<std::int64_t> DecidedAt(const v1::Assessment& assessment) {
  if (!IsDecided(assessment)) return std::nullopt;
  return google::protobuf::util::TimeUtil::TimestampToMicroseconds(
      assessment.steps(assessment.steps_size() - 1).record_time());
}

}  // namespace

template <>
v1::IndicatorSet ReadRow<v1::IndicatorSet>(const sql::Row& row) {
  return ReadBody<v1::IndicatorSet>(row);
}

absl::StatusOr<v1::IndicatorSet> ReadIndicatorSet(Reader& reader, std::string_view name) {
  return ReadOne<v1::IndicatorSet>(reader.sql().Execute(kGetIndicatorSet, {name}), name);
}

absl::StatusOr<std::vector<v1::IndicatorSet>> ReadIndicatorSets(Reader& reader,
                                                                std::string_view scheme,
                                                                const Keyset& keyset) {
  return ReadRows<v1::IndicatorSet>(
      reader.sql().Execute(kListIndicatorSets, {keyset.after, scheme, keyset.limit}));
}

absl::Status InsertIndicatorSet(Writer& writer, v1::IndicatorSet& set) {
  const std::int64_t now = ToMicros(writer.now());
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows rows,
      writer.sql().Execute(kInsertIndicatorSet,
                           {set.name(), set.scheme(), set.kind(), set.version(), now, Body(set)}));
  if (rows.empty()) return AlreadyExistsError(set.name());
  set.set_etag(rpc::MakeEtag(1));
  *set.mutable_create_time() = ToTimestamp(now);
  writer.Record(set.name(), 1, "indicator_set.created");
  return absl::OkStatus();
}

absl::StatusOr<v1::Assessment> ReadAssessment(Reader& reader, std::string_view name) {
  return ReadOne<v1::Assessment>(reader.sql().Execute(kGetAssessment, {name}), name);
}

absl::StatusOr<std::vector<v1::Assessment>> ReadAssessments(Reader& reader,
                                                            std::string_view cluster,
                                                            const Keyset& keyset) {
  return ReadRows<v1::Assessment>(
      reader.sql().Execute(kListAssessments, {cluster, keyset.after, keyset.limit}));
}

absl::StatusOr<std::vector<v1::Assessment>> ReadAssessmentsNamed(
    Reader& reader, absl::Span<const std::string> names) {
  return ReadRows<v1::Assessment>(reader.sql().SelectMany(kGetAssessmentsNamed, "", KeysOf(names)));
}

absl::Status InsertAssessment(Writer& writer, v1::Assessment& assessment) {
  WICI_RETURN_IF_ERROR(FinishInsert(
      writer.sql().Execute(kInsertAssessment,
                           {assessment.name(), ClusterOf(assessment.name()),
                            assessment.indicator_set(), ToMicros(writer.now()), Body(assessment)}),
      writer.now(), assessment));
  writer.RecordInCluster("assessment.created", assessment.name());
  return absl::OkStatus();
}

absl::Status SaveAssessment(Writer& writer, v1::Assessment& assessment) {
  WICI_RETURN_IF_ERROR(
      FinishSave(
          writer.sql().Execute(kUpdateAssessment,
                               {assessment.name(), sql::Value::Nullable(DecidedAt(assessment)),
                                GroupName(v1::PEER_GROUP_PORTFOLIO, assessment),
                                GroupName(v1::PEER_GROUP_COUNTRY, assessment),
                                GroupName(v1::PEER_GROUP_SIZE_CLASS, assessment),
                                ToMicros(writer.now()), Body(assessment)}),
          writer.now(), assessment)
          .status());
  writer.RecordInCluster("assessment.updated", assessment.name());
  return absl::OkStatus();
}

absl::StatusOr<std::vector<PeerEntry>> ReadDecisions(Reader& reader, std::string_view indicator_set,
                                                     absl::Time until, int limit) {
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows rows,
      reader.sql().Execute(kListDecisions, {indicator_set, ToMicros(until), limit}));
  std::vector<PeerEntry> entries;
  entries.reserve(rows.size());
  for (const sql::Row& row : rows) {
    PeerEntry& entry = entries.emplace_back();
    entry.assessment = row.Text(0);
    entry.cluster = row.Text(1);
    for (const std::size_t column : {2u, 3u, 4u}) {
      if (!row.Text(column).empty()) entry.groups.push_back(row.Text(column));
    }
  }
  return entries;
}

absl::StatusOr<AssessmentRules> ReadSets(Reader& reader, std::string_view indicator_set) {
  AssessmentRules rules;
  WICI_ASSIGN_OR_RETURN(rules.set, ReadIndicatorSet(reader, indicator_set));
  rules.criteria = rules.set;
  if (rules.set.rule() == v1::IndicatorSet::RULE_IMPROVEMENT) {
    WICI_ASSIGN_OR_RETURN(rules.criteria, ReadIndicatorSet(reader, rules.set.criteria_set()));
  }
  return rules;
}

absl::StatusOr<AssessmentRules> ReadRules(Reader& reader, const v1::LabelScheme& scheme,
                                          const v1::Assessment& assessment, absl::CivilDay today) {
  WICI_ASSIGN_OR_RETURN(AssessmentRules rules, ReadSets(reader, assessment.indicator_set()));
  rules.policy =
      PolicyOn(scheme, assessment.kind(), ParseDate(assessment.held_on()).value_or(today));
  return rules;
}

absl::StatusOr<v1::AssessmentVerdict> JudgeNamedAssessment(Reader& reader, std::string_view name,
                                                           const v1::LabelScheme& scheme,
                                                           absl::Span<const v1::Label> labels,
                                                           absl::CivilDay today) {
  WICI_ASSIGN_OR_RETURN(const v1::Assessment assessment, ReadAssessment(reader, name));
  WICI_ASSIGN_OR_RETURN(const AssessmentRules rules, ReadRules(reader, scheme, assessment, today));
  return JudgeAssessment(assessment, rules, labels);
}

}  // namespace wici::cluster_registry
