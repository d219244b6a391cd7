// The order of the waiting list: a number for each entry, smaller is earlier.
//
// A number has the priority in its upper bits, then a place in time that only grows, then room for
// entries that are moved between two others. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_SEATS_RULES_WAITING_ORDER_H_
#define WICI_SERVICES_REGISTRATION_SEATS_RULES_WAITING_ORDER_H_

#include <cstdint>
#include <optional>

namespace wici::registration {

inline constexpr int kPriorityFirst = 1;
inline constexpr int kPriorityLast = 7;
inline constexpr int kPriorityDefault = 4;

// The number of an entry that joins now, at the end of its priority. `place` is below 2^36: the
// next_waiting_number of the event (seats.h).
std::int64_t WaitingNumber(int priority, std::int64_t place);

// The priority in a number.
int PriorityOf(std::int64_t number);

// A number before `after` and behind `before`, which is absent at the head of the list. nullopt
// when there is no room left: after 24 moves to between the same two entries.
std::optional<std::int64_t> NumberBetween(std::optional<std::int64_t> before, std::int64_t after);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_RULES_WAITING_ORDER_H_
