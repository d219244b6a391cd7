#include "services/cluster_registry/search/text/fold.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <utility>

namespace wici::cluster_registry {
namespace {

// Letters that no decomposition takes apart, folded, and what replaces umlauts where they are
// written out.
struct Letter {
  UChar32 letter;
  const char* folded;
  const char* spelt_out;
};
constexpr Letter kLetters[] = {
    {0xE4, "a", "ae"},   {0xF6, "o", "oe"},  {0xFC, "u", "ue"},   // ä ö ü
    {0xF8, "o", "oe"},   {0xE5, "a", "aa"},  {0xE6, "ae", "ae"},  // ø å æ
    {0x153, "oe", "oe"}, {0xDF, "ss", "ss"}, {0x142, "l", "l"},   // œ ß ł
    {0x111, "d", "d"},   {0xF0, "d", "d"},   {0xFE, "th", "th"},  // đ ð þ
    {0x131, "i", "i"},   {0x127, "h", "h"},                       // ı ħ
};

const Letter* FindLetter(UChar32 letter) {
  for (const Letter& candidate : kLetters) {
    if (candidate.letter == letter) return &candidate;
  }
  return nullptr;
}

// A word under way, both ways.
struct Word {
  std::string folded;
  std::string spelt_out;

  void Add(const std::string& plain, const std::string& written) {
    if (folded.size() + plain.size() <= kWordBytesMax) folded += plain;
    if (spelt_out.size() + written.size() <= kWordBytesMax) spelt_out += written;
  }
};

void AddDecomposed(UChar32 letter, Word& word) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* const nfkd = icu::Normalizer2::getNFKDInstance(error);
  const icu::UnicodeString decomposed =
      nfkd->normalize(icu::UnicodeString(letter), error).foldCase();
  for (int32_t i = 0; i < decomposed.length(); i = decomposed.moveIndex32(i, 1)) {
    const UChar32 part = decomposed.char32At(i);
    if (!u_isalnum(part)) continue;  // a mark, or the stroke of a fraction
    std::string text;
    icu::UnicodeString(part).toUTF8String(text);
    word.Add(text, text);
  }
}

}  // namespace

std::vector<std::vector<std::string>> FoldVariants(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* const nfc = icu::Normalizer2::getNFCInstance(error);
  const icu::UnicodeString unicode =
      nfc->normalize(icu::UnicodeString::fromUTF8(
                         icu::StringPiece(text.data(), static_cast<int32_t>(text.size()))),
                     error)
          .foldCase();
  std::vector<std::vector<std::string>> words;
  Word word;
  const auto finish = [&] {
    if (!word.folded.empty()) {
      words.push_back({word.folded});
      if (word.spelt_out != word.folded) words.back().push_back(word.spelt_out);
    }
    word = Word();
  };
  for (int32_t i = 0; i < unicode.length(); i = unicode.moveIndex32(i, 1)) {
    const UChar32 letter = unicode.char32At(i);
    if (const Letter* const known = FindLetter(letter)) {
      word.Add(known->folded, known->spelt_out);
    } else if (u_isalnum(letter) || u_charType(letter) == U_OTHER_NUMBER) {
      AddDecomposed(letter, word);
    } else if (u_charType(letter) != U_NON_SPACING_MARK) {
      finish();
    }
  }
  finish();
  return words;
}

std::vector<std::string> FoldWords(std::string_view text) {
  std::vector<std::string> words;
  for (std::vector<std::string>& variants : FoldVariants(text)) {
    words.push_back(std::move(variants[0]));
  }
  return words;
}

}  // namespace wici::cluster_registry
