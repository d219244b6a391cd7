#include <utility>

#include "libs/base/clock.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/etag.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/queries.h"
#include "services/cluster_registry/sql_transaction.h"

namespace wici::cluster_registry {
namespace {

using google::protobuf::Timestamp;

Timestamp ToTimestamp(std::int64_t micros) {
  Timestamp time;
  time.set_seconds(micros / 1000000);
  time.set_nanos(static_cast<std::int32_t>(micros % 1000000) * 1000);
  return time;
}

// Columns of every table: name, version, created_at, updated_at (or recorded_from), body, more.
template <class T>
T ReadBody(const sql::Row& row) {
  T resource;
  WICI_CHECK(resource.ParseFromString(row.Blob(4)));
  resource.set_name(row.Text(0));
  resource.set_etag(rpc::MakeEtag(row.Int(1)));
  *resource.mutable_create_time() = ToTimestamp(row.Int(2));
  return resource;
}

template <class T>
T ReadResource(const sql::Row& row) {
  T resource = ReadBody<T>(row);
  *resource.mutable_update_time() = ToTimestamp(row.Int(3));
  return resource;
}

template <>
v1::Cluster ReadResource<v1::Cluster>(const sql::Row& row) {
  v1::Cluster cluster = ReadBody<v1::Cluster>(row);
  *cluster.mutable_update_time() = ToTimestamp(row.Int(3));
  if (!row.IsNull(5)) *cluster.mutable_delete_time() = ToTimestamp(row.Int(5));
  return cluster;
}

template <>
v1::Label ReadResource<v1::Label>(const sql::Row& row) {
  v1::Label label = ReadBody<v1::Label>(row);
  *label.mutable_recorded_from_time() = ToTimestamp(row.Int(3));
  if (!row.IsNull(5)) *label.mutable_recorded_until_time() = ToTimestamp(row.Int(5));
  return label;
}

template <class T>
absl::StatusOr<T> One(const absl::StatusOr<sql::Rows>& rows, std::string_view name) {
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return NotFoundError(name);
  return ReadResource<T>(rows->front());
}

template <class T>
absl::StatusOr<std::vector<T>> All(const absl::StatusOr<sql::Rows>& rows) {
  if (!rows.ok()) return rows.status();
  std::vector<T> resources;
  resources.reserve(rows->size());
  for (const sql::Row& row : *rows) resources.push_back(ReadResource<T>(row));
  return resources;
}

}  // namespace

std::string ClusterOf(std::string_view name) {
  const std::size_t first = name.find('/');
  return std::string(name.substr(0, name.find('/', first + 1)));
}

absl::StatusOr<v1::Cluster> SqlTransaction::GetCluster(std::string_view name) {
  return One<v1::Cluster>(tx_.Execute(kGetCluster, {name}), name);
}

absl::StatusOr<std::vector<v1::Cluster>> SqlTransaction::ListClusters(const ClusterFilter& filter,
                                                                      const Keyset& keyset) {
  return All<v1::Cluster>(tx_.Execute(
      kListClusters,
      {keyset.after, filter.country, filter.home_region, static_cast<std::int64_t>(filter.state),
       static_cast<std::int64_t>(filter.show_deleted), keyset.limit}));
}

absl::StatusOr<v1::Cluster> SqlTransaction::LockCluster(std::string_view name, bool deleted_too) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx_.Execute(kLockCluster, {name}));
  if (rows.empty()) return NotFoundError(name);
  v1::Cluster cluster = ReadResource<v1::Cluster>(rows[0]);
  if (cluster.has_delete_time() && !deleted_too) return ClusterDeletedError(name);
  aggregate_versions_[cluster.name()] = rows[0].Int(6);
  return cluster;
}

absl::StatusOr<v1::Member> SqlTransaction::GetMember(std::string_view name) {
  return One<v1::Member>(tx_.Execute(kGetMember, {name}), name);
}

absl::StatusOr<std::vector<v1::Member>> SqlTransaction::ListMembers(std::string_view cluster,
                                                                    const Keyset& keyset) {
  return All<v1::Member>(tx_.Execute(kListMembers, {cluster, keyset.after, keyset.limit}));
}

absl::StatusOr<v1::Contact> SqlTransaction::GetContact(std::string_view name) {
  return One<v1::Contact>(tx_.Execute(kGetContact, {name}), name);
}

absl::StatusOr<std::vector<v1::Contact>> SqlTransaction::ListContacts(std::string_view cluster,
                                                                      const Keyset& keyset) {
  if (cluster.empty()) {
    return All<v1::Contact>(tx_.Execute(kScanContacts, {keyset.after, keyset.limit}));
  }
  return All<v1::Contact>(tx_.Execute(kListContacts, {cluster, keyset.after, keyset.limit}));
}

absl::StatusOr<v1::Label> SqlTransaction::GetLabel(std::string_view name, absl::Time known_at) {
  return One<v1::Label>(tx_.Execute(kGetLabel, {name, ToMicros(known_at)}), name);
}

absl::StatusOr<std::vector<v1::Label>> SqlTransaction::ListLabels(std::string_view cluster,
                                                                  absl::Time known_at,
                                                                  const Keyset& keyset) {
  if (cluster.empty()) {
    return All<v1::Label>(
        tx_.Execute(kScanLabels, {ToMicros(known_at), keyset.after, keyset.limit}));
  }
  return All<v1::Label>(
      tx_.Execute(kListLabels, {cluster, ToMicros(known_at), keyset.after, keyset.limit}));
}

absl::StatusOr<v1::LabelScheme> SqlTransaction::GetLabelScheme(std::string_view name) {
  return One<v1::LabelScheme>(tx_.Execute(kGetLabelScheme, {name}), name);
}

absl::StatusOr<std::vector<v1::LabelScheme>> SqlTransaction::ListLabelSchemes(
    const Keyset& keyset) {
  return All<v1::LabelScheme>(tx_.Execute(kListLabelSchemes, {keyset.after, keyset.limit}));
}

absl::StatusOr<v1::Region> SqlTransaction::GetRegion(std::string_view name) {
  return One<v1::Region>(tx_.Execute(kGetRegion, {name}), name);
}

absl::StatusOr<std::vector<v1::Region>> SqlTransaction::ListRegions(const RegionFilter& filter,
                                                                    const Keyset& keyset) {
  return All<v1::Region>(
      tx_.Execute(kListRegions, {keyset.after, filter.country, filter.code, keyset.limit}));
}

absl::StatusOr<v1::Initiative> SqlTransaction::GetInitiative(std::string_view name) {
  return One<v1::Initiative>(tx_.Execute(kGetInitiative, {name}), name);
}

absl::StatusOr<std::vector<v1::Initiative>> SqlTransaction::ListInitiatives(const Keyset& keyset) {
  return All<v1::Initiative>(tx_.Execute(kListInitiatives, {keyset.after, keyset.limit}));
}

}  // namespace wici::cluster_registry
