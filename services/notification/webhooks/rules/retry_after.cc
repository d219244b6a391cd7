#include "services/notification/webhooks/rules/retry_after.h"

#include <algorithm>
#include <array>
#include <string>

#include "absl/strings/ascii.h"

namespace wici::notification {
namespace {

// IMF-fixdate, and what came before it: RFC 850 and asctime.
constexpr std::array kDateForms = {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT",
                                   "%a %b %e %H:%M:%S %Y"};

std::optional<absl::Duration> ParseSeconds(std::string_view digits) {
  const bool is_number =
      !digits.empty() && std::all_of(digits.begin(), digits.end(),
                                     [](unsigned char c) { return absl::ascii_isdigit(c); });
  if (!is_number) return std::nullopt;
  if (digits.size() > 9) return kEndpointRestMax;
  return absl::Seconds(std::stol(std::string(digits)));
}

}  // namespace

std::optional<absl::Time> ParseRetryAfter(std::string_view value, absl::Time now) {
  const absl::string_view stripped =
      absl::StripAsciiWhitespace(absl::string_view(value.data(), value.size()));
  const std::string text(stripped);
  std::optional<absl::Time> wanted;
  if (const auto wait = ParseSeconds(text)) wanted = now + *wait;
  for (const char* form : kDateForms) {
    absl::Time date;
    std::string error;
    if (!wanted && absl::ParseTime(form, text, &date, &error)) wanted = date;
  }
  if (!wanted) return std::nullopt;
  return std::clamp(*wanted, now, now + kEndpointRestMax);
}

}  // namespace wici::notification
