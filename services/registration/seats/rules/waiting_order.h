// The order of the waiting list: a number for each entry, smaller is earlier.
//
// A number has the priority in its upper bits, then a place in time that only grows, then room for
// entries that are moved between two others. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_SEATS_RULES_WAITING_ORDER_H_
#define WICI_SERVICES_REGISTRATION_SEATS_RULES_WAITING_ORDER_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"

namespace wici::registration {

inline constexpr int kPriorityFirst = 1;
inline constexpr int kPriorityLast = 7;
inline constexpr int kPriorityDefault = 4;

// The number of an entry that joins now, at the end of its priority. `place` is below 2^35: the
// next_waiting_number of the event (seats.h). Before the first place there is room for as many that
// are moved to the head.
std::int64_t WaitingNumber(int priority, std::int64_t place);

// Those who wait are counted by blocks of their numbers, so that a place is a sum of few counts
// however many wait: of those who joined one after the other 32 are in a block of level 0, and 32
// blocks of a level are in one of the next. The last level has as many as there are.
inline constexpr int kBlockLevels = 3;
std::int64_t WaitingBlock(std::int64_t number, int level);

// What the place of a number adds up: of each level the blocks from `first` to before `end`, and
// those whose numbers are from `first_number` to the number itself. Nothing twice, nothing left
// out.
struct PlaceParts {
  struct Blocks {
    std::int64_t first = 0;
    std::int64_t end = 0;
  };
  std::array<Blocks, kBlockLevels> blocks;
  std::int64_t first_number = 0;
};
PlaceParts PartsOfPlace(std::int64_t number);

// The priority in a number.
int PriorityOf(std::int64_t number);
// The place in time in a number, what WaitingNumber was given; of an entry that was moved that of
// about where it was put.
std::int64_t PlaceIn(std::int64_t number);

// Why an entry with this number is next: "priority 4, number 12; passed over: 2 whose places were
// not free". `passed` are the entries before it, which go on waiting; `full_lines`: there are
// others, in lines that nobody can be taken from.
std::string PromotionReason(std::int64_t number, std::int64_t passed, bool full_lines);

// A number before `after` and behind `before`, which is absent at the head of the list. nullopt
// when there is no room left: after 24 moves to between the same two entries.
std::optional<std::int64_t> NumberBetween(std::optional<std::int64_t> before, std::int64_t after);

// Makes room behind `before`: new numbers, evenly spread, for an entry that comes there and for the
// first of `behind` (the numbers that follow `before`, in order), as many as stand too close.
// `ended`: the last of `behind` is no entry but the limit of the list, so all of it is known; else
// nullopt says that more has to be known.
std::optional<std::vector<std::int64_t>> SpreadBehind(std::int64_t before,
                                                      absl::Span<const std::int64_t> behind,
                                                      bool ended);

// The number of an entry that is moved to the end of the priority of `last`, which is the last
// there. `place` as for WaitingNumber.
std::int64_t NumberAtEnd(std::int64_t last, std::int64_t place);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_RULES_WAITING_ORDER_H_
