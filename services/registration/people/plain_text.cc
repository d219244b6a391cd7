#include "services/registration/people/plain_text.h"

#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <array>
#include <cstddef>
#include <optional>

#include "absl/strings/ascii.h"
#include "libs/base/log.h"

namespace wici::registration {
namespace {

// Below it each code point is transformed by itself, whatever stands beside it: the combining marks
// begin at U+0300, and none of these decomposes to a letter that Lower treats by its neighbours.
constexpr std::size_t kAloneEnd = 0x250;

std::string Transform(icu::UnicodeString unicode) {
  // Stateless, so one serves all threads.
  static const icu::Transliterator& transform = []() -> const icu::Transliterator& {
    UErrorCode error = U_ZERO_ERROR;
    const icu::Transliterator* const made =
        icu::Transliterator::createInstance(kPlainTransform, UTRANS_FORWARD, error);
    WICI_CHECK(U_SUCCESS(error));
    return *made;
  }();
  transform.transliterate(unicode);
  std::string plain;
  unicode.toUTF8String(plain);
  return plain;
}

using Alone = std::array<std::string, kAloneEnd>;

const Alone& AloneTexts() {
  static const Alone& texts = []() -> const Alone& {
    auto* const made = new Alone;
    for (std::size_t i = 0; i < made->size(); ++i) {
      (*made)[i] = Transform(icu::UnicodeString(static_cast<UChar32>(i)));
    }
    return *made;
  }();
  return texts;
}

// The plain text of what is below kAloneEnd as a whole.
std::optional<std::string> OfAlone(const std::string& text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      plain += absl::ascii_tolower(lead);
      continue;
    }
    // Two bytes of well-formed UTF-8; ICU knows what to make of others.
    if (lead < 0xC2 || lead > 0xDF || i + 1 == text.size()) return std::nullopt;
    const auto next = static_cast<unsigned char>(text[++i]);
    const std::size_t code_point = (lead & 0x1FU) << 6U | (next & 0x3FU);
    if ((next & 0xC0U) != 0x80 || code_point >= kAloneEnd) return std::nullopt;
    plain += AloneTexts()[code_point];
  }
  return plain;
}

}  // namespace

std::string PlainText(const std::string& text) {
  if (std::optional<std::string> plain = OfAlone(text)) return *std::move(plain);
  return Transform(icu::UnicodeString::fromUTF8(text));
}

}  // namespace wici::registration
