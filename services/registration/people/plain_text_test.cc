#include "services/registration/people/plain_text.h"

#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <memory>
#include <random>
#include <string>

#include "gtest/gtest.h"

namespace wici::registration {
namespace {

// What ICU makes of the whole of a text.
class PlainTextTest : public ::testing::Test {
 protected:
  std::string Wanted(const std::string& text) const {
    icu::UnicodeString unicode = icu::UnicodeString::fromUTF8(text);
    transform_->transliterate(unicode);
    std::string plain;
    unicode.toUTF8String(plain);
    return plain;
  }

  static std::string Utf8(UChar32 code_point) {
    std::string text;
    icu::UnicodeString(code_point).toUTF8String(text);
    return text;
  }

 private:
  UErrorCode error_ = U_ZERO_ERROR;
  const std::unique_ptr<const icu::Transliterator> transform_{
      icu::Transliterator::createInstance(kPlainTransform, UTRANS_FORWARD, error_)};
};

TEST_F(PlainTextTest, EveryCodePointOfTheFirstBlocksIsAsIcuHasIt) {
  for (UChar32 c = 0; c < 0x600; ++c) EXPECT_EQ(PlainText(Utf8(c)), Wanted(Utf8(c))) << c;
}

TEST_F(PlainTextTest, NoneOfThemDependsOnItsNeighbour) {
  for (UChar32 a = 0; a < 0x250; ++a) {
    std::string pairs;
    for (UChar32 b = 0; b < 0x250; ++b) pairs += Utf8(a) + Utf8(b);
    EXPECT_EQ(PlainText(pairs), Wanted(pairs)) << a;
  }
}

TEST_F(PlainTextTest, RandomTextsAreAsIcuHasThem) {
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    // A third of them has letters and marks beyond the table.
    const UChar32 end = i % 3 == 0 ? 0x480 : 0x250;
    std::string text;
    for (std::size_t length = random() % 12; length > 0; --length) {
      text += Utf8(static_cast<UChar32>(random() % static_cast<unsigned>(end)));
    }
    EXPECT_EQ(PlainText(text), Wanted(text)) << text;
  }
}

TEST_F(PlainTextTest, ComposedOrNotItIsTheSame) {
  EXPECT_EQ(PlainText("Zażółć gęślą jaźń"), "zazolc gesla jazn");
  EXPECT_EQ(PlainText("Zaz\u0307o\u0301łc\u0301 ge\u0328s\u0301la\u0328 jaz\u0301n\u0301"),
            "zazolc gesla jazn");
}

TEST_F(PlainTextTest, WhatIsNoUtf8IsAsIcuHasIt) {
  for (const char* text : {"\xC3", "\xC3g", "\xC1\x81", "\x80", "\xE2\x82", "a\xFF"}) {
    EXPECT_EQ(PlainText(text), Wanted(text));
  }
}

}  // namespace
}  // namespace wici::registration
