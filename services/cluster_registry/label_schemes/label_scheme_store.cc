#include "services/cluster_registry/label_schemes/label_scheme_store.h"

#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/label_schemes/queries.h"
#include "services/cluster_registry/rows.h"

namespace wici::cluster_registry {
namespace {

absl::Status InsertVersion(Writer& writer, std::int64_t version, std::int64_t recorded_from,
                           std::int64_t created_at, std::string_view reason,
                           v1::LabelScheme& scheme) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        writer.sql().Execute(kInsertLabelSchemeVersion,
                                             {scheme.name(), version, recorded_from, created_at,
                                              writer.principal(), reason, Body(scheme)}));
  if (rows.empty()) return AlreadyExistsError(scheme.name());
  scheme.set_etag(rpc::MakeEtag(version));
  *scheme.mutable_create_time() = ToTimestamp(created_at);
  *scheme.mutable_update_time() = ToTimestamp(recorded_from);
  *scheme.mutable_recorded_from_time() = scheme.update_time();
  scheme.clear_recorded_until_time();
  return absl::OkStatus();
}

}  // namespace

template <>
v1::LabelScheme ReadRow<v1::LabelScheme>(const sql::Row& row) {
  v1::LabelScheme scheme = ReadBody<v1::LabelScheme>(row);
  *scheme.mutable_update_time() = ToTimestamp(row.Int(3));
  *scheme.mutable_recorded_from_time() = scheme.update_time();
  if (!row.IsNull(5)) *scheme.mutable_recorded_until_time() = ToTimestamp(row.Int(5));
  return scheme;
}

v1::LabelScheme ReadLabelSchemeRow(const sql::Row& row) { return ReadRow<v1::LabelScheme>(row); }

absl::StatusOr<v1::LabelScheme> ReadLabelScheme(Reader& reader, std::string_view name,
                                                absl::Time known_at) {
  return ReadOne<v1::LabelScheme>(reader.sql().Execute(kGetLabelScheme, {name, ToMicros(known_at)}),
                                  name);
}

absl::StatusOr<std::map<std::string, v1::LabelScheme>> ReadLabelSchemes(
    Reader& reader, const std::set<std::string>& names, absl::Time known_at) {
  std::map<std::string, v1::LabelScheme> schemes;
  if (names.empty()) return schemes;
  const std::vector<std::vector<sql::Value>> keys = KeysOf(names);
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        sql::SelectMany(reader.sql(), kGetLabelSchemes, "", keys));
  for (const sql::Row& row : rows) {
    if (IsKnownAt(row, ToMicros(known_at))) schemes[row.Text(0)] = ReadRow<v1::LabelScheme>(row);
  }
  return schemes;
}

absl::StatusOr<std::vector<v1::LabelScheme>> ReadLabelSchemes(Reader& reader,
                                                              const Keyset& keyset) {
  return ReadRows<v1::LabelScheme>(
      reader.sql().Execute(kListLabelSchemes, {keyset.after, keyset.limit}));
}

absl::Status InsertLabelScheme(Writer& writer, v1::LabelScheme& scheme) {
  const std::int64_t now = ToMicros(writer.now());
  WICI_RETURN_IF_ERROR(InsertVersion(writer, 1, now, now, "", scheme));
  writer.Record(scheme.name(), 1, "label_scheme.created");
  return absl::OkStatus();
}

absl::Status ReviseLabelScheme(Writer& writer, std::string_view reason, v1::LabelScheme& scheme) {
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows closed,
      writer.sql().Execute(kCloseLabelSchemeVersion, {scheme.name(), ToMicros(writer.now())}));
  if (closed.empty()) return NotFoundError(scheme.name());
  const std::int64_t version = closed[0].Int(0) + 1;
  WICI_RETURN_IF_ERROR(
      InsertVersion(writer, version, closed[0].Int(2), closed[0].Int(1), reason, scheme));
  writer.Record(scheme.name(), version, "label_scheme.updated");
  return absl::OkStatus();
}

}  // namespace wici::cluster_registry
