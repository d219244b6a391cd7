// The seats of one event: who gets one, who waits, who moves up.
//
// Invariants, of every function: it does not let confirmed exceed capacity, nor waitlisted
// waiting_list_capacity, and nobody gets a new seat while somebody waits (first come, first
// served). The database repeats the first as a CHECK constraint (a waiting list may be made shorter
// than its queue, so the second is none), and the version of the row guards the decision against
// other processes. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_SEATS_SEATS_H_
#define WICI_SERVICES_REGISTRATION_SEATS_SEATS_H_

#include <cstdint>
#include <optional>

#include "wici/registration/v1/registration.pb.h"

namespace wici::registration {

struct SeatCounts {
  std::int64_t capacity = 0;
  std::int64_t waiting_list_capacity = 0;
  std::int64_t confirmed = 0;  // those checked in among them
  std::int64_t waitlisted = 0;
  std::int64_t pending = 0;
  std::int64_t checked_in = 0;
  // The number the next one on the waiting list gets; numbers only grow, so their order is the
  // order of the queue.
  std::int64_t next_waiting_number = 1;
  friend bool operator==(const SeatCounts&, const SeatCounts&) = default;
};

// Seats that may be given now: 0 while somebody waits.
std::int64_t FreeSeats(const SeatCounts& seats);

// How many of the waiting list get a seat now.
std::int64_t Promotable(const SeatCounts& seats);

// Takes a seat or, without a free one, a place on the waiting list: CONFIRMED or WAITLISTED.
// nullopt when there is neither; then nothing is taken.
std::optional<v1::RegistrationState> TakeSeat(SeatCounts& seats);

// The counts after one registration changed from `from` to `to`.
void Move(SeatCounts& seats, v1::RegistrationState from, v1::RegistrationState to);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_SEATS_H_
