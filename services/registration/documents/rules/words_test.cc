#include "services/registration/documents/rules/words.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/timestamp.h"
#include "libs/testing/status_matchers.h"
#include "services/registration/documents/rules/eligibility.h"
#include "services/registration/documents/rules/validate_document.h"

namespace wici::registration {
namespace {

using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

// 18 December 2015, 13:00 to 17:00 in Warsaw.
v1::Event Meeting() {
  v1::Event event;
  const absl::TimeZone utc = absl::UTCTimeZone();
  SetTimestamp(absl::FromCivil(absl::CivilSecond(2015, 12, 18, 12), utc),
               *event.mutable_start_time());
  SetTimestamp(absl::FromCivil(absl::CivilSecond(2015, 12, 18, 16), utc),
               *event.mutable_end_time());
  event.set_time_zone("Europe/Warsaw");
  event.add_languages("fr");
  event.add_languages("pl");
  return event;
}

TEST(WordsTest, TimesAreThoseOfTheZoneInTheLanguageOfTheReader) {
  v1::Event event = Meeting();
  EXPECT_EQ(TimesOf(event, "pl"), "18 grudnia 2015, 13:00–17:00 (Europe/Warsaw)");
  EXPECT_EQ(TimesOf(event, "de"), "18. Dezember 2015, 13:00–17:00 (Europe/Warsaw)");
  EXPECT_EQ(DaysOf(event, "en"), "18 December 2015");
  // In Tokyo the day ends before the event does.
  event.set_time_zone("Asia/Tokyo");
  EXPECT_EQ(TimesOf(event, "en"), "18 December 2015 21:00 – 19 December 2015 01:00 (Asia/Tokyo)");
  EXPECT_EQ(DaysOf(event, "pl"), "18 grudnia 2015 – 19 grudnia 2015");
}

TEST(WordsTest, ADocumentIsInALanguageThatIsWrittenHere) {
  const v1::Event event = Meeting();
  EXPECT_EQ(LanguageFor("de-AT", event), "de");
  EXPECT_EQ(LanguageFor("fr", event), "pl");
  EXPECT_EQ(LanguageFor("", event), "pl");
  EXPECT_EQ(LanguageFor("", v1::Event()), "en");
  EXPECT_EQ(WordsIn("pl").ticket, "Bilet");
}

TEST(WordsTest, ATitleInAnotherLanguageIsBetterThanNone) {
  v1::Event event = Meeting();
  auto& title = *event.mutable_title();
  EXPECT_EQ(TextIn(title, "pl", event), "");
  title["sk"] = "Stretnutie";
  title["cs"] = "Setkání";
  EXPECT_EQ(TextIn(title, "pl", event), "Setkání");
  title["fr"] = "Réunion";
  EXPECT_EQ(TextIn(title, "pl", event), "Réunion");
  title["pl"] = "Spotkanie";
  EXPECT_EQ(TextIn(title, "pl", event), "Spotkanie");
}

TEST(WordsTest, AnEventWithoutVenueIsOnline) {
  v1::Event event = Meeting();
  EXPECT_EQ(PlaceOf(event, "en"), "Online");
  event.mutable_venue()->set_display_name("CZIiTT");
  EXPECT_EQ(PlaceOf(event, "en"), "CZIiTT");
  event.mutable_venue()->set_address("Rektorska 4, Warszawa");
  EXPECT_EQ(PlaceOf(event, "en"), "CZIiTT, Rektorska 4, Warszawa");
  event.add_organisers()->set_display_name("Klaster A");
  event.add_organisers()->set_display_name("Klaster B");
  EXPECT_EQ(OrganisersOf(event), "Klaster A, Klaster B");
}

TEST(EligibilityTest, WhoCameGetsACertificateAndWhoHoldsASeatATicket) {
  v1::Registration registration;
  registration.set_state(v1::REGISTRATION_STATE_WAITLISTED);
  EXPECT_THAT(CheckGetsTicket(registration),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("NO_SEAT_FOR_TICKET")));
  registration.set_state(v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_THAT(CheckGetsTicket(registration), IsOk());
  EXPECT_THAT(CheckGetsCertificate(registration),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("DID_NOT_ATTEND")));
  registration.set_state(v1::REGISTRATION_STATE_CHECKED_IN);
  registration.mutable_check_in_time();
  EXPECT_THAT(CheckGetsCertificate(registration), IsOk());
}

TEST(CheckFitsTest, AWorkbookHasABoundAndAListHasNone) {
  EXPECT_THAT(CheckFits("events/e", v1::LIST_FORMAT_XLSX, 150'000), IsOk());
  EXPECT_THAT(CheckFits("events/e", v1::LIST_FORMAT_XLSX, 150'001),
              StatusIs(absl::StatusCode::kResourceExhausted, Reason("LIST_TOO_LONG")));
  EXPECT_THAT(CheckFits("events/e", v1::LIST_FORMAT_CSV, 150'001), IsOk());
}

}  // namespace
}  // namespace wici::registration
