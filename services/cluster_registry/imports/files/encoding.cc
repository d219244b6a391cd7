#include "services/cluster_registry/imports/files/encoding.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"

namespace wici::cluster_registry {
namespace {

// Bytes that stand for Polish letters in one of the two old encodings, and rarely in the other.
constexpr std::string_view kWindows1250 = "\xB9\x9C\x9F\xA5\x8C\x8F";  // ą ś ź Ą Ś Ź
constexpr std::string_view kIso88592 = "\xB1\xB6\xBC\xA1\xA6\xAC";

std::size_t Count(std::string_view text, std::string_view bytes) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [&](char c) { return bytes.find(c) != std::string_view::npos; }));
}

std::string_view LooksLike(std::string_view text) {
  if (text.substr(0, 2) == "\xFF\xFE" || text.substr(0, 2) == "\xFE\xFF") return "UTF-16";
  return Count(text, kIso88592) > Count(text, kWindows1250) ? "ISO 8859-2" : "Windows-1250";
}

// The line that is the first not to be UTF-8; letters of several bytes stand on one line.
int FirstBrokenLine(std::string_view text) {
  int line = 1;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (!IsUtf8(text.substr(0, end)) || end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
    ++line;
  }
  return line;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
    const std::uint8_t lead = byte(i);
    std::size_t length = 1;
    std::uint32_t code = lead;
    std::uint32_t least = 0;
    if (lead >= 0x80) {
      if (lead >= 0xC2 && lead <= 0xDF) {
        length = 2, code = lead & 0x1Fu, least = 0x80;
      } else if (lead >= 0xE0 && lead <= 0xEF) {
        length = 3, code = lead & 0x0Fu, least = 0x800;
      } else if (lead >= 0xF0 && lead <= 0xF4) {
        length = 4, code = lead & 0x07u, least = 0x10000;
      } else {
        return false;
      }
    }
    if (i + length > text.size()) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((byte(i + k) & 0xC0u) != 0x80u) return false;
      code = (code << 6) | (byte(i + k) & 0x3Fu);
    }
    if (code < least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
    i += length;
  }
  return true;
}

std::string EncodingFault(std::string_view text) {
  if (!IsUtf8(text)) {
    return absl::StrCat("line ", FirstBrokenLine(text), " is not UTF-8; it looks like ",
                        std::string(LooksLike(text)), ": save the file as \"CSV UTF-8\"");
  }
  const std::size_t nul = text.find('\0');
  if (nul == std::string_view::npos) return "";
  const auto lines =
      std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(nul), '\n');
  return absl::StrCat("line ", lines + 1, " holds a NUL byte: this is no text, or it is UTF-16");
}

}  // namespace wici::cluster_registry
