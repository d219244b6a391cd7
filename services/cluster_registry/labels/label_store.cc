#include "services/cluster_registry/labels/label_store.h"

#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/labels/queries.h"
#include "services/cluster_registry/rows.h"

namespace wici::cluster_registry {
namespace {

absl::Status InsertLabelVersion(Writer& writer, const v1::Label& label, std::int64_t version,
                                std::int64_t created_at, std::int64_t recorded_from,
                                std::string_view reason) {
  v1::Label body = label;
  body.clear_verification_stale();  // depends on the day of the question
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        writer.sql().Execute(kInsertLabelVersion,
                                             {label.name(), version, ClusterOf(label.name()),
                                              label.scheme(), label.kind(), recorded_from,
                                              created_at, Body(body), writer.principal(), reason}));
  return rows.empty() ? AlreadyExistsError(label.name()) : absl::OkStatus();
}

}  // namespace

template <>
v1::Label ReadRow<v1::Label>(const sql::Row& row) {
  v1::Label label = ReadBody<v1::Label>(row);
  *label.mutable_recorded_from_time() = ToTimestamp(row.Int(3));
  if (!row.IsNull(5)) *label.mutable_recorded_until_time() = ToTimestamp(row.Int(5));
  return label;
}

template <>
v1::LabelVersion ReadRow<v1::LabelVersion>(const sql::Row& row) {
  v1::LabelVersion version;
  v1::Label& label = *version.mutable_label();
  label = ReadRow<v1::Label>(row);
  version.set_actor(row.Text(6));
  version.set_reason(row.Text(7));
  // Every version but the first comes with an event.
  if (row.Int(1) > 1 && !label.events().empty()) {
    const v1::LabelEvent& event = *label.events().rbegin();
    version.set_event_type(event.type());
    if (version.actor().empty()) version.set_actor(event.actor());
    if (version.reason().empty()) version.set_reason(event.reason());
  }
  return version;
}

v1::Label ReadLabelRow(const sql::Row& row) { return ReadRow<v1::Label>(row); }

absl::StatusOr<v1::Label> ReadLabel(Reader& reader, std::string_view name, absl::Time known_at) {
  return ReadOne<v1::Label>(reader.sql().Execute(kGetLabel, {name, ToMicros(known_at)}), name);
}

absl::StatusOr<std::vector<v1::Label>> ReadLabels(Reader& reader, std::string_view cluster,
                                                  absl::Time known_at, const Keyset& keyset) {
  if (cluster.empty()) {
    return ReadRows<v1::Label>(
        reader.sql().Execute(kScanLabels, {ToMicros(known_at), keyset.after, keyset.limit}));
  }
  return ReadLabels(reader, LabelFilter{.cluster = std::string(cluster), .scheme = "", .kind = ""},
                    known_at, keyset);
}

absl::StatusOr<std::vector<v1::Label>> ReadLabels(Reader& reader, const LabelFilter& filter,
                                                  absl::Time known_at, const Keyset& keyset) {
  return ReadRows<v1::Label>(
      reader.sql().Execute(kListLabels, {filter.cluster, ToMicros(known_at), keyset.after,
                                         keyset.limit, filter.scheme, filter.kind}));
}

absl::StatusOr<std::vector<v1::LabelVersion>> ReadLabelVersions(Reader& reader,
                                                                std::string_view name,
                                                                std::int64_t after, int limit) {
  return ReadRows<v1::LabelVersion>(reader.sql().Execute(kListLabelVersions, {name, after, limit}));
}

absl::Status InsertLabel(Writer& writer, v1::Label& label, std::string_view reason) {
  const std::int64_t now = ToMicros(writer.now());
  WICI_RETURN_IF_ERROR(InsertLabelVersion(writer, label, 1, now, now, reason));
  label.set_etag(rpc::MakeEtag(1));
  *label.mutable_create_time() = ToTimestamp(now);
  *label.mutable_recorded_from_time() = label.create_time();
  writer.RecordInCluster("label.recorded", label.name());
  return absl::OkStatus();
}

absl::Status ReviseLabel(Writer& writer, v1::Label& label) {
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows closed,
      writer.sql().Execute(kCloseLabelVersion, {label.name(), ToMicros(writer.now())}));
  if (closed.empty()) return NotFoundError(label.name());
  const std::int64_t version = closed[0].Int(0) + 1;
  const std::int64_t recorded_from = closed[0].Int(2);
  const std::string reason = label.events().empty() ? "" : label.events().rbegin()->reason();
  WICI_RETURN_IF_ERROR(
      InsertLabelVersion(writer, label, version, closed[0].Int(1), recorded_from, reason));
  label.set_etag(rpc::MakeEtag(version));
  *label.mutable_recorded_from_time() = ToTimestamp(recorded_from);
  writer.RecordInCluster("label.event_recorded", label.name());
  return absl::OkStatus();
}

}  // namespace wici::cluster_registry
