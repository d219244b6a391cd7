#include "services/registration/registrations/rules/calendar_entry.h"

#include <algorithm>

#include "services/registration/registrations/rules/registration_state.h"

namespace wici::registration {
namespace {

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

}  // namespace wici::registration
