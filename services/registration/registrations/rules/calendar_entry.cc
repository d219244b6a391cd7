#include "services/registration/registrations/rules/calendar_entry.h"

#include <algorithm>
#include <string>
#include <utility>

#include "services/registration/registrations/rules/registration_state.h"

namespace wici::registration {
namespace {

constexpr int kDroppedSessionsMax = 100;

using Names = google::protobuf::RepeatedPtrField<std::string>;

bool Contains(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool HasInvitationOfItsOwn(const v1::Registration& registration) {
  return !registration.invitation().empty() && !registration.plus_one();
}

}  // namespace

EntryState EntryStateOf(v1::RegistrationState state) {
  if (state == v1::REGISTRATION_STATE_UNSPECIFIED || state == v1::REGISTRATION_STATE_HELD) {
    return EntryState::kNone;
  }
  if (HoldsSeat(state)) return EntryState::kCertain;
  return IsActive(state) ? EntryState::kTentative : EntryState::kOver;
}

bool IsInCalendars(const v1::Registration& registration, v1::RegistrationState state) {
  if (registration.plus_one() && registration.person().rfind("persons/", 0) != 0) return false;
  return HoldsSeat(state) || HasInvitationOfItsOwn(registration);
}

void CountCalendarChange(v1::RegistrationState from, std::int64_t& floor,
                         v1::Registration& registration) {
  const EntryState was = EntryStateOf(from);
  const EntryState is = EntryStateOf(registration.state());
  if (was == is) return;
  if (was == EntryState::kNone) {
    registration.set_calendar_changes(static_cast<std::int32_t>(floor) +
                                      (HasInvitationOfItsOwn(registration) ? 1 : 0));
    return;
  }
  registration.set_calendar_changes(registration.calendar_changes() + 1);
  if (is == EntryState::kOver && IsInCalendars(registration, from)) {
    floor = std::max(floor, std::int64_t{registration.calendar_changes()} + 1);
  }
}

Names DroppedBy(const v1::Registration& before, const v1::Registration& after) {
  Names dropped;
  for (const std::string& name : before.sessions()) {
    if (!Contains(after.sessions(), name)) *dropped.Add() = name;
  }
  return dropped;
}

void CountSessionChoice(const v1::Registration& before, v1::Registration& after) {
  Names dropped;
  for (const std::string& name : after.dropped_sessions()) {
    if (!Contains(after.sessions(), name)) *dropped.Add() = name;
  }
  const Names now = DroppedBy(before, after);
  bool changed = !now.empty();
  dropped.MergeFrom(now);
  for (const std::string& name : after.sessions()) {
    changed = changed || !Contains(before.sessions(), name);
  }
  if (!changed) return;
  if (dropped.size() > kDroppedSessionsMax) {
    dropped.DeleteSubrange(0, dropped.size() - kDroppedSessionsMax);
  }
  *after.mutable_dropped_sessions() = std::move(dropped);
  after.set_calendar_changes(after.calendar_changes() + 1);
}

}  // namespace wici::registration
