// Assessments and indicator sets in the database; see store.h for errors and transactions.
//
// The cluster of an assessment is locked before it is written. The changes recorded are
// "assessment.created" and "assessment.updated", whatever happened: the feed must not tell how an
// assessment ended (L11).
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_ASSESSMENT_STORE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_ASSESSMENT_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "services/cluster_registry/assessments/rules/peers.h"
#include "services/cluster_registry/assessments/rules/results.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/assessment.pb.h"
#include "wici/cluster_registry/v1/indicator_set.pb.h"
#include "wici/cluster_registry/v1/label.pb.h"

namespace wici::cluster_registry {

absl::StatusOr<v1::IndicatorSet> ReadIndicatorSet(Reader& reader, std::string_view name);
// An empty `scheme` does not filter.
absl::StatusOr<std::vector<v1::IndicatorSet>> ReadIndicatorSets(Reader& reader,
                                                                std::string_view scheme,
                                                                const Keyset& keyset);
// ALREADY_EXISTS also when another set is this version of the scheme and kind.
absl::Status InsertIndicatorSet(Writer& writer, v1::IndicatorSet& set);

absl::StatusOr<v1::Assessment> ReadAssessment(Reader& reader, std::string_view name);
absl::StatusOr<std::vector<v1::Assessment>> ReadAssessments(Reader& reader,
                                                            std::string_view cluster,
                                                            const Keyset& keyset);
// Those of `names` that exist, in no order.
absl::StatusOr<std::vector<v1::Assessment>> ReadAssessmentsNamed(
    Reader& reader, absl::Span<const std::string> names);
absl::Status InsertAssessment(Writer& writer, v1::Assessment& assessment);
absl::Status SaveAssessment(Writer& writer, v1::Assessment& assessment);

// The assessments by `indicator_set` decided before `until`, in order of decision, at most `limit`.
absl::StatusOr<std::vector<PeerEntry>> ReadDecisions(Reader& reader, std::string_view indicator_set,
                                                     absl::Time until, int limit);

// The set and its criteria; no policy.
absl::StatusOr<AssessmentRules> ReadSets(Reader& reader, std::string_view indicator_set);
// What judges `assessment` under `scheme`, whose policy is that of the day it is held on, or of
// `today` while no day is fixed.
absl::StatusOr<AssessmentRules> ReadRules(Reader& reader, const v1::LabelScheme& scheme,
                                          const v1::Assessment& assessment, absl::CivilDay today);

// How the assessment that a label names is judged: for those who record labels. `labels` are those
// of its cluster.
absl::StatusOr<v1::AssessmentVerdict> JudgeNamedAssessment(Reader& reader, std::string_view name,
                                                           const v1::LabelScheme& scheme,
                                                           absl::Span<const v1::Label> labels,
                                                           absl::CivilDay today);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_ASSESSMENT_STORE_H_
