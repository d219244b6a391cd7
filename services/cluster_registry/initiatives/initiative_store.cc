#include "services/cluster_registry/initiatives/initiative_store.h"

#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/initiatives/queries.h"
#include "services/cluster_registry/rows.h"

namespace wici::cluster_registry {

absl::StatusOr<v1::Initiative> ReadInitiative(Reader& reader, std::string_view name) {
  return ReadOne<v1::Initiative>(reader.sql().Execute(kGetInitiative, {name}), name);
}

absl::StatusOr<std::vector<v1::Initiative>> ReadInitiatives(Reader& reader, const Keyset& keyset) {
  return ReadRows<v1::Initiative>(
      reader.sql().Execute(kListInitiatives, {keyset.after, keyset.limit}));
}

absl::Status InsertInitiative(Writer& writer, v1::Initiative& initiative) {
  WICI_RETURN_IF_ERROR(FinishInsert(
      writer.sql().Execute(kInsertInitiative,
                           {initiative.name(), ToMicros(writer.now()), Body(initiative)}),
      writer.now(), initiative));
  writer.Record(initiative.name(), 1, "initiative.created");
  return absl::OkStatus();
}

absl::Status SaveInitiative(Writer& writer, v1::Initiative& initiative) {
  WICI_ASSIGN_OR_RETURN(
      const std::int64_t version,
      FinishSave(writer.sql().Execute(kUpdateInitiative, {initiative.name(), ToMicros(writer.now()),
                                                          Body(initiative)}),
                 writer.now(), initiative));
  writer.Record(initiative.name(), version, "initiative.updated");
  return absl::OkStatus();
}

absl::Status RemoveInitiative(Writer& writer, std::string_view name) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, writer.sql().Execute(kDeleteInitiative, {name}));
  if (rows.empty()) return NotFoundError(name);
  writer.Record(name, rows[0].Int(0) + 1, "initiative.deleted");
  return absl::OkStatus();
}

}  // namespace wici::cluster_registry
