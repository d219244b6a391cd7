// The calendar of a person, read by a parser that is not ours.
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/auth/token.h"
#include "libs/testing/temp_dir.h"
#include "services/registration/meetings/testing.h"
#include "wici/registration/v1/calendar_service.pb.h"

namespace wici::registration {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::HasViolation;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;
using testing::Reason;
using ::testing::SizeIs;
using ::testing::StartsWith;
using testing::StatusIs;

class CalendarServiceTest : public MeetingTest {
 protected:
  absl::StatusOr<v1::CalendarText> Fetch(const std::string& token,
                                         const std::string& language = "en",
                                         const std::string& etag = "") {
    v1::GetOwnCalendarRequest request;
    request.set_token(token);
    request.set_language_code(language);
    request.set_etag(etag);
    return service_->grpc.Call<v1::CalendarText>(
        "wici.registration.v1.CalendarService/GetOwnCalendar", request, "");
  }
  std::string TokenOf(const std::string& registration) {
    return LinksOf(registration).calendar_token();
  }
  // A line of facts for each entry.
  std::vector<std::string> Read(const std::string& token, const std::string& language = "en") {
    const auto answer = Fetch(token, language);
    EXPECT_THAT(answer, IsOk());
    if (!answer.ok()) return {};
    const std::string path = absl::StrCat(directory_.path(), "/feed.ics");
    std::ofstream(path, std::ios::binary) << answer->text();
    FILE* output = popen(absl::StrCat("/usr/bin/python3 services/registration/calendar/testing/"
                                      "read_calendar.py ",
                                      path)
                             .c_str(),
                         "r");
    std::vector<std::string> lines;
    char line[4096];
    while (output != nullptr && std::fgets(line, sizeof line, output) != nullptr) {
      lines.emplace_back(line);
      lines.back().pop_back();  // the line feed
    }
    EXPECT_EQ(pclose(output), 0);
    return lines;
  }
  // The SEQUENCE of the first entry of what Read returns.
  static std::string SequenceIn(const std::vector<std::string>& lines) {
    const std::vector<std::string> parts = absl::StrSplit(lines.at(0), " | ");
    return parts.at(1);
  }
  std::string SequenceInFeed(const std::string& registration) {
    return SequenceIn(Read(TokenOf(registration)));
  }
  // What the last change of this kind and resource says that the mail about it must have, or "".
  std::string SequenceTold(const std::string& kind, const std::string& resource) {
    return Told("sequence", kind, resource);
  }
  // Which entries of sessions it says are over.
  std::string SessionsToldOver(const std::string& kind, const std::string& resource) {
    return Told("sessions", kind, resource);
  }
  std::string Told(const std::string& attribute, const std::string& kind,
                   const std::string& resource) {
    std::string value = "no such change";
    for (const feed::v1::Change& change : Changes()) {
      if (change.kind() != kind || change.resource() != resource) continue;
      const auto at = change.attributes().find(attribute);
      value = at == change.attributes().end() ? "" : at->second;
    }
    return value;
  }
  // Moves a session by half an hour.
  void MoveSession(const std::string& session, const std::string& start) {
    v1::UpdateSessionRequest move;
    move.mutable_session()->set_name(session);
    *move.mutable_session()->mutable_start_time() = At(start);
    move.mutable_update_mask()->add_paths("start_time");
    ASSERT_THAT(UpdateSession(move), IsOk());
  }
  // What a mail made now has.
  std::string SequenceByLinks(const std::string& event, const std::string& resource) {
    return absl::StrCat(Get(event)->calendar_changes() + LinksOf(resource).calendar_changes());
  }
  // "<id>@..." of the entries of an event.
  std::string UidOf(const std::string& event) { return Get(event)->calendar_uid(); }

  testing::TempDir directory_;
};
WICI_ON_EVERY_ENGINE(CalendarServiceTest);

TEST_P(CalendarServiceTest, EventSessionsAndMeetingsAreEntriesOfTheirOwn) {
  const std::string workshop = RegistrationTest::AddSession(event_, "workshop", 5, 12, 13);
  const auto anna = SignUp(event_, "anna@example.org", "", {workshop});
  const std::string jan = Person("jan");
  const std::string meeting = Agree(anna->name(), jan);
  ASSERT_NO_FATAL_FAILURE(ScheduleAndPublish());
  const std::string token = TokenOf(anna->name());
  const std::string uid = UidOf(event_);
  EXPECT_THAT(uid, StartsWith(absl::StrCat(IdOf(event_), "@")));
  const std::string at = " | Innovation Management Centre";
  EXPECT_THAT(
      Read(token, "pl"),
      ElementsAre(
          absl::StrCat(uid, " | 0 | CONFIRMED | 2015-12-18T13:00 Europe/Warsaw",
                       " | Spotkanie klastrów w Łodzi", at),
          absl::StrCat("workshop.", uid, " | 0 | CONFIRMED | 2015-12-18T13:00 Europe/Warsaw",
                       " | Workshop", at),
          AllOf(StartsWith(
                    absl::StrCat(IdOf(meeting), "@meetings.wici | 1 | CONFIRMED | 2015-12-18T1")),
                HasSubstr(" Europe/Warsaw | One-to-one meetings (stolik "))));
  EXPECT_THAT(Read(TokenOf(jan)), SizeIs(2)) << "the event and the meeting";
}

TEST_P(CalendarServiceTest, SequenceGrowsWithEveryChangeAndWhatIsCalledOffStaysAsSuch) {
  const std::string registration = Person("anna");
  const std::string token = TokenOf(registration);
  const std::string uid = UidOf(event_);
  EXPECT_THAT(Read(token)[0], StartsWith(absl::StrCat(uid, " | 0 | CONFIRMED")));
  v1::RescheduleEventRequest move;
  move.set_name(event_);
  *move.mutable_start_time() = At("2015-12-18T13:00:00Z");
  ASSERT_THAT(RescheduleEvent(move), IsOk());
  EXPECT_THAT(Read(token),
              ElementsAre(absl::StrCat(uid, " | 1 | CONFIRMED | 2015-12-18T14:00 Europe/Warsaw",
                                       " | Meeting of clusters | Innovation Management Centre")));
  ASSERT_THAT(CancelRegistration(registration), IsOk());
  EXPECT_THAT(Read(token)[0], StartsWith(absl::StrCat(uid, " | 2 | CANCELLED")));
  const std::string other = Person("jan");
  ASSERT_THAT(Cancel(event_), IsOk());
  EXPECT_THAT(Read(TokenOf(other))[0], HasSubstr("CANCELLED"));
}

TEST_P(CalendarServiceTest, AtEachChangeTheFeedHasTheSequenceThatTheMailIsToldOf) {
  v1::Event wanted = Meeting(1, 5, v1::ADMISSION_OPEN);
  const std::string event = Create(wanted)->name();
  ASSERT_THAT(Publish(event), IsOk());
  const auto anna = SignUp(event, "anna@example.org");
  const auto jan = SignUp(event, "jan@example.org");
  EXPECT_EQ(SequenceInFeed(anna->name()), SequenceTold("registration.confirmed", anna->name()));
  EXPECT_EQ(SequenceTold("registration.waitlisted", jan->name()), "") << "no entry by mail";
  EXPECT_EQ(SequenceInFeed(anna->name()), "0");
  v1::UpdateEventRequest rename;
  rename.mutable_event()->set_name(event);
  (*rename.mutable_event()->mutable_title())["en"] = "Meeting of all clusters";
  rename.mutable_update_mask()->add_paths("title");
  ASSERT_THAT(UpdateEvent(rename), IsOk());
  rename.mutable_event()->set_initiative("initiatives/erice");
  rename.mutable_update_mask()->set_paths(0, "initiative");
  ASSERT_THAT(UpdateEvent(rename), IsOk()) << "which nobody sees in a calendar";
  EXPECT_EQ(SequenceInFeed(anna->name()), "1");
  const std::string token = TokenOf(anna->name());
  ASSERT_THAT(CancelRegistration(anna->name()), IsOk());
  EXPECT_EQ(SequenceIn(Read(token)), SequenceTold("registration.cancelled", anna->name()));
  EXPECT_EQ(SequenceInFeed(jan->name()), SequenceTold("registration.promoted", jan->name()));
  v1::RescheduleEventRequest move;
  move.set_name(event);
  *move.mutable_start_time() = At("2015-12-19T13:00:00Z");
  ASSERT_THAT(RescheduleEvent(move), IsOk());
  EXPECT_EQ(SequenceTold("event.rescheduled", event), "2") << "of the event alone";
  EXPECT_EQ(SequenceInFeed(jan->name()), SequenceByLinks(event, jan->name()));
  EXPECT_EQ(SequenceInFeed(jan->name()), "3");
}

TEST_P(CalendarServiceTest, ASessionThatMovesOrIsCalledOffStaysWithAHigherSequence) {
  const std::string workshop = RegistrationTest::AddSession(event_, "workshop", 5, 12, 13);
  const auto anna = SignUp(event_, "anna@example.org", "", {workshop});
  const std::string token = TokenOf(anna->name());
  const std::string entry = absl::StrCat("workshop.", UidOf(event_));
  const auto told = [&](const std::string& kind) { return SequenceTold(kind, workshop); };
  v1::UpdateSessionRequest update;
  update.mutable_session()->set_name(workshop);
  update.mutable_session()->set_capacity(6);
  update.mutable_update_mask()->add_paths("capacity");
  ASSERT_THAT(UpdateSession(update), IsOk());
  EXPECT_EQ(told("session.rescheduled"), "no such change");
  EXPECT_THAT(Read(token)[1],
              StartsWith(absl::StrCat(entry, " | 0 | CONFIRMED | 2015-12-18T13:00")));
  (*update.mutable_session()->mutable_title())["en"] = "Workshop on labels";
  update.mutable_update_mask()->set_paths(0, "title");
  ASSERT_THAT(UpdateSession(update), IsOk());
  EXPECT_EQ(told("session.rescheduled"), "no such change") << "a new title is for the feed";
  EXPECT_THAT(Read(token)[1], StartsWith(absl::StrCat(entry, " | 1 | CONFIRMED")));
  *update.mutable_session()->mutable_start_time() = At("2015-12-18T12:30:00Z");
  update.mutable_update_mask()->set_paths(0, "start_time");
  ASSERT_THAT(UpdateSession(update), IsOk());
  EXPECT_EQ(told("session.rescheduled"), "2");
  EXPECT_THAT(Read(token)[1],
              StartsWith(absl::StrCat(entry, " | 2 | CONFIRMED | 2015-12-18T13:30")));
  v1::RescheduleEventRequest move;
  move.set_name(event_);
  *move.mutable_start_time() = At("2015-12-19T09:00:00Z");
  ASSERT_THAT(RescheduleEvent(move), IsOk());
  EXPECT_EQ(told("session.rescheduled"), "2") << "who has its entry by mail is found there";
  EXPECT_THAT(Read(token)[1], StartsWith(absl::StrCat(entry, " | 3 | CONFIRMED | 2015-12-19T")));
  v1::DeleteSessionRequest remove;
  remove.set_name(workshop);
  ASSERT_THAT(DeleteSession(remove), IsOk());
  EXPECT_EQ(told("session.cancelled"), "4");
  EXPECT_THAT(Read(token)[1], StartsWith(absl::StrCat(entry, " | 4 | CANCELLED | 2015-12-19T")));
  EXPECT_EQ(Read(token)[1].find("on labels") != std::string::npos, true) << "as it was";
  v1::GetSessionRequest get;
  get.set_name(workshop);
  EXPECT_TRUE(GetSession(get)->has_delete_time());
  EXPECT_THAT(DeleteSession(remove),
              StatusIs(absl::StatusCode::kNotFound, Reason("SESSION_NOT_FOUND")));
}

TEST_P(CalendarServiceTest, WhatEndsSaysWhichEntriesOfSessionsEndWithIt) {
  const std::string workshop = RegistrationTest::AddSession(event_, "workshop", 5, 12, 13);
  const std::string panel = RegistrationTest::AddSession(event_, "panel", 5, 13, 14);
  const auto anna = SignUp(event_, "anna@example.org", "", {workshop, panel});
  const auto jan = SignUp(event_, "jan@example.org", "", {workshop, panel});
  const auto ewa = SignUp(event_, "ewa@example.org", "", {panel});
  MoveSession(workshop, "2015-12-18T12:30:00Z");
  ASSERT_THAT(CancelRegistration(ewa->name()), IsOk());
  EXPECT_EQ(SessionsToldOver("registration.cancelled", ewa->name()), "")
      << "the panel has not moved, so nobody was sent its entry";
  v1::UpdateRegistrationRequest drop;
  drop.mutable_registration()->set_name(anna->name());
  drop.mutable_registration()->add_sessions(panel);
  drop.mutable_update_mask()->add_paths("sessions");
  const std::string token = TokenOf(anna->name());
  ASSERT_THAT(UpdateRegistration(drop), IsOk());
  EXPECT_EQ(SessionsToldOver("registration.updated", anna->name()), "workshop:2");
  EXPECT_THAT(Read(token),
              Contains(StartsWith(absl::StrCat("workshop.", UidOf(event_), " | 2 | CANCELLED"))));
  MoveSession(panel, "2015-12-18T13:30:00Z");
  ASSERT_THAT(CancelRegistration(anna->name()), IsOk());
  EXPECT_EQ(SessionsToldOver("registration.cancelled", anna->name()), "panel:3");
  EXPECT_THAT(Read(token),
              Contains(StartsWith(absl::StrCat("panel.", UidOf(event_), " | 3 | CANCELLED"))));
  v1::TransferRegistrationRequest transfer;
  transfer.set_name(jan->name());
  *transfer.mutable_person() = RequestFor(event_, "heir@example.org").person();
  const auto heir = TransferRegistration(transfer);
  ASSERT_THAT(heir, IsOk());
  EXPECT_EQ(SessionsToldOver("registration.transferred", jan->name()), "workshop:2 panel:2");
  EXPECT_EQ(SessionsToldOver("registration.confirmed", heir->name()), "")
      << "the heir has them by the feed";
}

TEST_P(CalendarServiceTest, WhoOnlyWaitsHasNoEntryThatCouldEnd) {
  const std::string event = OpenEvent(1, 1);
  const std::string workshop = RegistrationTest::AddSession(event, "workshop", 5, 12, 13);
  const auto seated = SignUp(event, "anna@example.org", "", {workshop});
  const auto waiting = SignUp(event, "jan@example.org", "", {workshop});
  MoveSession(workshop, "2015-12-18T12:30:00Z");
  ASSERT_THAT(CancelRegistration(waiting->name()), IsOk());
  EXPECT_EQ(SessionsToldOver("registration.cancelled", waiting->name()), "");
  ASSERT_THAT(CancelRegistration(seated->name()), IsOk());
  EXPECT_EQ(SessionsToldOver("registration.cancelled", seated->name()), "workshop:2");
}

TEST_P(CalendarServiceTest, ASessionThatItsPersonDropsIsCancelledAndComesBackAbove) {
  const std::string workshop = RegistrationTest::AddSession(event_, "workshop", 5, 12, 13);
  const std::string panel = RegistrationTest::AddSession(event_, "panel", 5, 13, 14);
  const auto anna = SignUp(event_, "anna@example.org", "", {workshop});
  const std::string token = TokenOf(anna->name());
  const auto choose = [&](const std::string& session) {
    v1::UpdateRegistrationRequest update;
    update.mutable_registration()->set_name(anna->name());
    update.mutable_registration()->add_sessions(session);
    update.mutable_update_mask()->add_paths("sessions");
    ASSERT_THAT(UpdateRegistration(update), IsOk());
  };
  choose(panel);
  const auto line = [&](const std::string& id, const std::string& rest) {
    return StartsWith(absl::StrCat(id, ".", UidOf(event_), " | ", rest));
  };
  EXPECT_THAT(Read(token),
              ElementsAre(HasSubstr(" | 1 | CONFIRMED"), line("panel", "1 | CONFIRMED"),
                          line("workshop", "1 | CANCELLED")));
  choose(workshop);
  EXPECT_THAT(Read(token),
              ElementsAre(HasSubstr(" | 2 | CONFIRMED"), line("panel", "2 | CANCELLED"),
                          line("workshop", "2 | CONFIRMED")));
  ASSERT_THAT(CancelRegistration(anna->name()), IsOk());
  const auto again = SignUp(event_, "anna@example.org");
  EXPECT_THAT(Read(TokenOf(again->name())), SizeIs(1)) << "another person to us, with its own feed";
}

TEST_P(CalendarServiceTest, AnUpdateSaysWhetherPeopleMustBeTold) {
  const auto told = [&] {
    const std::vector<feed::v1::Change> changes = Changes();
    for (const feed::v1::Change& change : changes) {
      if (change.cursor().seq() != changes.back().cursor().seq()) continue;
      const auto at = change.attributes().find("updated");
      return at == change.attributes().end() ? std::string() : at->second;
    }
    return std::string("nothing");
  };
  v1::UpdateEventRequest update;
  update.mutable_event()->set_name(event_);
  (*update.mutable_event()->mutable_title())["en"] = "Meeting of all clusters";
  (*update.mutable_event()->mutable_summary())["en"] = "What is new";
  update.mutable_event()->set_online_url("https://meet.example.org/room");
  update.mutable_event()->mutable_venue()->set_display_name("Town hall");
  const std::pair<const char*, const char*> expected[] = {
      {"title", "entry"}, {"summary", ""}, {"online_url", "online"}, {"venue", "entry"}};
  for (const auto& [path, word] : expected) {
    update.clear_update_mask();
    update.mutable_update_mask()->add_paths(path);
    ASSERT_THAT(UpdateEvent(update), IsOk()) << path;
    EXPECT_EQ(told(), word) << path;
    ASSERT_THAT(UpdateEvent(update), IsOk()) << path;
    EXPECT_EQ(told(), "") << "the same again, " << path;
  }
}

TEST_P(CalendarServiceTest, WhoComesBackHasAHigherSequenceThanTheCancelTheyWereSent) {
  const std::string event = OpenEvent(5);
  const auto first = SignUp(event, "anna@example.org");
  ASSERT_THAT(CancelRegistration(first->name()), IsOk());
  const auto again = SignUp(event, "anna@example.org");
  const int cancelled = std::stoi(SequenceTold("registration.cancelled", first->name()));
  EXPECT_GT(std::stoi(SequenceTold("registration.confirmed", again->name())), cancelled);
}

TEST_P(CalendarServiceTest, AnInvitationIsBelowTheRegistrationMadeWithIt) {
  const std::string event = OpenEvent(5);
  const auto invited = Invite(event, {"clusters/btm/contacts/jan"});
  ASSERT_THAT(invited, IsOk());
  const std::string invitation = invited->invitations(0).name();
  EXPECT_EQ(SequenceTold("invitation.created", invitation), "0");
  EXPECT_EQ(SequenceByLinks(event, invitation), "0");
  v1::CreateRegistrationRequest request;
  request.set_parent(event);
  request.set_invitation_token(LinksOf(invitation).answer_token());
  const auto made = Send(request);
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(SequenceTold("registration.confirmed", made->name()), "1");
  EXPECT_EQ(SequenceInFeed(made->name()), "1");
}

TEST_P(CalendarServiceTest, WhoWaitsHasATentativeEntryWithoutTheRoom) {
  v1::Event wanted = Meeting(1, 5, v1::ADMISSION_OPEN);
  wanted.set_mode(v1::ATTENDANCE_MODE_HYBRID);
  wanted.set_online_url("https://meet.example.org/room");
  const std::string event = Create(wanted)->name();
  ASSERT_THAT(Publish(event), IsOk());
  const auto seated = SignUp(event, "anna@example.org");
  const auto waits = SignUp(event, "jan@example.org");
  EXPECT_THAT(Fetch(TokenOf(seated->name()))->text(), HasSubstr("meet.example.org"));
  EXPECT_THAT(Fetch(TokenOf(waits->name()))->text(), Not(HasSubstr("meet.example.org")));
  EXPECT_THAT(Read(TokenOf(waits->name()))[0], HasSubstr("| TENTATIVE |"));
}

TEST_P(CalendarServiceTest, AContactHasEveryEventTheyRegisteredForAndNobodyElses) {
  const std::string jan = "clusters/btm/contacts/jan";
  std::vector<std::string> registrations;
  for (const char* id : {"spring", "summer"}) {
    const auto event = Create(Meeting(10, 0, v1::ADMISSION_OPEN), id);
    ASSERT_THAT(Publish(event->name()), IsOk());
    const auto invited = Invite(event->name(), {jan, "clusters/btm/contacts/ewa"});
    ASSERT_THAT(invited, IsOk());
    for (const v1::Invitation& invitation : invited->invitations()) {
      v1::CreateRegistrationRequest request;
      request.set_parent(event->name());
      request.set_invitation_token(LinksOf(invitation.name()).answer_token());
      const auto made = Send(request);
      ASSERT_THAT(made, IsOk());
      if (invitation.person() == jan) registrations.push_back(made->name());
    }
  }
  ASSERT_THAT(registrations, SizeIs(2));
  const auto first = Read(TokenOf(registrations[0]));
  EXPECT_THAT(first, SizeIs(2));
  EXPECT_EQ(first, Read(TokenOf(registrations[1]))) << "the same by each link";
}

TEST_P(CalendarServiceTest, ACalendarThatIsKnownIsNotSentAgain) {
  const std::string registration = Person("anna");
  const std::string token = TokenOf(registration);
  const auto first = Fetch(token);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->content_type(), "text/calendar; charset=utf-8");
  clock().Advance(absl::Hours(1));
  const auto again = Fetch(token, "en", first->etag());
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->not_modified());
  EXPECT_THAT(again->text(), IsEmpty());
  EXPECT_EQ(again->etag(), first->etag());
  ASSERT_THAT(CancelRegistration(registration), IsOk());
  const auto changed = Fetch(token, "en", first->etag());
  ASSERT_THAT(changed, IsOk());
  EXPECT_FALSE(changed->not_modified());
  EXPECT_NE(changed->etag(), first->etag());
}

TEST_P(CalendarServiceTest, OnlyACalendarTokenOpensIt) {
  const std::string registration = Person("anna");
  const auto invalid = StatusIs(absl::StatusCode::kPermissionDenied, Reason("LINK_INVALID"));
  EXPECT_THAT(Fetch(""), invalid);
  EXPECT_THAT(Fetch(LinksOf(registration).manage_token()), invalid);
  const std::string token = TokenOf(registration);
  v1::CancelOwnRegistrationRequest cancel;
  cancel.set_token(token);
  EXPECT_THAT(CancelOwnRegistration(cancel, ""), invalid) << "and it opens nothing else";
  EXPECT_THAT(Fetch(token, "nie ma takiego języka"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("language_code")));
  const std::string stranger = auth::MakeLinkToken(
      service_->grpc.key(), "calendar", absl::StrCat(registration, " clusters/btm/contacts/jan"),
      clock().Now() + absl::Hours(1));
  EXPECT_THAT(Fetch(stranger), invalid) << "it was another person's";
  clock().Advance(absl::Hours(24 * 40));
  EXPECT_THAT(Fetch(token), StatusIs(absl::StatusCode::kPermissionDenied, Reason("LINK_EXPIRED")));
}

}  // namespace
}  // namespace wici::registration
