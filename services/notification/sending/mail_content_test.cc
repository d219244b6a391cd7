// From a change in the feed to a mail at a real SMTP server: what it says, and with which entry of
// the calendar.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/sending/testing/worker_fixture.h"

namespace wici::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;
using ::testing::SizeIs;

// A quoted-printable mail without the ends of its soft lines.
std::string Unfolded(std::string mail) {
  for (std::size_t at; (at = mail.find("=\r\n")) != std::string::npos;) mail.erase(at, 3);
  return mail;
}

class MailContentTest : public WorkerFixture {};
WICI_ON_EVERY_ENGINE(MailContentTest);

TEST_P(MailContentTest, EachKindOfChangeBecomesItsMailInTheLanguageOfThePerson) {
  Consume("invitation.created", kJan, kInvitation);
  Consume("registration.confirmed", kJan, kRegistration, 1);
  Consume("registration.waitlisted", kEwa, kRegistration);
  Consume("registration.promoted", kEwa, kRegistration);
  Consume("registration.cancelled", kMax, kRegistration);
  Consume("registration.checked_in", kMax, kRegistration);
  SendAll();
  peers_.participants[kEvent] = {
      {kJan, kRegistration}, {kMax, kInvitation}, {kEwa, kRegistration, false}};
  peers_.links[kRegistration].set_calendar_changes(1);
  peers_.events[kEvent].set_calendar_changes(1);
  Consume("event.rescheduled", "", kEvent, 1);
  SendAll();
  peers_.events[kEvent].set_state(registration::v1::EVENT_STATE_CANCELLED);
  peers_.events[kEvent].set_calendar_changes(2);
  Consume("event.cancelled", "", kEvent, 2);
  SendAll();
  const std::string at = " | 2015-12-18T09:00 Europe/Warsaw | mailto:";
  const std::string request = " | REQUEST | REQUEST | silver@wici.example.org | ";
  const std::string cancel = " | CANCEL | CANCEL | silver@wici.example.org | ";
  const std::string jan = "jan@example.org";
  const std::string ewa = "ewa@example.org";
  const std::string max = "max@example.org";
  EXPECT_THAT(
      sink_.Facts(),
      ::testing::UnorderedElementsAre(
          jan + " | " + jan + " | pl | Zaproszenie: Srebro spotyka złoto, 18 grudnia 2015" +
              request + "0 | TENTATIVE" + at + jan,
          jan + " | " + jan +
              " | pl | Potwierdzenie rejestracji: Srebro spotyka złoto, 18 grudnia 2015" + request +
              "1 | CONFIRMED" + at + jan,
          ewa + " | " + ewa +
              " | en | You are on the waiting list: Silver meets Gold, 18 December 2015 | -",
          ewa + " | " + ewa +
              " | en | You have a place after all: Silver meets Gold, 18 December 2015" + request +
              "0 | CONFIRMED" + at + ewa,
          max + " | " + max + " | de | Ihre Anmeldung ist storniert: Silber trifft Gold" + cancel +
              "0 | CANCELLED" + at + max,
          jan + " | " + jan + " | pl | Zmiana terminu: Srebro spotyka złoto, 18 grudnia 2015" +
              request + "2 | CONFIRMED" + at + jan,
          max + " | " + max + " | de | Neuer Termin: Silber trifft Gold, 18. Dezember 2015" +
              request + "1 | TENTATIVE" + at + max,
          ewa + " | " + ewa + " | en | New date: Silver meets Gold, 18 December 2015 | -",
          ewa + " | " + ewa + " | en | Cancelled: Silver meets Gold, 18 December 2015 | -",
          jan + " | " + jan + " | pl | Wydarzenie odwołane: Srebro spotyka złoto, 18 grudnia 2015" +
              cancel + "3 | CANCELLED" + at + jan,
          max + " | " + max + " | de | Abgesagt: Silber trifft Gold, 18. Dezember 2015" + cancel +
              "2 | CANCELLED" + at + max));
}

TEST_P(MailContentTest, TheSequenceIsThatOfWhatTheMailSays) {
  Consume("registration.confirmed", kEwa, kRegistration);
  // Before it is sent the event moves and the mail says so, as the feed of the person does.
  peers_.events[kEvent].set_calendar_changes(2);
  peers_.links[kRegistration].set_calendar_changes(3);
  MoveByAnHour(kEvent);
  SendAll();
  peers_.links.erase(kRegistration);
  Consume("registration.cancelled", kEwa, kRegistration, 6);
  SendAll();
  EXPECT_THAT(sink_.Facts(),
              ElementsAre(HasSubstr("| 5 | CONFIRMED | 2015-12-18T10:00"),
                          HasSubstr("CANCEL | silver@wici.example.org | 6 | CANCELLED")));
}

TEST_P(MailContentTest, AnUpdateThatWasPutOffIsNotSentAfterTheCancelOfItsEntry) {
  peers_.AddPerson(kEwa, "once-ewa@example.org", "en");
  Consume("registration.confirmed", kEwa, kRegistration, 1);
  SendAll();
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_DEFERRED);
  peers_.links.erase(kRegistration);
  Consume("registration.cancelled", kEwa, kRegistration, 2);
  SendAll();
  clock_.Advance(absl::Minutes(1));
  SendAll();
  EXPECT_THAT(sink_.Facts(), ElementsAre(HasSubstr("| 2 | CANCELLED")));
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_SUPPRESSED);
  EXPECT_EQ(Ledger()[0].reason(), v1::DELIVERY_REASON_OVERTAKEN);
}

TEST_P(MailContentTest, ACancelThatWasPutOffIsSentBeforeTheEntryOfWhoCameBack) {
  peers_.AddPerson(kEwa, "once-ewa@example.org", "en");
  Consume("registration.cancelled", kEwa, "events/silver/registrations/r0", 2);
  SendAll();
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_DEFERRED);
  peers_.links[kRegistration].set_calendar_changes(3);
  Consume("registration.confirmed", kEwa, kRegistration, 3);
  SendAll();
  EXPECT_THAT(sink_.Mails(), IsEmpty());
  clock_.Advance(absl::Minutes(1));
  SendAll();
  EXPECT_THAT(sink_.Facts(),
              ElementsAre(HasSubstr("| 2 | CANCELLED"), HasSubstr("| 3 | CONFIRMED")));
}

TEST_P(MailContentTest, AMeetingHasAnEntryOfItsOwnThatIsMovedAndTakenOut) {
  const std::string meeting = "events/silver/meetings/m1";
  peers_.AddEvent(meeting);
  const auto tell = [&](const std::string& kind, const std::string& sequence) {
    feed::v1::Change change = Change(kind, kEwa, meeting);
    (*change.mutable_attributes())["registration"] = kRegistration;
    (*change.mutable_attributes())["sequence"] = sequence;
    ASSERT_THAT(Consume({change}), IsOk());
    SendAll();
  };
  Consume("registration.confirmed", kEwa, kRegistration);
  SendAll();
  tell("meeting.scheduled", "1");
  peers_.events[meeting].mutable_start_time()->set_seconds(1450436400);
  peers_.events[meeting].mutable_end_time()->set_seconds(1450437600);
  tell("meeting.rescheduled", "2");
  peers_.events[meeting].set_state(registration::v1::EVENT_STATE_CANCELLED);
  tell("meeting.rescheduled", "3");  // overtaken: it says nothing
  tell("meeting.cancelled", "4");
  EXPECT_THAT(
      sink_.Facts(),
      ElementsAre(HasSubstr("REQUEST | silver@wici.example.org | 0 | CONFIRMED"),
                  HasSubstr("REQUEST | m1@wici.example.org | 1 | CONFIRMED | 2015-12-18T09:00"),
                  HasSubstr("REQUEST | m1@wici.example.org | 2 | CONFIRMED | 2015-12-18T12:00"),
                  HasSubstr("CANCEL | m1@wici.example.org | 4 | CANCELLED | 2015-12-18T12:00")));
}

TEST_P(MailContentTest, ASessionThatMovesOrIsCalledOffIsMailedWithTheEntryOfTheFeed) {
  const std::string session = "events/silver/sessions/workshop";
  peers_.AddEvent(session);
  peers_.events[session].set_calendar_uid("workshop.silver@1.events.wici");
  peers_.participants[kEvent] = {{kEwa, kRegistration, true, true, {session}},
                                 {kMax, kRegistration, true, true, {}}};
  const auto tell = [&](const std::string& kind, int sequence) {
    peers_.events[session].set_calendar_changes(sequence);
    feed::v1::Change change = Change(kind, "", session, sequence);
    change.set_aggregate(kEvent);
    ASSERT_THAT(Consume({change}), IsOk());
    SendAll();
  };
  peers_.links[kRegistration].set_calendar_changes(2);
  tell("session.rescheduled", 1);
  peers_.called_off.insert(session);
  tell("session.rescheduled", 3);  // overtaken: it does not take place
  tell("session.cancelled", 4);
  EXPECT_THAT(
      sink_.Facts(),
      ElementsAre(HasSubstr("| New time or room: Silver meets Gold, 18 December 2015 | REQUEST | "
                            "REQUEST | workshop.silver@1.events.wici | 3 | CONFIRMED"),
                  HasSubstr("| Cancelled: Silver meets Gold | CANCEL | CANCEL | "
                            "workshop.silver@1.events.wici | 6 | CANCELLED")));
}

TEST_P(MailContentTest, TheEntryOfASessionGoesWithTheEventAndWithTheRegistration) {
  const std::string session = "events/silver/sessions/workshop";
  const std::string other = "events/silver/registrations/r2";
  peers_.AddEvent(session);
  peers_.events[session].set_calendar_uid("workshop.silver@1.events.wici");
  peers_.events[session].set_calendar_changes(1);
  peers_.AddLinks(other);
  peers_.links[kRegistration].set_calendar_changes(2);
  peers_.participants[kEvent] = {{kEwa, kRegistration, true, true, {session}},
                                 {kMax, other, true, true, {session}}};
  const auto tell = [&](feed::v1::Change change) {
    change.set_aggregate(kEvent);
    ASSERT_THAT(Consume({std::move(change)}), IsOk());
    SendAll();
  };
  tell(Change("session.rescheduled", "", session, 1));
  peers_.events[kEvent].set_calendar_changes(1);
  peers_.events[session].set_calendar_changes(2);
  MoveByAnHour(kEvent);
  MoveByAnHour(session);
  tell(Change("event.rescheduled", "", kEvent, 1));
  peers_.links.erase(kRegistration);
  peers_.participants[kEvent].erase(peers_.participants[kEvent].begin());
  feed::v1::Change gone = Change("registration.cancelled", kEwa, kRegistration, 4);
  (*gone.mutable_attributes())["sessions"] = "workshop:5";
  tell(gone);
  tell(gone);  // it is taken out once
  for (const std::string& name : {std::string(kEvent), session}) {
    peers_.events[name].set_state(registration::v1::EVENT_STATE_CANCELLED);
  }
  peers_.events[kEvent].set_calendar_changes(2);
  peers_.events[session].set_calendar_changes(3);
  tell(Change("event.cancelled", "", kEvent, 2));
  const std::string uid = "workshop.silver@1.events.wici | ";
  const std::string ewa = "ewa@example.org | ";
  const std::string max = "max@example.org | ";
  std::vector<std::string> of_session;
  for (const std::string& fact : sink_.Facts()) {
    const std::size_t at = fact.find(uid);
    if (at == std::string::npos) continue;
    const std::string method =
        fact.find(" | CANCEL | ") != std::string::npos ? "CANCEL " : "REQUEST ";
    of_session.push_back(fact.substr(0, fact.find(" | ") + 3) + method +
                         fact.substr(at + uid.size(), fact.find(" Europe") - at - uid.size()));
  }
  EXPECT_THAT(of_session,
              ::testing::UnorderedElementsAre(ewa + "REQUEST 3 | CONFIRMED | 2015-12-18T09:00",
                                              max + "REQUEST 1 | CONFIRMED | 2015-12-18T09:00",
                                              ewa + "REQUEST 4 | CONFIRMED | 2015-12-18T10:00",
                                              max + "REQUEST 2 | CONFIRMED | 2015-12-18T10:00",
                                              ewa + "CANCEL 5 | CANCELLED | 2015-12-18T10:00",
                                              max + "CANCEL 3 | CANCELLED | 2015-12-18T10:00"));
}

TEST_P(MailContentTest, AnUpdatedEventIsMailedOnceWithItsNewEntry) {
  peers_.participants[kEvent] = {{kEwa, kRegistration, true, true}};
  peers_.events[kEvent].set_calendar_changes(1);
  (*peers_.events[kEvent].mutable_title())["en"] = "Gold meets Silver";
  feed::v1::Change change = Change("event.updated", "", kEvent, 1);
  ASSERT_THAT(Consume({change}), IsOk());
  (*change.mutable_attributes())["updated"] = "entry";
  ASSERT_THAT(Consume({change}), IsOk());
  SendAll();
  EXPECT_THAT(sink_.Facts(),
              ElementsAre(HasSubstr("| Changed: Gold meets Silver, 18 December 2015 | REQUEST | "
                                    "REQUEST | silver@wici.example.org | 1 | CONFIRMED")));
}

TEST_P(MailContentTest, ASeatIsOfferedWithItsTimeAndLinksWhileTheOfferStands) {
  registration::v1::Links& links = peers_.links[kRegistration];
  links.set_state(registration::v1::REGISTRATION_STATE_OFFERED);
  links.mutable_expire_time()->set_seconds(absl::ToUnixSeconds(clock_.Now() + absl::Hours(1)));
  links.clear_check_in_token();
  Consume("registration.offered", kEwa, kRegistration);
  SendAll();
  ASSERT_THAT(sink_.Mails(), SizeIs(1));
  const std::string mail = Unfolded(sink_.Mails()[0]);
  EXPECT_THAT(mail, HasSubstr("https://wici.example.org/accept-offer?manage_token=3Dmanage.t"));
  EXPECT_THAT(mail, HasSubstr("https://wici.example.org/decline-offer?manage_token=3Dmanage.t"));
  EXPECT_THAT(mail, HasSubstr("kept for you until"));
  Consume("registration.requeued", kEwa, kRegistration);  // not true: it is offered again
  SendAll();
  clock_.Advance(absl::Hours(1));
  Consume("registration.offered", kEwa, kRegistration);
  SendAll();
  links.set_state(registration::v1::REGISTRATION_STATE_CONFIRMED);
  Consume("registration.offered", kEwa, kRegistration);
  SendAll();
  EXPECT_THAT(sink_.Mails(), SizeIs(1));
  links.set_state(registration::v1::REGISTRATION_STATE_WAITLISTED);
  Consume("registration.requeued", kEwa, kRegistration);
  SendAll();
  peers_.links.erase(kRegistration);
  feed::v1::Change lapsed = Change("registration.expired", kEwa, kRegistration);
  (*lapsed.mutable_attributes())["was"] = "OFFERED";
  ASSERT_THAT(Consume({lapsed}), IsOk());
  Consume("registration.rejected", kMax, kRegistration);
  SendAll();
  const std::vector<std::string> mails = sink_.Mails();
  ASSERT_THAT(mails, SizeIs(4));
  EXPECT_THAT(mails[1], HasSubstr("You are on the waiting list again"));
  EXPECT_THAT(mails[2], HasSubstr("With it your registration has ended"));
  EXPECT_THAT(sink_.Facts()[3], HasSubstr("Ihre Anmeldung wurde nicht angenommen"));
}

TEST_P(MailContentTest, TheReasonOfAMovedEventIsNotThatOfACancelledRegistration) {
  peers_.events[kEvent].set_change_reason("another hall");
  Consume("registration.cancelled", kEwa, kRegistration);
  SendAll();
  peers_.participants[kEvent] = {{kEwa, kRegistration}};
  Consume("event.rescheduled", "", kEvent);
  SendAll();
  ASSERT_THAT(sink_.Mails(), SizeIs(2));
  EXPECT_THAT(sink_.Mails()[0], Not(HasSubstr("another hall")));
  EXPECT_THAT(sink_.Mails()[1], HasSubstr("another hall"));
}

TEST_P(MailContentTest, AMailAboutAMeetingIsSentWhileTheMeetingStandsSo) {
  const std::string meeting = "events/silver/meetings/m1";
  peers_.AddEvent(meeting);
  const std::vector<std::pair<std::string, registration::v1::MeetingState>> kinds = {
      {"meeting.requested", registration::v1::MEETING_STATE_REQUESTED},
      {"meeting.accepted", registration::v1::MEETING_STATE_ACCEPTED},
      {"meeting.declined", registration::v1::MEETING_STATE_DECLINED},
      {"meeting.expired", registration::v1::MEETING_STATE_EXPIRED},
      {"meeting.scheduled", registration::v1::MEETING_STATE_SCHEDULED}};
  for (const auto& [kind, state] : kinds) {
    for (const auto now : {state, registration::v1::MEETING_STATE_WITHDRAWN}) {
      peers_.meetings[meeting] = now;
      feed::v1::Change change = Change(kind, kEwa, meeting, 1);
      (*change.mutable_attributes())["registration"] = kRegistration;
      ASSERT_THAT(Consume({change}), IsOk());
      SendAll();
    }
  }
  EXPECT_THAT(sink_.Facts(),
              ElementsAre(HasSubstr("| Request for a meeting: Silver meets Gold | -"),
                          HasSubstr("| Accepted: Silver meets Gold | -"),
                          HasSubstr("| Declined: Silver meets Gold | -"),
                          HasSubstr("| Not answered: Silver meets Gold | -"),
                          HasSubstr("| Silver meets Gold, 18 December 2015 | REQUEST")));
}

TEST_P(MailContentTest, LinksOfTheMailCarryTheTokensOfTheMoment) {
  Consume("registration.confirmed", kEwa, kRegistration);
  SendAll();
  ASSERT_THAT(sink_.Mails(), SizeIs(1));
  const std::string mail = Unfolded(sink_.Mails()[0]);
  EXPECT_THAT(mail, HasSubstr("https://wici.example.org/registration?manage_token=3Dmanage.t\r\n"));
  EXPECT_THAT(mail, HasSubstr("https://wici.example.org/check-in?check_in_token=3Dcheck-in.t\r\n"));
  EXPECT_THAT(mail, HasSubstr("https://wici.example.org/calendar?calendar_token=3Dcalendar.t\r\n"));
}

}  // namespace
}  // namespace wici::notification
