#include "services/cluster_registry/clusters/cluster_store.h"

#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/cluster_rules/publication.h"
#include "services/cluster_registry/clusters/queries.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/identifiers/external_id_store.h"
#include "services/cluster_registry/rows.h"

namespace wici::cluster_registry {
namespace {

using google::protobuf::util::TimeUtil;

// What the mandates say of a day is found when it is asked for.
sql::Bytes ClusterBody(const v1::Cluster& cluster) {
  v1::Cluster body = cluster;
  body.clear_mandate_gaps();
  if (!body.mandates().empty()) body.clear_management_organisation();
  return Body(body);
}

}  // namespace

template <>
v1::Cluster ReadRow<v1::Cluster>(const sql::Row& row) {
  v1::Cluster cluster = ReadBody<v1::Cluster>(row);
  *cluster.mutable_update_time() = ToTimestamp(row.Int(3));
  if (!row.IsNull(5)) *cluster.mutable_delete_time() = ToTimestamp(row.Int(5));
  return cluster;
}

absl::StatusOr<v1::Cluster> ReadCluster(Reader& reader, std::string_view name) {
  return ReadOne<v1::Cluster>(reader.sql().Execute(kGetCluster, {name}), name);
}

absl::StatusOr<v1::Cluster> ReadCluster(Reader& reader, std::string_view name,
                                        std::int64_t& aggregate_version) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, reader.sql().Execute(kGetCluster, {name}));
  if (rows.empty()) return NotFoundError(name);
  aggregate_version = rows[0].Int(6);
  return ReadRow<v1::Cluster>(rows[0]);
}

absl::StatusOr<v1::Cluster> ReadCluster(Reader& reader, std::string_view name,
                                        absl::Time known_at) {
  WICI_ASSIGN_OR_RETURN(v1::Cluster present, ReadCluster(reader, name));
  const std::int64_t at = ToMicros(known_at);
  if (TimeUtil::TimestampToMicroseconds(present.update_time()) <= at) return present;
  return ReadOne<v1::Cluster>(reader.sql().Execute(kGetClusterVersion, {name, at}), name);
}

absl::StatusOr<std::vector<v1::Cluster>> ReadClustersNamed(Reader& reader,
                                                           const std::set<std::string>& names) {
  std::vector<std::vector<sql::Value>> keys;
  for (const std::string& name : names) keys.push_back({name});
  return ReadRows<v1::Cluster>(sql::SelectMany(reader.sql(), kBatchGetClusters, "", keys));
}

absl::StatusOr<std::vector<v1::Cluster>> ReadClusters(Reader& reader, const ClusterFilter& filter,
                                                      const Keyset& keyset) {
  sql::Transaction& tx = reader.sql();
  const auto exposure = static_cast<std::int64_t>(filter.exposure);
  const auto deleted = static_cast<std::int64_t>(filter.show_deleted);
  const auto state = static_cast<std::int64_t>(filter.state);
  const auto& [after, limit] = keyset;
  if (!filter.home_region.empty()) {
    return ReadRows<v1::Cluster>(
        tx.Execute(kListClustersOfRegion,
                   {after, exposure, deleted, limit, filter.home_region, filter.country, state}));
  }
  if (!filter.country.empty() && state != 0) {
    return ReadRows<v1::Cluster>(tx.Execute(
        kListClustersOfCountryInState, {after, exposure, deleted, limit, filter.country, state}));
  }
  if (!filter.country.empty()) {
    return ReadRows<v1::Cluster>(
        tx.Execute(kListClustersOfCountry, {after, exposure, deleted, limit, filter.country}));
  }
  if (state != 0) {
    return ReadRows<v1::Cluster>(
        tx.Execute(kListClustersInState, {after, exposure, deleted, limit, state}));
  }
  const bool all = filter.exposure == v1::VISIBILITY_INTERNAL;
  return ReadRows<v1::Cluster>(
      tx.Execute(all ? kListClusters : kListOpenClusters, {after, exposure, deleted, limit}));
}

namespace {

v1::ClusterVersion MakeVersion(const sql::Row& row, std::size_t actor_column) {
  v1::ClusterVersion version;
  *version.mutable_cluster() = ReadRow<v1::Cluster>(row);
  *version.mutable_recorded_from_time() = version.cluster().update_time();
  version.set_actor(row.Text(actor_column));
  version.set_change(row.Text(actor_column + 1));
  return version;
}

}  // namespace

absl::StatusOr<std::vector<v1::ClusterVersion>> ReadClusterVersions(Reader& reader,
                                                                    std::string_view name,
                                                                    v1::Visibility exposure,
                                                                    std::int64_t before_version,
                                                                    int limit) {
  std::vector<v1::ClusterVersion> versions;
  const auto widest = static_cast<std::int64_t>(exposure);
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows present,
      reader.sql().Execute(kGetPresentClusterVersion, {name, before_version, widest}));
  for (const sql::Row& row : present) versions.push_back(MakeVersion(row, 6));
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows earlier,
      reader.sql().Execute(kListClusterVersions, {name, before_version, widest,
                                                  limit - static_cast<int>(present.size())}));
  for (const sql::Row& row : earlier) {
    versions.push_back(MakeVersion(row, 7));
    *versions.back().mutable_recorded_until_time() = ToTimestamp(row.Int(6));
  }
  return versions;
}

std::int64_t NumberOf(const v1::ClusterVersion& version) {
  std::string number = version.cluster().etag();
  std::erase(number, '"');
  std::int64_t value = 0;
  WICI_CHECK(absl::SimpleAtoi(number, &value));  // as MakeEtag wrote it
  return value;
}

absl::StatusOr<v1::Cluster> LockCluster(Writer& writer, std::string_view name, bool deleted_too) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, writer.sql().Execute(kLockCluster, {name}));
  if (rows.empty()) return NotFoundError(name);
  v1::Cluster cluster = ReadRow<v1::Cluster>(rows[0]);
  if (cluster.has_delete_time() && !deleted_too) return ClusterDeletedError(name);
  writer.SetAggregateVersion(cluster.name(), rows[0].Int(6));
  return cluster;
}

absl::Status InsertCluster(Writer& writer, v1::Cluster& cluster) {
  constexpr std::string_view kKind = "cluster.created";
  WICI_RETURN_IF_ERROR(ClaimExternalIds(writer, cluster));
  WICI_RETURN_IF_ERROR(FinishInsert(
      writer.sql().Execute(kInsertCluster,
                           {cluster.name(), static_cast<std::int64_t>(cluster.state()),
                            cluster.country(), cluster.home_region(), ToMicros(writer.now()),
                            static_cast<std::int64_t>(ExposureOf(cluster)), writer.principal(),
                            kKind, ClusterBody(cluster)}),
      writer.now(), cluster));
  writer.SetAggregateVersion(cluster.name(), 1);
  writer.RecordInCluster(kKind, cluster.name());
  return absl::OkStatus();
}

absl::Status SaveCluster(Writer& writer, v1::Cluster& cluster, std::string_view kind) {
  WICI_RETURN_IF_ERROR(ClaimExternalIds(writer, cluster));
  std::optional<std::int64_t> deleted_at;
  if (cluster.has_delete_time()) {
    deleted_at = TimeUtil::TimestampToMicroseconds(cluster.delete_time());
  }
  const std::int64_t now = ToMicros(writer.now());
  WICI_RETURN_IF_ERROR(writer.sql().Execute(kKeepClusterVersion, {cluster.name(), now}).status());
  const absl::StatusOr<sql::Rows> rows = writer.sql().Execute(
      kUpdateCluster,
      {cluster.name(), static_cast<std::int64_t>(cluster.state()), cluster.country(),
       cluster.home_region(), now, sql::Value::Nullable(deleted_at),
       static_cast<std::int64_t>(ExposureOf(cluster)), writer.principal(), kind,
       ClusterBody(cluster)});
  WICI_RETURN_IF_ERROR(FinishSave(rows, writer.now(), cluster).status());
  *cluster.mutable_update_time() = ToTimestamp(rows->front().Int(1));
  writer.RecordInCluster(kind, cluster.name());
  return absl::OkStatus();
}

}  // namespace wici::cluster_registry
