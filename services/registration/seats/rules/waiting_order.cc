#include "services/registration/seats/rules/waiting_order.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace wici::registration {
namespace {

constexpr int kPriorityShift = 60;
constexpr int kPlaceShift = 24;
constexpr int kBlockBits = 5;  // so many of each in one of the next level: 32
constexpr std::int64_t kStep = std::int64_t{1} << kPlaceShift;
// The middle of the places of a priority.
constexpr std::int64_t kFirstPlace = std::int64_t{1} << (kPriorityShift - kPlaceShift - 1);
// What is left between two entries that were spread.
constexpr std::int64_t kRoom = 1024;

}  // namespace

std::int64_t WaitingNumber(int priority, std::int64_t place) {
  return (std::int64_t{priority} << kPriorityShift) + ((kFirstPlace + place) << kPlaceShift);
}

std::int64_t WaitingBlock(std::int64_t number, int level) {
  return number >> (kPlaceShift + kBlockBits * (level + 1));
}

PlaceParts PartsOfPlace(std::int64_t number) {
  PlaceParts parts;
  for (int level = 0; level < kBlockLevels; ++level) {
    PlaceParts::Blocks& blocks = parts.blocks[static_cast<std::size_t>(level)];
    blocks.end = WaitingBlock(number, level);
    if (level + 1 < kBlockLevels) blocks.first = WaitingBlock(number, level + 1) << kBlockBits;
  }
  parts.first_number = WaitingBlock(number, 0) << (kPlaceShift + kBlockBits);
  return parts;
}

int PriorityOf(std::int64_t number) { return static_cast<int>(number >> kPriorityShift); }

std::int64_t PlaceIn(std::int64_t number) {
  const std::int64_t in_priority = number & ((std::int64_t{1} << kPriorityShift) - 1);
  return (in_priority >> kPlaceShift) - kFirstPlace;
}

std::string PromotionReason(std::int64_t number, std::int64_t passed, bool full_lines) {
  std::string reason = absl::StrCat("priority ", PriorityOf(number));
  // Who was moved to the head stands before the first number there is.
  if (const std::int64_t place = PlaceIn(number); place > 0) {
    absl::StrAppend(&reason, ", number ", place);
  }
  if (passed == 0 && !full_lines) return reason + "; nobody waited before it";
  absl::StrAppend(&reason, "; passed over: ");
  if (passed > 0) absl::StrAppend(&reason, passed, " whose places were not free");
  if (full_lines) absl::StrAppend(&reason, passed > 0 ? ", and " : "", "lines that are full");
  return reason;
}

std::optional<std::int64_t> NumberBetween(std::optional<std::int64_t> before, std::int64_t after) {
  if (!before) return after - kStep;
  const std::int64_t middle = *before + (after - *before) / 2;
  if (middle == *before) return std::nullopt;
  return middle;
}

std::optional<std::vector<std::int64_t>> SpreadBehind(std::int64_t before,
                                                      absl::Span<const std::int64_t> behind,
                                                      bool ended) {
  for (std::size_t count = 1; count < behind.size(); ++count) {
    // The new one and `count` others share what is before the next.
    const std::int64_t step = (behind[count] - before) / static_cast<std::int64_t>(count + 2);
    const bool all = ended && count + 1 == behind.size();
    if (step < kRoom && !(all && step > 0)) continue;
    std::vector<std::int64_t> numbers;
    for (std::size_t i = 1; i <= count + 1; ++i) {
      numbers.push_back(before + step * static_cast<std::int64_t>(i));
    }
    return numbers;
  }
  return std::nullopt;
}

std::int64_t NumberAtEnd(std::int64_t last, std::int64_t place) {
  return std::max(WaitingNumber(PriorityOf(last), place), last + kStep);
}

}  // namespace wici::registration
