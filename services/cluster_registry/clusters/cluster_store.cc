#include "services/cluster_registry/clusters/cluster_store.h"

#include <optional>

#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/clusters/queries.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/rows.h"

namespace wici::cluster_registry {
namespace {

using google::protobuf::util::TimeUtil;

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

absl::StatusOr<std::vector<v1::Cluster>> ReadClusters(Reader& reader, const ClusterFilter& filter,
                                                      const Keyset& keyset) {
  return ReadRows<v1::Cluster>(reader.sql().Execute(
      kListClusters,
      {keyset.after, filter.country, filter.home_region, static_cast<std::int64_t>(filter.state),
       static_cast<std::int64_t>(filter.show_deleted), keyset.limit}));
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
  WICI_RETURN_IF_ERROR(FinishInsert(
      writer.sql().Execute(
          kInsertCluster,
          {cluster.name(), static_cast<std::int64_t>(cluster.state()), cluster.country(),
           cluster.home_region(), ToMicros(writer.now()), Body(cluster)}),
      writer.now(), cluster));
  writer.SetAggregateVersion(cluster.name(), 1);
  writer.RecordInCluster("cluster.created", cluster.name());
  return absl::OkStatus();
}

absl::Status SaveCluster(Writer& writer, v1::Cluster& cluster, std::string_view kind) {
  std::optional<std::int64_t> deleted_at;
  if (cluster.has_delete_time()) {
    deleted_at = TimeUtil::TimestampToMicroseconds(cluster.delete_time());
  }
  WICI_RETURN_IF_ERROR(
      FinishSave(
          writer.sql().Execute(kUpdateCluster,
                               {cluster.name(), static_cast<std::int64_t>(cluster.state()),
                                cluster.country(), cluster.home_region(), ToMicros(writer.now()),
                                sql::Value::Nullable(deleted_at), Body(cluster)}),
          writer.now(), cluster)
          .status());
  writer.RecordInCluster(kind, cluster.name());
  return absl::OkStatus();
}

}  // namespace wici::cluster_registry
