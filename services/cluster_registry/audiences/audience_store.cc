#include "services/cluster_registry/audiences/audience_store.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/audiences/queries.h"
#include "services/cluster_registry/rows.h"

namespace wici::cluster_registry {
namespace {

template <class Names>
absl::StatusOr<sql::Rows> SelectNamed(Reader& reader, const sql::Query& query, const Names& names) {
  if (names.empty()) return sql::Rows();
  std::vector<std::vector<sql::Value>> keys;
  keys.reserve(names.size());
  for (const std::string& name : names) keys.push_back({name});
  return reader.sql().SelectMany(query, "", keys);
}

template <class T>
std::vector<T> ToResources(const sql::Rows& rows) {
  std::vector<T> resources;
  resources.reserve(rows.size());
  for (const sql::Row& row : rows) resources.push_back(ReadBody<T>(row));
  std::sort(resources.begin(), resources.end(),
            [](const T& a, const T& b) { return a.name() < b.name(); });
  return resources;
}

template <class T>
absl::StatusOr<std::vector<T>> ReadNamed(Reader& reader, const sql::Query& query,
                                         const std::vector<std::string>& names) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, SelectNamed(reader, query, names));
  return ToResources<T>(rows);
}

// A range whose names are known before its clusters are.
absl::StatusOr<RangePart> ReadNamedPart(Reader& reader, std::vector<std::string> names, int limit) {
  RangePart part;
  if (names.size() == static_cast<std::size_t>(limit)) part.last = names.back();
  WICI_ASSIGN_OR_RETURN(part.clusters, ReadClustersNamed(reader, names));
  return part;
}

absl::StatusOr<sql::Rows> SelectRange(Reader& reader, const ClusterRange& range,
                                      const Keyset& keyset) {
  sql::Transaction& tx = reader.sql();
  switch (range.by) {
    case ClusterRange::By::kHomeRegion:
      return tx.Execute(kRangeOfRegion, {keyset.after, keyset.limit, range.value});
    case ClusterRange::By::kNoRegion:
      return tx.Execute(kRangeWithoutRegion, {keyset.after, keyset.limit, range.value});
    case ClusterRange::By::kCountry:
      return tx.Execute(kRangeOfCountry, {keyset.after, keyset.limit, range.value});
    case ClusterRange::By::kLabel:
      return tx.Execute(kRangeOfLabel, {keyset.after, keyset.limit, range.value, range.kind});
    default:
      return tx.Execute(kRangeOfAll, {keyset.after, keyset.limit});
  }
}

}  // namespace

absl::StatusOr<RangePart> ReadRange(Reader& reader, const ClusterRange& range,
                                    const Keyset& keyset) {
  std::vector<std::string> names;
  if (range.by == ClusterRange::By::kNames) {
    auto name = std::upper_bound(range.names.begin(), range.names.end(), keyset.after);
    for (; name != range.names.end() && names.size() < static_cast<std::size_t>(keyset.limit);
         ++name) {
      names.push_back(*name);
    }
    return ReadNamedPart(reader, std::move(names), keyset.limit);
  }
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, SelectRange(reader, range, keyset));
  if (range.by == ClusterRange::By::kLabel) {
    for (const sql::Row& row : rows) names.push_back(row.Text(0));
    return ReadNamedPart(reader, std::move(names), keyset.limit);
  }
  RangePart part;
  part.clusters = ToResources<v1::Cluster>(rows);
  if (rows.size() == static_cast<std::size_t>(keyset.limit)) part.last = rows.back().Text(0);
  return part;
}

absl::StatusOr<std::vector<v1::Cluster>> ReadClustersNamed(Reader& reader,
                                                           const std::vector<std::string>& names) {
  return ReadNamed<v1::Cluster>(reader, kClustersNamed, names);
}

absl::StatusOr<std::vector<v1::Contact>> ReadContactsOfClusters(
    Reader& reader, const std::vector<std::string>& clusters) {
  return ReadNamed<v1::Contact>(reader, kContactsOfClusters, clusters);
}

absl::StatusOr<std::vector<v1::Contact>> ReadContactsNamed(Reader& reader,
                                                           const std::vector<std::string>& names) {
  return ReadNamed<v1::Contact>(reader, kContactsNamed, names);
}

absl::StatusOr<std::map<std::string, std::vector<std::string>>> ReadContactsByEmail(
    Reader& reader, const std::set<std::string>& email_keys) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, SelectNamed(reader, kContactsByEmail, email_keys));
  std::map<std::string, std::vector<std::string>> contacts;
  for (const sql::Row& row : rows) contacts[row.Text(1)].push_back(row.Text(0));
  return contacts;
}

absl::StatusOr<std::map<std::string, LabelsOfCluster>> ReadLabelsOfClusters(
    Reader& reader, const std::vector<std::string>& clusters, absl::Time known_at) {
  const std::int64_t instant = ToMicros(known_at);
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, SelectNamed(reader, kLabelsOfClusters, clusters));
  std::map<std::string, LabelsOfCluster> found;
  for (const sql::Row& row : rows) {
    LabelsOfCluster& labels = found[row.Text(6)];
    labels.kinds.insert({row.Text(7), row.Text(8)});
    const bool known = row.Int(3) <= instant && (row.IsNull(5) || row.Int(5) > instant);
    if (!known) continue;
    labels.labels.push_back(ReadBody<v1::Label>(row));
  }
  for (auto& [cluster, labels] : found) {
    std::sort(labels.labels.begin(), labels.labels.end(),
              [](const v1::Label& a, const v1::Label& b) { return a.name() < b.name(); });
  }
  return found;
}

}  // namespace wici::cluster_registry
