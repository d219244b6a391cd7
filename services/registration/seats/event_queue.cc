// Groups, several categories and promotion of EventAggregate.
#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "services/registration/errors.h"
#include "services/registration/names.h"
#include "services/registration/seats/event_aggregate.h"
#include "services/registration/seats/queries.h"
#include "services/registration/seats/rules/waiting_order.h"

namespace wici::registration {
namespace {

// What follows from something else has this actor.
constexpr std::string_view kService = "services/registration";

}  // namespace

bool EventAggregate::IsKnown(const std::string& category, std::int64_t number) const {
  const auto at = cut_lines_.find(category);
  return at == cut_lines_.end() || number <= at->second;
}

absl::Status EventAggregate::LoadGroups(const std::string& category) {
  std::vector<std::vector<sql::Value>> keys;
  for (const auto& [number, entry] : queue_) {
    const v1::Registration& registration = entry->row.registration;
    if (registration.group().empty() || registration.admission_category() != category) continue;
    if (whole_groups_.insert(registration.group()).second) {
      keys.push_back({seats_.event, registration.group()});
    }
  }
  if (keys.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, sql::SelectMany(*tx_, kListWaitingGroups, "", keys));
  for (const sql::Row& row : rows) {
    Entry& entry = entries_.Keep(ReadRegistration(row));
    // Unless it has left the queue or been moved out of the group.
    const bool waits = entry.row.waiting_number && !entry.row.registration.group().empty();
    if (waits) queue_[*entry.row.waiting_number] = &entry;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<int>> EventAggregate::FindPlaces(const v1::Registration& registration,
                                                              Changes& changes) {
  for (int rank = 0; rank < WantedCategories(registration); ++rank) {
    const std::string& category = WantedCategory(registration, rank);
    WICI_ASSIGN_OR_RETURN(const bool has_turn, HasTurn(registration, category, changes));
    if (has_turn && !FindShortage(seats_.counts, quotas_.Of(registration, category))) {
      return std::optional(rank);
    }
  }
  return std::optional<int>();
}

void EventAggregate::Settle(RegistrationRow& row, int rank) {
  v1::Registration& registration = row.registration;
  row.chose = registration.other_categories_size() > 0;
  if (rank > 0) {
    // What is counted of it by its state is counted in the other category from now on.
    const v1::RegistrationState state = registration.state();
    quotas_.Mark(registration);
    Move(seats_.counts, quotas_.Of(registration), state, v1::REGISTRATION_STATE_UNSPECIFIED);
    const std::string category = WantedCategory(registration, rank);
    registration.set_admission_category(category);
    Move(seats_.counts, quotas_.Of(registration), v1::REGISTRATION_STATE_UNSPECIFIED, state);
    quotas_.Mark(registration);
  }
  registration.clear_other_categories();
}

bool EventAggregate::Promotes() const {
  return seats_.state != v1::EVENT_STATE_CANCELLED && now_ < seats_.waiting_ends();
}

absl::Status EventAggregate::Promote(Changes& changes) {
  if (!Promotes()) return absl::OkStatus();
  const SeatCounts& counts = seats_.counts;
  std::set<std::string> judged;
  Groups groups;
  std::int64_t passed = 0;       // the number of the last one that was looked at
  std::int64_t passed_over = 0;  // those who were, and go on waiting
  while (!settled_ && counts.confirmed + counts.held < counts.capacity) {
    const auto at = queue_.upper_bound(passed);
    const bool end = at == queue_.end();
    WICI_ASSIGN_OR_RETURN(const bool more,
                          ReadOn(end ? std::numeric_limits<std::int64_t>::max() : at->first));
    if (more) {
      groups.clear();
      continue;
    }
    if (end) break;
    passed = at->first;
    Entry& next = *at->second;
    const std::string group = next.row.registration.group();
    if (group.empty()) {
      PromoteEntry(next, passed_over, changes);
    } else if (judged.insert(group).second &&
               IsKnown(next.row.registration.admission_category(), passed)) {
      if (groups.empty()) groups = WaitingGroups();
      PromoteGroup(groups[group], passed_over, changes);
    }
    if (next.row.waiting_number) ++passed_over;
  }
  settled_ = true;
  return absl::OkStatus();
}

void EventAggregate::PromoteEntry(Entry& entry, std::int64_t passed, Changes& changes) {
  const v1::Registration& registration = entry.row.registration;
  for (int rank = 0; rank < WantedCategories(registration); ++rank) {
    const std::string& category = WantedCategory(registration, rank);
    if (!IsKnown(category, *entry.row.waiting_number) ||
        FindShortage(seats_.counts, quotas_.Of(registration, category))) {
      continue;
    }
    const std::string reason = ReasonFor(*entry.row.waiting_number, passed);
    quotas_.CountOthers(registration, -1);
    Settle(entry.row, rank);
    Move(seats_.counts, quotas_.Of(registration), v1::REGISTRATION_STATE_WAITLISTED,
         PromotedState());
    Seat(entry, reason, changes);
    return;
  }
}

EventAggregate::Groups EventAggregate::WaitingGroups() const {
  Groups groups;
  for (const auto& [number, entry] : queue_) {
    const std::string& group = entry->row.registration.group();
    if (!group.empty()) groups[group].push_back(entry);
  }
  return groups;
}

void EventAggregate::PromoteGroup(const std::vector<Entry*>& members, std::int64_t passed,
                                  Changes& changes) {
  const v1::RegistrationState to = PromotedState();
  std::size_t placed = 0;
  for (; placed < members.size(); ++placed) {
    const std::vector<Quota*> quotas = quotas_.Of(members[placed]->row.registration);
    if (FindShortage(seats_.counts, quotas)) break;
    Move(seats_.counts, quotas, v1::REGISTRATION_STATE_WAITLISTED, to);
  }
  if (placed == members.size()) {
    const std::string reason =
        absl::StrCat(ReasonFor(*members[0]->row.waiting_number, passed),
                     "; the places of all of its group of ", placed, " were free");
    for (Entry* member : members) Seat(*member, reason, changes);
    return;
  }
  while (placed-- > 0) {
    Move(seats_.counts, quotas_.Of(members[placed]->row.registration), to,
         v1::REGISTRATION_STATE_WAITLISTED);
  }
}

v1::RegistrationState EventAggregate::PromotedState() const {
  return seats_.offer > absl::ZeroDuration() ? v1::REGISTRATION_STATE_OFFERED
                                             : v1::REGISTRATION_STATE_CONFIRMED;
}

std::string EventAggregate::ReasonFor(std::int64_t number, std::int64_t passed) const {
  const bool full_lines = std::any_of(cut_lines_.begin(), cut_lines_.end(),
                                      [number](const auto& line) { return line.second < number; });
  return PromotionReason(number, passed, full_lines);
}

std::vector<std::string> EventAggregate::Lacking(const v1::Registration& registration) {
  std::vector<std::string> names;
  for (int rank = 0; rank < WantedCategories(registration); ++rank) {
    const std::vector<Quota*> quotas = quotas_.Of(registration, WantedCategory(registration, rank));
    for (const Shortage& shortage : FindShortages(seats_.counts, quotas)) {
      std::string name = quotas_.NameOf(shortage.quota);
      if (name.empty()) name = seats_.event;
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        names.push_back(std::move(name));
      }
    }
  }
  return names;
}

void EventAggregate::Seat(Entry& entry, const std::string& reason, Changes& changes) {
  queue_.erase(*entry.row.waiting_number);
  v1::Registration& registration = entry.row.registration;
  quotas_.Mark(registration);
  const v1::RegistrationState to = PromotedState();
  SetState(entry, to);
  const bool offered = to == v1::REGISTRATION_STATE_OFFERED;
  if (offered) {
    SetTimestamp(std::min(now_ + seats_.offer, seats_.waiting_ends()),
                 *registration.mutable_expire_time());
  }
  Record(entry, offered ? "offered" : "promoted", {std::string(kService), reason}, changes);
}

absl::Status EventAggregate::CheckGroupSize(const std::vector<RegistrationRow>& rows) {
  const auto size = static_cast<std::int64_t>(rows.size());
  bool fits = size <= seats_.counts.capacity;
  std::map<const Quota*, std::int64_t> wanted;
  for (const RegistrationRow& row : rows) {
    for (const Quota* quota : quotas_.Of(row.registration)) ++wanted[quota];
  }
  for (const auto& [quota, count] : wanted) fits = fits && count <= quota->size;
  return fits ? absl::OkStatus() : GroupTooLargeError(seats_.event, size);
}

absl::StatusOr<std::vector<RegistrationRow*>> EventAggregate::AddGroup(
    std::vector<RegistrationRow> rows, const std::vector<Cause>& causes, Changes& changes) {
  std::vector<RegistrationRow*> added;
  for (const RegistrationRow& row : rows) WICI_RETURN_IF_ERROR(quotas_.Check(row.registration));
  WICI_RETURN_IF_ERROR(CheckGroupSize(rows));
  const v1::Registration& first = rows[0].registration;
  const bool pending = NeedsApproval(first);
  bool has_turn = false;
  if (!pending) {
    WICI_ASSIGN_OR_RETURN(has_turn, HasTurn(first, first.admission_category(), changes));
  }
  v1::RegistrationState state =
      pending ? v1::REGISTRATION_STATE_PENDING_APPROVAL : v1::REGISTRATION_STATE_CONFIRMED;
  std::size_t placed = 0;
  for (; placed < rows.size() && (pending || has_turn); ++placed) {
    const std::vector<Quota*> quotas = quotas_.Of(rows[placed].registration);
    if (!pending && FindShortage(seats_.counts, quotas)) break;
    Move(seats_.counts, quotas, v1::REGISTRATION_STATE_UNSPECIFIED, state);
  }
  if (placed < rows.size()) {
    const absl::Status refused = Refusal(quotas_.Of(rows[placed].registration), true);
    for (; placed > 0; --placed) {
      Move(seats_.counts, quotas_.Of(rows[placed - 1].registration), state,
           v1::REGISTRATION_STATE_UNSPECIFIED);
    }
    const auto waiting = seats_.counts.waitlisted + static_cast<std::int64_t>(rows.size());
    if (waiting > seats_.counts.waiting_list_capacity) return refused;
    state = v1::REGISTRATION_STATE_WAITLISTED;
    for (const RegistrationRow& row : rows) {
      Move(seats_.counts, quotas_.Of(row.registration), v1::REGISTRATION_STATE_UNSPECIFIED, state);
    }
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (pending) rows[i].registration.clear_group();
    added.push_back(&Admit(std::move(rows[i]), state, std::nullopt, causes[i], changes).row);
  }
  return added;
}

}  // namespace wici::registration
