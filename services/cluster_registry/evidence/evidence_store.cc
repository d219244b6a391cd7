#include "services/cluster_registry/evidence/evidence_store.h"

#include <map>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/evidence/queries.h"
#include "services/cluster_registry/initiatives/initiative_store.h"
#include "services/cluster_registry/rows.h"

namespace wici::cluster_registry {
namespace {

// What the event counts for with each cluster it concerns.
std::map<std::string, v1::ClusterEvidence> ByCluster(const v1::EventEvidence& evidence) {
  std::map<std::string, v1::ClusterEvidence> by_cluster;
  if (!evidence.held()) return by_cluster;
  for (const std::string& host : evidence.hosts()) by_cluster[host].set_hosted(true);
  for (const v1::EventEvidence::ClusterCounts& counts : evidence.clusters()) {
    v1::ClusterEvidence& one = by_cluster[counts.cluster()];
    one.set_participants(counts.participants());
    one.set_meetings_held(counts.meetings_held());
  }
  for (auto& [cluster, one] : by_cluster) {
    *one.mutable_end_time() = evidence.end_time();
    one.set_initiative(evidence.initiative());
    one.set_event_participants(evidence.participants());
    one.set_event_meetings_held(evidence.meetings_held());
    one.set_survey_answers(evidence.survey_answers());
    one.set_average_rating(evidence.average_rating());
  }
  return by_cluster;
}

}  // namespace

absl::StatusOr<std::int64_t> KeepEvidence(Writer& writer, const v1::EventEvidence& evidence) {
  const std::string& event = evidence.event();
  const std::int64_t now = ToMicros(writer.now());
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows kept,
      writer.sql().Execute(kKeepEvidenceVersion, {event, evidence.version(), now}));
  if (kept.empty()) {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows, writer.sql().Execute(kGetEvidenceVersion, {event}));
    return rows.empty() ? evidence.version() : rows[0].Int(0);
  }
  WICI_RETURN_IF_ERROR(writer.sql().Execute(kDeleteEvidence, {event}).status());
  const std::map<std::string, v1::ClusterEvidence> by_cluster = ByCluster(evidence);
  std::set<std::string> names;
  for (const auto& [cluster, one] : by_cluster) names.insert(cluster);
  WICI_ASSIGN_OR_RETURN(const std::set<std::string> living, ReadLivingParticipants(writer, names));
  std::vector<std::vector<sql::Value>> rows;
  for (const std::string& cluster : living) {
    rows.push_back({cluster, event, now, sql::Bytes{by_cluster.at(cluster).SerializeAsString()}});
  }
  if (!rows.empty()) {
    WICI_RETURN_IF_ERROR(writer.sql().InsertMany(kInsertEvidence, "", rows).status());
  }
  writer.Record(absl::StrCat(event, "/evidence"), evidence.version(), "evidence.recorded");
  return evidence.version();
}

absl::StatusOr<std::vector<v1::ClusterEvidence>> ReadEvidence(Reader& reader,
                                                              std::string_view cluster,
                                                              const Keyset& keyset) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        reader.sql().Execute(kListEvidence, {cluster, keyset.after, keyset.limit}));
  std::vector<v1::ClusterEvidence> evidence;
  for (const sql::Row& row : rows) {
    v1::ClusterEvidence& one = evidence.emplace_back();
    WICI_CHECK(one.ParseFromString(row.Blob(2)));  // we wrote it
    one.set_event(row.Text(0));
    *one.mutable_update_time() = ToTimestamp(row.Int(1));
  }
  return evidence;
}

}  // namespace wici::cluster_registry
