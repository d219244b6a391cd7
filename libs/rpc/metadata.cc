#include "libs/rpc/metadata.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace wici::rpc {
namespace {

bool IsLowerHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

std::string CleanCallId(std::string_view text) {
  if (text.empty() || text.size() > 64) return "";
  const bool clean = std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
  });
  return clean ? std::string(text) : "";
}

std::string CleanTraceparent(std::string_view text) {
  if (text.size() != 55 || text.substr(0, 3) != "00-" || text[35] != '-' || text[52] != '-') {
    return "";
  }
  const std::string_view trace = text.substr(3, 32);
  const std::string_view span = text.substr(36, 16);
  if (!IsLowerHex(trace) || !IsLowerHex(span) || !IsLowerHex(text.substr(53))) return "";
  const auto zero = [](std::string_view id) {
    return id.find_first_not_of('0') == std::string_view::npos;
  };
  return zero(trace) || zero(span) ? "" : std::string(text);
}

std::string PreferredLanguage(std::string_view accept_language,
                              absl::Span<const std::string_view> spoken) {
  std::string best(spoken.front());
  double best_quality = 0;
  if (accept_language.size() > 256) return best;
  const absl::string_view header(accept_language.data(), accept_language.size());
  for (absl::string_view range : absl::StrSplit(header, ',')) {
    range = absl::StripAsciiWhitespace(range);
    double quality = 1;
    if (const std::size_t semicolon = range.find(';'); semicolon != absl::string_view::npos) {
      const absl::string_view weight = absl::StripAsciiWhitespace(range.substr(semicolon + 1));
      if (weight.substr(0, 2) != "q=" || !absl::SimpleAtod(weight.substr(2), &quality)) continue;
      range = absl::StripAsciiWhitespace(range.substr(0, semicolon));
    }
    const std::string language = absl::AsciiStrToLower(range.substr(0, range.find('-')));
    const bool known = std::find(spoken.begin(), spoken.end(), language) != spoken.end();
    if (known && quality > best_quality) {
      best = language;
      best_quality = quality;
    }
  }
  return best;
}

}  // namespace wici::rpc
