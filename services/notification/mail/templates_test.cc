#include "services/notification/mail/templates.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TemplateValues Values() {
  return TemplateValues{.name = "Łukasz Żak",
                        .event_title = "Spotkanie klastrów <Mazowsze> & Bawaria",
                        .organiser = "BioTechMed",
                        .date = "18 grudnia 2015",
                        .when = "piątek, 18 grudnia 2015, 10:00–16:00 (CET)",
                        .where = "CZIiTT, ul. Rektorska 4, Warszawa",
                        .online_url = "https://example.org/live?a=1&b=2",
                        .summary = "Prezentacja InSITE Bavaria.",
                        .reason = "Sala zajęta",
                        .until = "czwartek, 17 grudnia 2015, 12:00 (CET)",
                        .accept_url = "https://wici.example.org/accept-offer?manage_token=t2",
                        .decline_url = "https://wici.example.org/decline-offer?manage_token=t2",
                        .answer_url = "https://wici.example.org/answer?answer_token=t1",
                        .manage_url = "https://wici.example.org/registration?manage_token=t2",
                        .check_in_url = "https://wici.example.org/check-in?check_in_token=t3",
                        .calendar_url = "https://wici.example.org/calendar?calendar_token=t4"};
}

// Compares with a file of services/notification/templates/golden; WICI_UPDATE_GOLDEN=1 rewrites it.
void ExpectGolden(const std::string& name, const std::string& actual) {
  const std::string path = absl::StrCat("services/notification/templates/golden/", name);
  if (std::getenv("WICI_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << actual;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  const std::string expected{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(actual, expected) << "differs from " << path;
}

TEST(TemplatesTest, TextsOfEveryKindAreAsApproved) {
  for (const std::string_view language : SupportedLanguages()) {
    std::string all;
    for (const v1::Template& item : BuiltInTemplates()) {
      const auto texts = RenderTemplate(item.name(), language, Values());
      ASSERT_TRUE(texts.ok()) << texts.status();
      absl::StrAppend(&all, "===== ", item.name(), "\nSubject: ", texts->subject, "\n\n",
                      texts->text);
    }
    ExpectGolden(absl::StrCat(std::string(language), ".txt"), all);
    ExpectGolden(absl::StrCat("invitation.", std::string(language), ".html"),
                 RenderTemplate("templates/invitation", language, Values())->html);
  }
}

TEST(TemplatesTest, EveryTextAlsoRendersWithoutOptionalValues) {
  const TemplateValues bare{.event_title = "T", .organiser = "O", .date = "D", .when = "W"};
  for (const std::string_view language : SupportedLanguages()) {
    for (const v1::Template& item : BuiltInTemplates()) {
      const auto texts = RenderTemplate(item.name(), language, bare);
      ASSERT_TRUE(texts.ok()) << item.name() << ' ' << language << ' ' << texts.status();
      EXPECT_THAT(texts->text, Not(HasSubstr("{{"))) << item.name();
      EXPECT_THAT(texts->text, Not(HasSubstr("\n\n\n"))) << item.name() << ' ' << language;
      EXPECT_THAT(texts->text, Not(HasSubstr("http"))) << item.name();
      EXPECT_THAT(texts->html, Not(HasSubstr("href"))) << item.name();
      EXPECT_THAT(texts->html, Not(HasSubstr("{{"))) << item.name();
    }
  }
}

TEST(TemplatesTest, ValuesAreEscapedInHtmlAndLeftAloneInText) {
  const auto texts = RenderTemplate("templates/invitation", "pl", Values());
  ASSERT_TRUE(texts.ok());
  EXPECT_THAT(texts->html, HasSubstr("&lt;Mazowsze&gt; &amp; Bawaria"));
  EXPECT_THAT(texts->html, Not(HasSubstr("<Mazowsze>")));
  EXPECT_THAT(texts->html, HasSubstr("<html lang=\"pl\">"));
  EXPECT_THAT(texts->text, HasSubstr("<Mazowsze> & Bawaria"));
}

TEST(TemplatesTest, ValueIsNeverReadAsATemplate) {
  TemplateValues values = Values();
  values.event_title = "{{answer_url}} {{nonsense}}";
  const auto texts = RenderTemplate("templates/event-cancelled", "en", values);
  ASSERT_TRUE(texts.ok());
  EXPECT_THAT(texts->text, HasSubstr("{{answer_url}} {{nonsense}}"));
}

TEST(TemplatesTest, SubjectStaysOnOneLine) {
  TemplateValues values = Values();
  values.event_title = "A\r\nBcc: evil@example.org";
  const auto texts = RenderTemplate("templates/invitation", "en", values);
  ASSERT_TRUE(texts.ok());
  EXPECT_EQ(texts->subject.find_first_of("\r\n"), std::string::npos);
}

TEST(TemplatesTest, UnknownVariableIsAnErrorAndNotAHole) {
  for (const char* text : {"{{nonsense}}", "{{#nonsense}}x{{/nonsense}}", "{{> nonsense}}"}) {
    EXPECT_EQ(RenderText(text, kEnglishTexts, Values(), Escape::kNone).status().code(),
              absl::StatusCode::kFailedPrecondition)
        << text;
  }
  EXPECT_FALSE(RenderText("{{#name}}", kEnglishTexts, Values(), Escape::kNone).ok());
}

TEST(TemplatesTest, UnknownTemplateIsNotFound) {
  EXPECT_EQ(RenderTemplate("templates/none", "en", Values()).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(FindTemplate("templates/none"), nullptr);
}

TEST(TemplatesTest, LanguageOfThePersonThenOfTheEventThenEnglish) {
  EXPECT_THAT(SupportedLanguages(), ElementsAre("de", "en", "pl"));
  EXPECT_EQ(ChooseLanguage({"pl"}), "pl");
  EXPECT_EQ(ChooseLanguage({"de-AT", "pl"}), "de");
  EXPECT_EQ(ChooseLanguage({"", "pl", "en"}), "pl");
  EXPECT_EQ(ChooseLanguage({"fr", "es"}), "en");
  EXPECT_EQ(ChooseLanguage({}), "en");
}

}  // namespace
}  // namespace wici::notification
