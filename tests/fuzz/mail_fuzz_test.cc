// Whatever people, organisations and templates are called: no CR, LF or NUL of theirs becomes a
// line of ours, no recipient, field, part or property is added, and no line is longer than SMTP has
// it.
//
// Thousands of mails are made by MakeMail from hostile facts and read by strict_mail.h; some of
// them are read by Python's email and icalendar as well, and go through libcurl to an SMTP server
// that says which recipients it was given. WICI_FUZZ_MAILS=1000000 makes more, WICI_TEST_SEED
// others.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "libs/testing/temp_dir.h"
#include "services/notification/mail/mime.h"
#include "services/notification/mail/smtp_transport.h"
#include "services/notification/sending/message.h"
#include "services/notification/testing/smtp_sink.h"
#include "tests/fuzz/hostile.h"
#include "tests/fuzz/strict_mail.h"

namespace wici::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kId[] = "01a21795-9021-7702-889e-01461459d8c4";
constexpr std::size_t kMailsForPython = 150;

std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  std::uint64_t number = 0;
  return text != nullptr && absl::SimpleAtoi(text, &number) ? number : otherwise;
}

// Everything a mail is made of.
struct Facts {
  Subject subject;
  people::v1::ContactPoint person;
  registration::v1::Links links;
  TemplateTexts texts;
  ClaimedDelivery delivery;
};

TemplateTexts MakeTexts(fuzz::Hostile& hostile) {
  TemplateTexts texts;
  texts.purpose = hostile.OneIn(2) ? v1::PURPOSE_INVITATION : v1::PURPOSE_SERVICE;
  v1::TemplateVersion::Content& content = *texts.version.add_contents();
  content.set_language(hostile.OneIn(20) ? hostile.Evil() : "en");
  const auto text = [&](const std::string& known) {
    return hostile.OneIn(4) ? absl::StrCat(known, hostile.Text()) : known;
  };
  content.set_subject(text("{{organiser}}: {{event_title}}"));
  content.set_text(
      text("{{#name}}{{name}}{{/name}}\n{{event_title}}\n{{where}}\n{{manage_url}}\n"
           "{{#reason}}{{reason}}{{/reason}}\n{{#summary}}{{summary}}{{/summary}}\n"));
  content.set_html(
      text("<p title=\"{{event_title}}\">{{#name}}{{name}}{{/name}} {{where}}</p>"
           "<a href=\"{{manage_url}}\">{{organiser}}</a>"));
  return texts;
}

// One in three texts is hostile: enough mails can still be made.
std::string Maybe(fuzz::Hostile& hostile) {
  return hostile.OneIn(3) ? hostile.Evil() : hostile.Ordinary();
}

Facts MakeFacts(fuzz::Hostile& hostile) {
  Facts facts;
  registration::v1::Event& event = facts.subject.event;
  event.set_name("events/silver");
  event.set_state(registration::v1::EVENT_STATE_PUBLISHED);
  (*event.mutable_title())["en"] = Maybe(hostile);
  (*event.mutable_summary())["en"] = Maybe(hostile);
  event.add_organisers()->set_display_name(hostile.OneIn(6) ? hostile.Evil() : hostile.Ordinary());
  event.mutable_start_time()->set_seconds(1450425600);
  event.mutable_end_time()->set_seconds(1450447200);
  event.set_time_zone("Europe/Warsaw");
  event.mutable_venue()->set_display_name(Maybe(hostile));
  event.mutable_venue()->set_address(Maybe(hostile));
  event.set_online_url(absl::StrCat("https://x.example/", Maybe(hostile)));
  event.set_change_reason(Maybe(hostile));
  event.add_languages(hostile.OneIn(10) ? hostile.Evil() : "en");
  event.set_calendar_changes(static_cast<std::int32_t>(hostile.Below(9)));
  if (hostile.OneIn(4)) event.set_calendar_uid(Maybe(hostile));
  facts.person.set_person("persons/p");
  facts.person.set_display_name(hostile.Text());
  facts.person.set_email(hostile.Address());
  facts.person.set_language(hostile.OneIn(10) ? hostile.Evil() : "en");
  facts.person.set_audience_consent(true);
  facts.links.set_resource("events/silver/registrations/r");
  facts.links.set_manage_token(hostile.OneIn(10) ? hostile.Evil() : "m.t");
  facts.links.set_check_in_token(hostile.OneIn(10) ? hostile.Evil() : "c.t");
  facts.texts = MakeTexts(hostile);
  facts.delivery.id = kId;
  facts.delivery.template_name = "templates/own/versions/1";
  facts.delivery.event = event.name();
  facts.delivery.resource = facts.links.resource();
  facts.delivery.person = facts.person.person();
  facts.delivery.calendar_method = static_cast<v1::CalendarMethod>(hostile.Below(3));
  return facts;
}

class MailFuzzTest : public ::testing::Test {
 protected:
  // A mail that cannot be made is logged.
  MailFuzzTest() { ::testing::internal::CaptureStderr(); }
  ~MailFuzzTest() override { ::testing::internal::GetCapturedStderr(); }

  // The mail made of `facts`, or nothing.
  std::optional<Outgoing> Make(const Facts& facts) const {
    const MessageFacts seen{&facts.subject, &facts.person, &facts.links, &facts.texts};
    auto made = MakeMail(facts.delivery, seen, sender_, now_);
    if (auto* outgoing = std::get_if<Outgoing>(&made)) return std::move(*outgoing);
    return std::nullopt;
  }

  void ExpectFields(const fuzz::Part& mail, const Facts& facts, const Outgoing& outgoing) const {
    std::vector<std::string> names = {"Date",       "From",        "To",         "Subject",
                                      "Message-ID", "In-Reply-To", "References", "Auto-Submitted"};
    if (facts.texts.purpose == v1::PURPOSE_INVITATION) {
      names.insert(names.end(), {"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"});
    }
    names.insert(names.end(), {"Content-Language", "MIME-Version", "Content-Type"});
    EXPECT_EQ(fuzz::NamesOf(mail.fields), names);
    EXPECT_THAT(fuzz::ValueOfField(mail.fields, "To"),
                ::testing::AnyOf(absl::StrCat("<", outgoing.recipient, ">"),
                                 ::testing::EndsWith(absl::StrCat(" <", outgoing.recipient, ">"))));
    EXPECT_THAT(fuzz::ValueOfField(mail.fields, "From"),
                ::testing::EndsWith(" <events@wici.example.org>"));
    EXPECT_EQ(fuzz::ValueOfField(mail.fields, "Content-Language"),
              facts.texts.version.contents(0).language());
  }

  static std::string DecodeBase64(const std::string& body) {
    std::string bytes;
    EXPECT_TRUE(absl::Base64Unescape(absl::StrReplaceAll(body, {{"\r\n", ""}}), &bytes));
    return bytes;
  }

  // The parts of a mail, and the calendar object in it if it has one.
  void ExpectParts(const fuzz::Part& mail, const Facts& facts, const Outgoing& outgoing) const {
    const bool calendar = facts.delivery.calendar_method != v1::CALENDAR_METHOD_UNSPECIFIED;
    const fuzz::Part* alternative = &mail;
    if (calendar) {
      ASSERT_EQ(mail.parts.size(), 2U);
      alternative = &mail.parts[0];
      EXPECT_THAT(fuzz::NamesOf(mail.parts[1].fields),
                  ElementsAre("Content-Type", "Content-Transfer-Encoding", "Content-Disposition"));
    }
    ASSERT_EQ(alternative->parts.size(), calendar ? 3U : 2U);
    for (const fuzz::Part& part : alternative->parts) {
      EXPECT_THAT(part.parts, IsEmpty());
      EXPECT_THAT(fuzz::NamesOf(part.fields),
                  ElementsAre("Content-Type", "Content-Transfer-Encoding"));
    }
    if (!calendar) return;
    EXPECT_EQ(alternative->parts[2].body, mail.parts[1].body);
    ExpectCalendar(DecodeBase64(mail.parts[1].body), facts, outgoing);
  }

  static void ExpectCalendar(const std::string& text, const Facts& facts,
                             const Outgoing& outgoing) {
    const auto lines = fuzz::ReadCalendarStrictly(text);
    ASSERT_TRUE(lines.ok()) << lines.status() << '\n' << absl::CEscape(text);
    std::map<std::string, std::vector<std::string>> seen;
    bool in_zone = false;
    for (const fuzz::Field& line : *lines) {
      const std::string name = line.name.substr(0, line.name.find(';'));
      if (line.value == "VTIMEZONE") in_zone = name == "BEGIN";
      if (!in_zone) seen[name].push_back(line.value);
    }
    const bool cancel = facts.delivery.calendar_method == v1::CALENDAR_METHOD_CANCEL;
    EXPECT_THAT(seen["METHOD"], ElementsAre(cancel ? "CANCEL" : "REQUEST"));
    EXPECT_THAT(seen["BEGIN"], ElementsAre("VCALENDAR", "VEVENT"));
    EXPECT_THAT(seen["END"], ElementsAre("VTIMEZONE", "VEVENT", "VCALENDAR"));
    EXPECT_THAT(seen["ATTENDEE"], ElementsAre(absl::StrCat("mailto:", outgoing.recipient)));
    EXPECT_THAT(seen["ORGANIZER"], ElementsAre("mailto:events@wici.example.org"));
    for (const char* name : {"UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS",
                             "TRANSP", "PRODID", "VERSION"}) {
      EXPECT_EQ(seen[name].size(), 1U) << name;
    }
    for (const char* name : {"DESCRIPTION", "LOCATION", "URL"}) EXPECT_LE(seen[name].size(), 1U);
    EXPECT_LE(seen.size(), 18U) << "a property that nobody wrote";
  }

  void ExpectExactly(const Facts& facts, const Outgoing& outgoing) const {
    const auto mail = fuzz::ReadStrictly(outgoing.message);
    ASSERT_TRUE(mail.ok()) << mail.status();
    ExpectFields(*mail, facts, outgoing);
    ExpectParts(*mail, facts, outgoing);
  }

  const absl::Time now_ = absl::FromUnixSeconds(1450000000);
  const Sender sender_{
      *Mailbox::Parse("events@wici.example.org"), "https://wici.example.org",
      MailKeys(*auth::SigningKey::FromSeed("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
      "bounce.wici.example.org"};
};

// What the Python reader is to find in a mail.
google::protobuf::Struct Expected(const Facts& facts, const Outgoing& outgoing,
                                  const ShortMessage& texts) {
  google::protobuf::Struct expected;
  auto& fields = *expected.mutable_fields();
  fields["to"].set_string_value(outgoing.recipient);
  fields["subject"].set_string_value(texts.title);
  fields["text"].set_string_value(texts.text);
  fields["calendar"].set_bool_value(facts.delivery.calendar_method !=
                                    v1::CALENDAR_METHOD_UNSPECIFIED);
  return expected;
}

TEST_F(MailFuzzTest, NoTextOfAnybodyAddsALineAFieldAPartOrAProperty) {
  const std::uint64_t seed = FromEnvironment("WICI_TEST_SEED", 20151218);
  SCOPED_TRACE(absl::StrCat("WICI_TEST_SEED=", seed));
  fuzz::Hostile hostile(seed);
  const std::uint64_t mails = FromEnvironment("WICI_FUZZ_MAILS", 3000);
  std::uint64_t made = 0;
  for (std::uint64_t i = 0; i < mails && !HasFailure(); ++i) {
    SCOPED_TRACE(absl::StrCat("mail ", i));
    const Facts facts = MakeFacts(hostile);
    const std::optional<Outgoing> outgoing = Make(facts);
    if (!outgoing) continue;
    ++made;
    ExpectExactly(facts, *outgoing);
    if (HasFailure()) ADD_FAILURE() << absl::CEscape(outgoing->message);
  }
  if (HasFailure()) return;
  EXPECT_GT(made, mails / 4) << "too few to say anything";
  EXPECT_LT(made, mails) << "none was hostile enough to be refused";
}

TEST_F(MailFuzzTest, TheServerIsGivenTheOneRecipientAndEveryByteAndPythonReadsWhatWasMeant) {
  fuzz::Hostile hostile(FromEnvironment("WICI_TEST_SEED", 1812));
  SmtpSink sink;
  const auto transport = *SmtpTransport::Make({.url = sink.url(), .tls = TlsPolicy::kNone});
  std::vector<std::string> arrives;
  const testing::TempDir directory;
  const std::string list = directory.path() + "/expected.jsonl";
  std::ofstream expected(list);
  while (arrives.size() < kMailsForPython) {
    const Facts facts = MakeFacts(hostile);
    const std::optional<Outgoing> outgoing = Make(facts);
    if (!outgoing) continue;
    const Mailbox from = EnvelopeSender(sender_, kId);
    const SendResult sent = transport->Send(from, *Mailbox::Parse(outgoing->recipient),
                                            outgoing->message, [] { return true; });
    ASSERT_EQ(sent.outcome, v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY) << sent.code;
    arrives.push_back(absl::StrCat("X-Envelope-From: ", from.wire_address(), "\r\n",
                                   "X-Envelope-To: ", outgoing->recipient, "\r\n",
                                   outgoing->message));
    const MessageFacts seen{&facts.subject, &facts.person, &facts.links, &facts.texts};
    const auto texts = MakeShortMessage(facts.delivery, seen, sender_, now_);
    std::string json;
    ASSERT_TRUE(google::protobuf::util::MessageToJsonString(
                    Expected(facts, *outgoing, std::get<ShortMessage>(texts)), &json)
                    .ok());
    expected << json << '\n';
  }
  expected.close();
  EXPECT_EQ(sink.Mails(), arrives);
  EXPECT_EQ(std::system(absl::StrCat("/usr/bin/python3 tests/fuzz/read_hostile_mails.py ",
                                     sink.directory(), " ", list)
                            .c_str()),
            0);
}

// Each kind of text by itself, without the facts around it.
TEST(HeaderFuzzTest, WhatIsTakenForAHeaderIsOneFieldAndWhatIsNotIsRefused) {
  fuzz::Hostile hostile(FromEnvironment("WICI_TEST_SEED", 7));
  std::size_t taken = 0;
  const std::size_t texts = 20000;
  for (std::size_t i = 0; i < texts; ++i) {
    const std::string text = hostile.OneIn(4) ? hostile.Bytes() : hostile.Text();
    const auto value = HeaderValue::Parse(text);
    const bool dangerous =
        text.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos || text.size() > 998;
    ASSERT_FALSE(dangerous && value.ok()) << absl::CEscape(text);
    if (!value.ok()) continue;
    ++taken;
    const auto read =
        fuzz::ReadStrictly(absl::StrCat(EncodeHeader("Subject", *value), "\r\nbody\r\n"));
    ASSERT_TRUE(read.ok()) << read.status() << ' ' << absl::CEscape(text);
    ASSERT_THAT(fuzz::NamesOf(read->fields), ElementsAre("Subject"));
    const std::string parameter = EncodeParameter("filename", *value);
    ASSERT_EQ(parameter.find_first_of("\r\n"), std::string::npos);
    ASSERT_LE(std::count(parameter.begin(), parameter.end(), '"'), 2);
  }
  EXPECT_GT(taken, texts / 4);
  EXPECT_LT(taken, texts);
}

TEST(StrictMailTest, WhatAnAttackWouldLeaveIsSeen) {
  for (const char* message :
       {"To: a\r\nSubject: x\nBcc: evil\r\n\r\n", "To: a\r\n\r\na\rb\r\n", "To: a\r\n\r\nno end",
        "no field\r\n\r\n", "Subject: \xc5\x81\r\n\r\n", "To: a\r\n"}) {
    EXPECT_FALSE(fuzz::ReadStrictly(message).ok()) << message;
  }
  EXPECT_FALSE(fuzz::ReadStrictly(absl::StrCat("To: ", std::string(995, 'a'), "\r\n\r\n")).ok());
  const auto added = fuzz::ReadStrictly("To: a\r\nBcc: evil\r\n\r\n");
  ASSERT_TRUE(added.ok());
  EXPECT_THAT(fuzz::NamesOf(added->fields), ElementsAre("To", "Bcc"));
  const auto split = fuzz::ReadCalendarStrictly("SUMMARY:a\r\nATTENDEE:evil\r\n");
  ASSERT_TRUE(split.ok());
  EXPECT_THAT(fuzz::NamesOf(*split), ElementsAre("SUMMARY", "ATTENDEE"));
  EXPECT_FALSE(fuzz::ReadCalendarStrictly("SUMMARY:a\nATTENDEE:evil\r\n").ok());
}

}  // namespace
}  // namespace wici::notification
