#include "services/registration/people/likeness.h"

#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/log.h"

namespace wici::registration {
namespace {

// Stateless, so one serves all threads.
const icu::Transliterator& Plain() {
  static const icu::Transliterator& plain = []() -> const icu::Transliterator& {
    UErrorCode error = U_ZERO_ERROR;
    const icu::Transliterator* const made = icu::Transliterator::createInstance(
        "NFKD; [:Nonspacing Mark:] Remove; Latin-ASCII; Lower", UTRANS_FORWARD, error);
    WICI_CHECK(U_SUCCESS(error));
    return *made;
  }();
  return plain;
}

std::vector<std::string> PlainWords(const std::string& text) {
  icu::UnicodeString unicode = icu::UnicodeString::fromUTF8(text);
  Plain().transliterate(unicode);
  std::string plain;
  unicode.toUTF8String(plain);
  std::vector<std::string> words(1);
  for (const char c : plain) {
    const auto u = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(u) || u >= 0x80) {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

}  // namespace

std::string Likeness(const v1::PersonDetails& person) {
  const std::vector<std::string> organisation = PlainWords(person.organisation());
  if (organisation.empty()) return "";
  std::vector<std::string> name =
      PlainWords(absl::StrCat(person.given_name(), " ", person.family_name()));
  std::sort(name.begin(), name.end());
  return absl::StrCat(absl::StrJoin(name, " "), "\n", absl::StrJoin(organisation, " "));
}

}  // namespace wici::registration
