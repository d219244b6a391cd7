#include "services/registration/seats/event_aggregate.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/rpc/etag.h"
#include "services/registration/errors.h"
#include "services/registration/names.h"
#include "services/registration/registrations/rules/calendar_entry.h"
#include "services/registration/seats/queries.h"
#include "services/registration/seats/rules/waiting_order.h"

namespace wici::registration {
namespace {

// How the key begins of an active registration of nobody known.
constexpr char kErasedPrefix[] = "erased/";

bool TakesPlaces(v1::RegistrationState state) { return HoldsSeat(state) || KeepsSeat(state); }

// "OFFERED".
std::string StateWord(v1::RegistrationState state) {
  constexpr std::string_view kPrefix = "REGISTRATION_STATE_";
  return v1::RegistrationState_Name(state).substr(kPrefix.size());
}

}  // namespace

absl::StatusOr<EventAggregate> EventAggregate::Load(sql::Transaction& tx, std::string_view event,
                                                    absl::Time now) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kGetSeats, {event}));
  if (rows.empty()) return EventNotFoundError(event);
  return EventAggregate(tx, ReadSeats(event, rows[0]), now);
}

RegistrationRow* EventAggregate::Find(std::string_view id) {
  EventEntry* entry = entries_.Find(id);
  return entry == nullptr ? nullptr : &entry->row;
}

void EventAggregate::Enqueue(Entry& entry) {
  entry.row.waiting_number = WaitingNumber(quotas_.PriorityFor(entry.row.registration),
                                           seats_.counts.next_waiting_number++);
  queue_[*entry.row.waiting_number] = &entry;
  quotas_.CountOthers(entry.row.registration, 1);
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
  const v1::RegistrationState from = registration.state();
  registration.set_state(state);
  CountCalendarChange(from, seats_.calendar_floor, registration);
  registration.clear_expire_time();
  if (state == v1::REGISTRATION_STATE_CHECKED_IN) {
    SetTimestamp(now_, *registration.mutable_check_in_time());
  } else {
    registration.clear_check_in_time();
  }
}

void EventAggregate::Record(Entry& entry, std::string_view kind, const Cause& cause,
                            Changes& changes) {
  const int before = entry.row.log.entries_size();
  v1::RegistrationLogEntry& said = *entry.row.log.add_entries();
  said.set_kind(std::string(kind));
  said.set_state(entry.row.registration.state());
  SetTimestamp(now_, *said.mutable_entry_time());
  said.set_actor(cause.actor);
  if (!cause.reason.empty()) said.set_reason(cause.reason);
  said.set_event_version(next_version());
  changes.push_back(RegistrationChange(kind, entry.row));
  // What there is to be told of an end depends on what has ended: a hold, an offer, a seat.
  v1::RegistrationState in_calendar = entry.row.registration.state();
  if (before > 0 && EntryStateOf(in_calendar) == EntryState::kOver) {
    in_calendar = entry.row.log.entries(before - 1).state();
    changes.back().attributes.emplace_back("was", StateWord(in_calendar));
  }
  AddSequence(entry.row.registration, in_calendar, changes.back());
  if (EntryStateOf(entry.row.registration.state()) == EntryState::kOver) {
    AddSessionsOver(entry.row.registration, in_calendar, entry.row.registration.sessions(),
                    changes.back());
  }
}

void EventAggregate::AddSequence(const v1::Registration& registration, v1::RegistrationState state,
                                 feed::Change& change) const {
  if (!IsInCalendars(registration, state)) return;
  change.attributes.emplace_back(
      "sequence", absl::StrCat(seats_.calendar_changes + registration.calendar_changes()));
}

void EventAggregate::AddSessionsOver(const v1::Registration& registration,
                                     v1::RegistrationState state, const Names& sessions,
                                     feed::Change& change) {
  if (!IsInCalendars(registration, state)) return;
  const std::int64_t own = seats_.calendar_changes + registration.calendar_changes();
  std::string over;
  for (const std::string& name : sessions) {
    const QuotaRow* session = quotas_.Find(name);
    if (session == nullptr || session->calendar_changes == 0) continue;
    absl::StrAppend(&over, over.empty() ? "" : " ", IdOf(name), ":",
                    own + session->calendar_changes);
  }
  if (!over.empty()) change.attributes.emplace_back("sessions", std::move(over));
}

absl::StatusOr<RegistrationRow*> EventAggregate::Add(RegistrationRow&& row,
                                                     std::optional<absl::Time> hold_until,
                                                     const Cause& cause, Changes& changes) {
  WICI_RETURN_IF_ERROR(quotas_.Check(row.registration));
  const bool pending = !hold_until && NeedsApproval(row.registration);
  std::optional<int> rank;
  if (!pending) {
    WICI_ASSIGN_OR_RETURN(rank, FindPlaces(row.registration, changes));
  }
  if (rank) Settle(row, *rank);
  const std::vector<Quota*> quotas = quotas_.Of(row.registration);
  v1::RegistrationState state = v1::REGISTRATION_STATE_PENDING_APPROVAL;
  if (hold_until) {
    if (!rank) return Refusal(quotas, false);
    state = v1::REGISTRATION_STATE_HELD;
    Move(seats_.counts, quotas, v1::REGISTRATION_STATE_UNSPECIFIED, state);
  } else if (pending) {
    Move(seats_.counts, quotas, v1::REGISTRATION_STATE_UNSPECIFIED, state);
  } else {
    const auto taken = TakeSeat(seats_.counts, quotas, rank ? 0 : 1);
    if (!taken) return Refusal(quotas, true);
    state = *taken;
  }
  return &Admit(std::move(row), state, hold_until, cause, changes).row;
}

EventAggregate::Entry& EventAggregate::Admit(RegistrationRow&& row, v1::RegistrationState state,
                                             std::optional<absl::Time> hold_until,
                                             const Cause& cause, Changes& changes) {
  row.revision = 0;
  quotas_.Mark(row.registration);
  Entry& entry = entries_.Keep(std::move(row));
  SetState(entry, state);
  v1::Registration& registration = entry.row.registration;
  *registration.mutable_create_time() = registration.update_time();
  if (hold_until) SetTimestamp(*hold_until, *registration.mutable_expire_time());
  if (state == v1::REGISTRATION_STATE_WAITLISTED) Enqueue(entry);
  entries_.SetActive(entry.row.active_key);
  switch (state) {
    case v1::REGISTRATION_STATE_PENDING_APPROVAL:
      Record(entry, "requested", cause, changes);
      break;
    case v1::REGISTRATION_STATE_HELD:
      Record(entry, "held", cause, changes);
      break;
    case v1::REGISTRATION_STATE_CONFIRMED:
      Record(entry, "confirmed", cause, changes);
      break;
    default:
      Record(entry, "waitlisted", cause, changes);
  }
  if (!registration.voucher().empty()) {
    LogVoucher({registration.voucher(), "taken", registration.name(), cause.actor});
  }
  return entry;
}

absl::StatusOr<Step> EventAggregate::ChooseApproval(RegistrationRow& row, Changes& changes) {
  if (!HasLogRoom(row.log.entries_size(), Step::kConfirm)) {
    return RegistrationLogFullError(row.registration.name());
  }
  WICI_ASSIGN_OR_RETURN(const std::optional<int> rank, FindPlaces(row.registration, changes));
  if (rank) {
    Settle(row, *rank);
    return Step::kConfirm;
  }
  if (seats_.counts.waitlisted < seats_.counts.waiting_list_capacity) return Step::kWaitlist;
  return NoSeatToConfirmError(row.registration.name());
}

bool EventAggregate::NeedsApproval(const v1::Registration& registration) {
  if (seats_.approval == v1::APPROVAL_MANUAL || registration.party_unconfirmed()) return true;
  for (int rank = 0; rank < WantedCategories(registration); ++rank) {
    const QuotaRow* category = quotas_.Find(WantedCategory(registration, rank));
    if (category != nullptr && category->approval) return true;
  }
  return false;
}

absl::Status EventAggregate::Apply(RegistrationRow& row, Step step, std::string_view kind,
                                   const Cause& cause, Changes& changes) {
  const std::string& name = row.registration.name();
  const v1::RegistrationState from = row.registration.state();
  WICI_ASSIGN_OR_RETURN(const v1::RegistrationState to, Next(name, from, step));
  if (!HasLogRoom(row.log.entries_size(), step)) return RegistrationLogFullError(name);
  Entry& entry = entries_.At(name);
  if (row.waiting_number) queue_.erase(*row.waiting_number);
  if (from == v1::REGISTRATION_STATE_WAITLISTED) quotas_.CountOthers(row.registration, -1);
  if (step == Step::kRequeue) row.registration.clear_group();
  Move(seats_.counts, quotas_.Of(row.registration), from, to);
  quotas_.Mark(row.registration);
  SetState(entry, to);
  if (to == v1::REGISTRATION_STATE_WAITLISTED) Enqueue(entry);
  if (!IsActive(to)) {
    entries_.ClearActive(row.active_key);
    row.active_key.clear();
    if (!row.registration.voucher().empty()) {
      LogVoucher({row.registration.voucher(), "given_back", name, cause.actor});
    }
  }
  Record(entry, kind, cause, changes);
  if (TakesPlaces(from) && !TakesPlaces(to)) settled_ = false;
  // A group that one of those waiting has left may fit.
  if (!row.registration.group().empty()) settled_ = false;
  return Promote(changes);
}

void EventAggregate::SetCheckInTime(RegistrationRow& row, absl::Time time) {
  v1::Registration& registration = row.registration;
  if (TimeOf(registration.check_in_time()) == time) return;
  Touch(entries_.At(registration.name()));
  SetTimestamp(time, *registration.mutable_check_in_time());
}

absl::Status EventAggregate::MoveTo(RegistrationRow& row, std::int64_t position, const Cause& cause,
                                    Changes& changes) {
  const std::string& name = row.registration.name();
  WICI_RETURN_IF_ERROR(Next(name, row.registration.state(), Step::kMove).status());
  if (!HasLogRoom(row.log.entries_size(), Step::kMove)) return RegistrationLogFullError(name);
  Entry& entry = entries_.At(name);
  WICI_ASSIGN_OR_RETURN(const std::int64_t number, NumberAt(entry, position));
  queue_.erase(*row.waiting_number);
  row.waiting_number = number;
  queue_[number] = &entry;
  settled_ = false;
  row.registration.clear_group();
  Touch(entry);
  row.registration.set_state_reason(cause.reason);
  Record(entry, "moved", cause, changes);
  // Those of its group may have their places one by one.
  return Promote(changes);
}

void EventAggregate::Forget(RegistrationRow& row, std::string_view cause, Changes& changes) {
  row.registration.clear_answers();
  row.registration.clear_follow_up_answers();
  row.registration.clear_state_reason();
  for (v1::RegistrationLogEntry& entry : *row.log.mutable_entries()) entry.clear_reason();
  if (!row.active_key.empty()) {
    row.active_key = absl::StrCat(kErasedPrefix, IdOf(row.registration.name()));
  }
  Amend(row, "person_erased", changes);
  changes.back().attributes.emplace_back("cause", cause);
}

bool EventAggregate::RemembersPerson(const RegistrationRow& row) {
  const v1::Registration& registration = row.registration;
  const auto& entries = row.log.entries();
  return registration.answers_size() > 0 || registration.follow_up_answers_size() > 0 ||
         !registration.state_reason().empty() ||
         (!row.active_key.empty() && row.active_key.rfind(kErasedPrefix, 0) != 0) ||
         std::any_of(entries.begin(), entries.end(),
                     [](const v1::RegistrationLogEntry& entry) { return !entry.reason().empty(); });
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
  feed::Change change = MakeChange(absl::StrCat("registration.", View(kind)),
                                   row.registration.name(), row.registration.person());
  if (!row.registration.invitation().empty()) {
    change.attributes.emplace_back("invitation", row.registration.invitation());
  }
  if (row.chose) {
    change.attributes.emplace_back("admission_category", row.registration.admission_category());
  }
  return change;
}

feed::Change EventAggregate::InvitationChange(std::string_view kind,
                                              const v1::Invitation& invitation) const {
  feed::Change change = MakeChange(kind, invitation.name(), invitation.person());
  change.attributes.emplace_back(
      "sequence", absl::StrCat(seats_.calendar_changes + invitation.calendar_changes()));
  return change;
}

absl::Status EventAggregate::Save() {
  WICI_RETURN_IF_ERROR(tx_->ExecuteExpecting(kUpdateSeats, SeatsValues(seats_), {1}));
  WICI_RETURN_IF_ERROR(quotas_.Save(seats_));
  WICI_RETURN_IF_ERROR(
      AppendVoucherLog(*tx_, seats_.event, seats_.version + 1, voucher_uses_, now_));
  return entries_.Save(seats_.event, next_version());
}

}  // namespace wici::registration
