#include "libs/base/violations.h"

#include <random>
#include <string>
#include <string_view>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"

namespace wici {
namespace {

using testing::HasViolation;
using testing::IsOk;
using testing::StatusIs;

TEST(ViolationsTest, GivesOkWhenNothingIsWrong) {
  Violations v;
  EXPECT_TRUE(v.RequireText("title", "Zażółć gęślą jaźń", 100));
  EXPECT_TRUE(v.OptionalDate("date", ""));
  EXPECT_TRUE(v.ok());
  EXPECT_THAT(v.ToStatus("registration.wici"), IsOk());
}

TEST(ViolationsTest, CollectsEverythingInOneAnswer) {
  Violations v;
  v.RequireText("event.title", "", 100);
  v.RequireDate("event.date", "tomorrow");
  const absl::Status status = v.ToStatus("registration.wici");
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("event.title")));
  EXPECT_THAT(status, HasViolation("event.date"));
}

TEST(ViolationsTest, TextIsBoundedUtf8WithoutControlCharacters) {
  const auto fine = [](std::string_view text) { return Violations().OptionalText("f", text, 8); };
  EXPECT_TRUE(fine(""));
  EXPECT_TRUE(fine("12345678"));
  EXPECT_TRUE(fine("\xF0\x9F\x98\x80"));
  EXPECT_FALSE(fine("123456789"));
  EXPECT_FALSE(fine("a\nb"));
  EXPECT_FALSE(fine(std::string_view("a\0b", 3)));
  EXPECT_FALSE(fine("\xC2\x85"));          // U+0085 next line
  EXPECT_FALSE(fine("\xC0\xAF"));          // overlong
  EXPECT_FALSE(fine("\xED\xA0\x80"));      // surrogate
  EXPECT_FALSE(fine("\xF4\x90\x80\x80"));  // above U+10FFFF
  EXPECT_FALSE(fine("\xE2\x82"));          // cut
  EXPECT_FALSE(fine("\x80"));
}

TEST(ViolationsTest, MultilineTextMayHaveLineBreaksOnly) {
  EXPECT_TRUE(Violations().OptionalMultilineText("f", "a\r\n\tb", 8));
  EXPECT_FALSE(Violations().OptionalMultilineText("f", "a\x1B[0m", 8));
}

TEST(ViolationsTest, ResourceNamesFollowTheirPattern) {
  EXPECT_TRUE(MatchesResourcePattern("clusters/biotechmed", "clusters/*"));
  EXPECT_TRUE(MatchesResourcePattern("events/e1/registrations/r_1", "events/*/registrations/*"));
  for (const char* name :
       {"", "clusters", "clusters/", "clusters//", "clusters/a/", "clusters/a/b", "/clusters/a",
        "events/a", "clusters/a b", "clusters/..", "clusters/a%2fb", "clusters/\xC5\x82"}) {
    EXPECT_FALSE(MatchesResourcePattern(name, "clusters/*")) << name;
  }
  EXPECT_FALSE(MatchesResourcePattern("clusters/" + std::string(129, 'a'), "clusters/*"));
  EXPECT_FALSE(Violations().RequireResourceName("parent", "", "clusters/*"));
  EXPECT_TRUE(Violations().OptionalResourceName("parent", "", "clusters/*"));
}

TEST(ViolationsTest, IdsFollowAip122) {
  for (const char* id : {"abc", "a-1", "biotechmed-mazovia"}) {
    EXPECT_TRUE(Violations().RequireId("id", id)) << id;
  }
  for (const char* id : {"", "ab", "1abc", "Abc", "a_b", "-abc"}) {
    EXPECT_FALSE(Violations().RequireId("id", id)) << id;
  }
  EXPECT_FALSE(Violations().RequireId("id", std::string(64, 'a')));
}

TEST(ViolationsTest, MailboxesCannotCarrySmtpCommands) {
  EXPECT_TRUE(Violations().RequireEmail("email", "anna.nowak+x@example.org"));
  EXPECT_TRUE(Violations().RequireEmail("email", "anna@bücher.example"));
  for (const char* email :
       {"", "anna", "@example.org", "anna@", "a@b@c", "a b@c.de", "a@b.de\r\nRCPT TO:<x@y.de>",
        "<a@b.de>", "a@b.de>", "a,b@c.de", "\"a\"@b.de", "a@.de", "a@b.", "a@-b.de"}) {
    EXPECT_FALSE(Violations().RequireEmail("email", email)) << email;
  }
  EXPECT_FALSE(Violations().RequireEmail("email", std::string_view("a\0@b.de", 7)));
  EXPECT_FALSE(Violations().RequireEmail("email", std::string(250, 'a') + "@b.de"));
}

TEST(ViolationsTest, LanguagesAreBcp47Tags) {
  for (const char* tag : {"", "pl", "en-GB", "zh-Hant-TW", "de-1996"}) {
    EXPECT_TRUE(Violations().OptionalLanguage("language", tag)) << tag;
  }
  for (const char* tag : {"p", "polski polski", "pl-", "-pl", "pl--PL", "pl_PL", "p1"}) {
    EXPECT_FALSE(Violations().OptionalLanguage("language", tag)) << tag;
  }
}

TEST(ViolationsTest, TimeZonesAreThoseOfTheDatabase) {
  EXPECT_TRUE(Violations().RequireTimeZone("zone", "Europe/Warsaw"));
  EXPECT_TRUE(Violations().RequireTimeZone("zone", "UTC"));
  for (const char* zone : {"", "Europe/Atlantis", "/etc/passwd", "../../etc/passwd", ":UTC"}) {
    EXPECT_FALSE(Violations().RequireTimeZone("zone", zone)) << zone;
  }
}

TEST(ViolationsTest, RangesIncludeTheirEnds) {
  EXPECT_TRUE(Violations().RequireRange("n", 1, 1, 3));
  EXPECT_TRUE(Violations().RequireRange("n", 3, 1, 3));
  EXPECT_FALSE(Violations().RequireRange("n", 0, 1, 3));
  EXPECT_FALSE(Violations().RequireRange("n", 4, 1, 3));
}

TEST(ViolationsTest, RequestIdsAreUuids) {
  EXPECT_TRUE(Violations().RequestId("request_id", "0190163d-8694-739b-aea5-966c26f8ad91"));
  EXPECT_TRUE(Violations().RequestId("request_id", ""));
  EXPECT_FALSE(Violations().RequestId("request_id", "", /*required=*/true));
  EXPECT_FALSE(Violations().RequestId("request_id", "0190163d8694739baea5966c26f8ad91"));
  EXPECT_FALSE(Violations().RequestId("request_id", "0190163d-8694-739b-aea5-966c26f8ad9g"));
}

// Any bytes must give an answer, and what passes as text must stay text when cut off.
TEST(ViolationsTest, SurviveAnyBytes) {
  std::mt19937 random(20151218);
  for (int round = 0; round < 20000; ++round) {
    std::string bytes(random() % 40, '\0');
    for (char& c : bytes)
      c = static_cast<char>(random() % 4 == 0 ? random() : "a@/-.1é"[random() % 8]);
    Violations v;
    v.RequireText("f", bytes, 30);
    v.OptionalMultilineText("f", bytes, 30);
    v.RequireResourceName("f", bytes, "a/*/a/*");
    v.RequireId("f", bytes);
    v.RequireDate("f", bytes);
    v.OptionalLanguage("f", bytes);
    v.RequireTimeZone("f", bytes);
    v.RequestId("f", bytes);
    if (v.RequireEmail("f", bytes)) {
      EXPECT_EQ(bytes.find_first_of(std::string_view("\r\n\0<> ", 6)), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace wici
