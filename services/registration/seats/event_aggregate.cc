#include "services/registration/seats/event_aggregate.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/rpc/etag.h"
#include "services/registration/errors.h"
#include "services/registration/names.h"
#include "services/registration/seats/queries.h"

namespace wici::registration {

absl::StatusOr<EventAggregate> EventAggregate::Load(sql::Transaction& tx, std::string_view event,
                                                    absl::Time now) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kGetSeats, {event}));
  if (rows.empty()) return EventNotFoundError(event);
  return EventAggregate(tx, ReadSeats(event, rows[0]), now);
}

EventAggregate::Entry& EventAggregate::Keep(RegistrationRow row) {
  std::string id = IdOf(row.registration.name());
  const auto [at, is_new] = by_id_.try_emplace(std::move(id), nullptr);
  if (is_new) {
    const bool is_new_row = row.revision == 0;
    entries_.push_back(std::make_unique<Entry>(Entry{std::move(row), is_new_row}));
    at->second = entries_.back().get();
  }
  return *at->second;
}

absl::Status EventAggregate::LoadRegistrations(const std::vector<std::string>& names) {
  if (names.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(std::vector<RegistrationRow> rows, SelectRegistrations(*tx_, names));
  for (RegistrationRow& row : rows) Keep(std::move(row));
  return absl::OkStatus();
}

absl::Status EventAggregate::LoadQueue(std::int64_t steps) {
  // Each step may free one seat or take one out of the queue, so twice the steps is enough.
  const std::int64_t wanted = 2 * steps + Promotable(seats_.counts);
  if (wanted == 0 || seats_.counts.waitlisted == 0) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx_->Execute(kListWaiting, {seats_.event, std::int64_t{0}, wanted}));
  for (const sql::Row& row : rows) queue_.push_back(&Keep(ReadRegistration(row)));
  return absl::OkStatus();
}

absl::Status EventAggregate::LoadActiveKeys(const std::vector<std::string>& active_keys) {
  if (active_keys.empty()) return absl::OkStatus();
  std::vector<std::vector<sql::Value>> keys;
  keys.reserve(active_keys.size());
  for (const std::string& key : active_keys) keys.push_back({key});
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, sql::SelectMany(*tx_, kFindActivePersons, "", keys));
  for (const sql::Row& row : rows) active_[row.Text(0)] = true;
  return absl::OkStatus();
}

RegistrationRow* EventAggregate::Find(std::string_view id) {
  const auto at = by_id_.find(std::string(id));
  return at == by_id_.end() ? nullptr : &at->second->row;
}

void EventAggregate::Enqueue(Entry& entry) {
  entry.row.waiting_number = seats_.counts.next_waiting_number++;
  queue_.push_back(&entry);
}

void EventAggregate::Touch(Entry& entry) {
  entry.dirty = true;
  v1::Registration& registration = entry.row.registration;
  registration.set_etag(rpc::MakeEtag(++entry.row.revision));
  SetTimestamp(now_, *registration.mutable_update_time());
}

void EventAggregate::SetState(Entry& entry, v1::RegistrationState state) {
  Touch(entry);
  entry.row.waiting_number.reset();
  v1::Registration& registration = entry.row.registration;
  registration.set_state(state);
  if (state == v1::REGISTRATION_STATE_CHECKED_IN) {
    SetTimestamp(now_, *registration.mutable_check_in_time());
  } else {
    registration.clear_check_in_time();
  }
}

absl::StatusOr<RegistrationRow*> EventAggregate::Add(RegistrationRow row, bool pending,
                                                     Changes& changes) {
  v1::RegistrationState state = v1::REGISTRATION_STATE_PENDING_APPROVAL;
  if (pending) {
    ++seats_.counts.pending;
  } else {
    const auto taken = TakeSeat(seats_.counts);
    if (!taken) {
      return seats_.counts.waiting_list_capacity == 0 ? EventFullError(seats_.event)
                                                      : WaitingListFullError(seats_.event);
    }
    state = *taken;
  }
  row.revision = 0;
  Entry& entry = Keep(std::move(row));
  SetState(entry, state);
  *entry.row.registration.mutable_create_time() = entry.row.registration.update_time();
  if (state == v1::REGISTRATION_STATE_WAITLISTED) Enqueue(entry);
  active_[entry.row.active_key] = true;
  if (!pending) {
    changes.push_back(RegistrationChange(
        state == v1::REGISTRATION_STATE_CONFIRMED ? "confirmed" : "waitlisted", entry.row));
  }
  return &entry.row;
}

absl::Status EventAggregate::Apply(RegistrationRow& row, Step step, std::string_view kind,
                                   Changes& changes) {
  const std::string& name = row.registration.name();
  const v1::RegistrationState from = row.registration.state();
  WICI_ASSIGN_OR_RETURN(const v1::RegistrationState to, Next(name, from, step));
  Entry& entry = *by_id_.at(IdOf(name));
  Move(seats_.counts, from, to);
  SetState(entry, to);
  if (to == v1::REGISTRATION_STATE_WAITLISTED) Enqueue(entry);
  if (!IsActive(to)) {
    active_.erase(row.active_key);
    row.active_key.clear();
  }
  changes.push_back(RegistrationChange(kind, row));
  return Promote(changes);
}

void EventAggregate::Forget(RegistrationRow& row, Changes& changes) {
  const std::string id = IdOf(row.registration.name());
  Touch(*by_id_.at(id));
  row.registration.clear_answers();
  row.registration.clear_state_reason();
  if (!row.active_key.empty()) row.active_key = absl::StrCat("erased/", id);
  changes.push_back(RegistrationChange("person_erased", row));
}

absl::Status EventAggregate::Promote(Changes& changes) {
  while (Promotable(seats_.counts) > 0) {
    while (!queue_.empty() &&
           queue_.front()->row.registration.state() != v1::REGISTRATION_STATE_WAITLISTED) {
      queue_.pop_front();  // left the queue in this transaction
    }
    if (queue_.empty()) return absl::InternalError("the queue is shorter than its count");
    Entry& next = *queue_.front();
    queue_.pop_front();
    Move(seats_.counts, v1::REGISTRATION_STATE_WAITLISTED, v1::REGISTRATION_STATE_CONFIRMED);
    SetState(next, v1::REGISTRATION_STATE_CONFIRMED);
    changes.push_back(RegistrationChange("promoted", next.row));
  }
  return absl::OkStatus();
}

feed::Change EventAggregate::MakeChange(std::string_view kind, std::string_view resource,
                                        std::string_view person) const {
  feed::Change change;
  change.aggregate = seats_.event;
  change.version = next_version();
  change.kind = std::string(kind);
  change.resource = std::string(resource);
  change.person = std::string(person);
  return change;
}

feed::Change EventAggregate::RegistrationChange(std::string_view kind,
                                                const RegistrationRow& row) const {
  feed::Change change =
      MakeChange(absl::StrCat("registration.", absl::string_view(kind.data(), kind.size())),
                 row.registration.name(), row.registration.person());
  if (!row.registration.invitation().empty()) {
    change.attributes.emplace_back("invitation", row.registration.invitation());
  }
  return change;
}

absl::Status EventAggregate::Save() {
  WICI_ASSIGN_OR_RETURN(const sql::Rows guarded, tx_->Execute(kUpdateSeats, SeatsValues(seats_)));
  if (guarded.empty()) return absl::AbortedError("another change of the event was first");
  std::vector<std::vector<sql::Value>> inserts;
  std::vector<std::vector<sql::Value>> updates;
  for (const auto& entry : entries_) {
    if (!entry->dirty) continue;
    (entry->is_new ? inserts : updates).push_back(RegistrationValues(entry->row));
  }
  // First what is there: somebody who has left may come again in the same batch.
  if (!updates.empty()) {
    WICI_ASSIGN_OR_RETURN(
        const sql::Rows updated,
        tx_->InsertMany(kUpdateRegistrations, kUpdateRegistrationsSuffix, updates));
    if (updated.size() < updates.size()) {
      return absl::AbortedError("another change of a registration was first");
    }
  }
  if (inserts.empty()) return absl::OkStatus();
  return tx_->InsertMany(kInsertRegistrations, "", inserts).status();
}

}  // namespace wici::registration
