#include "services/cluster_registry/imports/import_store.h"

#include <utility>

#include "libs/base/clock.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/imports/queries.h"
#include "services/cluster_registry/rows.h"
#include "wici/cluster_registry/v1/import_service.pb.h"

namespace wici::cluster_registry {
namespace {

// A report is kept as the answer that lists it.
using Report = v1::ListImportRowsResponse;

}  // namespace

absl::StatusOr<v1::Import> ReadImport(Reader& reader, std::string_view name) {
  return ReadOne<v1::Import>(reader.sql().Execute(kGetImport, {name}), name);
}

absl::StatusOr<std::vector<v1::Import>> ReadImports(Reader& reader, const Keyset& keyset) {
  return ReadRows<v1::Import>(reader.sql().Execute(kListImports, {keyset.after, keyset.limit}));
}

absl::Status InsertImport(Writer& writer, v1::Import& import) {
  WICI_RETURN_IF_ERROR(FinishInsert(
      writer.sql().Execute(kInsertImport, {import.name(), static_cast<std::int64_t>(import.state()),
                                           ToMicros(writer.now()), Body(import)}),
      writer.now(), import));
  writer.Record(import.name(), 1, "import.created");
  return absl::OkStatus();
}

absl::Status SaveImport(Writer& writer, v1::Import& import, std::string_view kind) {
  WICI_ASSIGN_OR_RETURN(
      const std::int64_t version,
      FinishSave(writer.sql().Execute(kUpdateImport,
                                      {import.name(), static_cast<std::int64_t>(import.state()),
                                       ToMicros(writer.now()), Body(import)}),
                 writer.now(), import));
  if (!kind.empty()) writer.Record(import.name(), version, kind);
  return absl::OkStatus();
}

absl::Status RemoveImport(Writer& writer, std::string_view name) {
  WICI_RETURN_IF_ERROR(RemoveParts(writer, name));
  WICI_RETURN_IF_ERROR(RemoveReports(writer, name));
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, writer.sql().Execute(kDeleteImport, {name}));
  if (rows.empty()) return NotFoundError(name);
  writer.Record(name, rows[0].Int(0) + 1, "import.deleted");
  return absl::OkStatus();
}

absl::StatusOr<std::optional<ImportWork>> FindImportWork(Reader& reader, std::string_view owner,
                                                         absl::Time now) {
  // What is under way comes before what waits to be checked.
  for (const v1::Import::State state : {v1::Import::STATE_RUNNING, v1::Import::STATE_CHECKING}) {
    WICI_ASSIGN_OR_RETURN(
        const sql::Rows found,
        reader.sql().Execute(kFindWork, {static_cast<std::int64_t>(state), owner, ToMicros(now)}));
    if (!found.empty()) {
      return std::optional<ImportWork>({.name = found[0].Text(0), .state = state});
    }
  }
  return std::optional<ImportWork>();
}

absl::StatusOr<std::optional<v1::Import>> ClaimImport(Writer& writer, const ImportWork& work,
                                                      std::string_view owner, absl::Time until) {
  const absl::StatusOr<sql::Rows> claimed =
      writer.sql().Execute(kClaimImport, {work.name, owner, ToMicros(writer.now()), ToMicros(until),
                                          static_cast<std::int64_t>(work.state)});
  WICI_ASSIGN_OR_RETURN(std::vector<v1::Import> imports, ReadRows<v1::Import>(claimed));
  if (imports.empty()) return std::optional<v1::Import>();
  return std::optional<v1::Import>(std::move(imports[0]));
}

absl::Status InsertPart(Writer& writer, std::string_view name, std::int64_t part,
                        std::int64_t row_count, std::string content) {
  return writer.sql()
      .Execute(kInsertPart, {name, part, row_count, sql::Bytes{std::move(content)}})
      .status();
}

absl::StatusOr<std::string> ReadPart(Reader& reader, std::string_view name, std::int64_t part) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, reader.sql().Execute(kGetPart, {name, part}));
  if (rows.empty()) return NotFoundError(name);
  return rows[0].Blob(0);
}

absl::Status RemovePart(Writer& writer, std::string_view name, std::int64_t part) {
  return writer.sql().Execute(kDeletePart, {name, part}).status();
}

absl::Status RemoveParts(Writer& writer, std::string_view name) {
  return writer.sql().Execute(kDeleteParts, {name}).status();
}

absl::Status SaveReport(Writer& writer, std::string_view name, std::int64_t part,
                        const std::vector<v1::ImportRow>& rows) {
  Report report;
  for (const v1::ImportRow& row : rows) *report.add_rows() = row;
  return writer.sql()
      .Execute(kSaveReport, {name, part, sql::Bytes{report.SerializeAsString()}})
      .status();
}

absl::StatusOr<std::vector<v1::ImportRow>> ReadReports(Reader& reader, std::string_view name,
                                                       std::int64_t part, std::int64_t limit) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows found,
                        reader.sql().Execute(kListReports, {name, part, limit}));
  std::vector<v1::ImportRow> rows;
  for (const sql::Row& row : found) {
    Report report;
    WICI_CHECK(report.ParseFromString(row.Blob(0)));
    for (v1::ImportRow& each : *report.mutable_rows()) rows.push_back(std::move(each));
  }
  return rows;
}

absl::Status RemoveReports(Writer& writer, std::string_view name) {
  return writer.sql().Execute(kDeleteReports, {name}).status();
}

}  // namespace wici::cluster_registry
