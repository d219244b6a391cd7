#include "services/notification/sms/phone_number.h"

#include <cstddef>

#include "absl/strings/ascii.h"

namespace wici::notification {
namespace {

constexpr std::size_t kDigitsMin = 7;
constexpr std::size_t kDigitsMax = 15;
constexpr std::string_view kBetweenDigits = " .-()";

}  // namespace

absl::StatusOr<PhoneNumber> PhoneNumber::Parse(std::string_view text) {
  const absl::Status refused =
      absl::InvalidArgumentError("not a telephone number in international form");
  if (text.empty() || text[0] != '+' || text.find("(0)") != std::string_view::npos) return refused;
  std::string digits;
  for (const char c : text.substr(1)) {
    if (absl::ascii_isdigit(static_cast<unsigned char>(c))) {
      digits.push_back(c);
    } else if (kBetweenDigits.find(c) == std::string_view::npos) {
      return refused;
    }
  }
  const bool fits = digits.size() >= kDigitsMin && digits.size() <= kDigitsMax && digits[0] != '0';
  if (!fits) return refused;
  return PhoneNumber("+" + digits);
}

}  // namespace wici::notification
