#include "services/cluster_registry/evidence/validate_evidence.h"

#include <cstdint>
#include <set>
#include <string>

#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {
namespace {

constexpr int kHostsMax = 50;
constexpr int kClustersMax = 1000;
constexpr std::int64_t kVersionMax = INT64_MAX;
constexpr std::int64_t kCountMax = INT32_MAX;

}  // namespace

void ValidateEvidence(const v1::RecordEventEvidenceRequest& request, Violations& violations) {
  constexpr std::string_view kField = "evidence";
  const v1::EventEvidence& evidence = request.evidence();
  violations.RequestId("request_id", request.request_id());
  violations.RequireResourceName(Path(kField, "event"), evidence.event(), "events/*");
  violations.RequireRange(Path(kField, "version"), evidence.version(), 1, kVersionMax);
  if (!evidence.has_end_time()) violations.Add(Path(kField, "end_time"), "must be set");
  violations.OptionalResourceName(Path(kField, "initiative"), evidence.initiative(),
                                  "initiatives/*");
  const auto check_count = [&violations](const std::string& path, std::int64_t count) {
    violations.RequireRange(path, count, 0, kCountMax);
  };
  check_count(Path(kField, "participants"), evidence.participants());
  check_count(Path(kField, "meetings_held"), evidence.meetings_held());
  check_count(Path(kField, "survey_answers"), evidence.survey_answers());
  const double rating = evidence.average_rating();
  if (rating != 0 && !(rating >= 1 && rating <= 5)) {
    violations.Add(Path(kField, "average_rating"), "must be 0, or 1 to 5");
  }
  CheckEach(
      kField, "hosts", evidence.hosts(), violations,
      [&](const std::string& path, const std::string& host) {
        violations.RequireResourceName(path, host, "clusters/*");
      },
      kHostsMax);
  std::set<std::string> seen;
  CheckEach(
      kField, "clusters", evidence.clusters(), violations,
      [&](const std::string& path, const v1::EventEvidence::ClusterCounts& counts) {
        violations.RequireResourceName(Path(path, "cluster"), counts.cluster(), "clusters/*");
        if (!seen.insert(counts.cluster()).second) {
          violations.Add(Path(path, "cluster"), "is there twice");
        }
        check_count(Path(path, "participants"), counts.participants());
        check_count(Path(path, "meetings_held"), counts.meetings_held());
      },
      kClustersMax);
}

}  // namespace wici::cluster_registry
