#include "services/registration/people/likeness.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/registration/people/plain_text.h"

namespace wici::registration {
namespace {

// The words of a plain text, as parts of it.
std::vector<std::string_view> SplitWords(std::string_view plain) {
  const auto in_word = [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return absl::ascii_isalnum(u) || u >= 0x80;
  };
  std::vector<std::string_view> words;
  for (auto at = plain.begin();;) {
    const auto begin = std::find_if(at, plain.end(), in_word);
    if (begin == plain.end()) return words;
    at = std::find_if_not(begin, plain.end(), in_word);
    words.emplace_back(begin, at);
  }
}

}  // namespace

std::string Likeness(const v1::PersonDetails& person) {
  const std::string plain_organisation = PlainText(person.organisation());
  const std::vector<std::string_view> organisation = SplitWords(plain_organisation);
  if (organisation.empty()) return "";
  const std::string plain_name =
      PlainText(absl::StrCat(person.given_name(), " ", person.family_name()));
  std::vector<std::string_view> name = SplitWords(plain_name);
  std::sort(name.begin(), name.end());
  const auto append = [](std::string* text, std::string_view word) { text->append(word); };
  return absl::StrCat(absl::StrJoin(name, " ", append), "\n",
                      absl::StrJoin(organisation, " ", append));
}

}  // namespace wici::registration
