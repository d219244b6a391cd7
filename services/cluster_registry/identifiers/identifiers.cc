#include "services/cluster_registry/identifiers/identifiers.h"

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <utility>

#include "absl/strings/ascii.h"

namespace wici::cluster_registry {
namespace {

bool IsDigit(char c) { return '0' <= c && c <= '9'; }
bool IsCapital(char c) { return 'A' <= c && c <= 'Z'; }
bool IsDigitOrCapital(char c) { return IsDigit(c) || IsCapital(c); }
bool IsCrockford(char c) {
  return IsDigit(c) || (IsCapital(c) && c != 'I' && c != 'L' && c != 'O' && c != 'U');
}

template <class Is>
bool Each(std::string_view text, const Is& is) {
  return std::all_of(text.begin(), text.end(), is);
}

bool IsDigits(std::string_view text, std::size_t size) {
  return text.size() == size && Each(text, IsDigit);
}

// What people put between the digits of a number: a space, or a dash of one kind or another.
constexpr std::array<std::string_view, 9> kSeparators = {" ",
                                                         "\t",
                                                         "-",  // ASCII
                                                         "\xC2\xA0",
                                                         "\xE2\x80\xAF",  // no-break spaces
                                                         "\xE2\x80\x90",
                                                         "\xE2\x80\x91",
                                                         "\xE2\x80\x93",   // hyphens, en dash
                                                         "\xE2\x88\x92"};  // minus

// In capitals (of ASCII), without separators.
std::string Compact(std::string_view text) {
  std::string compact;
  while (!text.empty()) {
    const auto* const separator =
        std::find_if(kSeparators.begin(), kSeparators.end(),
                     [&](std::string_view one) { return text.substr(0, one.size()) == one; });
    if (separator != kSeparators.end()) {
      text.remove_prefix(separator->size());
      continue;
    }
    compact.push_back(absl::ascii_toupper(static_cast<unsigned char>(text.front())));
    text.remove_prefix(1);
  }
  return compact;
}

// Takes `prefix` off the front of `value`, if something is left then.
bool TakePrefix(std::string_view prefix, std::string& value) {
  if (value.size() <= prefix.size() || value.compare(0, prefix.size(), prefix) != 0) return false;
  value.erase(0, prefix.size());
  return true;
}

// The weighted sum of the first digits, modulo 11. `digits` are digits, at least as many as
// weights.
int WeightedModulo11(std::string_view digits, std::span<const int> weights) {
  int sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += (digits[i] - '0') * weights[i];
  return sum % 11;
}

bool AllZero(std::string_view digits) {
  return Each(digits, [](char c) { return c == '0'; });
}

std::string_view NipFault(std::string_view value) {
  constexpr std::array kWeights = {6, 5, 7, 2, 3, 4, 5, 6, 7};
  if (!IsDigits(value, 10)) return "a NIP has 10 digits";
  // A remainder of 10 has no digit: such a NIP is never given.
  if (AllZero(value) || WeightedModulo11(value, kWeights) != value[9] - '0') {
    return "the check digit of the NIP is wrong";
  }
  return "";
}

template <std::size_t N>
bool RegonHolds(std::string_view digits, const std::array<int, N>& weights) {
  return WeightedModulo11(digits, weights) % 10 == digits[N] - '0';
}

std::string_view RegonFault(std::string_view value) {
  constexpr std::array kWeights = {8, 9, 2, 3, 4, 5, 6, 7};
  constexpr std::array kLongWeights = {2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8};
  if (!IsDigits(value, 9) && !IsDigits(value, 14)) return "a REGON has 9 or 14 digits";
  // A long one is that of a local unit behind the short one of its organisation.
  if (AllZero(value) || !RegonHolds(value, kWeights) ||
      (value.size() == 14 && !RegonHolds(value, kLongWeights))) {
    return "the check digit of the REGON is wrong";
  }
  return "";
}

// ISO 7064, modulo 97-10: letters count as 10 to 35, and the whole leaves 1.
int Modulo97(std::string_view text) {
  int remainder = 0;
  for (const char c : text) {
    const int digit = IsDigit(c) ? c - '0' : c - 'A' + 10;
    remainder = (remainder * (digit < 10 ? 10 : 100) + digit) % 97;
  }
  return remainder;
}

std::string_view LeiFault(std::string_view value) {
  if (value.size() != 20 || !Each(value, IsDigitOrCapital) || !Each(value.substr(18), IsDigit)) {
    return "a LEI has 18 letters or digits and 2 digits";
  }
  return Modulo97(value) == 1 ? "" : "the check digits of the LEI are wrong";
}

// What follows the prefix of a VAT number: '9' a digit, 'a' a letter, '*' one of both, '+' one of
// both or a sign ("+", "*"), else the character itself. Forms of the VAT Information Exchange
// System.
constexpr std::pair<std::string_view, std::string_view> kVatForms[] = {
    {"AT", "U99999999"},  {"BE", "9999999999"},   {"BG", "999999999"},   {"BG", "9999999999"},
    {"CY", "99999999a"},  {"CZ", "99999999"},     {"CZ", "999999999"},   {"CZ", "9999999999"},
    {"DE", "999999999"},  {"DK", "99999999"},     {"EE", "999999999"},   {"EL", "999999999"},
    {"ES", "*9999999*"},  {"FI", "99999999"},     {"FR", "**999999999"}, {"HR", "99999999999"},
    {"HU", "99999999"},   {"IE", "9+99999a"},     {"IE", "9999999aa"},   {"IT", "99999999999"},
    {"LT", "999999999"},  {"LT", "999999999999"}, {"LU", "99999999"},    {"LV", "99999999999"},
    {"MT", "99999999"},   {"NL", "++++++++++++"}, {"PL", "9999999999"},  {"PT", "999999999"},
    {"RO", "99"},         {"RO", "999"},          {"RO", "9999"},        {"RO", "99999"},
    {"RO", "999999"},     {"RO", "9999999"},      {"RO", "99999999"},    {"RO", "999999999"},
    {"RO", "9999999999"}, {"SE", "999999999999"}, {"SI", "99999999"},    {"SK", "9999999999"},
    {"XI", "999999999"},  {"XI", "999999999999"}, {"XI", "GD999"},       {"XI", "HA999"},
};

bool HasForm(std::string_view text, std::string_view form) {
  return std::equal(text.begin(), text.end(), form.begin(), form.end(), [](char c, char wanted) {
    switch (wanted) {
      case '9':
        return IsDigit(c);
      case 'a':
        return IsCapital(c);
      case '*':
        return IsDigitOrCapital(c);
      case '+':
        return IsDigitOrCapital(c) || c == '+' || c == '*';
      default:
        return c == wanted;
    }
  });
}

std::string_view VatFault(std::string_view value) {
  constexpr std::string_view kForm = "not of the form VAT numbers of this country have";
  const std::string_view prefix = value.substr(0, 2);
  if (prefix.size() < 2 || !Each(prefix, IsCapital)) {
    return "a VAT number begins with the letters of its country";
  }
  if (prefix == "GR") return "VAT numbers of Greece begin with EL";
  const std::string_view number = value.substr(2);
  if (prefix == "PL" && IsDigits(number, 10)) return NipFault(number);
  bool known = false;
  for (const auto& [country, form] : kVatForms) {
    if (country != prefix) continue;
    if (HasForm(number, form)) return "";
    known = true;
  }
  // A country outside the Union: what all of them have in common.
  if (!known && 2 <= number.size() && number.size() <= 15 && Each(number, IsDigitOrCapital)) {
    return "";
  }
  return kForm;
}

std::string_view KrsFault(std::string_view value) {
  return IsDigits(value, 10) ? "" : "a KRS number has 10 digits";
}

std::string_view EuidFault(std::string_view value) {
  constexpr std::string_view kForm = "an EUID is a country, a register, a point and a number";
  const std::size_t point = value.find('.');
  if (point == std::string_view::npos || point < 3 || value.size() > 64) return kForm;
  const std::string_view number = value.substr(point + 1);
  const bool fine =
      Each(value.substr(0, 2), IsCapital) && Each(value.substr(2, point - 2), IsDigitOrCapital) &&
      !number.empty() && IsDigitOrCapital(number[0]) &&
      Each(number, [](char c) { return IsDigitOrCapital(c) || c == '_' || c == '.' || c == '/'; });
  return fine ? "" : kForm;
}

std::string_view RorFault(std::string_view value) {
  const bool fine = value.size() == 9 && value[0] == '0' && Each(value.substr(1, 6), IsCrockford) &&
                    Each(value.substr(7), IsDigit);
  return fine ? "" : "a ROR id is 0, six letters or digits and two digits";
}

std::string_view PicFault(std::string_view value) {
  return IsDigits(value, 9) ? "" : "a PIC has 9 digits";
}

std::string_view WikidataFault(std::string_view value) {
  const bool fine = value.size() >= 2 && value.size() <= 20 && value[0] == 'Q' && value[1] != '0' &&
                    Each(value.substr(1), IsDigit);
  return fine ? "" : "a Wikidata id is Q and a number";
}

struct Scheme {
  std::string_view name;
  // What may stand before the value when it was copied from elsewhere, compact.
  std::span<const std::string_view> prefixes;
  std::string_view (*fault)(std::string_view value);
  bool small_letters = false;  // how the scheme itself writes it
};

constexpr std::string_view kNipPrefixes[] = {"PL"};
constexpr std::string_view kRorPrefixes[] = {"HTTPS://ROR.ORG/", "HTTP://ROR.ORG/", "ROR.ORG/"};
constexpr std::string_view kWikidataPrefixes[] = {
    "HTTPS://WWW.WIKIDATA.ORG/WIKI/", "HTTPS://WWW.WIKIDATA.ORG/ENTITY/",
    "HTTP://WWW.WIKIDATA.ORG/WIKI/", "HTTP://WWW.WIKIDATA.ORG/ENTITY/"};

constexpr Scheme kSchemes[] = {
    {"NIP", kNipPrefixes, &NipFault},
    {"REGON", {}, &RegonFault},
    {"LEI", {}, &LeiFault},
    {"VAT", {}, &VatFault},
    {"KRS", {}, &KrsFault},
    {"EUID", {}, &EuidFault},
    {"ROR", kRorPrefixes, &RorFault, true},
    {"PIC", {}, &PicFault},
    {"WIKIDATA", kWikidataPrefixes, &WikidataFault},
};

std::string Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return std::string(text);
}

}  // namespace

IdentifierCheck CheckIdentifier(std::string_view scheme, std::string_view value) {
  IdentifierCheck check{.scheme = Trim(scheme), .value = {}, .fault = {}};
  for (char& c : check.scheme) c = absl::ascii_toupper(static_cast<unsigned char>(c));
  const auto* const known = std::find_if(std::begin(kSchemes), std::end(kSchemes),
                                         [&](const Scheme& s) { return s.name == check.scheme; });
  if (known == std::end(kSchemes)) {
    check.value = Trim(value);
    if (check.scheme.empty() || check.value.empty()) check.fault = "required";
    return check;
  }
  check.value = Compact(value);
  for (const std::string_view prefix : known->prefixes) {
    if (TakePrefix(prefix, check.value)) break;
  }
  check.fault = known->fault(check.value);
  if (known->small_letters) absl::AsciiStrToLower(&check.value);
  return check;
}

void NormalizeIdentifiers(google::protobuf::RepeatedPtrField<v1::ExternalId>& identifiers) {
  std::set<std::pair<std::string, std::string>> seen;
  google::protobuf::RepeatedPtrField<v1::ExternalId> kept;
  for (v1::ExternalId& identifier : identifiers) {
    IdentifierCheck check = CheckIdentifier(identifier.scheme(), identifier.value());
    if (check.fault.empty()) {
      if (!seen.emplace(check.scheme, check.value).second) continue;
      identifier.set_scheme(std::move(check.scheme));
      identifier.set_value(std::move(check.value));
    }
    *kept.Add() = std::move(identifier);
  }
  identifiers.Swap(&kept);
}

}  // namespace wici::cluster_registry
