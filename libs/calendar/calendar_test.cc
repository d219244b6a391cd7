#include "libs/calendar/calendar.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici::calendar {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

absl::Time Utc(const char* text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  return time;
}

Entry Meeting() {
  return Entry{.uid = "e1@wici.example.org",
               .sequence = 3,
               .stamp = Utc("2015-12-01T08:00:00Z"),
               .start = Utc("2015-12-18T09:00:00Z"),
               .end = Utc("2015-12-18T15:00:00Z"),
               .time_zone = "Europe/Warsaw",
               .summary = "Spotkanie klastrów, Warszawa; 2015",
               .organizer = Person{"BioTechMed", "events@wici.example.org"},
               .attendee = Person{"Łukasz", "biuro@xn--w-uga1v8h.pl"}};
}

std::string Unfold(std::string text) {
  for (std::size_t at; (at = text.find("\r\n ")) != std::string::npos;) text.erase(at, 3);
  return text;
}

std::string Build(const Entry& entry, Method method = Method::kRequest) {
  const auto text = WriteCalendar(method, {entry});
  EXPECT_TRUE(text.ok());
  return Unfold(*text);
}

TEST(CalendarTest, RequestCarriesWhatACalendarNeeds) {
  const std::string text = Build(Meeting());
  EXPECT_THAT(text, StartsWith("BEGIN:VCALENDAR\r\n"));
  for (const char* line :
       {"VERSION:2.0\r\n", "METHOD:REQUEST\r\n", "UID:e1@wici.example.org\r\n", "SEQUENCE:3\r\n",
        "DTSTAMP:20151201T080000Z\r\n", "DTSTART;TZID=Europe/Warsaw:20151218T100000\r\n",
        "DTEND;TZID=Europe/Warsaw:20151218T160000\r\n", "STATUS:CONFIRMED\r\n",
        "SUMMARY:Spotkanie klastrów\\, Warszawa\\; 2015\r\n",
        "ORGANIZER;CN=BioTechMed:mailto:events@wici.example.org\r\n",
        "mailto:biuro@xn--w-uga1v8h.pl\r\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(CalendarTest, NoTextAddsAPropertyOrHoldsAControlCharacter) {
  Entry entry = Meeting();
  entry.summary = "a\r\nATTENDEE:mailto:evil@example.net";
  entry.description = std::string("b\rATTENDEE:x\x1b[31m\0after\x7f", 24);
  entry.location = "c\nEND:VEVENT";
  entry.url = "https://x.example/\r\nATTENDEE:mailto:evil@example.net \"ł";
  const std::string text = Build(entry);
  EXPECT_THAT(text, HasSubstr("SUMMARY:a\\nATTENDEE:mailto:evil@example.net\r\n"));
  EXPECT_THAT(text, HasSubstr("DESCRIPTION:b ATTENDEE:x [31m after \r\n"));
  EXPECT_THAT(text, HasSubstr("LOCATION:c\\nEND:VEVENT\r\n"));
  EXPECT_THAT(text, HasSubstr("URL:https://x.example/%0D%0AATTENDEE:mailto:evil@example.net"
                              "%20%22%C5%82\r\n"));
}

// libical may fold between the CR and the LF of a line that is as long as a line may be.
TEST(CalendarTest, LinesOfEveryLengthAreFoldedBetweenCharacters) {
  for (int length = 1; length < 200; ++length) {
    Entry entry = Meeting();
    entry.summary = std::string(length, 's') + "łąka";
    entry.url = "https://x.example/" + std::string(length, 'u');
    const std::string text = *WriteCalendar(Method::kRequest, {entry});
    for (std::size_t start = 0; start < text.size();) {
      const std::size_t end = text.find("\r\n", start);
      ASSERT_NE(end, std::string::npos);
      const std::string line = text.substr(start, end - start);
      ASSERT_LE(line.size(), 75U);
      ASSERT_EQ(line.find_first_of("\r\n"), std::string::npos) << line;
      ASSERT_NE(static_cast<unsigned char>(line[line[0] == ' ' ? 1 : 0]) & 0xc0, 0x80) << line;
      start = end + 2;
    }
    ASSERT_THAT(Unfold(text), HasSubstr("\r\nSUMMARY:" + entry.summary + "\r\n"));
    ASSERT_THAT(Unfold(text), HasSubstr("\r\nURL:" + entry.url + "\r\n"));
  }
}

TEST(CalendarTest, ZoneHoldsTheChangesAroundTheEventOnly) {
  const std::string text = Build(Meeting());
  EXPECT_THAT(text, HasSubstr("BEGIN:VTIMEZONE\r\nTZID:Europe/Warsaw\r\n"));
  // Last Sunday of March 2015, 02:00 becomes 03:00; last Sunday of October, 03:00 becomes 02:00.
  EXPECT_THAT(text, HasSubstr("BEGIN:DAYLIGHT\r\nDTSTART:20150329T020000\r\nTZOFFSETFROM:+0100\r\n"
                              "TZOFFSETTO:+0200\r\nTZNAME:CEST\r\n"));
  EXPECT_THAT(text, HasSubstr("BEGIN:STANDARD\r\nDTSTART:20151025T030000\r\nTZOFFSETFROM:+0200\r\n"
                              "TZOFFSETTO:+0100\r\nTZNAME:CET\r\n"));
  EXPECT_THAT(text, Not(HasSubstr("19")));
}

TEST(CalendarTest, ZonesThatAreKeptAreThoseOfTheirTimeAndStandBeforeTheEntries) {
  Entry later = Meeting();
  later.start += absl::Hours(24 * 366 * 3);
  later.end += absl::Hours(24 * 366 * 3);
  later.summary = "BEGIN:VEVENT";
  Entry longer = Meeting();
  longer.end += absl::Hours(24 * 366);
  const std::vector<Entry> entries = {Meeting(), later, longer};
  std::vector<std::string> texts;
  for (const Entry& entry : entries) texts.push_back(Build(entry));
  EXPECT_THAT(texts[0], HasSubstr("DTSTART:20150329T020000\r\n"));
  EXPECT_THAT(texts[1], Not(HasSubstr("DTSTART:20150329T020000\r\n")));
  EXPECT_THAT(texts[1], HasSubstr("DTSTART:20180325T020000\r\n"));
  EXPECT_THAT(texts[2], HasSubstr("DTSTART:20171029T030000\r\n")) << "a year after its end";
  EXPECT_THAT(texts[0], Not(HasSubstr("DTSTART:20171029T030000\r\n")));
  for (const std::string& text : texts) {
    EXPECT_LT(text.find("END:VTIMEZONE\r\nBEGIN:VEVENT\r\n"), text.find("SUMMARY"));
  }
  for (int i = 0; i < 300; ++i) {  // more than are kept
    Entry other = Meeting();
    other.start += absl::Hours(i);
    other.end += absl::Hours(i);
    Build(other);
  }
  for (std::size_t i = 0; i < entries.size(); ++i) EXPECT_EQ(Build(entries[i]), texts[i]);
}

TEST(CalendarTest, ZoneWithoutChangesHasOneObservance) {
  Entry entry = Meeting();
  entry.time_zone = "Asia/Tokyo";
  const std::string text = Build(entry);
  EXPECT_THAT(text, HasSubstr("DTSTART;TZID=Asia/Tokyo:20151218T180000\r\n"));
  EXPECT_EQ(text.find("BEGIN:STANDARD"), text.rfind("BEGIN:STANDARD"));
  EXPECT_THAT(text, HasSubstr("TZOFFSETTO:+0900"));
}

TEST(CalendarTest, CancelSaysCancelledWithTheSameUid) {
  Entry entry = Meeting();
  entry.status = EntryStatus::kCancelled;
  const std::string text = Build(entry, Method::kCancel);
  EXPECT_THAT(text, HasSubstr("METHOD:CANCEL\r\n"));
  EXPECT_THAT(text, HasSubstr("STATUS:CANCELLED\r\n"));
  EXPECT_THAT(text, HasSubstr("UID:e1@wici.example.org\r\n"));
  EXPECT_EQ(MethodName(Method::kCancel), "CANCEL");
}

TEST(CalendarTest, InvitationIsTentativeUntilRegistered) {
  Entry entry = Meeting();
  entry.status = EntryStatus::kTentative;
  EXPECT_THAT(Build(entry), HasSubstr("STATUS:TENTATIVE\r\n"));
  EXPECT_THAT(Build(entry), HasSubstr("PARTSTAT=NEEDS-ACTION"));
}

TEST(CalendarTest, TextCannotAddAProperty) {
  Entry entry = Meeting();
  entry.summary = "A\r\nATTENDEE:mailto:evil@example.org";
  entry.description = "B\nATTENDEE:mailto:evil@example.org";
  entry.location = "C\rX-EVIL:1";
  const std::string text = Build(entry);
  EXPECT_THAT(text, Not(HasSubstr("\nATTENDEE:mailto:evil")));
  EXPECT_THAT(text, Not(HasSubstr("\rX-EVIL")));
}

TEST(CalendarTest, AFeedHasManyEntriesWithTheirZonesAndNoMethod) {
  Entry tokyo = Meeting();
  tokyo.time_zone = "Asia/Tokyo";
  tokyo.uid = "e2@wici.example.org";
  tokyo.attendee.reset();
  tokyo.organizer.reset();
  const auto feed = WriteCalendar(Method::kFeed, {Meeting(), tokyo, Meeting()});
  ASSERT_TRUE(feed.ok());
  const std::string text = Unfold(*feed);
  EXPECT_THAT(text, Not(HasSubstr("METHOD")));
  EXPECT_THAT(text, HasSubstr("X-PUBLISHED-TTL:PT1H\r\n"));
  int zones = 0;
  int entries = 0;
  for (std::size_t at = 0; (at = text.find("BEGIN:V", at)) != std::string::npos; ++at) {
    zones += text.compare(at, 15, "BEGIN:VTIMEZONE") == 0 ? 1 : 0;
    entries += text.compare(at, 12, "BEGIN:VEVENT") == 0 ? 1 : 0;
  }
  EXPECT_EQ(zones, 2);
  EXPECT_EQ(entries, 3);
}

TEST(CalendarTest, UnknownZoneIsRefused) {
  Entry entry = Meeting();
  entry.time_zone = "Europe/Atlantis";
  EXPECT_EQ(WriteCalendar(Method::kRequest, {entry}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace wici::calendar
