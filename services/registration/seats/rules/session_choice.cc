#include "services/registration/seats/rules/session_choice.h"

#include <algorithm>
#include <tuple>

namespace wici::registration {

std::optional<std::pair<std::string, std::string>> FindOverlap(
    std::vector<ChosenSession> sessions) {
  std::sort(sessions.begin(), sessions.end(), [](const auto& a, const auto& b) {
    return std::tie(a.time.start, a.name) < std::tie(b.time.start, b.name);
  });
  // With the starts in order, the first overlap there is shows between neighbours.
  for (std::size_t i = 1; i < sessions.size(); ++i) {
    if (Overlap(sessions[i - 1].time, sessions[i].time)) {
      return std::pair(sessions[i - 1].name, sessions[i].name);
    }
  }
  return std::nullopt;
}

}  // namespace wici::registration
