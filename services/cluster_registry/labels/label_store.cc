#include "services/cluster_registry/labels/label_store.h"

#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/labels/queries.h"
#include "services/cluster_registry/rows.h"

namespace wici::cluster_registry {
namespace {

absl::Status InsertLabelVersion(Writer& writer, const v1::Label& label, std::int64_t version,
                                std::int64_t created_at, std::int64_t recorded_from) {
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows rows,
      writer.sql().Execute(kInsertLabelVersion,
                           {label.name(), version, ClusterOf(label.name()), label.scheme(),
                            label.kind(), recorded_from, created_at, Body(label)}));
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

absl::StatusOr<v1::Label> ReadLabel(Reader& reader, std::string_view name, absl::Time known_at) {
  return ReadOne<v1::Label>(reader.sql().Execute(kGetLabel, {name, ToMicros(known_at)}), name);
}

absl::StatusOr<std::vector<v1::Label>> ReadLabels(Reader& reader, std::string_view cluster,
                                                  absl::Time known_at, const Keyset& keyset) {
  if (cluster.empty()) {
    return ReadRows<v1::Label>(
        reader.sql().Execute(kScanLabels, {ToMicros(known_at), keyset.after, keyset.limit}));
  }
  return ReadRows<v1::Label>(
      reader.sql().Execute(kListLabels, {cluster, ToMicros(known_at), keyset.after, keyset.limit}));
}

absl::Status InsertLabel(Writer& writer, v1::Label& label) {
  const std::int64_t now = ToMicros(writer.now());
  WICI_RETURN_IF_ERROR(InsertLabelVersion(writer, label, 1, now, now));
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
  WICI_RETURN_IF_ERROR(InsertLabelVersion(writer, label, version, closed[0].Int(1), recorded_from));
  label.set_etag(rpc::MakeEtag(version));
  *label.mutable_recorded_from_time() = ToTimestamp(recorded_from);
  writer.RecordInCluster("label.event_recorded", label.name());
  return absl::OkStatus();
}

absl::StatusOr<v1::LabelScheme> ReadLabelScheme(Reader& reader, std::string_view name) {
  return ReadOne<v1::LabelScheme>(reader.sql().Execute(kGetLabelScheme, {name}), name);
}

absl::StatusOr<std::vector<v1::LabelScheme>> ReadLabelSchemes(Reader& reader,
                                                              const Keyset& keyset) {
  return ReadRows<v1::LabelScheme>(
      reader.sql().Execute(kListLabelSchemes, {keyset.after, keyset.limit}));
}

absl::Status InsertLabelScheme(Writer& writer, v1::LabelScheme& scheme) {
  WICI_RETURN_IF_ERROR(
      FinishInsert(writer.sql().Execute(kInsertLabelScheme,
                                        {scheme.name(), ToMicros(writer.now()), Body(scheme)}),
                   writer.now(), scheme));
  writer.Record(scheme.name(), 1, "label_scheme.created");
  return absl::OkStatus();
}

}  // namespace wici::cluster_registry
