#include "services/cluster_registry/successions/succession_store.h"

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/rows.h"
#include "services/cluster_registry/successions/queries.h"

namespace wici::cluster_registry {

absl::StatusOr<v1::Succession> ReadSuccession(Reader& reader, std::string_view name) {
  return ReadOne<v1::Succession>(reader.sql().Execute(kGetSuccession, {name}), name);
}

absl::StatusOr<std::vector<v1::Succession>> ReadSuccessions(Reader& reader,
                                                            const SuccessionFilter& filter,
                                                            const Keyset& keyset) {
  return ReadRows<v1::Succession>(reader.sql().Execute(
      kListSuccessions, {keyset.after, filter.cluster, keyset.limit, ToMicros(filter.known_at),
                         static_cast<std::int64_t>(filter.exposure)}));
}

absl::StatusOr<std::vector<v1::Succession>> ReadSuccessionsOf(
    Reader& reader, const std::set<std::string>& clusters) {
  WICI_ASSIGN_OR_RETURN(
      std::vector<v1::Succession> found,
      ReadRows<v1::Succession>(sql::SelectMany(reader.sql(), kListSuccessionsOfClusters,
                                               "AND NOT s.withdrawn", KeysOf(clusters))));
  // One that two of the clusters are in was found twice.
  std::map<std::string, v1::Succession> by_name;
  for (v1::Succession& succession : found) {
    std::string name = succession.name();
    by_name.insert_or_assign(std::move(name), std::move(succession));
  }
  std::vector<v1::Succession> successions;
  successions.reserve(by_name.size());
  for (auto& [name, succession] : by_name) successions.push_back(std::move(succession));
  return successions;
}

absl::StatusOr<std::vector<std::string>> ReadPendingSuccessions(Reader& reader,
                                                                const Keyset& keyset) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, reader.sql().Execute(kListPendingSuccessions,
                                                                   {keyset.after, keyset.limit}));
  std::vector<std::string> names;
  names.reserve(rows.size());
  for (const sql::Row& row : rows) names.push_back(row.Text(0));
  return names;
}

absl::StatusOr<std::vector<Participation>> ReadParticipations(
    Reader& reader, const std::set<std::string>& clusters) {
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows rows,
      sql::SelectMany(reader.sql(), kGetParticipations,
                      "AND (s.settled_at IS NULL OR NOT s.withdrawn)", KeysOf(clusters)));
  std::vector<Participation> participations;
  participations.reserve(rows.size());
  for (const sql::Row& row : rows) {
    participations.push_back({.cluster = row.Text(0),
                              .succession = row.Text(1),
                              .effective_on = row.Text(2),
                              .settled = !row.IsNull(3)});
  }
  return participations;
}

absl::StatusOr<std::vector<SuccessionEdge>> ReadSuccessors(Reader& reader,
                                                           const std::set<std::string>& clusters) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        sql::SelectMany(reader.sql(), kGetSuccessors, "", KeysOf(clusters)));
  std::vector<SuccessionEdge> edges;
  edges.reserve(rows.size());
  for (const sql::Row& row : rows) {
    edges.push_back({.predecessor = row.Text(0),
                     .successor = row.Text(1),
                     .succession = row.Text(2),
                     .effective_on = row.Text(3),
                     .ends = row.Bool(4)});
  }
  return edges;
}

absl::StatusOr<bool> FollowsAny(Reader& reader, std::set<std::string> clusters,
                                const std::set<std::string>& targets) {
  // Generation by generation: as many queries as the longest chain has links.
  std::set<std::string> seen = clusters;
  while (!clusters.empty()) {
    for (const std::string& cluster : clusters) {
      if (targets.count(cluster) > 0) return true;
    }
    WICI_ASSIGN_OR_RETURN(const std::vector<SuccessionEdge> edges,
                          ReadSuccessors(reader, clusters));
    clusters.clear();
    for (const SuccessionEdge& edge : edges) {
      if (seen.insert(edge.successor).second) clusters.insert(edge.successor);
    }
  }
  return false;
}

absl::Status LockSuccessions(Writer& writer) {
  return writer.sql().Execute(kLockSuccessions).status();
}

absl::Status InsertSuccession(Writer& writer, v1::Succession& succession) {
  WICI_RETURN_IF_ERROR(FinishInsert(
      writer.sql().Execute(kInsertSuccession,
                           {succession.name(), ToMicros(writer.now()), Body(succession)}),
      writer.now(), succession));
  std::vector<std::vector<sql::Value>> clusters;
  for (const std::string& cluster : ClustersOf(succession)) {
    clusters.push_back({cluster, succession.name(), succession.effective_on()});
  }
  WICI_RETURN_IF_ERROR(writer.sql().InsertMany(kInsertSuccessionClusters, "", clusters).status());
  std::vector<std::vector<sql::Value>> edges;
  for (const SuccessionEdge& edge : EdgesOf(succession)) {
    edges.push_back(
        {edge.predecessor, edge.successor, edge.succession, edge.effective_on, edge.ends});
  }
  if (!edges.empty()) {
    WICI_RETURN_IF_ERROR(writer.sql().InsertMany(kInsertSuccessionEdges, "", edges).status());
  }
  writer.Record(succession.name(), 1, "succession.created");
  return absl::OkStatus();
}

absl::Status SaveSuccession(Writer& writer, v1::Succession& succession, std::string_view kind) {
  const std::optional<std::int64_t> settled_at =
      IsSettled(succession) ? std::optional(ToMicros(writer.now())) : std::nullopt;
  const bool withdrawn = succession.has_withdraw_time();
  WICI_ASSIGN_OR_RETURN(
      const std::int64_t version,
      FinishSave(writer.sql().Execute(kUpdateSuccession, {succession.name(), ToMicros(writer.now()),
                                                          sql::Value::Nullable(settled_at),
                                                          withdrawn, Body(succession)}),
                 writer.now(), succession));
  writer.Record(succession.name(), version, kind);
  return absl::OkStatus();
}

absl::Status WithdrawFromGraph(Writer& writer, v1::Succession& succession) {
  WICI_RETURN_IF_ERROR(writer.sql().Execute(kDeleteSuccessionEdges, {succession.name()}).status());
  return SaveSuccession(writer, succession, "succession.withdrawing");
}

}  // namespace wici::cluster_registry
