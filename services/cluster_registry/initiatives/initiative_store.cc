#include "services/cluster_registry/initiatives/initiative_store.h"

#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/initiatives/queries.h"
#include "services/cluster_registry/regions/region_store.h"
#include "services/cluster_registry/rows.h"

namespace wici::cluster_registry {
namespace {

// Each once, although it may have several roles.
absl::Status InsertParticipants(Writer& writer, const v1::Initiative& initiative) {
  std::set<std::string> names;
  for (const v1::InitiativeParticipant& participant : initiative.participants()) {
    if (!participant.participant().empty()) names.insert(participant.participant());
  }
  if (names.empty()) return absl::OkStatus();
  std::vector<std::vector<sql::Value>> rows;
  rows.reserve(names.size());
  for (const std::string& name : names) rows.push_back({name, initiative.name()});
  return writer.sql().InsertMany(kInsertParticipants, "", rows).status();
}

}  // namespace

absl::StatusOr<v1::Initiative> ReadInitiative(Reader& reader, std::string_view name) {
  return ReadOne<v1::Initiative>(reader.sql().Execute(kGetInitiative, {name}), name);
}

absl::StatusOr<v1::Initiative> ReadInitiative(Reader& reader, std::string_view name,
                                              absl::Time known_at) {
  const std::int64_t instant = ToMicros(known_at);
  absl::StatusOr<v1::Initiative> present = ReadInitiative(reader, name);
  if (!present.ok() && !absl::IsNotFound(present.status())) return present.status();
  const bool known = present.ok() && google::protobuf::util::TimeUtil::TimestampToMicroseconds(
                                         present->update_time()) <= instant;
  if (known || known_at == absl::InfiniteFuture()) return present;
  return ReadOne<v1::Initiative>(reader.sql().Execute(kGetInitiativeVersion, {name, instant}),
                                 name);
}

absl::StatusOr<std::vector<v1::Initiative>> ReadInitiatives(Reader& reader, const Keyset& keyset) {
  return ReadRows<v1::Initiative>(
      reader.sql().Execute(kListInitiatives, {keyset.after, keyset.limit}));
}

absl::StatusOr<std::vector<v1::Initiative>> ReadInitiativesOf(Reader& reader,
                                                              std::string_view participant,
                                                              const Keyset& keyset) {
  return ReadRows<v1::Initiative>(
      reader.sql().Execute(kListInitiativesOf, {participant, keyset.after, keyset.limit}));
}

absl::StatusOr<std::set<std::string>> ReadLivingParticipants(Reader& reader,
                                                             const std::set<std::string>& names) {
  std::set<std::string> clusters;
  std::set<std::string> regions;
  for (const std::string& name : names) {
    (name.rfind("clusters/", 0) == 0 ? clusters : regions).insert(name);
  }
  WICI_ASSIGN_OR_RETURN(std::set<std::string> found, FindRegions(reader, regions));
  if (clusters.empty()) return found;
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows rows,
      reader.sql().SelectMany(kFindClusters, "AND deleted_at IS NULL", KeysOf(clusters)));
  for (const sql::Row& row : rows) found.insert(row.Text(0));
  return found;
}

absl::Status InsertInitiative(Writer& writer, v1::Initiative& initiative) {
  WICI_RETURN_IF_ERROR(FinishInsert(
      writer.sql().Execute(kInsertInitiative,
                           {initiative.name(), ToMicros(writer.now()), Body(initiative)}),
      writer.now(), initiative));
  WICI_RETURN_IF_ERROR(InsertParticipants(writer, initiative));
  writer.Record(initiative.name(), 1, "initiative.created");
  return absl::OkStatus();
}

absl::Status SaveInitiative(Writer& writer, v1::Initiative& initiative) {
  const std::int64_t now = ToMicros(writer.now());
  WICI_RETURN_IF_ERROR(
      writer.sql().Execute(kKeepInitiativeVersion, {initiative.name(), now}).status());
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows updated,
      writer.sql().Execute(kUpdateInitiative, {initiative.name(), now, Body(initiative)}));
  WICI_ASSIGN_OR_RETURN(const std::int64_t version, FinishSave(updated, writer.now(), initiative));
  *initiative.mutable_update_time() = ToTimestamp(updated[0].Int(1));
  WICI_RETURN_IF_ERROR(writer.sql().Execute(kDeleteParticipants, {initiative.name()}).status());
  WICI_RETURN_IF_ERROR(InsertParticipants(writer, initiative));
  writer.Record(initiative.name(), version, "initiative.updated");
  return absl::OkStatus();
}

absl::Status RemoveInitiative(Writer& writer, std::string_view name) {
  WICI_RETURN_IF_ERROR(
      writer.sql().Execute(kKeepInitiativeVersion, {name, ToMicros(writer.now())}).status());
  WICI_RETURN_IF_ERROR(writer.sql().Execute(kDeleteParticipants, {name}).status());
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, writer.sql().Execute(kDeleteInitiative, {name}));
  if (rows.empty()) return NotFoundError(name);
  writer.Record(name, rows[0].Int(0) + 1, "initiative.deleted");
  return absl::OkStatus();
}

}  // namespace wici::cluster_registry
