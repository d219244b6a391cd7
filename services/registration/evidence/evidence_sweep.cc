#include "services/registration/evidence/evidence_sweep.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "libs/base/error.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "wici/cluster_registry/v1/evidence_service.pb.h"

namespace wici::registration {
namespace {

constexpr std::size_t kClustersGivenMax = 1000;  // of one event: what the registry takes

// What the registry is given of `event`. Of too many clusters those that most people came for.
cluster_registry::v1::RecordEventEvidenceRequest ForRegistry(const v1::EventEvidence& evidence,
                                                             const v1::Event& event,
                                                             std::int64_t version) {
  cluster_registry::v1::RecordEventEvidenceRequest request;
  cluster_registry::v1::EventEvidence& given = *request.mutable_evidence();
  given.set_event(event.name());
  given.set_version(version);
  given.set_held(evidence.held());
  *given.mutable_end_time() = event.end_time();
  *given.mutable_hosts() = evidence.hosts();
  given.set_initiative(evidence.initiative());
  given.set_participants(evidence.participants());
  given.set_meetings_held(evidence.meetings_held());
  given.set_survey_answers(evidence.survey_answers());
  given.set_average_rating(evidence.average_rating());
  std::vector<v1::EventEvidence::ClusterEvidence> clusters(evidence.clusters().begin(),
                                                           evidence.clusters().end());
  std::sort(clusters.begin(), clusters.end(), [](const auto& a, const auto& b) {
    return std::tuple(-a.participants(), -a.meetings_held(), std::string_view(a.cluster())) <
           std::tuple(-b.participants(), -b.meetings_held(), std::string_view(b.cluster()));
  });
  if (clusters.size() > kClustersGivenMax) clusters.resize(kClustersGivenMax);
  for (const auto& one : clusters) {
    cluster_registry::v1::EventEvidence::ClusterCounts& counts = *given.add_clusters();
    counts.set_cluster(one.cluster());
    counts.set_participants(one.participants());
    counts.set_meetings_held(one.meetings_held());
  }
  return request;
}

}  // namespace

absl::StatusOr<bool> EvidenceSweep::LookAt(const std::string& event) {
  const absl::Time deadline = machine_.Now() + options_.timeout;
  const absl::Time now = clock_.Now();
  // Before what it is the version of is read: what changes meanwhile is given once more.
  WICI_ASSIGN_OR_RETURN(const EvidenceRound round, rounds_.Read(deadline, event));
  WICI_ASSIGN_OR_RETURN(const v1::Event found, events_.Get(deadline, event));
  const absl::Time end = TimeOf(found.end_time());
  if (now < end) {
    WICI_RETURN_IF_ERROR(rounds_.Settle(deadline, event, round.given, end));
    return false;
  }
  const absl::Time next = now + (now < end + options_.lively ? options_.again : options_.seldom);
  std::int64_t given = round.given;
  if (round.version != round.given) {
    WICI_ASSIGN_OR_RETURN(const v1::EventEvidence evidence, evidence_.Read(deadline, event, now));
    // What did not take place, and was never said to have, is nothing to give.
    if (evidence.held() || round.given > 0) {
      const absl::Status recorded =
          registry_.RecordEventEvidence(deadline, ForRegistry(evidence, found, round.version));
      if (ErrorReason(recorded) == "REGISTRY_UNAVAILABLE") return recorded;
      if (recorded.ok()) {
        given = round.version;
      } else {
        Log(LogLevel::kError, "evidence_refused",
            {{"event", event}, {"error", std::string(recorded.message())}});
      }
    }
  }
  WICI_RETURN_IF_ERROR(rounds_.Settle(deadline, event, given, next));
  return given != round.given;
}

absl::StatusOr<int> EvidenceSweep::RunOnce() {
  int total = 0;
  // What is due again meanwhile is for the next time.
  const absl::Time now = clock_.Now();
  for (;;) {
    WICI_ASSIGN_OR_RETURN(
        const std::vector<std::string> due,
        rounds_.ListDue(machine_.Now() + options_.timeout, now, options_.batch_max));
    for (const std::string& event : due) {
      WICI_ASSIGN_OR_RETURN(const bool given, LookAt(event));
      if (given) ++total;
    }
    if (static_cast<std::int64_t>(due.size()) < options_.batch_max) return total;
  }
}

bool EvidenceSweep::Round() {
  const absl::StatusOr<int> given = RunOnce();
  if (!given.ok()) {
    Log(LogLevel::kWarning, "evidence_sweep_failed",
        {{"error", std::string(given.status().message())}});
  }
  return false;
}

}  // namespace wici::registration
