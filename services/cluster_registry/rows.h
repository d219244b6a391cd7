// How resources are kept in rows: their table has the columns name, version, created_at, updated_at
// and body (the serialized resource without what those columns say), and columns for queries.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_ROWS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_ROWS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/util/time_util.h"
#include "libs/base/clock.h"
#include "libs/base/log.h"
#include "libs/rpc/etag.h"
#include "libs/sql/database.h"
#include "services/cluster_registry/errors.h"

namespace wici::cluster_registry {

inline google::protobuf::Timestamp ToTimestamp(std::int64_t micros) {
  return google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(micros);
}

// The resource of a row name, version, created_at, x, body.
template <class T>
T ReadBody(const sql::Row& row) {
  T resource;
  WICI_CHECK(resource.ParseFromString(row.Blob(4)));
  resource.set_name(row.Text(0));
  resource.set_etag(rpc::MakeEtag(row.Int(1)));
  *resource.mutable_create_time() = ToTimestamp(row.Int(2));
  return resource;
}

// The resource of a row name, version, created_at, updated_at, body. Resources with more in their
// columns specialise it.
template <class T>
T ReadRow(const sql::Row& row) {
  T resource = ReadBody<T>(row);
  *resource.mutable_update_time() = ToTimestamp(row.Int(3));
  return resource;
}

// Of a row with recorded_from as column 3 and recorded_until as column 5: whether the registry
// believed it at `known_at`, in microseconds.
inline bool IsKnownAt(const sql::Row& row, std::int64_t known_at) {
  return row.Int(3) <= known_at && (row.IsNull(5) || row.Int(5) > known_at);
}

// The keys of SelectMany over one column.
template <class Names>
std::vector<std::vector<sql::Value>> KeysOf(const Names& names) {
  std::vector<std::vector<sql::Value>> keys;
  keys.reserve(names.size());
  for (const std::string& name : names) keys.push_back({sql::Value(name)});
  return keys;
}

// The only row, or NOT_FOUND.
template <class T>
absl::StatusOr<T> ReadOne(const absl::StatusOr<sql::Rows>& rows, std::string_view name) {
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return NotFoundError(name);
  return ReadRow<T>(rows->front());
}

template <class T>
absl::StatusOr<std::vector<T>> ReadRows(const absl::StatusOr<sql::Rows>& rows) {
  if (!rows.ok()) return rows.status();
  std::vector<T> resources;
  resources.reserve(rows->size());
  for (const sql::Row& row : *rows) resources.push_back(ReadRow<T>(row));
  return resources;
}

// What goes into the column body.
template <class T>
sql::Bytes Body(const T& resource) {
  T body = resource;
  body.clear_name();
  body.clear_etag();
  body.clear_create_time();
  if constexpr (requires { body.clear_update_time(); }) body.clear_update_time();
  if constexpr (requires { body.clear_delete_time(); }) body.clear_delete_time();
  if constexpr (requires { body.clear_recorded_from_time(); }) {
    body.clear_recorded_from_time();
    body.clear_recorded_until_time();
  }
  return sql::Bytes{body.SerializeAsString()};
}

// After INSERT ... ON CONFLICT (name) DO NOTHING RETURNING name: etag and times of the new
// resource, or ALREADY_EXISTS when the name was taken.
template <class T>
absl::Status FinishInsert(const absl::StatusOr<sql::Rows>& rows, absl::Time now, T& resource) {
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return AlreadyExistsError(resource.name());
  resource.set_etag(rpc::MakeEtag(1));
  *resource.mutable_create_time() = ToTimestamp(ToMicros(now));
  *resource.mutable_update_time() = resource.create_time();
  return absl::OkStatus();
}

// After UPDATE ... RETURNING version: etag and time of the changed resource, and its version.
template <class T>
absl::StatusOr<std::int64_t> FinishSave(const absl::StatusOr<sql::Rows>& rows, absl::Time now,
                                        T& resource) {
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return NotFoundError(resource.name());
  const std::int64_t version = rows->front().Int(0);
  resource.set_etag(rpc::MakeEtag(version));
  *resource.mutable_update_time() = ToTimestamp(ToMicros(now));
  return version;
}

// After DELETE ... RETURNING: NOT_FOUND when there was nothing.
inline absl::Status FinishRemove(const absl::StatusOr<sql::Rows>& rows, std::string_view name) {
  if (!rows.ok()) return rows.status();
  return rows->empty() ? NotFoundError(name) : absl::OkStatus();
}

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_ROWS_H_
