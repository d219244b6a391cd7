#include "libs/rpc/metadata.h"

#include <random>
#include <string>

#include "gtest/gtest.h"

namespace wici::rpc {
namespace {

TEST(CleanCallIdTest, KeepsWhatIsHarmlessInALogLine) {
  EXPECT_EQ(CleanCallId("0190163d-8694-739b-aea5-966c26f8ad91"),
            "0190163d-8694-739b-aea5-966c26f8ad91");
  for (const std::string& id : {std::string(), std::string(65, 'a'), std::string("a b"),
                                std::string("a\nb"), std::string("a\"b")}) {
    EXPECT_EQ(CleanCallId(id), "") << id;
  }
}

TEST(CleanTraceparentTest, KeepsVersionZeroOnly) {
  const std::string good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  EXPECT_EQ(CleanTraceparent(good), good);
  for (const char* text : {"", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
                           "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                           "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                           "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                           "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                           "00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01"}) {
    EXPECT_EQ(CleanTraceparent(text), "") << text;
  }
}

TEST(PreferredLanguageTest, TakesTheBestOfOurs) {
  const auto preferred = [](std::string_view text) {
    return PreferredLanguage(text, kErrorLanguages);
  };
  EXPECT_EQ(preferred(""), "en");
  EXPECT_EQ(preferred("pl"), "pl");
  EXPECT_EQ(preferred("de-AT, en;q=0.5"), "de");
  EXPECT_EQ(preferred("fr, PL;q=0.3, de;q=0.7"), "de");
  EXPECT_EQ(preferred("pl;q=0, de;q=nan"), "en");
  EXPECT_EQ(preferred("fr"), "en");
  EXPECT_EQ(preferred("pl;level=1"), "en");
  EXPECT_EQ(preferred("uk, de;q=0.5"), "de") << "errors are not told in Ukrainian";
  EXPECT_EQ(PreferredLanguage("uk, de;q=0.5", kPageLanguages), "uk");
  EXPECT_EQ(PreferredLanguage("cs-CZ", kPageLanguages), "cs");
}

// Any bytes must give an answer.
TEST(MetadataTest, SurvivesAnyBytes) {
  std::mt19937 random(20151218);
  for (int round = 0; round < 20000; ++round) {
    std::string bytes(random() % 60, '\0');
    for (char& c : bytes) {
      c = random() % 8 == 0 ? static_cast<char>(random()) : "00-pl,de;q=.1 ab"[random() % 16];
    }
    const std::string language = PreferredLanguage(bytes, kErrorLanguages);
    EXPECT_TRUE(language == "pl" || language == "en" || language == "de");
    EXPECT_LE(CleanCallId(bytes).size(), 64U);
    EXPECT_EQ(CleanTraceparent(bytes), "");
  }
}

}  // namespace
}  // namespace wici::rpc
