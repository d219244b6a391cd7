// From a change in the feed to a mail at a real SMTP server, and what happens when parts fail.
#include "services/notification/sending/worker.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/metrics.h"
#include "libs/testing/faulty_database.h"
#include "libs/testing/status_matchers.h"
#include "prometheus/text_serializer.h"
#include "services/notification/sending/testing/worker_fixture.h"

namespace wici::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::IsOkAndHolds;
using ::testing::Not;
using ::testing::SizeIs;

// A quoted-printable mail without the ends of its soft lines.
std::string Unfolded(std::string mail) {
  for (std::size_t at; (at = mail.find("=\r\n")) != std::string::npos;) mail.erase(at, 3);
  return mail;
}

class WorkerTest : public WorkerFixture {};
WICI_ON_EVERY_ENGINE(WorkerTest);

TEST_P(WorkerTest, EachKindOfChangeBecomesItsMailInTheLanguageOfThePerson) {
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

TEST_P(WorkerTest, TheSequenceIsThatOfWhatTheMailSays) {
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

TEST_P(WorkerTest, AnUpdateThatWasPutOffIsNotSentAfterTheCancelOfItsEntry) {
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

TEST_P(WorkerTest, ACancelThatWasPutOffIsSentBeforeTheEntryOfWhoCameBack) {
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

TEST_P(WorkerTest, AMeetingHasAnEntryOfItsOwnThatIsMovedAndTakenOut) {
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

TEST_P(WorkerTest, ASessionThatMovesOrIsCalledOffIsMailedWithTheEntryOfTheFeed) {
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

TEST_P(WorkerTest, TheEntryOfASessionGoesWithTheEventAndWithTheRegistration) {
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

TEST_P(WorkerTest, AnUpdatedEventIsMailedOnceWithItsNewEntry) {
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

TEST_P(WorkerTest, ASeatIsOfferedWithItsTimeAndLinksWhileTheOfferStands) {
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

TEST_P(WorkerTest, TheReasonOfAMovedEventIsNotThatOfACancelledRegistration) {
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

TEST_P(WorkerTest, AMailAboutAMeetingIsSentWhileTheMeetingStandsSo) {
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

TEST_P(WorkerTest, LinksOfTheMailCarryTheTokensOfTheMoment) {
  Consume("registration.confirmed", kEwa, kRegistration);
  SendAll();
  ASSERT_THAT(sink_.Mails(), SizeIs(1));
  const std::string mail = Unfolded(sink_.Mails()[0]);
  EXPECT_THAT(mail, HasSubstr("https://wici.example.org/registration?manage_token=3Dmanage.t\r\n"));
  EXPECT_THAT(mail, HasSubstr("https://wici.example.org/check-in?check_in_token=3Dcheck-in.t\r\n"));
  EXPECT_THAT(mail, HasSubstr("https://wici.example.org/calendar?calendar_token=3Dcalendar.t\r\n"));
}

TEST_P(WorkerTest, RelayThatIsDownDelaysMailsAndLosesNone) {
  sink_.Stop();
  Consume("invitation.created", kJan, kInvitation);
  Consume("registration.waitlisted", kEwa, kRegistration);
  SendAll();
  for (const v1::Delivery& delivery : Ledger()) {
    EXPECT_EQ(delivery.state(), v1::DELIVERY_STATE_DEFERRED);
    EXPECT_EQ(delivery.last_outcome(), v1::ATTEMPT_OUTCOME_DEFERRED);
  }
  clock_.Advance(absl::Seconds(5));
  SendAll();
  sink_.Start();
  clock_.Advance(absl::Minutes(2));
  SendAll();
  EXPECT_THAT(sink_.Facts(), SizeIs(2));
  for (const v1::Delivery& delivery : Ledger()) {
    EXPECT_EQ(delivery.state(), v1::DELIVERY_STATE_DELIVERED);
    EXPECT_EQ(delivery.attempt_count(), 3);
  }
}

TEST_P(WorkerTest, TemporaryRefusalIsTriedAgainAndPermanentOneIsNot) {
  peers_.AddPerson(kJan, "once-jan@example.org", "pl");
  peers_.AddPerson(kEwa, "rcpt-550-ewa@example.org", "pl");
  Consume("invitation.created", kJan, kInvitation);
  Consume("invitation.created", kEwa, kInvitation);
  SendAll();
  EXPECT_THAT(sink_.Mails(), IsEmpty());
  clock_.Advance(absl::Minutes(1));
  SendAll();
  EXPECT_THAT(sink_.Mails(), SizeIs(1));
  clock_.Advance(absl::Hours(24));
  SendAll();
  const std::vector<v1::Delivery> ledger = Ledger();
  EXPECT_EQ(ledger[0].state(), v1::DELIVERY_STATE_DELIVERED);
  EXPECT_EQ(ledger[0].attempt_count(), 2);
  EXPECT_EQ(ledger[1].state(), v1::DELIVERY_STATE_REJECTED);
  EXPECT_EQ(ledger[1].attempt_count(), 1);
  EXPECT_EQ(ledger[1].last_code(), 550);
  EXPECT_EQ(ledger[1].last_enhanced_code(), "5.1.1");
}

TEST_P(WorkerTest, PeersThatAreAwayDelayMails) {
  Consume("invitation.created", kJan, kInvitation);
  peers_.error = absl::UnavailableError("away");
  SendAll();
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_DEFERRED);
  peers_.error = absl::OkStatus();
  clock_.Advance(absl::Seconds(5));
  SendAll();
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_DELIVERED);
}

TEST_P(WorkerTest, F21_DeliveryWhoseFactsCannotBeReadHoldsUpNoOther) {
  peers_.poison = kMax;
  Consume("invitation.created", kJan, kInvitation);
  Consume("invitation.created", kMax, kInvitation);
  Consume("invitation.created", kEwa, kInvitation);
  SendAll();
  EXPECT_THAT(sink_.Mails(), SizeIs(2));
  peers_.poison.clear();
  clock_.Advance(absl::Minutes(1));
  SendAll();
  EXPECT_THAT(sink_.Mails(), SizeIs(3));
}

TEST_P(WorkerTest, F21_DeliveryWhoseFactsTakeTooLongHoldsUpNoOther) {
  for (const auto code :
       {absl::StatusCode::kDeadlineExceeded, absl::StatusCode::kResourceExhausted}) {
    sink_.Clear();
    peers_.poison = kMax;
    peers_.poison_error = absl::Status(code, "too much");
    Consume("invitation.created", kJan, kInvitation);
    Consume("invitation.created", kMax, kInvitation);
    Consume("invitation.created", kEwa, kInvitation);
    SendAll();
    EXPECT_THAT(sink_.Mails(), SizeIs(2));
    peers_.poison.clear();
    clock_.Advance(absl::Minutes(1));
    SendAll();
    EXPECT_THAT(sink_.Mails(), SizeIs(3));
  }
}

TEST_P(WorkerTest, PeersThatTakeTooLongForAllDelayMailsOnly) {
  Consume("invitation.created", kJan, kInvitation);
  Consume("invitation.created", kEwa, kInvitation);
  peers_.error = absl::DeadlineExceededError("slow");
  for (int i = 0; i < 10; ++i) {
    SendAll();
    clock_.Advance(absl::Minutes(1) + absl::Seconds(12));
  }
  peers_.error = absl::OkStatus();
  SendAll();
  EXPECT_THAT(sink_.Mails(), SizeIs(2))
      << "ten failures of their own would make them wait for hours";
}

TEST_P(WorkerTest, WhatIsNoLongerTrueIsNotSent) {
  Consume("invitation.created", kJan, kInvitation);  // revoked before it goes out
  Consume("registration.confirmed", kEwa, "events/silver/registrations/gone");
  Consume("invitation.created", "persons/erased", kInvitation);
  peers_.links.erase(kInvitation);
  SendAll();
  peers_.AddLinks(kInvitation);
  peers_.persons[kMax].set_audience_consent(false);
  Consume("invitation.created", kMax, kInvitation);
  Consume("invitation.created", "persons/erased", kInvitation);
  SendAll();
  peers_.participants[kEvent] = {{kEwa, kRegistration}};
  Consume("event.cancelled", "", kEvent);  // it stands all the same
  SendAll();
  peers_.events[kEvent].set_state(registration::v1::EVENT_STATE_CANCELLED);
  Consume("registration.confirmed", kEwa, kRegistration);
  SendAll();
  peers_.events.clear();
  Consume("registration.confirmed", kEwa, kRegistration);
  SendAll();
  EXPECT_THAT(sink_.Mails(), IsEmpty());
  std::vector<v1::DeliveryReason> reasons;
  for (const v1::Delivery& delivery : Ledger()) {
    EXPECT_EQ(delivery.state(), v1::DELIVERY_STATE_SUPPRESSED);
    reasons.push_back(delivery.reason());
  }
  EXPECT_THAT(reasons,
              ElementsAre(v1::DELIVERY_REASON_OVERTAKEN, v1::DELIVERY_REASON_OVERTAKEN,
                          v1::DELIVERY_REASON_OVERTAKEN, v1::DELIVERY_REASON_NO_CONSENT,
                          v1::DELIVERY_REASON_PERSON_UNKNOWN, v1::DELIVERY_REASON_OVERTAKEN,
                          v1::DELIVERY_REASON_OVERTAKEN, v1::DELIVERY_REASON_RESOURCE_UNKNOWN));
}

TEST_P(WorkerTest, WhoDoesNotTakePartInAnEventIsSentNoServiceMailAboutIt) {
  peers_.not_taking_part = {kEwa};  // cancelled, or never registered
  peers_.participations[kMax] = registration::v1::REGISTRATION_STATE_WAITLISTED;
  NewNotification plan;
  plan.id = ids_.NewId();
  plan.template_name = "templates/event-follow-up";
  plan.event = kEvent;
  plan.not_before = clock_.Now();
  plan.expires = clock_.Now() + absl::Hours(1);
  for (const char* person : {kJan, kEwa, kMax}) {
    plan.recipients.push_back({ids_.NewId(), person, kEvent});
  }
  ASSERT_THAT(database().Write(absl::Now() + absl::Seconds(20),
                               [&](sql::Transaction& tx) {
                                 return RecordNotifications(tx, {plan}, plan.id, clock_.Now());
                               }),
              IsOk());
  // What tells of the end itself still goes out.
  Consume("registration.cancelled", kEwa, kRegistration, 2);
  SendAll();
  EXPECT_THAT(sink_.Facts(), ::testing::UnorderedElementsAre(HasSubstr("jan@example.org | pl"),
                                                             HasSubstr("| 2 | CANCELLED")));
  for (const v1::Delivery& delivery : Ledger()) {
    const bool left_out = delivery.resource() == kEvent && delivery.person() != kJan;
    EXPECT_EQ(delivery.state(),
              left_out ? v1::DELIVERY_STATE_SUPPRESSED : v1::DELIVERY_STATE_DELIVERED);
    EXPECT_EQ(delivery.reason(),
              left_out ? v1::DELIVERY_REASON_NOT_TAKING_PART : v1::DELIVERY_REASON_UNSPECIFIED);
  }
}

TEST_P(WorkerTest, LinksOfOnePersonAreNeverSentToAnother) {
  peers_.links[kRegistration].set_person(kJan);
  Consume("registration.confirmed", kEwa, kRegistration);
  SendAll();
  EXPECT_THAT(sink_.Mails(), IsEmpty());
  ASSERT_THAT(Ledger(), SizeIs(1));
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_SUPPRESSED);
  EXPECT_EQ(Ledger()[0].reason(), v1::DELIVERY_REASON_RESOURCE_UNKNOWN);
}

TEST_P(WorkerTest, AddressThatCouldInjectACommandIsRejectedBeforeTheWire) {
  peers_.AddPerson(kJan, "jan@example.org>\r\nRCPT TO:<evil@example.org", "pl");
  peers_.AddPerson(kEwa, "ewa@example.org", "pl");
  peers_.persons[kEwa].set_display_name("Ewa\r\nBcc: evil@example.org");
  Consume("invitation.created", kJan, kInvitation);
  Consume("invitation.created", kEwa, kInvitation);
  SendAll();
  const std::vector<v1::Delivery> ledger = Ledger();
  EXPECT_EQ(ledger[0].state(), v1::DELIVERY_STATE_REJECTED);
  EXPECT_EQ(ledger[0].reason(), v1::DELIVERY_REASON_ADDRESS_INVALID);
  ASSERT_THAT(sink_.Facts(), SizeIs(1));
  EXPECT_THAT(sink_.Mails()[0], Not(HasSubstr("\nBcc:")));
}

TEST_P(WorkerTest, ExpiredMailIsNotSent) {
  Consume("invitation.created", kJan, kInvitation);
  clock_.Advance(kDefaultLifetime);
  SendAll();
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_EXPIRED);
  EXPECT_THAT(sink_.Mails(), IsEmpty());
}

TEST_P(WorkerTest, ListenerOfAnUnknownEventPassesOverIt) {
  EXPECT_THAT(Consume({Change("event.cancelled", "", "events/none")}), IsOk());
  peers_.error = absl::UnavailableError("away");
  EXPECT_THAT(Consume({Change("event.cancelled", "", kEvent)}),
              testing::StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(Ledger(), IsEmpty());
}

TEST_P(WorkerTest, F13_ClaimWhoseAnswerWasLostComesBackWhenItsLeaseEnds) {
  testing::FaultyDatabase faulty(database());
  store_ = std::make_unique<SqlStore>(faulty, ids_);
  worker_ = MakeWorker("worker-1", absl::Milliseconds(1));
  Consume("invitation.created", kJan, kInvitation);
  faulty.FailNextWrite(testing::WriteFault::kAfterCommit);
  worker_->Start();
  // Slowly enough for the worker to renew what it holds.
  for (int second = 0; second < 300 && sink_.Mails().empty(); ++second) {
    clock_.Advance(absl::Seconds(1));
    const absl::Time next = absl::Now() + absl::Milliseconds(10);
    while (absl::Now() < next) std::this_thread::yield();
  }
  EXPECT_THAT(sink_.Mails(), SizeIs(1));
  worker_.reset();
  store_.reset();
}

TEST_P(WorkerTest, ThreadsSendManyMailsEachOnce) {
  std::vector<feed::v1::Change> changes;
  for (int i = 0; i < 200; ++i) {
    const std::string person = absl::StrCat("persons/p", i);
    peers_.AddPerson(person, absl::StrCat("p", i, "@example.org"), "en");
    changes.push_back(Change("registration.waitlisted", person, kRegistration));
  }
  ASSERT_THAT(Consume(changes), IsOk());
  worker_->Start();
  const absl::Time deadline = absl::Now() + absl::Seconds(60);
  const auto open = [&] {
    return *store_->NextDue(deadline, v1::CHANNEL_EMAIL) != absl::InfiniteFuture();
  };
  while (absl::Now() < deadline && open()) std::this_thread::yield();
  worker_.reset();
  EXPECT_THAT(sink_.Mails(), SizeIs(200));
  for (const v1::Delivery& delivery : Ledger()) {
    EXPECT_EQ(delivery.state(), v1::DELIVERY_STATE_DELIVERED);
    EXPECT_EQ(delivery.attempt_count(), 1);
  }
}

// Until the clock shows the old time again nothing was claimed, and no lease was renewed.
TEST_P(WorkerTest, F16_AClockThatIsSetBackStopsNobodyAndNoMailComesTwice) {
  const absl::Time start = clock_.Now();
  const absl::Time deadline = absl::Now() + absl::Seconds(60);
  clock_.Advance(absl::Hours(1));
  sink_.Stop();
  Consume("registration.waitlisted", kJan, kRegistration);
  worker_->Start();
  const auto wait_for = [&](const auto& ready) {
    while (absl::Now() < deadline && !ready()) std::this_thread::yield();
    EXPECT_LT(absl::Now(), deadline);
  };
  wait_for([&] { return Ledger()[0].state() == v1::DELIVERY_STATE_DEFERRED; });
  sink_.Start();
  clock_.Set(start);
  Consume("registration.waitlisted", kEwa, kRegistration);
  worker_->Wake();
  wait_for([&] { return sink_.Mails().size() == 1; });
  EXPECT_THAT(sink_.Facts()[0], HasSubstr("ewa@example.org"));
  clock_.Set(start + absl::Minutes(62));  // what was put off by the wrong clock comes by it
  wait_for([&] { return sink_.Mails().size() == 2; });
  worker_.reset();
  EXPECT_THAT(sink_.Mails(), SizeIs(2));
  for (const v1::Delivery& delivery : Ledger()) {
    EXPECT_EQ(delivery.state(), v1::DELIVERY_STATE_DELIVERED);
  }
}

// As if the process had slept for an hour: what was claimed is another's by then.
TEST_P(WorkerTest, F16_AClockThatJumpsAheadEndsLeasesAndNoMailComesTwice) {
  Consume("registration.waitlisted", kJan, kRegistration);
  const auto claimed = store_->ClaimDeliveries(absl::Now() + absl::Seconds(20), v1::CHANNEL_EMAIL,
                                               "first", absl::Minutes(2), 10, clock_.Now());
  ASSERT_THAT(claimed, IsOk());
  clock_.Advance(absl::Hours(1));
  SendAll();
  clock_.Advance(-absl::Hours(1));
  SendAll();
  EXPECT_THAT(sink_.Mails(), SizeIs(1));
  const AttemptRecord late{.delivery = (*claimed)[0],
                           .result = {},
                           .settlement = SettleAttempt((*claimed)[0], {}, clock_.Now()),
                           .ended = clock_.Now(),
                           .begun = true};
  EXPECT_THAT(store_->RecordAttempts(absl::Now() + absl::Seconds(20), {late}, clock_.Now()),
              IsOkAndHolds(0));
  EXPECT_EQ(Ledger()[0].state(), v1::DELIVERY_STATE_DELIVERED);
}

// An address must not leave the mail itself: not into logs, change records, tables or metrics.
TEST_P(WorkerTest, AddressesAppearNowhereButInTheMail) {
  SetLogLevel(LogLevel::kDebug);
  ::testing::internal::CaptureStderr();
  for (const char* address : {"canary-ok@example.org", "rcpt-550-canary@example.org",
                              "rcpt-451-canary@example.org", "canary bad@example.org"}) {
    peers_.AddPerson(kJan, address, "pl");
    peers_.persons[kJan].set_display_name("Kanarek Canary");
    Consume("invitation.created", kJan, kInvitation);
    SendAll();
  }
  const std::string logs = ::testing::internal::GetCapturedStderr();
  SetLogLevel(LogLevel::kError);
  EXPECT_THAT(logs, Not(HasSubstr("anary")));
  EXPECT_THAT(prometheus::TextSerializer().Serialize(Metrics()->Collect()),
              Not(HasSubstr("anary")));
  const sql::Query everything{
      "everything",
      "SELECT kind || resource || person || attributes FROM changes UNION ALL "
      "SELECT template || event || resource || person || last_enhanced_code FROM deliveries "
      "UNION ALL SELECT enhanced_code FROM attempts UNION ALL "
      "SELECT recipient FROM kept_mails UNION ALL "
      "SELECT template || event || cause FROM notifications"};
  ASSERT_THAT(database().Read(absl::Now() + absl::Seconds(20),
                              [&](sql::Transaction& tx) -> absl::Status {
                                const auto rows = tx.Execute(everything);
                                if (!rows.ok()) return rows.status();
                                EXPECT_THAT(*rows, Not(IsEmpty()));
                                for (const sql::Row& row : *rows) {
                                  EXPECT_THAT(row.Text(0), Not(HasSubstr("anary")));
                                }
                                return absl::OkStatus();
                              }),
              IsOk());
}

}  // namespace
}  // namespace wici::notification
