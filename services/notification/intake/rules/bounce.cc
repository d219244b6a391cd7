#include "services/notification/intake/rules/bounce.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace wici::notification {
namespace {

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

bool IsNumber(std::string_view text, std::size_t digits_max) {
  return !text.empty() && text.size() <= digits_max &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return absl::ascii_isdigit(c); });
}

}  // namespace

bool IsStatusCode(std::string_view status) {
  const std::size_t first = status.find('.');
  const std::size_t second = first == std::string_view::npos ? first : status.find('.', first + 1);
  if (second == std::string_view::npos) return false;
  return IsNumber(status.substr(0, first), 1) &&
         IsNumber(status.substr(first + 1, second - first - 1), 3) &&
         IsNumber(status.substr(second + 1), 3);
}

BounceKind ClassifyBounce(std::string_view action, std::string_view status) {
  if (!absl::EqualsIgnoreCase(View(action), "failed") || !IsStatusCode(status)) {
    return BounceKind::kNone;
  }
  const absl::string_view code = View(status);
  // Given up after many tries: 4.x.x, what nobody knows to be for ever.
  if (code[0] == '4') return BounceKind::kSoft;
  if (code[0] != '5') return BounceKind::kNone;
  // 5.1.7 and 5.1.8 are about the sender's address.
  if (absl::StartsWith(code, "5.7.") || code == "5.1.7" || code == "5.1.8") {
    return BounceKind::kPolicy;
  }
  if (absl::StartsWith(code, "5.1.") || code == "5.2.1") return BounceKind::kHard;
  return BounceKind::kSoft;
}

bool IsComplaint(std::string_view feedback_type) {
  return absl::EqualsIgnoreCase(View(feedback_type), "abuse") ||
         absl::EqualsIgnoreCase(View(feedback_type), "fraud");
}

}  // namespace wici::notification
