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

// Counts what is kept for `quota` where it is kept: `by` is 1 or -1.
void CountReserve(SeatCounts& seats, const Quota& quota, std::int64_t by) {
  if (quota.within == nullptr) {
    seats.reserved += by * OpenReserve(quota);
    return;
  }
  Quota& outer = *quota.within;
  seats.reserved -= OpenReserve(outer);
  outer.promised += by * OpenReserve(quota);
  seats.reserved += OpenReserve(outer);
}

// Whether one of `quotas` has a place of `outer` kept for it.
bool IsPromised(const Quota& outer, Quotas quotas) {
  return std::any_of(quotas.begin(), quotas.end(), [&](const Quota* quota) {
    return quota->within == &outer && OpenReserve(*quota) > 0;
  });
}

// Whether a registration with `quotas` gets a seat of the event that is kept for it.
bool HasReservedSeat(Quotas quotas) {
  return std::any_of(quotas.begin(), quotas.end(), [&](const Quota* quota) {
    if (quota->within != nullptr) return false;  // it counts with the outer one
    return quota->reserved - quota->taken > quota->promised || IsPromised(*quota, quotas);
  });
}

bool LacksSeat(const SeatCounts& seats, Quotas quotas) {
  const std::int64_t free = seats.capacity - seats.confirmed - seats.held - seats.reserved;
  return free <= 0 && !HasReservedSeat(quotas);
}

// Whether `quota`, one of `quotas`, has no place for a registration with these.
bool IsFull(const Quota& quota, Quotas quotas) {
  const std::int64_t others = quota.promised - (IsPromised(quota, quotas) ? 1 : 0);
  return quota.taken + others >= quota.size;
}

}  // namespace

std::int64_t OpenReserve(const Quota& quota) {
  return std::max(quota.promised, std::max<std::int64_t>(0, quota.reserved - quota.taken));
}

std::int64_t UsesOf(const Quota& voucher) {
  return voucher.taken + voucher.waiting + voucher.pending;
}

std::optional<Shortage> FindShortage(const SeatCounts& seats, Quotas quotas) {
#ifdef WICI_NEGATIVE_CONTROL
  // Built into one test only: without the guard, the history checker must find the oversell.
  return std::nullopt;
#endif
  if (LacksSeat(seats, quotas)) return Shortage{};
  for (const Quota* quota : quotas) {
    if (IsFull(*quota, quotas)) return Shortage{quota};
  }
  return std::nullopt;
}

std::vector<Shortage> FindShortages(const SeatCounts& seats, Quotas quotas) {
  std::vector<Shortage> shortages;
  if (LacksSeat(seats, quotas)) shortages.push_back({});
  for (const Quota* quota : quotas) {
    if (IsFull(*quota, quotas)) shortages.push_back({quota});
  }
  return shortages;
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
    CountReserve(seats, *quota, -1);
    Count(*quota, from, -1);
    Count(*quota, to, 1);
    CountReserve(seats, *quota, 1);
  }
}

void Resize(SeatCounts& seats, Quota& quota, std::int64_t size, std::int64_t reserved) {
  CountReserve(seats, quota, -1);
  quota.size = size;
  quota.reserved = reserved;
  CountReserve(seats, quota, 1);
}

}  // namespace wici::registration
