#include "services/registration/seats/event_entries.h"

#include <map>
#include <tuple>
#include <utility>

#include "libs/base/status_macros.h"
#include "services/registration/names.h"
#include "services/registration/seats/queries.h"
#include "services/registration/seats/rules/seats.h"
#include "services/registration/seats/rules/waiting_order.h"

namespace wici::registration {
namespace {

// Rows of a statement: seats for all who wait are written without a second copy of all of them.
constexpr std::size_t kSaveRowsMax = 1000;

}  // namespace

EventEntry& EventEntries::Keep(RegistrationRow&& row) {
  std::string id = IdOf(row.registration.name());
  const auto [at, is_new] = by_id_.try_emplace(std::move(id), nullptr);
  if (is_new) {
    const bool is_new_row = row.revision == 0;
    auto entry = std::make_unique<EventEntry>();
    entry->row = std::move(row);
    entry->is_new = is_new_row;
    at->second = entry.get();
    all_.push_back(std::move(entry));
    const v1::Registration& kept = at->second->row.registration;
    if (!is_new_row) at->second->party = kept.party();
    if (!is_new_row && kept.state() == v1::REGISTRATION_STATE_WAITLISTED) {
      at->second->waiting_number = at->second->row.waiting_number;
      at->second->category = kept.admission_category();
      at->second->lines = {kept.other_categories().begin(), kept.other_categories().end()};
    }
  }
  return *at->second;
}

absl::Status EventEntries::Load(const std::vector<std::string>& names) {
  if (names.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(std::vector<RegistrationRow> rows, SelectRegistrations(*tx_, names));
  for (RegistrationRow& row : rows) Keep(std::move(row));
  return absl::OkStatus();
}

absl::Status EventEntries::LoadActiveKeys(const std::vector<std::string>& active_keys) {
  if (active_keys.empty()) return absl::OkStatus();
  std::vector<std::vector<sql::Value>> keys;
  keys.reserve(active_keys.size());
  for (const std::string& key : active_keys) keys.push_back({key});
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, sql::SelectMany(*tx_, kFindActivePersons, "", keys));
  for (const sql::Row& row : rows) active_.insert(row.Text(0));
  return absl::OkStatus();
}

EventEntry* EventEntries::Find(std::string_view id) {
  const auto at = by_id_.find(std::string(id));
  return at == by_id_.end() ? nullptr : at->second;
}

EventEntry& EventEntries::At(std::string_view name) { return *by_id_.at(IdOf(name)); }

absl::Status EventEntries::Save(const std::string& event, std::int64_t version) {
  WICI_RETURN_IF_ERROR(SaveLines(event));
  WICI_RETURN_IF_ERROR(SaveWaitingCounts(event));
  // First what is there: somebody who has left may come again in the same batch.
  WICI_RETURN_IF_ERROR(SaveRows(version, false));
  return SaveRows(version, true);
}

absl::Status EventEntries::SaveLines(const std::string& event) {
  std::vector<std::vector<sql::Value>> lines;
  std::vector<std::vector<sql::Value>> groups;
  std::vector<std::vector<sql::Value>> parties;
  for (const auto& entry : all_) {
    const v1::Registration& registration = entry->row.registration;
    const bool waits = registration.state() == v1::REGISTRATION_STATE_WAITLISTED;
    const bool plain = entry->lines.empty() && registration.other_categories().empty() &&
                       registration.group().empty() && registration.party() == entry->party;
    if (!entry->dirty || plain) continue;
    const std::string id = IdOf(registration.name());
    if (registration.party() != entry->party && !registration.party().empty()) {
      parties.push_back({event, registration.party(), id});
    }
    for (const std::string& category : entry->lines) {
      if (!waits) lines.push_back({event, id, IdOf(category), nullptr});
    }
    if (!waits) continue;
    for (const std::string& category : registration.other_categories()) {
      lines.push_back({event, id, IdOf(category), *entry->row.waiting_number});
    }
    if (entry->is_new && !registration.group().empty()) {
      groups.push_back({event, registration.group(), id});
    }
  }
  if (!lines.empty()) {
    WICI_RETURN_IF_ERROR(
        tx_->InsertExpecting(kSaveWaitingLines, kSaveWaitingLinesSuffix, lines, {lines.size()}));
  }
  if (!parties.empty()) {
    WICI_RETURN_IF_ERROR(tx_->InsertExpecting(kInsertPartyRegistrations,
                                              kInsertPartyRegistrationsSuffix, parties, {}));
  }
  if (groups.empty()) return absl::OkStatus();
  return tx_->InsertMany(kInsertWaitingGroups, "", groups).status();
}

absl::Status EventEntries::SaveWaitingCounts(const std::string& event) {
  struct Count {
    std::int64_t waiting = 0;
    std::int64_t also_waiting = 0;
  };
  std::map<std::tuple<int, std::int64_t, std::string>, Count> counts;
  const auto count_in = [&counts](std::int64_t number, const std::string& category,
                                  const auto& lines, std::int64_t by) {
    for (int level = 0; level < kBlockLevels; ++level) {
      const std::int64_t block = WaitingBlock(number, level);
      counts[{level, block, IdOf(category)}].waiting += by;
      for (const std::string& line : lines) {
        counts[{level, block, IdOf(line)}].also_waiting += by;
      }
    }
  };
  for (const auto& entry : all_) {
    const v1::Registration& registration = entry->row.registration;
    if (!entry->dirty) continue;
    if (entry->waiting_number) {
      count_in(*entry->waiting_number, entry->category, entry->lines, -1);
    }
    if (entry->row.waiting_number) {
      count_in(*entry->row.waiting_number, registration.admission_category(),
               registration.other_categories(), 1);
    }
  }
  std::vector<std::vector<sql::Value>> rows;
  for (const auto& [key, count] : counts) {
    if (count.waiting == 0 && count.also_waiting == 0) continue;
    const auto& [level, block, category] = key;
    rows.push_back({event, level, block, category, count.waiting, count.also_waiting});
  }
  if (rows.empty()) return absl::OkStatus();
  return tx_->InsertExpecting(kAddWaitingCounts, kAddWaitingCountsSuffix, rows, {rows.size()});
}

absl::Status EventEntries::SaveRows(std::int64_t version, bool is_new) {
  std::vector<std::vector<sql::Value>> rows;
  const auto write = [&]() -> absl::Status {
    if (rows.empty()) return absl::OkStatus();
    if (is_new) {
      WICI_RETURN_IF_ERROR(tx_->InsertMany(kInsertRegistrations, "", rows).status());
    } else {
      WICI_RETURN_IF_ERROR(tx_->InsertExpecting(kUpdateRegistrations, kUpdateRegistrationsSuffix,
                                                rows, {rows.size()}));
    }
    rows.clear();
    return absl::OkStatus();
  };
  for (const auto& entry : all_) {
    if (!entry->dirty || entry->is_new != is_new) continue;
    rows.push_back(RegistrationValues(entry->row, version));
    if (rows.size() == kSaveRowsMax) WICI_RETURN_IF_ERROR(write());
  }
  return write();
}

}  // namespace wici::registration
