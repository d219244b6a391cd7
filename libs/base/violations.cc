#include "libs/base/violations.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/limits.h"

namespace wici {
namespace {

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// Bytes of the well-formed UTF-8 character at the front of `text` (Unicode, table 3-7), or 0.
std::size_t Utf8Length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  std::size_t length = 0;
  if (lead >= 0xC2 && lead <= 0xDF) length = 2;
  if (lead >= 0xE0 && lead <= 0xEF) length = 3;
  if (lead >= 0xF0 && lead <= 0xF4) length = 4;
  if (length == 0 || text.size() < length) return 0;
  const auto second = static_cast<unsigned char>(text[1]);
  if (lead == 0xE0 && second < 0xA0) return 0;  // overlong
  if (lead == 0xED && second > 0x9F) return 0;  // surrogate
  if (lead == 0xF0 && second < 0x90) return 0;  // overlong
  if (lead == 0xF4 && second > 0x8F) return 0;  // above U+10FFFF
  for (std::size_t i = 1; i < length; ++i) {
    if (!IsContinuation(text[i])) return 0;
  }
  return length;
}

// U+0000 to U+001F and U+007F to U+009F.
bool IsControl(std::string_view character) {
  const auto c = static_cast<unsigned char>(character[0]);
  if (c == 0xC2) return static_cast<unsigned char>(character[1]) < 0xA0;
  return c < 0x20 || c == 0x7F;
}

bool IsIdCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
}

bool IsResourceId(std::string_view part) {
  return !part.empty() && part.size() <= 128 &&
         std::all_of(part.begin(), part.end(), IsIdCharacter);
}

// Takes the part before the next `separator` off the front of `rest`.
std::string_view TakePart(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

// What is wrong with a text, or "".
std::string TextProblem(std::string_view text, std::size_t bytes_max, bool multiline) {
  if (text.size() > bytes_max) return absl::StrCat("must not be longer than ", bytes_max, " bytes");
  while (!text.empty()) {
    const std::size_t length = Utf8Length(text);
    if (length == 0) return "must be valid UTF-8";
    const bool layout = text[0] == '\n' || text[0] == '\r' || text[0] == '\t';
    if (IsControl(text.substr(0, length)) && !(multiline && layout)) {
      return "must not contain control characters";
    }
    text.remove_prefix(length);
  }
  return "";
}

bool IsLanguageTag(std::string_view value) {
  if (value.size() > 35 || value.empty() || value.back() == '-') return false;
  bool primary = true;
  while (!value.empty()) {
    const std::string_view part = TakePart(value, '-');
    if (part.size() > 8 || part.size() < (primary ? 2U : 1U)) return false;
    for (const char c : part) {
      const auto u = static_cast<unsigned char>(c);
      if (primary ? !absl::ascii_isalpha(u) : !absl::ascii_isalnum(u)) return false;
    }
    primary = false;
  }
  return true;
}

bool IsMailbox(std::string_view value) {
  const std::size_t at = value.find('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == value.size() || at > 64) return false;
  if (value.find('@', at + 1) != std::string_view::npos) return false;
  const std::string_view domain = value.substr(at + 1);
  if (domain.front() == '.' || domain.back() == '.' || domain.front() == '-') return false;
  return std::all_of(value.begin(), value.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u > 0x20 && u != 0x7F && std::string_view("<>()[],;:\\\"").find(c) == std::string::npos;
  });
}

}  // namespace

void Violations::Add(std::string_view field, std::string_view description) {
  violations_.push_back({std::string(field), std::string(description)});
}

bool Violations::RequireText(std::string_view field, std::string_view value,
                             std::size_t bytes_max) {
  if (value.empty()) {
    Add(field, "must not be empty");
    return false;
  }
  return OptionalText(field, value, bytes_max);
}

bool Violations::OptionalText(std::string_view field, std::string_view value,
                              std::size_t bytes_max) {
  const std::string problem = TextProblem(value, bytes_max, /*multiline=*/false);
  if (!problem.empty()) Add(field, problem);
  return problem.empty();
}

bool Violations::OptionalMultilineText(std::string_view field, std::string_view value,
                                       std::size_t bytes_max) {
  const std::string problem = TextProblem(value, bytes_max, /*multiline=*/true);
  if (!problem.empty()) Add(field, problem);
  return problem.empty();
}

bool Violations::RequireResourceName(std::string_view field, std::string_view value,
                                     std::string_view pattern) {
  if (MatchesResourcePattern(value, pattern)) return true;
  Add(field, absl::StrCat("must be a resource name like \"", std::string(pattern), "\""));
  return false;
}

bool Violations::OptionalResourceName(std::string_view field, std::string_view value,
                                      std::string_view pattern) {
  return value.empty() || RequireResourceName(field, value, pattern);
}

bool Violations::RequireId(std::string_view field, std::string_view value) {
  const bool fine = value.size() >= 3 && value.size() <= 63 &&
                    absl::ascii_islower(static_cast<unsigned char>(value[0])) &&
                    std::all_of(value.begin(), value.end(), [](char c) {
                      const auto u = static_cast<unsigned char>(c);
                      return absl::ascii_islower(u) || absl::ascii_isdigit(u) || c == '-';
                    });
  if (!fine) Add(field, "must match [a-z][a-z0-9-]{2,62}");
  return fine;
}

bool Violations::RequireDate(std::string_view field, std::string_view value) {
  if (ParseDate(value).has_value()) return true;
  Add(field, "must be a date YYYY-MM-DD of the years 1900 to 9999");
  return false;
}

bool Violations::OptionalDate(std::string_view field, std::string_view value) {
  return value.empty() || RequireDate(field, value);
}

bool Violations::RequireEmail(std::string_view field, std::string_view value) {
  if (!RequireText(field, value, kEmailBytesMax)) return false;
  if (IsMailbox(value)) return true;
  Add(field, "must be an e-mail address");
  return false;
}

bool Violations::OptionalLanguage(std::string_view field, std::string_view value) {
  if (value.empty() || IsLanguageTag(value)) return true;
  Add(field, "must be a BCP-47 language tag");
  return false;
}

bool Violations::RequireTimeZone(std::string_view field, std::string_view value) {
  absl::TimeZone zone;
  // Zone names are looked up as files: no path may lead out of the database.
  const bool harmless = !value.empty() && value.size() <= 64 && value[0] != '/' &&
                        value[0] != ':' && std::all_of(value.begin(), value.end(), [](char c) {
                          return IsIdCharacter(c) || c == '/' || c == '+';
                        });
  if (harmless && absl::LoadTimeZone(absl::string_view(value.data(), value.size()), &zone)) {
    return true;
  }
  Add(field, "must be an IANA time zone, for instance \"Europe/Warsaw\"");
  return false;
}

bool Violations::RequireRange(std::string_view field, std::int64_t value, std::int64_t low,
                              std::int64_t high) {
  if (value >= low && value <= high) return true;
  Add(field, absl::StrCat("must lie between ", low, " and ", high));
  return false;
}

bool Violations::RequestId(std::string_view field, std::string_view value, bool required) {
  if (value.empty() && !required) return true;
  bool fine = value.size() == 36;
  for (std::size_t i = 0; fine && i < value.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    fine = dash ? value[i] == '-' : absl::ascii_isxdigit(static_cast<unsigned char>(value[i]));
  }
  if (!fine) Add(field, "must be a UUID");
  return fine;
}

absl::Status Violations::ToStatus(std::string_view domain) const {
  return ok() ? absl::OkStatus() : InvalidArgumentError(domain, violations_);
}

bool MatchesResourcePattern(std::string_view name, std::string_view pattern) {
  if (name.empty() || name.size() > 1024 || name.back() == '/') return false;
  while (!name.empty() && !pattern.empty()) {
    const std::string_view part = TakePart(name, '/');
    const std::string_view expected = TakePart(pattern, '/');
    if (expected == "*" ? !IsResourceId(part) : part != expected) return false;
  }
  return name.empty() && pattern.empty();
}

}  // namespace wici
