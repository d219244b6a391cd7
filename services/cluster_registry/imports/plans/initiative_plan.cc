#include "services/cluster_registry/imports/plans/initiative_plan.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/violations.h"
#include "services/cluster_registry/imports/files/cells.h"
#include "services/cluster_registry/imports/plans/complete.h"
#include "services/cluster_registry/initiatives/validate_initiative.h"
#include "services/cluster_registry/slug.h"

namespace wici::cluster_registry {
namespace {

using v1::ImportRow;
using v1::Initiative;
using v1::InitiativeParticipant;

constexpr std::string_view kParticipantPrefix = "participant.";
constexpr std::string_view kBudget = "budget";
constexpr std::string_view kParticipantBudget = "participant.budget";
constexpr std::size_t kFractionDigits = 9;

bool IsOfParticipant(std::string_view field) {
  return field.substr(0, kParticipantPrefix.size()) == kParticipantPrefix;
}

// "361312.94 EUR". Whether the currency is one and the amount in range is checked with the rest.
std::string ReadMoney(const std::string& cell, v1::Money& money) {
  constexpr char kFault[] = "must be an amount and a currency: 361312.94 EUR";
  const std::size_t space = cell.find(' ');
  const std::size_t point = std::min(cell.find('.'), space);
  if (space == std::string::npos) return kFault;
  std::int64_t units = 0;
  if (!absl::SimpleAtoi(cell.substr(0, point), &units)) return kFault;
  std::int32_t nanos = 0;
  if (point < space) {
    std::string fraction = cell.substr(point + 1, space - point - 1);
    const bool digits = fraction.find_first_not_of("0123456789") == std::string::npos;
    if (fraction.empty() || fraction.size() > kFractionDigits || !digits) return kFault;
    fraction.resize(kFractionDigits, '0');
    if (!absl::SimpleAtoi(fraction, &nanos)) return kFault;
  }
  money.set_units(units);
  money.set_nanos(nanos);
  money.set_currency_code(cell.substr(space + 1));
  return "";
}

// ".participants[0].budget.units" as the field a cell fed.
std::string FieldOfViolation(std::string path) {
  if (!path.empty() && path[0] == '.') path.erase(0, 1);
  if (path.rfind("participants[", 0) == 0) {
    const std::size_t dot = path.find('.');
    path = dot == std::string::npos
               ? std::string("participant.participant")
               : absl::StrCat(std::string(kParticipantPrefix), path.substr(dot + 1));
    return path.rfind(kParticipantBudget, 0) == 0 ? std::string(kParticipantBudget) : path;
  }
  return path.rfind("budget.", 0) == 0 ? std::string(kBudget) : path.substr(0, path.find('['));
}

std::string SetField(const std::string& field, const std::string& cell, Initiative& initiative,
                     InitiativeParticipant& participant) {
  if (field == kBudget) return ReadMoney(cell, *initiative.mutable_budget());
  if (field == kParticipantBudget) return ReadMoney(cell, *participant.mutable_budget());
  return IsOfParticipant(field)
             ? SetCellField(field.substr(kParticipantPrefix.size()), cell, participant)
             : SetCellField(field, cell, initiative);
}

// The same participant: who it is, as what, since when.
bool IsSame(const InitiativeParticipant& a, const InitiativeParticipant& b) {
  return a.participant() == b.participant() && a.role() == b.role() &&
         a.participates_from() == b.participates_from() &&
         (!a.participant().empty() || a.display_name() == b.display_name());
}

// Adds the participants of `more` that are not there. Returns whether any was.
bool AddParticipants(const Initiative& more, Initiative& initiative) {
  bool added = false;
  for (const InitiativeParticipant& one : more.participants()) {
    const auto& there = initiative.participants();
    if (std::any_of(there.begin(), there.end(),
                    [&](const InitiativeParticipant& other) { return IsSame(one, other); })) {
      continue;
    }
    *initiative.add_participants() = one;
    added = true;
  }
  return added;
}

ImportRow InitiativeRow(const ImportedRow& row, ImportRow::Action action) {
  ImportRow result;
  result.set_line(row.line);
  result.set_action(action);
  if (action != ImportRow::ACTION_REFUSED) result.set_resource(row.initiative.name());
  return result;
}

ImportRow Refuse(const ImportedRow& row, const Violations& violations) {
  ImportRow refused = InitiativeRow(row, ImportRow::ACTION_REFUSED);
  for (const FieldViolation& violation : violations.list()) {
    refused.add_faults(
        absl::StrCat(FieldOfViolation(violation.field), ": ", violation.description));
  }
  return refused;
}

// What is wrong with `wanted`, which is `before` and one row.
Violations FaultsOf(const Initiative& before, const Initiative& wanted,
                    const std::set<std::string>& living) {
  Violations violations;
  ValidateInitiative("", wanted, violations);
  for (int i = before.participants_size(); i < wanted.participants_size(); ++i) {
    const std::string& name = wanted.participants(i).participant();
    if (name.empty() || living.count(name) > 0) continue;
    violations.Add("participant.participant",
                   name.rfind("clusters/", 0) == 0 ? "no such cluster" : "no such region");
  }
  return violations;
}

}  // namespace

bool IsInitiativeField(std::string_view field) {
  if (field == "initiative" || field == kBudget || field == kParticipantBudget) return true;
  if (IsOfParticipant(field)) {
    return IsAmong(kParticipantFields, field.substr(kParticipantPrefix.size()));
  }
  return IsAmong(kInitiativeFields, field.substr(0, field.find('.'))) &&
         IsCellField(*Initiative::descriptor(), field);
}

void ReadInitiativeRow(const TableRow& cells, ImportedRow& row) {
  Initiative& initiative = row.initiative;
  InitiativeParticipant participant;
  for (const auto& [field, cell] : cells.cells) {
    if (field == "initiative") continue;
    const std::string fault = SetField(field, cell, initiative, participant);
    if (!fault.empty()) row.faults.push_back(absl::StrCat(field, ": ", fault));
  }
  if (participant.ByteSizeLong() > 0) *initiative.add_participants() = std::move(participant);
  std::string name = cells.Get("initiative");
  if (name.rfind("initiatives/", 0) != 0) {
    const std::string words = name.empty() ? initiative.acronym() : name;
    name = words.empty() ? "" : "initiatives/" + MakeSlug(words);
  }
  if (name.empty()) {
    row.faults.push_back("initiative: required, or an acronym");
  } else if (!MatchesResourcePattern(name, "initiatives/*")) {
    row.faults.push_back("initiative: must be initiatives/* or the acronym of an initiative");
  }
  initiative.set_name(name);
}

ImportPlan PlanInitiative(absl::Span<const ImportedRow* const> rows, const Initiative* known,
                          const std::set<std::string>& living) {
  ImportPlan plan;
  plan.insert = known == nullptr;
  plan.initiative = known == nullptr ? Initiative() : *known;
  bool there = known != nullptr;
  for (const ImportedRow* row : rows) {
    Initiative wanted = plan.initiative;
    wanted.set_name(row->initiative.name());
    bool changed = CompleteFields(row->initiative, kInitiativeFields, wanted);
    changed = CompleteFields(row->initiative, std::array{kBudget}, wanted) || changed;
    const bool added = AddParticipants(row->initiative, wanted);
    if (!changed && !added && there) {
      plan.rows.push_back(InitiativeRow(*row, ImportRow::ACTION_UNCHANGED));
      continue;
    }
    if (const Violations faults = FaultsOf(plan.initiative, wanted, living); !faults.ok()) {
      plan.rows.push_back(Refuse(*row, faults));
      continue;
    }
    plan.rows.push_back(InitiativeRow(
        *row, there && !added ? ImportRow::ACTION_UPDATED : ImportRow::ACTION_CREATED));
    plan.initiative = std::move(wanted);
    there = true;
    plan.update = !plan.insert;
  }
  plan.insert = plan.insert && there;
  return plan;
}

}  // namespace wici::cluster_registry
