#include "services/cluster_registry/audiences/audience_store.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "google/protobuf/util/time_util.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/audiences/queries.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/contacts/contact_store.h"
#include "services/cluster_registry/environment.h"
#include "services/cluster_registry/rows.h"

namespace wici::cluster_registry {
namespace {

using google::protobuf::util::TimeUtil;

template <class T>
void SortByName(std::vector<T>& resources) {
  std::sort(resources.begin(), resources.end(),
            [](const T& a, const T& b) { return a.name() < b.name(); });
}

// A range whose names are known before its clusters are.
absl::StatusOr<RangePart> ReadNamedPart(Reader& reader, std::vector<std::string> names,
                                        absl::Time known_at, int limit) {
  RangePart part;
  if (names.size() == static_cast<std::size_t>(limit)) part.last = names.back();
  WICI_ASSIGN_OR_RETURN(part.clusters, ReadClustersKnownAt(reader, known_at, names));
  return part;
}

// One range over present and over past versions.
struct RangeQueries {
  const sql::Query& present;
  const sql::Query& past;
};
RangeQueries QueriesOf(ClusterRange::By by) {
  switch (by) {
    case ClusterRange::By::kHomeRegion:
      return {kRangeOfRegion, kPastRangeOfRegion};
    case ClusterRange::By::kNoRegion:
      return {kRangeWithoutRegion, kPastRangeWithoutRegion};
    case ClusterRange::By::kCountry:
      return {kRangeOfCountry, kPastRangeOfCountry};
    default:
      return {kRangeOfAll, kPastRangeOfAll};
  }
}

// Adds the rows of `query` to `part`, which ends where the first of them that is not complete does.
absl::Status AddToPart(Reader& reader, const sql::Query& query,
                       const std::vector<sql::Value>& values, int limit, RangePart& part) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, reader.sql().Execute(query, values));
  for (const sql::Row& row : rows) part.clusters.push_back(ReadBody<v1::Cluster>(row));
  if (rows.size() < static_cast<std::size_t>(limit)) return absl::OkStatus();
  const std::string last = rows.back().Text(0);
  part.last = part.last.empty() ? last : std::min(part.last, last);
  return absl::OkStatus();
}

// The versions before the present one that were believed at `instant`: at most one of each cluster.
absl::Status AddPastVersions(Reader& reader, std::int64_t instant,
                             const std::vector<std::string>& names,
                             std::vector<v1::Cluster>& clusters) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows versions,
                        reader.sql().SelectMany(kVersionsOfClusters, "", KeysOf(names)));
  std::vector<std::vector<sql::Value>> believed;
  for (const sql::Row& version : versions) {
    if (version.Int(2) > instant || version.Int(3) <= instant) continue;
    believed.push_back({version.Text(0), version.Int(1)});
  }
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        reader.sql().SelectMany(kClusterVersions, "", believed));
  for (const sql::Row& row : rows) clusters.push_back(ReadBody<v1::Cluster>(row));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RangePart> ReadRange(Reader& reader, const ClusterRange& range, absl::Time known_at,
                                    const Keyset& keyset) {
  std::vector<std::string> names;
  if (range.by == ClusterRange::By::kNames) {
    auto name = std::upper_bound(range.names.begin(), range.names.end(), keyset.after);
    for (; name != range.names.end() && names.size() < static_cast<std::size_t>(keyset.limit);
         ++name) {
      names.push_back(*name);
    }
    return ReadNamedPart(reader, std::move(names), known_at, keyset.limit);
  }
  if (range.by == ClusterRange::By::kLabel) {
    WICI_ASSIGN_OR_RETURN(
        const sql::Rows rows,
        reader.sql().Execute(kRangeOfLabel, {keyset.after, keyset.limit, range.value, range.kind}));
    for (const sql::Row& row : rows) names.push_back(row.Text(0));
    return ReadNamedPart(reader, std::move(names), known_at, keyset.limit);
  }
  const RangeQueries queries = QueriesOf(range.by);
  std::vector<sql::Value> values = {keyset.after, keyset.limit, ToMicros(known_at)};
  if (range.by != ClusterRange::By::kEverything) values.emplace_back(range.value);
  RangePart part;
  WICI_RETURN_IF_ERROR(AddToPart(reader, queries.present, values, keyset.limit, part));
  if (known_at == kPresent) return part;
  WICI_RETURN_IF_ERROR(AddToPart(reader, queries.past, values, keyset.limit, part));
  SortByName(part.clusters);
  if (!part.last.empty()) {
    std::erase_if(part.clusters,
                  [&](const v1::Cluster& cluster) { return cluster.name() > part.last; });
  }
  return part;
}

absl::StatusOr<std::vector<v1::Cluster>> ReadClustersKnownAt(
    Reader& reader, absl::Time known_at, const std::vector<std::string>& names) {
  const std::int64_t instant = ToMicros(known_at);
  WICI_ASSIGN_OR_RETURN(std::vector<v1::Cluster> clusters,
                        ReadClustersNamed(reader, {names.begin(), names.end()}));
  std::vector<std::string> changed_since;
  std::erase_if(clusters, [&](const v1::Cluster& cluster) {
    const bool known = TimeUtil::TimestampToMicroseconds(cluster.update_time()) <= instant;
    if (!known) changed_since.push_back(cluster.name());
    return !known || cluster.has_delete_time();
  });
  if (!changed_since.empty()) {
    WICI_RETURN_IF_ERROR(AddPastVersions(reader, instant, changed_since, clusters));
  }
  SortByName(clusters);
  return clusters;
}

absl::StatusOr<std::vector<v1::Contact>> ReadContactsOfClustersKnownAt(
    Reader& reader, absl::Time known_at, const std::vector<std::string>& clusters) {
  WICI_ASSIGN_OR_RETURN(std::vector<v1::Contact> contacts,
                        ReadContactsOfClusters(reader, clusters));
  WICI_RETURN_IF_ERROR(SetKnownAt(reader, known_at, contacts));
  SortByName(contacts);
  return contacts;
}

absl::StatusOr<std::vector<v1::Contact>> ReadContactsKnownAt(
    Reader& reader, absl::Time known_at, const std::vector<std::string>& names) {
  WICI_ASSIGN_OR_RETURN(std::vector<v1::Contact> contacts, ReadContactsNamed(reader, names));
  WICI_RETURN_IF_ERROR(SetKnownAt(reader, known_at, contacts));
  SortByName(contacts);
  return contacts;
}

absl::StatusOr<std::map<std::string, LabelsOfCluster>> ReadLabelsOfClusters(
    Reader& reader, absl::Time known_at, const std::vector<std::string>& clusters) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        reader.sql().SelectMany(kLabelsOfClusters, "", KeysOf(clusters)));
  std::map<std::string, LabelsOfCluster> found;
  for (const sql::Row& row : rows) {
    LabelsOfCluster& labels = found[row.Text(6)];
    labels.kinds.insert({row.Text(7), row.Text(8)});
    if (IsKnownAt(row, ToMicros(known_at))) labels.labels.push_back(ReadBody<v1::Label>(row));
  }
  for (auto& [cluster, labels] : found) SortByName(labels.labels);
  return found;
}

}  // namespace wici::cluster_registry
