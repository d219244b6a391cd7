#include "services/cluster_registry/slug.h"

#include <array>
#include <cstdint>
#include <cstdio>

namespace wici::cluster_registry {
namespace {

constexpr std::size_t kSlugBytesMax = 63;

// U+00C0 to U+017F without accents, in groups of one code point; '-' where nothing fits.
constexpr std::array<std::string_view, 192> kLatin = {
    "a", "a", "a",  "a",  "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",   // C0
    "d", "n", "o",  "o",  "o", "o", "o",  "-", "o", "u", "u", "u", "u", "y", "th", "ss",  // D0
    "a", "a", "a",  "a",  "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",   // E0
    "d", "n", "o",  "o",  "o", "o", "o",  "-", "o", "u", "u", "u", "u", "y", "th", "y",   // F0
    "a", "a", "a",  "a",  "a", "a", "c",  "c", "c", "c", "c", "c", "c", "c", "d",  "d",   // 100
    "d", "d", "e",  "e",  "e", "e", "e",  "e", "e", "e", "e", "e", "g", "g", "g",  "g",   // 110
    "g", "g", "g",  "g",  "h", "h", "h",  "h", "i", "i", "i", "i", "i", "i", "i",  "i",   // 120
    "i", "i", "ij", "ij", "j", "j", "k",  "k", "k", "l", "l", "l", "l", "l", "l",  "l",   // 130
    "l", "l", "l",  "n",  "n", "n", "n",  "n", "n", "n", "n", "n", "o", "o", "o",  "o",   // 140
    "o", "o", "oe", "oe", "r", "r", "r",  "r", "r", "r", "s", "s", "s", "s", "s",  "s",   // 150
    "s", "s", "t",  "t",  "t", "t", "t",  "t", "u", "u", "u", "u", "u", "u", "u",  "u",   // 160
    "u", "u", "u",  "u",  "w", "w", "y",  "y", "y", "z", "z", "z", "z", "z", "z",  "s",   // 170
};

std::string Checksum(std::string_view text) {
  std::uint32_t hash = 2166136261u;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  char hex[9];
  std::snprintf(hex, sizeof hex, "%08x", hash);
  return hex;
}

// The letters that stand for the character at `at`, which is moved behind it.
std::string_view Letters(std::string_view text, std::size_t& at) {
  static constexpr std::string_view kAscii =
      "--------------------------------"
      "----------------0123456789------"
      "-abcdefghijklmnopqrstuvwxyz-----"
      "-abcdefghijklmnopqrstuvwxyz-----";
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const unsigned lead = byte(at++);
  if (lead < 0x80) return kAscii.substr(lead, 1);
  unsigned code = lead & 0x1Fu;
  while ((byte(at) & 0xC0u) == 0x80u) code = (code << 6) | (byte(at++) & 0x3Fu);
  if (lead >= 0xE0) return "-";
  if (code == 0xB2) return "2";  // superscripts
  if (code == 0xB3) return "3";
  if (code == 0xB9) return "1";
  return code >= 0xC0 && code <= 0x17F ? kLatin[code - 0xC0] : "-";
}

}  // namespace

std::string MakeSlug(std::string_view text) {
  std::string slug;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view letters = Letters(text, at);
    if (letters != "-") {
      slug += letters;
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  if (!slug.empty() && (slug[0] < 'a' || slug[0] > 'z')) slug = "c-" + slug;
  if (slug.size() < 3) return "c-" + (slug.empty() ? "" : slug + "-") + Checksum(text);
  if (slug.size() > kSlugBytesMax) {
    slug.resize(kSlugBytesMax - 9);
    while (slug.back() == '-') slug.pop_back();
    slug += "-" + Checksum(text);
  }
  return slug;
}

std::string ClusterOf(std::string_view name) {
  const std::size_t first = name.find('/');
  return std::string(name.substr(0, name.find('/', first + 1)));
}

}  // namespace wici::cluster_registry
