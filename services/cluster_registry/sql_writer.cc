#include <optional>
#include <type_traits>
#include <utility>

#include "google/protobuf/util/time_util.h"
#include "libs/base/clock.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/etag.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/queries.h"
#include "services/cluster_registry/sql_transaction.h"

namespace wici::cluster_registry {
namespace {

using google::protobuf::util::TimeUtil;

// What columns say is not stored twice.
template <class T>
sql::Bytes Body(const T& resource) {
  T body = resource;
  body.clear_name();
  body.clear_etag();
  body.clear_create_time();
  if constexpr (std::is_same_v<T, v1::Label>) {
    body.clear_recorded_from_time();
    body.clear_recorded_until_time();
  } else {
    body.clear_update_time();
  }
  if constexpr (std::is_same_v<T, v1::Cluster>) body.clear_delete_time();
  return sql::Bytes{body.SerializeAsString()};
}

// Sets what an INSERT made, or says that the name was taken.
template <class T>
absl::Status Inserted(const absl::StatusOr<sql::Rows>& rows, absl::Time now, T& resource) {
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return AlreadyExistsError(resource.name());
  resource.set_etag(rpc::MakeEtag(1));
  *resource.mutable_create_time() = TimeUtil::MicrosecondsToTimestamp(ToMicros(now));
  *resource.mutable_update_time() = resource.create_time();
  return absl::OkStatus();
}

template <class T>
absl::StatusOr<std::int64_t> Updated(const absl::StatusOr<sql::Rows>& rows, absl::Time now,
                                     T& resource) {
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return NotFoundError(resource.name());
  const std::int64_t version = rows->front().Int(0);
  resource.set_etag(rpc::MakeEtag(version));
  *resource.mutable_update_time() = TimeUtil::MicrosecondsToTimestamp(ToMicros(now));
  return version;
}

absl::Status Deleted(const absl::StatusOr<sql::Rows>& rows, std::string_view name) {
  if (!rows.ok()) return rows.status();
  return rows->empty() ? NotFoundError(name) : absl::OkStatus();
}

}  // namespace

void SqlTransaction::RecordInCluster(std::string_view kind, std::string_view resource,
                                     std::string_view person) {
  const std::string cluster = ClusterOf(resource);
  const auto version = aggregate_versions_.find(cluster);
  WICI_CHECK(version != aggregate_versions_.end());  // the caller locked it
  changes_.push_back({.aggregate = cluster,
                      .version = version->second,
                      .kind = std::string(kind),
                      .resource = std::string(resource),
                      .person = std::string(person),
                      .attributes = {}});
}

void SqlTransaction::Record(std::string_view aggregate, std::int64_t version,
                            std::string_view kind) {
  changes_.push_back({.aggregate = std::string(aggregate),
                      .version = version,
                      .kind = std::string(kind),
                      .resource = std::string(aggregate),
                      .person = {},
                      .attributes = {}});
}

absl::Status SqlTransaction::InsertCluster(v1::Cluster& cluster) {
  WICI_RETURN_IF_ERROR(Inserted(
      tx_.Execute(kInsertCluster,
                  {cluster.name(), static_cast<std::int64_t>(cluster.state()), cluster.country(),
                   cluster.home_region(), ToMicros(now_), Body(cluster)}),
      now_, cluster));
  aggregate_versions_[cluster.name()] = 1;
  RecordInCluster("cluster.created", cluster.name());
  return absl::OkStatus();
}

absl::Status SqlTransaction::UpdateCluster(v1::Cluster& cluster, std::string_view kind) {
  std::optional<std::int64_t> deleted_at;
  if (cluster.has_delete_time()) {
    deleted_at = TimeUtil::TimestampToMicroseconds(cluster.delete_time());
  }
  WICI_RETURN_IF_ERROR(
      Updated(
          tx_.Execute(kUpdateCluster, {cluster.name(), static_cast<std::int64_t>(cluster.state()),
                                       cluster.country(), cluster.home_region(), ToMicros(now_),
                                       sql::Value::Nullable(deleted_at), Body(cluster)}),
          now_, cluster)
          .status());
  RecordInCluster(kind, cluster.name());
  return absl::OkStatus();
}

absl::Status SqlTransaction::InsertMember(v1::Member& member) {
  WICI_RETURN_IF_ERROR(Inserted(tx_.Execute(kInsertMember, {member.name(), ClusterOf(member.name()),
                                                            ToMicros(now_), Body(member)}),
                                now_, member));
  RecordInCluster("member.created", member.name());
  return absl::OkStatus();
}

absl::Status SqlTransaction::UpdateMember(v1::Member& member) {
  WICI_RETURN_IF_ERROR(
      Updated(tx_.Execute(kUpdateMember, {member.name(), ToMicros(now_), Body(member)}), now_,
              member)
          .status());
  RecordInCluster("member.updated", member.name());
  return absl::OkStatus();
}

absl::Status SqlTransaction::DeleteMember(std::string_view name) {
  WICI_RETURN_IF_ERROR(Deleted(tx_.Execute(kDeleteMember, {name}), name));
  RecordInCluster("member.deleted", name);
  return absl::OkStatus();
}

absl::Status SqlTransaction::InsertContact(v1::Contact& contact) {
  WICI_RETURN_IF_ERROR(Inserted(
      tx_.Execute(kInsertContact,
                  {contact.name(), ClusterOf(contact.name()), ToMicros(now_), Body(contact)}),
      now_, contact));
  RecordInCluster("contact.created", contact.name(), contact.name());
  return absl::OkStatus();
}

absl::Status SqlTransaction::UpdateContact(v1::Contact& contact) {
  WICI_RETURN_IF_ERROR(
      Updated(tx_.Execute(kUpdateContact, {contact.name(), ToMicros(now_), Body(contact)}), now_,
              contact)
          .status());
  RecordInCluster("contact.updated", contact.name(), contact.name());
  return absl::OkStatus();
}

absl::Status SqlTransaction::DeleteContact(std::string_view name) {
  WICI_RETURN_IF_ERROR(Deleted(tx_.Execute(kDeleteContact, {name}), name));
  RecordInCluster("contact.deleted", name, name);
  return absl::OkStatus();
}

absl::Status SqlTransaction::InsertLabelVersion(const v1::Label& label, std::int64_t version,
                                                std::int64_t created_at,
                                                std::int64_t recorded_from) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx_.Execute(kInsertLabelVersion,
                                    {label.name(), version, ClusterOf(label.name()), label.scheme(),
                                     label.kind(), recorded_from, created_at, Body(label)}));
  return rows.empty() ? AlreadyExistsError(label.name()) : absl::OkStatus();
}

absl::Status SqlTransaction::InsertLabel(v1::Label& label) {
  const std::int64_t now = ToMicros(now_);
  WICI_RETURN_IF_ERROR(InsertLabelVersion(label, 1, now, now));
  label.set_etag(rpc::MakeEtag(1));
  *label.mutable_create_time() = TimeUtil::MicrosecondsToTimestamp(now);
  *label.mutable_recorded_from_time() = label.create_time();
  RecordInCluster("label.recorded", label.name());
  return absl::OkStatus();
}

absl::Status SqlTransaction::ReviseLabel(v1::Label& label) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows closed,
                        tx_.Execute(kCloseLabelVersion, {label.name(), ToMicros(now_)}));
  if (closed.empty()) return NotFoundError(label.name());
  const std::int64_t version = closed[0].Int(0) + 1;
  const std::int64_t recorded_from = closed[0].Int(2);
  WICI_RETURN_IF_ERROR(InsertLabelVersion(label, version, closed[0].Int(1), recorded_from));
  label.set_etag(rpc::MakeEtag(version));
  *label.mutable_recorded_from_time() = TimeUtil::MicrosecondsToTimestamp(recorded_from);
  RecordInCluster("label.event_recorded", label.name());
  return absl::OkStatus();
}

absl::Status SqlTransaction::InsertLabelScheme(v1::LabelScheme& scheme) {
  WICI_RETURN_IF_ERROR(
      Inserted(tx_.Execute(kInsertLabelScheme, {scheme.name(), ToMicros(now_), Body(scheme)}), now_,
               scheme));
  Record(scheme.name(), 1, "label_scheme.created");
  return absl::OkStatus();
}

absl::Status SqlTransaction::InsertRegionCodes(const v1::Region& region) {
  for (const v1::RegionCode& code : region.codes()) {
    WICI_ASSIGN_OR_RETURN(const sql::Rows inserted,
                          tx_.Execute(kInsertRegionCode,
                                      {code.scheme(), code.version(), code.code(), region.name()}));
    if (!inserted.empty()) continue;
    WICI_ASSIGN_OR_RETURN(
        const sql::Rows owner,
        tx_.Execute(kGetRegionOfCode, {code.scheme(), code.version(), code.code()}));
    return RegionCodeTakenError(code.scheme(), code.version(), code.code(),
                                owner.empty() ? "another region" : owner[0].Text(0));
  }
  return absl::OkStatus();
}

absl::Status SqlTransaction::InsertRegion(v1::Region& region) {
  WICI_RETURN_IF_ERROR(Inserted(
      tx_.Execute(kInsertRegion, {region.name(), region.country(), ToMicros(now_), Body(region)}),
      now_, region));
  WICI_RETURN_IF_ERROR(InsertRegionCodes(region));
  Record(region.name(), 1, "region.created");
  return absl::OkStatus();
}

absl::Status SqlTransaction::UpdateRegion(v1::Region& region) {
  WICI_ASSIGN_OR_RETURN(const std::int64_t version,
                        Updated(tx_.Execute(kUpdateRegion, {region.name(), region.country(),
                                                            ToMicros(now_), Body(region)}),
                                now_, region));
  WICI_RETURN_IF_ERROR(tx_.Execute(kDeleteRegionCodes, {region.name()}).status());
  WICI_RETURN_IF_ERROR(InsertRegionCodes(region));
  Record(region.name(), version, "region.updated");
  return absl::OkStatus();
}

absl::Status SqlTransaction::InsertInitiative(v1::Initiative& initiative) {
  WICI_RETURN_IF_ERROR(Inserted(
      tx_.Execute(kInsertInitiative, {initiative.name(), ToMicros(now_), Body(initiative)}), now_,
      initiative));
  Record(initiative.name(), 1, "initiative.created");
  return absl::OkStatus();
}

absl::Status SqlTransaction::UpdateInitiative(v1::Initiative& initiative) {
  WICI_ASSIGN_OR_RETURN(
      const std::int64_t version,
      Updated(tx_.Execute(kUpdateInitiative, {initiative.name(), ToMicros(now_), Body(initiative)}),
              now_, initiative));
  Record(initiative.name(), version, "initiative.updated");
  return absl::OkStatus();
}

absl::Status SqlTransaction::DeleteInitiative(std::string_view name) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx_.Execute(kDeleteInitiative, {name}));
  if (rows.empty()) return NotFoundError(name);
  Record(name, rows[0].Int(0) + 1, "initiative.deleted");
  return absl::OkStatus();
}

}  // namespace wici::cluster_registry
