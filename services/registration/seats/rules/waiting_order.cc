#include "services/registration/seats/rules/waiting_order.h"

namespace wici::registration {
namespace {

constexpr int kPriorityShift = 60;
constexpr int kPlaceShift = 24;

}  // namespace

std::int64_t WaitingNumber(int priority, std::int64_t place) {
  return (std::int64_t{priority} << kPriorityShift) + (place << kPlaceShift);
}

int PriorityOf(std::int64_t number) { return static_cast<int>(number >> kPriorityShift); }

std::optional<std::int64_t> NumberBetween(std::optional<std::int64_t> before, std::int64_t after) {
  if (!before) return after - (std::int64_t{1} << kPlaceShift);
  const std::int64_t middle = *before + (after - *before) / 2;
  if (middle == *before) return std::nullopt;
  return middle;
}

}  // namespace wici::registration
