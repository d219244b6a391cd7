#include "services/cluster_registry/imports/import_writer.h"

#include <set>

#include "google/protobuf/util/time_util.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/cluster_rules/mandates.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/environment.h"
#include "services/cluster_registry/imports/plans/initiative_plan.h"
#include "services/cluster_registry/imports/queries.h"
#include "services/cluster_registry/initiatives/initiative_store.h"
#include "services/cluster_registry/initiatives/validate_initiative.h"
#include "services/cluster_registry/label_schemes/label_scheme_store.h"
#include "services/cluster_registry/labels/label_store.h"
#include "services/cluster_registry/members/member_store.h"
#include "services/cluster_registry/regions/region_store.h"

namespace wici::cluster_registry {
namespace {

using google::protobuf::util::TimeUtil;

bool HaveLabels(const std::vector<const ImportedRow*>& rows) {
  for (const ImportedRow* row : rows) {
    if (!row->label.kind().empty()) return true;
  }
  return false;
}

// What is below the cluster, as far as the rows need it.
absl::Status ReadBelow(Reader& reader, v1::Import::Content content, const std::string& cluster,
                       const std::vector<const ImportedRow*>& rows, KnownCluster& known) {
  if (content == v1::Import::CONTENT_MEMBERS) {
    WICI_ASSIGN_OR_RETURN(known.members, ReadAll<v1::Member>([&](const Keyset& keyset) {
                            return ReadMembers(reader, cluster, keyset);
                          }));
  } else if (HaveLabels(rows)) {
    WICI_ASSIGN_OR_RETURN(known.labels, ReadAll<v1::Label>([&](const Keyset& keyset) {
                            return ReadLabels(reader, cluster, kPresent, keyset);
                          }));
  }
  return absl::OkStatus();
}

absl::StatusOr<ImportPlan> PlanInitiativeRows(Reader& reader, const std::string& name,
                                              const std::vector<const ImportedRow*>& rows) {
  const absl::StatusOr<v1::Initiative> found = ReadInitiative(reader, name);
  if (!found.ok() && !absl::IsNotFound(found.status())) return found.status();
  std::set<std::string> participants;
  for (const ImportedRow* row : rows) {
    for (const v1::InitiativeParticipant& one : row->initiative.participants()) {
      if (IsParticipantName(one.participant())) participants.insert(one.participant());
    }
  }
  WICI_ASSIGN_OR_RETURN(const std::set<std::string> living,
                        ReadLivingParticipants(reader, participants));
  return PlanInitiative(rows, found.ok() ? &*found : nullptr, living);
}

absl::Status WritePlan(Writer& writer, ImportPlan& plan) {
  SortMandates(*plan.cluster.mutable_mandates());
  if (plan.insert) WICI_RETURN_IF_ERROR(InsertCluster(writer, plan.cluster));
  if (plan.update) WICI_RETURN_IF_ERROR(SaveCluster(writer, plan.cluster, "cluster.updated"));
  for (v1::Label& label : plan.labels) {
    for (v1::LabelEvent& event : *label.mutable_events()) {
      *event.mutable_record_time() = TimeUtil::MicrosecondsToTimestamp(ToMicros(writer.now()));
      event.set_actor(writer.principal());
    }
    WICI_RETURN_IF_ERROR(InsertLabel(writer, label));
  }
  if (!plan.new_members.empty()) {
    WICI_RETURN_IF_ERROR(InsertMembers(writer, absl::MakeSpan(plan.new_members)));
  }
  for (v1::Member& member : plan.more_of_member) WICI_RETURN_IF_ERROR(SaveMember(writer, member));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ImportFacts> ReadImportFacts(Reader& reader) {
  ImportFacts facts;
  WICI_ASSIGN_OR_RETURN(
      const std::vector<v1::Region> regions,
      ReadAll<v1::Region>([&](const Keyset& keyset) { return ReadRegions(reader, {}, keyset); }));
  facts.regions = std::make_shared<const RegionMap>(regions);
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::LabelScheme> schemes,
                        ReadAll<v1::LabelScheme>([&](const Keyset& keyset) {
                          return ReadLabelSchemes(reader, keyset);
                        }));
  for (const v1::LabelScheme& scheme : schemes) facts.schemes.emplace(scheme.name(), scheme);
  return facts;
}

absl::StatusOr<std::map<std::string, std::string>> ReadCountries(
    Reader& reader, const std::vector<ImportedRow>& rows) {
  std::set<std::string> names;
  for (const ImportedRow& row : rows) {
    for (std::string& name : PossibleNames(row)) names.insert(std::move(name));
  }
  std::map<std::string, std::string> country_of;
  if (!names.empty()) {
    std::vector<std::vector<sql::Value>> keys;
    keys.reserve(names.size());
    for (const std::string& name : names) keys.push_back({name});
    WICI_ASSIGN_OR_RETURN(const sql::Rows found,
                          reader.sql().SelectMany(kCountriesOfClusters, "", keys));
    for (const sql::Row& row : found) country_of.emplace(row.Text(0), row.Text(1));
  }
  return country_of;
}

RowsByAggregate GroupRows(const std::vector<ImportedRow>& rows) {
  RowsByAggregate groups;
  std::map<std::string, std::size_t> positions;
  for (const ImportedRow& row : rows) {
    if (!row.faults.empty()) continue;
    const auto [position, is_new] = positions.emplace(row.aggregate(), groups.size());
    if (is_new) groups.push_back({row.aggregate(), {}});
    groups[position->second].second.push_back(&row);
  }
  return groups;
}

absl::StatusOr<ImportPlan> PlanRows(Reader& reader, v1::Import::Content content,
                                    const std::string& aggregate,
                                    const std::vector<const ImportedRow*>& rows,
                                    const ImportFacts& facts) {
  if (content == v1::Import::CONTENT_INITIATIVES) {
    return PlanInitiativeRows(reader, aggregate, rows);
  }
  KnownCluster known;
  const absl::StatusOr<v1::Cluster> found = ReadCluster(reader, aggregate);
  if (!found.ok() && !absl::IsNotFound(found.status())) return found.status();
  if (found.ok()) {
    known.cluster = &*found;
    WICI_RETURN_IF_ERROR(ReadBelow(reader, content, aggregate, rows, known));
  }
  return PlanImport(content, rows, known, facts.schemes);
}

absl::StatusOr<ImportPlan> ImportRows(Writer& writer, v1::Import::Content content,
                                      const std::string& aggregate,
                                      const std::vector<const ImportedRow*>& rows,
                                      const ImportFacts& facts) {
  if (content == v1::Import::CONTENT_INITIATIVES) {
    // An initiative is one row, whose update is its lock.
    WICI_ASSIGN_OR_RETURN(ImportPlan plan, PlanInitiativeRows(writer, aggregate, rows));
    if (plan.insert) WICI_RETURN_IF_ERROR(InsertInitiative(writer, plan.initiative));
    if (plan.update) WICI_RETURN_IF_ERROR(SaveInitiative(writer, plan.initiative));
    return plan;
  }
  KnownCluster known;
  const absl::StatusOr<v1::Cluster> locked = LockCluster(writer, aggregate, /*deleted_too=*/true);
  if (!locked.ok() && !absl::IsNotFound(locked.status())) return locked.status();
  if (locked.ok()) {
    known.cluster = &*locked;
    WICI_RETURN_IF_ERROR(ReadBelow(writer, content, aggregate, rows, known));
  }
  ImportPlan plan = PlanImport(content, rows, known, facts.schemes);
  WICI_RETURN_IF_ERROR(WritePlan(writer, plan));
  return plan;
}

}  // namespace wici::cluster_registry
