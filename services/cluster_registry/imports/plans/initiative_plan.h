// Initiatives in an import: what a row says, one participant of an initiative a row, and what to do
// for the rows of one initiative.
//
// Pure; safe to call from any thread. As with clusters, rows add and complete and never overwrite:
// the first row of a new initiative gives its facts, each adds its participant unless one is there
// that is the same in name, role and beginning.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_PLANS_INITIATIVE_PLAN_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_PLANS_INITIATIVE_PLAN_H_

#include <array>
#include <set>
#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "services/cluster_registry/imports/plans/import_plan.h"
#include "services/cluster_registry/imports/plans/import_rows.h"
#include "wici/cluster_registry/v1/initiative.pb.h"

namespace wici::cluster_registry {

// The fields beside "initiative" (the name, which follows from the acronym when it is empty),
// "budget" and "participant.budget" ("361312.94 EUR"), in the order an export writes them. Those of
// a participant have "participant." before them.
inline constexpr std::array<std::string_view, 12> kInitiativeFields = {
    "acronym",   "display_name", "translated_names", "kind",    "programme",   "grant_number",
    "starts_on", "ends_on",      "legal_form",       "website", "description", "source"};
inline constexpr std::array<std::string_view, 5> kParticipantFields = {
    "participant", "display_name", "role", "participates_from", "participates_until"};

// As ImportFieldOf, of CONTENT_INITIATIVES.
bool IsInitiativeField(std::string_view field);

// Takes the row apart: `row.initiative` with at most one participant, or faults.
void ReadInitiativeRow(const TableRow& cells, ImportedRow& row);

// `rows` are of one initiative; `known` is it as the registry has it, or nullptr. Participants that
// are resources must be in `living`, or in `known`.
ImportPlan PlanInitiative(absl::Span<const ImportedRow* const> rows, const v1::Initiative* known,
                          const std::set<std::string>& living);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_PLANS_INITIATIVE_PLAN_H_
