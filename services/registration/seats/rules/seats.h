// The seats of one event and the quotas below it: who gets a place, who waits.
//
// A registration takes one of the event's seats and a place in each of its quotas (its admission
// category, each of its sessions, its voucher), all of them or none. A category may have seats of
// the event reserved, and a voucher places of its category or seats of the event: nobody else gets
// those.
//
// Invariants, of every function: it does not let confirmed + held + reserved exceed the capacity of
// the event, nor taken + promised the size of a quota, nor waitlisted waiting_list_capacity; and
// nobody gets a new place while somebody waits before them in the same line. The database repeats
// the first two as CHECK constraints (a waiting list may be made shorter than its queue, so the
// third is none), and the version of the event's row guards the decision against other processes.
// Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_SEATS_RULES_SEATS_H_
#define WICI_SERVICES_REGISTRATION_SEATS_RULES_SEATS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "wici/registration/v1/registration.pb.h"

namespace wici::registration {

// The categories a registration wants, most wanted first: its own, and the others it would take.
inline int WantedCategories(const v1::Registration& registration) {
  return 1 + registration.other_categories_size();
}
inline const std::string& WantedCategory(const v1::Registration& registration, int rank) {
  return rank == 0 ? registration.admission_category() : registration.other_categories(rank - 1);
}

struct SeatCounts {
  std::int64_t capacity = 0;
  std::int64_t waiting_list_capacity = 0;
  std::int64_t confirmed = 0;  // those checked in among them
  std::int64_t waitlisted = 0;
  std::int64_t pending = 0;
  std::int64_t checked_in = 0;
  std::int64_t held = 0;      // kept for a time: held and offered
  std::int64_t reserved = 0;  // kept for categories and not taken: the sum of OpenReserve
  // The place in time the next one on the waiting list gets (waiting_order.h).
  std::int64_t next_waiting_number = 1;
  friend bool operator==(const SeatCounts&, const SeatCounts&) = default;
};

// A count below that of the event.
struct Quota {
  std::int64_t size = 0;
  std::int64_t reserved = 0;  // seats of the event kept for it, at most size
  std::int64_t taken = 0;     // confirmed and held
  std::int64_t waiting = 0;
  std::int64_t pending = 0;
  std::int64_t promised = 0;      // places kept for the quotas within it: the sum of OpenReserve
  std::int64_t also_waiting = 0;  // those who wait for another, and would take a place of it too
  // The quota whose places its reserve is part of, nullptr: seats of the event. Of a voucher.
  Quota* within = nullptr;
  friend bool operator==(const Quota&, const Quota&) = default;
};

// The quotas of one registration, each once.
using Quotas = absl::Span<Quota* const>;

// Places that are kept for the quota, or for those within it, and not taken yet.
std::int64_t OpenReserve(const Quota& quota);

// Uses of a voucher: whoever waits or is pending has one too, so that none lacks when a place is
// there.
std::int64_t UsesOf(const Quota& voucher);

// Where there is no place: in a quota, or nullptr: in the event itself.
struct Shortage {
  const Quota* quota = nullptr;
};
// The first shortage that keeps a registration with `quotas` from its places, or nullopt.
std::optional<Shortage> FindShortage(const SeatCounts& seats, Quotas quotas);

// Everything that keeps it from them, the event first and then in the order of `quotas`.
std::vector<Shortage> FindShortages(const SeatCounts& seats, Quotas quotas);

// Takes the places or, when one of them lacks or somebody waits before (`waiting_before` > 0), a
// place on the waiting list: CONFIRMED or WAITLISTED. nullopt when there is neither; then nothing
// is taken.
std::optional<v1::RegistrationState> TakeSeat(SeatCounts& seats, Quotas quotas,
                                              std::int64_t waiting_before);
inline std::optional<v1::RegistrationState> TakeSeat(SeatCounts& seats) {
  return TakeSeat(seats, {}, seats.waitlisted);
}

// The counts after one registration with `quotas` changed from `from` to `to`; UNSPECIFIED is none
// at all.
void Move(SeatCounts& seats, Quotas quotas, v1::RegistrationState from, v1::RegistrationState to);

// Changes the size of a quota and what is reserved for it, and counts the latter in the quota it is
// within.
void Resize(SeatCounts& seats, Quota& quota, std::int64_t size, std::int64_t reserved);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_RULES_SEATS_H_
