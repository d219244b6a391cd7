#include "services/registration/seats/rules/seats.h"

#include <algorithm>

#include "services/registration/registrations/rules/registration_state.h"

namespace wici::registration {
namespace {

void Count(SeatCounts& seats, v1::RegistrationState state, std::int64_t by) {
  if (HoldsSeat(state)) seats.confirmed += by;
  if (KeepsSeat(state)) seats.held += by;
  if (state == v1::REGISTRATION_STATE_CHECKED_IN) seats.checked_in += by;
  if (state == v1::REGISTRATION_STATE_WAITLISTED) seats.waitlisted += by;
  if (state == v1::REGISTRATION_STATE_PENDING_APPROVAL) seats.pending += by;
}

void Count(Quota& quota, v1::RegistrationState state, std::int64_t by) {
  if (HoldsSeat(state) || KeepsSeat(state)) quota.taken += by;
  if (state == v1::REGISTRATION_STATE_WAITLISTED) quota.waiting += by;
  if (state == v1::REGISTRATION_STATE_PENDING_APPROVAL) quota.pending += by;
}

}  // namespace

std::int64_t OpenReserve(const Quota& quota) {
  return std::max<std::int64_t>(0, quota.reserved - quota.taken);
}

std::optional<Shortage> FindShortage(const SeatCounts& seats, Quotas quotas) {
#ifdef WICI_NEGATIVE_CONTROL
  // Built into one test only: without the guard, the history checker must find the oversell.
  return std::nullopt;
#endif
  std::int64_t free = seats.capacity - seats.confirmed - seats.held - seats.reserved;
  for (const Quota* quota : quotas) free += OpenReserve(*quota);
  if (free <= 0) return Shortage{};
  for (const Quota* quota : quotas) {
    if (quota->taken >= quota->size) return Shortage{quota};
  }
  return std::nullopt;
}

std::optional<v1::RegistrationState> TakeSeat(SeatCounts& seats, Quotas quotas,
                                              std::int64_t waiting_before) {
#ifdef WICI_NEGATIVE_CONTROL
  waiting_before = 0;
#endif
  v1::RegistrationState state = v1::REGISTRATION_STATE_CONFIRMED;
  if (waiting_before > 0 || FindShortage(seats, quotas)) {
    if (seats.waitlisted >= seats.waiting_list_capacity) return std::nullopt;
    state = v1::REGISTRATION_STATE_WAITLISTED;
  }
  Move(seats, quotas, v1::REGISTRATION_STATE_UNSPECIFIED, state);
  return state;
}

void Move(SeatCounts& seats, Quotas quotas, v1::RegistrationState from, v1::RegistrationState to) {
  Count(seats, from, -1);
  Count(seats, to, 1);
  for (Quota* quota : quotas) {
    seats.reserved -= OpenReserve(*quota);
    Count(*quota, from, -1);
    Count(*quota, to, 1);
    seats.reserved += OpenReserve(*quota);
  }
}

void Resize(SeatCounts& seats, Quota& quota, std::int64_t size, std::int64_t reserved) {
  seats.reserved -= OpenReserve(quota);
  quota.size = size;
  quota.reserved = reserved;
  seats.reserved += OpenReserve(quota);
}

}  // namespace wici::registration
