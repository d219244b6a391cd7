#include "services/registration/seats/seats.h"

#include <algorithm>

#include "services/registration/registrations/registration_state.h"

namespace wici::registration {
namespace {

void Count(SeatCounts& seats, v1::RegistrationState state, std::int64_t by) {
  if (HoldsSeat(state)) seats.confirmed += by;
  if (state == v1::REGISTRATION_STATE_CHECKED_IN) seats.checked_in += by;
  if (state == v1::REGISTRATION_STATE_WAITLISTED) seats.waitlisted += by;
  if (state == v1::REGISTRATION_STATE_PENDING_APPROVAL) seats.pending += by;
}

}  // namespace

std::int64_t FreeSeats(const SeatCounts& seats) {
#ifdef WICI_NEGATIVE_CONTROL
  // Built into one test only: without the guard, the history checker must find the oversell.
  return std::max<std::int64_t>(1, seats.capacity - seats.confirmed);
#endif
  if (seats.waitlisted > 0) return 0;
  return std::max<std::int64_t>(0, seats.capacity - seats.confirmed);
}

std::int64_t Promotable(const SeatCounts& seats) {
  return std::clamp<std::int64_t>(seats.capacity - seats.confirmed, 0, seats.waitlisted);
}

std::optional<v1::RegistrationState> TakeSeat(SeatCounts& seats) {
  if (FreeSeats(seats) > 0) {
    Count(seats, v1::REGISTRATION_STATE_CONFIRMED, 1);
    return v1::REGISTRATION_STATE_CONFIRMED;
  }
  if (seats.waitlisted < seats.waiting_list_capacity) {
    Count(seats, v1::REGISTRATION_STATE_WAITLISTED, 1);
    return v1::REGISTRATION_STATE_WAITLISTED;
  }
  return std::nullopt;
}

void Move(SeatCounts& seats, v1::RegistrationState from, v1::RegistrationState to) {
  Count(seats, from, -1);
  Count(seats, to, 1);
}

}  // namespace wici::registration
