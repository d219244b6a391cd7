#include "services/notification/mail/mime.h"

#include <random>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici::notification {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

HeaderValue Value(std::string_view text) { return *HeaderValue::Parse(text); }

Mail Example() {
  return Mail{.from = *Mailbox::Parse("events@wici.example.org", "BioTechMed, Mazowsze"),
              .to = *Mailbox::Parse("jan@example.org", "Jan Łąkowski"),
              .subject = Value("Zaproszenie: spotkanie klastrów Mazowsza w Warszawie"),
              .message_id = Value("d1@wici.example.org"),
              .thread_id = Value("e1@wici.example.org"),
              .date = absl::FromUnixSeconds(1450429200),
              .language = Value("pl"),
              .text = "Dzień dobry,\n\n.kropka na początku\nkoniec \n",
              .html = "<p>Dzień dobry</p>\n",
              .calendar = CalendarPart{"REQUEST", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"}};
}

void ExpectWireSafe(const std::string& message) {
  std::size_t start = 0;
  while (start < message.size()) {
    const std::size_t end = message.find("\r\n", start);
    ASSERT_NE(end, std::string::npos) << "unterminated line";
    EXPECT_LE(end - start, 998U);
    EXPECT_EQ(message.substr(start, end - start).find_first_of("\r\n"), std::string::npos);
    start = end + 2;
  }
}

TEST(MimeTest, CalendarIsTheLastAlternativeAndAlsoAttached) {
  const std::string message = ComposeMail(Example());
  ExpectWireSafe(message);
  const std::size_t plain = message.find("text/plain");
  const std::size_t html = message.find("text/html");
  const std::size_t calendar = message.find("text/calendar; charset=UTF-8; method=REQUEST");
  const std::size_t attachment = message.find("Content-Disposition: attachment");
  EXPECT_LT(message.find("multipart/mixed"), message.find("multipart/alternative"));
  EXPECT_LT(plain, html);
  EXPECT_LT(html, calendar);
  EXPECT_LT(calendar, attachment);
  EXPECT_NE(attachment, std::string::npos);
  EXPECT_THAT(message, HasSubstr("Date: Fri, 18 Dec 2015 09:00:00 +0000\r\n"));
  EXPECT_THAT(message, HasSubstr("Auto-Submitted: auto-generated\r\n"));
  EXPECT_THAT(message, HasSubstr("Message-ID: <d1@wici.example.org>\r\n"));
}

TEST(MimeTest, AudienceMailIsLeftByOneClick) {
  Mail mail = Example();
  EXPECT_THAT(ComposeMail(mail), Not(HasSubstr("List-")));
  mail.list = ListHeaders{Value("invitation.wici.example.org"),
                          Value("https://wici.example.org/unsubscribe?token=d1.0123456789abcdef"),
                          Value("u+d1.0123456789abcdef@bounce.wici.example.org")};
  const std::string message = ComposeMail(mail);
  ExpectWireSafe(message);
  EXPECT_THAT(
      message,
      HasSubstr(
          "List-Id: <invitation.wici.example.org>\r\n"
          "List-Unsubscribe: <https://wici.example.org/unsubscribe?token=d1.0123456789abcdef>,\r\n"
          " <mailto:u+d1.0123456789abcdef@bounce.wici.example.org>\r\n"
          "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
  mail.list->page = Value("https://a.example/>,<mailto:evil@example.com");
  mail.list->address = Value("");
  EXPECT_THAT(ComposeMail(mail),
              HasSubstr("<https://a.example/%3E%2C%3Cmailto:evil@example.com>\r\nList-"));
}

TEST(MimeTest, AnIdOrALanguageEndsNoField) {
  Mail mail = Example();
  mail.message_id = Value("d1>, <evil@example.net");
  mail.thread_id = Value("e 1");
  mail.language = Value(std::string(90, 'x') + " pl");
  const std::string message = ComposeMail(mail);
  ExpectWireSafe(message);
  EXPECT_THAT(message, HasSubstr("Message-ID: <d1%3E%2C%20%3Cevil@example.net>\r\n"
                                 "In-Reply-To: <e%201>\r\nReferences: <e%201>\r\n"));
  EXPECT_THAT(message, HasSubstr("Content-Language: =?UTF-8?B?"));
}

TEST(MimeTest, SameMailGivesTheSameBytes) {
  EXPECT_EQ(ComposeMail(Example()), ComposeMail(Example()));
}

TEST(MimeTest, WithoutCalendarThereIsOnlyTheAlternative) {
  Mail mail = Example();
  mail.calendar.reset();
  const std::string message = ComposeMail(mail);
  EXPECT_THAT(message, Not(HasSubstr("multipart/mixed")));
  EXPECT_THAT(message, Not(HasSubstr("calendar")));
}

TEST(MimeTest, NonAsciiHeaderBecomesShortWordsOfWholeCharacters) {
  const std::string field =
      EncodeHeader("Subject", Value("Zażółć gęślą jaźń, zażółć gęślą jaźń, zażółć gęślą jaźń"));
  EXPECT_THAT(field, HasSubstr("=?UTF-8?B?"));
  EXPECT_THAT(field, EndsWith("?=\r\n"));
  for (const char c : field) EXPECT_LT(static_cast<unsigned char>(c), 0x80);
  std::size_t start = 0;
  while (start < field.size()) {
    const std::size_t end = field.find("\r\n", start);
    EXPECT_LE(end - start, 78U);
    start = end + 2;
  }
}

TEST(MimeTest, TextThatLooksEncodedOrHasOddSpacesSurvives) {
  EXPECT_EQ(EncodeHeader("Subject", Value("plain words")), "Subject: plain words\r\n");
  EXPECT_THAT(EncodeHeader("Subject", Value("=?x?")), HasSubstr("=?UTF-8?B?"));
  EXPECT_THAT(EncodeHeader("Subject", Value("two  spaces")), HasSubstr("=?UTF-8?B?"));
  EXPECT_THAT(EncodeHeader("Subject", Value(std::string(200, 'x'))), HasSubstr("=?UTF-8?B?"));
}

TEST(MimeTest, ParameterUsesRfc2231ForOtherLetters) {
  EXPECT_EQ(EncodeParameter("filename", Value("event.ics")), "; filename=\"event.ics\"");
  EXPECT_EQ(EncodeParameter("filename", Value("zażółć.ics")),
            "; filename*=UTF-8''za%C5%BC%C3%B3%C5%82%C4%87.ics");
}

TEST(MimeTest, QuotedPrintableProtectsDotsTrailingSpacesAndLongLines) {
  EXPECT_EQ(EncodeQuotedPrintable(".\nend \nx=y\n"), "=2E\r\nend=20\r\nx=3Dy\r\n");
  const std::string encoded = EncodeQuotedPrintable(std::string(200, 'a') + "ą\n");
  ExpectWireSafe(encoded);
  std::size_t longest = 0;
  for (std::size_t start = 0; start < encoded.size();) {
    const std::size_t end = encoded.find("\r\n", start);
    longest = std::max(longest, end - start);
    start = end + 2;
  }
  EXPECT_LE(longest, 76U);
}

TEST(MimeTest, AnyTextStaysInItsPart) {
  std::mt19937 random(7);
  std::uniform_int_distribution<int> byte(0, 255);
  std::uniform_int_distribution<int> length(0, 400);
  for (int i = 0; i < 2000; ++i) {
    Mail mail = Example();
    mail.text.clear();
    for (int n = length(random); n > 0; --n) mail.text += static_cast<char>(byte(random));
    mail.html = mail.text + "\r\n--=_wici_mixed--\r\n";
    mail.calendar->text = mail.text;
    const std::string message = ComposeMail(mail);
    ExpectWireSafe(message);
    std::size_t boundaries = 0;
    for (std::size_t at = 0; (at = message.find("\r\n--=_wici", at)) != std::string::npos; ++at) {
      ++boundaries;
    }
    ASSERT_EQ(boundaries, 7U);  // 3 + 1 of the alternative, 2 + 1 of the mixed
    for (const char c : message) ASSERT_LT(static_cast<unsigned char>(c), 0x80);
  }
}

}  // namespace
}  // namespace wici::notification
