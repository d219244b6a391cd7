#include "services/cluster_registry/audiences/snapshots/snapshot_store.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_format.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/audiences/snapshots/queries.h"
#include "services/cluster_registry/rows.h"

namespace wici::cluster_registry {

absl::StatusOr<v1::AudienceSnapshot> ReadSnapshot(Reader& reader, std::string_view name) {
  return ReadOne<v1::AudienceSnapshot>(reader.sql().Execute(kGetSnapshot, {name}), name);
}

absl::StatusOr<std::vector<v1::AudienceSnapshot>> ReadSnapshots(Reader& reader,
                                                                const Keyset& keyset) {
  return ReadRows<v1::AudienceSnapshot>(
      reader.sql().Execute(kListSnapshots, {keyset.after, keyset.limit}));
}

absl::Status InsertSnapshot(Writer& writer, v1::AudienceSnapshot& snapshot,
                            std::vector<v1::AudienceRow> rows) {
  const std::int64_t now = ToMicros(writer.now());
  WICI_RETURN_IF_ERROR(
      FinishInsert(writer.sql().Execute(kInsertSnapshot, {snapshot.name(), now, Body(snapshot)}),
                   writer.now(), snapshot));
  writer.Record(snapshot.name(), 1, "audience_snapshot.created");
  if (rows.empty()) return absl::OkStatus();
  std::vector<std::vector<sql::Value>> values;
  values.reserve(rows.size());
  for (v1::AudienceRow& row : rows) {
    const bool pending = row.outcome() == v1::AudienceRow::OUTCOME_REVIEW;
    v1::AudienceSnapshotRow kept;
    const std::string contact = row.contact();
    *kept.mutable_row() = std::move(row);
    values.push_back({absl::StrFormat("%s/rows/%08d", snapshot.name(), values.size() + 1),
                      snapshot.name(), contact, std::int64_t{1}, std::int64_t{pending}, now, now,
                      Body(kept)});
  }
  return writer.sql().InsertMany(kInsertSnapshotRows, "", values).status();
}

absl::Status RemoveSnapshot(Writer& writer, std::string_view name) {
  WICI_RETURN_IF_ERROR(writer.sql().Execute(kDeleteSnapshotRows, {name}).status());
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, writer.sql().Execute(kDeleteSnapshot, {name}));
  if (rows.empty()) return NotFoundError(name);
  writer.Record(name, rows.front().Int(0) + 1, "audience_snapshot.deleted");
  return absl::OkStatus();
}

absl::StatusOr<v1::AudienceSnapshotRow> ReadSnapshotRow(Reader& reader, std::string_view name) {
  return ReadOne<v1::AudienceSnapshotRow>(reader.sql().Execute(kGetSnapshotRow, {name}), name);
}

absl::StatusOr<std::vector<v1::AudienceSnapshotRow>> ReadSnapshotRows(Reader& reader,
                                                                      std::string_view snapshot,
                                                                      bool pending,
                                                                      const Keyset& keyset) {
  return ReadRows<v1::AudienceSnapshotRow>(reader.sql().Execute(
      pending ? kListPendingRows : kListSnapshotRows, {snapshot, keyset.after, keyset.limit}));
}

absl::StatusOr<std::map<std::string, v1::AudienceSnapshotRow>> ReadSnapshotRowsOf(
    Reader& reader, std::string_view snapshot, const std::vector<std::string>& contacts) {
  std::map<std::string, v1::AudienceSnapshotRow> found;
  if (contacts.empty()) return found;
  std::vector<std::vector<sql::Value>> keys;
  for (const std::string& contact : contacts) keys.push_back({snapshot, contact});
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        reader.sql().SelectMany(kSnapshotRowsOfContacts, "", keys));
  for (const sql::Row& one : rows) {
    auto row = ReadRow<v1::AudienceSnapshotRow>(one);
    const std::string contact = row.row().contact();
    found.emplace(contact, std::move(row));
  }
  return found;
}

absl::Status SaveDecision(Writer& writer, v1::AudienceSnapshot& snapshot,
                          v1::AudienceSnapshotRow& row) {
  WICI_ASSIGN_OR_RETURN(
      const std::int64_t version,
      FinishSave(writer.sql().Execute(kUpdateSnapshot,
                                      {snapshot.name(), ToMicros(writer.now()), Body(snapshot)}),
                 writer.now(), snapshot));
  writer.Record(snapshot.name(), version, "audience_snapshot.review_resolved");
  return FinishSave(writer.sql().Execute(kUpdateSnapshotRow,
                                         {row.name(), ToMicros(writer.now()), Body(row)}),
                    writer.now(), row)
      .status();
}

}  // namespace wici::cluster_registry
