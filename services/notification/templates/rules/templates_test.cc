// The shipped texts, and how texts are rendered.
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/notification/templates/rules/built_in.h"
#include "services/notification/templates/rules/html_of_text.h"
#include "services/notification/templates/rules/render.h"
#include "services/notification/testing/golden.h"

namespace wici::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TemplateValues Values() {
  return TemplateValues{
      .name = "Łukasz Żak",
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
      .calendar_url = "https://wici.example.org/calendar?calendar_token=t4",
      .survey_url = "https://wici.example.org/survey?manage_token=t2",
      .confirm_url = "https://wici.example.org/confirm-consent?consent_token=t5",
      .items = "- Nowe spotkanie\n  https://wici.example.org/a\n\n- Zmiana <sali>",
      .days = 7,
      .count = 2,
      .subscription = "subscriptions/s1",
      .subscription_title = "Zgłoszenia <Łódź>",
      .failing_since = "czwartek, 17 grudnia 2015, 12:00 (UTC)"};
}

constexpr char kGolden[] = "services/notification/templates/golden/";

absl::StatusOr<RenderedTexts> RenderBuiltIn(const std::string& name, const std::string& language,
                                            const TemplateValues& values) {
  return Render(ChooseContent(*FindBuiltInVersion(name), {language}), values);
}

TEST(TemplatesTest, TextsOfEveryKindAreAsApproved) {
  for (const std::string& language : SupportedLanguages()) {
    std::string all;
    for (const v1::Template& item : BuiltInTemplates()) {
      const auto texts = RenderBuiltIn(item.name(), language, Values());
      ASSERT_TRUE(texts.ok()) << item.name() << ' ' << language << ' ' << texts.status();
      absl::StrAppend(&all, "===== ", item.name(), "\nSubject: ", texts->subject, "\n\n",
                      texts->text);
    }
    ExpectGolden(absl::StrCat(kGolden, language, ".txt"), all);
    ExpectGolden(absl::StrCat(kGolden, "invitation.", language, ".html"),
                 RenderBuiltIn("templates/invitation", language, Values())->html);
  }
}

TEST(TemplatesTest, EveryTemplateHasEveryLanguageAndSaysNothingWrong) {
  EXPECT_THAT(SupportedLanguages(), ElementsAre("cs", "de", "en", "pl", "uk"));
  for (const v1::Template& item : BuiltInTemplates()) {
    const v1::TemplateVersion* version = FindBuiltInVersion(item.name());
    ASSERT_NE(version, nullptr) << item.name();
    EXPECT_EQ(version->name(), item.current_version());
    ASSERT_EQ(version->contents_size(), 5) << item.name();
    for (const auto& content : version->contents()) {
      EXPECT_THAT(CheckText(content.subject(), TextContext::kHeader), IsEmpty()) << item.name();
      EXPECT_THAT(CheckText(content.text(), TextContext::kText), IsEmpty()) << item.name();
      EXPECT_THAT(CheckText(content.html(), TextContext::kHtml), IsEmpty())
          << item.name() << ' ' << content.language() << '\n'
          << content.html();
    }
  }
}

TEST(TemplatesTest, EveryTextAlsoRendersWithoutOptionalValues) {
  const TemplateValues bare{.event_title = "T",
                            .organiser = "O",
                            .date = "D",
                            .when = "W",
                            .hours = 2,
                            .subscription = "S",
                            .subscription_title = "ST"};
  for (const std::string& language : SupportedLanguages()) {
    for (const v1::Template& item : BuiltInTemplates()) {
      const auto texts = RenderBuiltIn(item.name(), language, bare);
      ASSERT_TRUE(texts.ok()) << item.name() << ' ' << language << ' ' << texts.status();
      EXPECT_THAT(texts->text, Not(HasSubstr("{{"))) << item.name();
      EXPECT_THAT(texts->text, Not(HasSubstr("\n\n\n"))) << item.name() << ' ' << language;
      EXPECT_THAT(texts->text, Not(HasSubstr("http"))) << item.name();
      EXPECT_THAT(texts->html, Not(HasSubstr("href"))) << item.name();
      EXPECT_THAT(texts->html, Not(HasSubstr("{{"))) << item.name();
    }
  }
}

TEST(TemplatesTest, WhatMovesACalendarEntryIsSentUntilItsAnswerComesAndAReminderOnce) {
  const auto policy = [](const char* name) { return FindBuiltIn(name)->unknown_policy(); };
  for (const char* name : {"templates/event-cancelled", "templates/event-rescheduled",
                           "templates/invitation", "templates/registration-cancelled",
                           "templates/registration-confirmed", "templates/event-reminder"}) {
    EXPECT_EQ(policy(name), v1::UNKNOWN_POLICY_AT_LEAST_ONCE) << name;
  }
  EXPECT_EQ(policy("templates/invitation-reminder"), v1::UNKNOWN_POLICY_AT_MOST_ONCE);
  EXPECT_EQ(policy("templates/event-follow-up"), v1::UNKNOWN_POLICY_AT_MOST_ONCE);
}

// What a language calls one, two, five, 21, 22 and 25 days.
struct Counted {
  const char* language;
  std::vector<const char*> days;
};

TEST(TemplatesTest, ANumberTakesThePluralFormOfItsLanguage) {
  const Counted all[] = {
      {"pl", {"za 1 dzień.", "za 2 dni.", "za 5 dni.", "za 21 dni.", "za 22 dni.", "za 25 dni."}},
      {"en", {"in 1 day.", "in 2 days.", "in 5 days.", "in 21 days.", "in 22 days."}},
      {"de", {"in 1 Tag.", "in 2 Tagen.", "in 5 Tagen.", "in 21 Tagen.", "in 22 Tagen."}},
      {"cs", {"za 1 den.", "za 2 dny.", "za 5 dní.", "za 21 dní.", "za 22 dní."}},
      {"uk",
       {"через 1 день.", "через 2 дні.", "через 5 днів.", "через 21 день.", "через 22 дні."}}};
  const int numbers[] = {1, 2, 5, 21, 22, 25};
  for (const Counted& counted : all) {
    for (std::size_t i = 0; i < counted.days.size(); ++i) {
      TemplateValues values = Values();
      values.days = numbers[i];
      const auto texts = RenderBuiltIn("templates/event-reminder", counted.language, values);
      ASSERT_TRUE(texts.ok()) << texts.status();
      EXPECT_THAT(texts->text, HasSubstr(counted.days[i])) << counted.language;
      values.days = 0;
      values.hours = numbers[i];
      EXPECT_TRUE(RenderBuiltIn("templates/event-reminder", counted.language, values).ok());
    }
  }
  TemplateValues values = Values();
  values.days = 12345;
  EXPECT_THAT(*RenderText("{{days}}", "de", values, TextContext::kText), "12.345");
  values.days = 0;
  values.hours = 2;
  EXPECT_THAT(RenderBuiltIn("templates/event-reminder", "pl", values)->text,
              HasSubstr("za 2 godziny."));
}

TEST(TemplatesTest, LanguagesAreNamedInTheLanguageOfTheText) {
  EXPECT_EQ(NamesOfLanguages({"pl", "en"}, "en"), "Polish and English");
  EXPECT_EQ(NamesOfLanguages({"pl", "de", "uk"}, "pl"), "polski, niemiecki i ukraiński");
  EXPECT_EQ(NamesOfLanguages({"en", "cs"}, "de"), "Englisch und Tschechisch");
  EXPECT_EQ(NamesOfLanguages({}, "en"), "");
  EXPECT_EQ(NamesOfLanguages({"pl", "cs"}, "en"), "Polish and Czech");
  EXPECT_EQ(NamesOfLanguages({"pl\ncs"}, "en"), "") << "no tag, and not the two before";
}

TEST(TemplatesTest, ValuesAreEscapedInHtmlAndLeftAloneInText) {
  const auto texts = RenderBuiltIn("templates/invitation", "pl", Values());
  ASSERT_TRUE(texts.ok());
  EXPECT_THAT(texts->html, HasSubstr("&lt;Mazowsze&gt; &amp; Bawaria"));
  EXPECT_THAT(texts->html, Not(HasSubstr("<Mazowsze>")));
  EXPECT_THAT(texts->html, HasSubstr("<html lang=\"pl\">"));
  EXPECT_THAT(texts->text, HasSubstr("<Mazowsze> & Bawaria"));
}

TEST(TemplatesTest, AValueInAnAddressIsPercentEncoded) {
  EXPECT_EQ(
      *RenderText("https://example.org/?q={{event_title.url}}", "en", Values(), TextContext::kText),
      "https://example.org/?q=Spotkanie%20klastr%C3%B3w%20%3CMazowsze%3E%20%26%20Bawaria");
}

TEST(TemplatesTest, ValueIsNeverReadAsATemplate) {
  TemplateValues values = Values();
  values.event_title = "{{answer_url}} {{nonsense}}";
  const auto texts = RenderBuiltIn("templates/event-cancelled", "en", values);
  ASSERT_TRUE(texts.ok());
  EXPECT_THAT(texts->text, HasSubstr("{{answer_url}} {{nonsense}}"));
}

TEST(TemplatesTest, SubjectStaysOnOneLine) {
  TemplateValues values = Values();
  values.event_title = std::string("A\r\nBcc: evil@example.org\0x", 26);
  const auto texts = RenderBuiltIn("templates/invitation", "en", values);
  ASSERT_TRUE(texts.ok());
  EXPECT_EQ(texts->subject.find_first_of(std::string_view("\r\n\0", 3)), std::string::npos);
}

TEST(TemplatesTest, AnUnknownVariableIsAnErrorAndNotAHole) {
  for (const char* text : {"{{nonsense}}", "{{#nonsense}}x{{/nonsense}}", "{{> nonsense}}",
                           "{{name.few}}", "{{#days.seven}}x{{/days.seven}}", "{{#name}}"}) {
    EXPECT_EQ(RenderText(text, "en", Values(), TextContext::kText).status().code(),
              absl::StatusCode::kFailedPrecondition)
        << text;
  }
}

TEST(TemplatesTest, AVariableWithoutValueIsAnErrorWhereItWouldBeWritten) {
  TemplateValues values = Values();
  values.reason = "";
  const auto hole = RenderText("It was moved: {{reason}}", "en", values, TextContext::kText);
  EXPECT_EQ(hole.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(hole.status().message()), HasSubstr("reason"));
  EXPECT_EQ(
      *RenderText("Moved{{#reason}}: {{reason}}{{/reason}}.", "en", values, TextContext::kText),
      "Moved.");
  EXPECT_EQ(*RenderText("{{> reason}}.", "en", values, TextContext::kText), ".");
}

TEST(TemplatesTest, UnknownTemplateIsNotFound) {
  EXPECT_EQ(FindBuiltIn("templates/none"), nullptr);
  EXPECT_EQ(FindBuiltInVersion("templates/none"), nullptr);
}

TEST(TemplatesTest, LanguageOfThePersonThenOfTheEventThenEnglish) {
  const v1::TemplateVersion& version = *FindBuiltInVersion("templates/invitation");
  const auto chosen = [&](const std::vector<std::string>& wishes) {
    return ChooseContent(version, wishes).language();
  };
  EXPECT_EQ(chosen({"pl"}), "pl");
  EXPECT_EQ(chosen({"de-AT", "pl"}), "de");
  EXPECT_EQ(chosen({"", "pl", "en"}), "pl");
  EXPECT_EQ(chosen({"fr", "es"}), "en");
  EXPECT_EQ(chosen({}), "en");
}

TEST(TemplatesTest, HtmlIsMadeFromTheText) {
  EXPECT_EQ(HtmlOfText("Dear {{name}},\n\n1 < 2 & so on\nand on.\n\n{{#answer_url}}Answer:\n"
                       "{{answer_url}}\n\n{{/answer_url}}{{> footer}}\n"),
            "<p>Dear {{name}},</p>\n<p>1 &lt; 2 &amp; so on\nand on.</p>\n{{#answer_url}}"
            "<p><a href=\"{{answer_url}}\"\n  {{> button}}>Answer</a></p>\n{{/answer_url}}"
            "{{> footer}}\n");
  EXPECT_EQ(HtmlOfText(""), "");
}

}  // namespace
}  // namespace wici::notification
