// Schedules: worked out, published, followed.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "services/registration/meetings/meeting_keeper.h"
#include "services/registration/meetings/testing.h"

namespace wici::registration {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::HasViolation;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Pair;
using testing::Reason;
using testing::StatusIs;
using ::testing::UnorderedElementsAre;

class MeetingScheduleTest : public MeetingTest {
 protected:
  absl::StatusOr<v1::MeetingSchedule> Reschedule(const std::vector<std::string>& absent = {},
                                                 std::string_view move_after = "") {
    v1::RescheduleMeetingsRequest request;
    request.set_session(session_);
    request.set_steps(20'000);
    for (const std::string& registration : absent) request.add_absent(registration);
    if (!move_after.empty()) *request.mutable_move_after() = Time(move_after);
    return Call<v1::MeetingSchedule>("RescheduleMeetings", request, Organiser());
  }
  absl::StatusOr<v1::MeetingSchedule> GetSchedule() {
    v1::GetMeetingScheduleRequest request;
    request.set_name(session_ + "/meetingSchedule");
    return Call<v1::MeetingSchedule>("GetMeetingSchedule", request, Organiser());
  }
  // Everybody of a ring meets both neighbours.
  std::vector<std::string> AgreeInARing(const std::vector<std::string>& people) {
    std::vector<std::string> meetings;
    for (std::size_t i = 0; i < people.size(); ++i) {
      meetings.push_back(Agree(people[i], people[(i + 1) % people.size()]));
    }
    return meetings;
  }
  std::map<std::string, v1::Meeting> All(const std::vector<std::string>& names) {
    std::map<std::string, v1::Meeting> meetings;
    for (const std::string& name : names) meetings[name] = GetMeeting(name).value();
    return meetings;
  }
  // Whether each meeting of an agenda begins when the one before is over.
  static bool OneAfterTheOther(const v1::Agenda& agenda) {
    for (int i = 1; i < agenda.meetings_size(); ++i) {
      const v1::Meeting& before = agenda.meetings(i - 1);
      if (TimeOf(agenda.meetings(i).start_time()) < TimeOf(before.end_time())) return false;
    }
    return true;
  }
  // What the service does in the background.
  void Keep() {
    Changes();  // numbers them
    while (service_->services.meeting_keeper().RunOnce().value() > 0) {
    }
  }
};
WICI_ON_EVERY_ENGINE(MeetingScheduleTest);

TEST_P(MeetingScheduleTest, NothingIsBindingBeforeItIsPublished) {
  const std::vector<std::string> people = People(4);
  const std::vector<std::string> meetings = AgreeInARing(people);
  const auto schedule = Schedule();
  ASSERT_THAT(schedule, IsOk());
  EXPECT_EQ(schedule->state(), v1::MEETING_SCHEDULE_STATE_PROVISIONAL);
  EXPECT_EQ(schedule->placements_size(), 4);
  EXPECT_THAT(schedule->unscheduled(), IsEmpty());
  EXPECT_EQ(schedule->breaks(), 0);
  EXPECT_THAT(Agenda(people[0])->meetings(), IsEmpty());
  EXPECT_EQ(GetMeeting(meetings[0])->state(), v1::MEETING_STATE_ACCEPTED);
  const auto read = GetSchedule();
  ASSERT_THAT(read, IsOk());
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*read, *schedule));

  const auto published = PublishSchedule(schedule->name());
  ASSERT_THAT(published, IsOk());
  EXPECT_EQ(published->state(), v1::MEETING_SCHEDULE_STATE_PUBLISHED);
  for (const v1::MeetingPlacement& placement : published->placements()) {
    const v1::Meeting meeting = GetMeeting(placement.meeting()).value();
    EXPECT_EQ(meeting.state(), v1::MEETING_STATE_SCHEDULED);
    EXPECT_EQ(TimeOf(meeting.start_time()), TimeOf(placement.start_time()));
    EXPECT_EQ(TimeOf(meeting.end_time()) - TimeOf(meeting.start_time()), absl::Minutes(20));
    EXPECT_EQ(meeting.table(), placement.table());
    EXPECT_EQ(meeting.calendar_uid(), IdOf(meeting.name()) + "@meetings.wici");
    EXPECT_EQ(meeting.calendar_sequence(), 1);
  }
  for (const std::string& person : people) {
    const auto agenda = Agenda(person);
    ASSERT_THAT(agenda, IsOk());
    EXPECT_EQ(agenda->meetings_size(), 2);
    EXPECT_TRUE(OneAfterTheOther(*agenda));
    EXPECT_THAT(MeetingChanges(), Contains(Pair("meeting.scheduled", PersonOf(person))).Times(2));
  }
}

TEST_P(MeetingScheduleTest, AgendasOfASessionAreListedInPages) {
  const std::vector<std::string> people = People(3);
  AgreeInARing(people);
  ASSERT_NO_FATAL_FAILURE(ScheduleAndPublish());
  v1::ListAgendasRequest request;
  request.set_session(session_);
  request.set_page_size(2);
  const auto first = Call<v1::ListAgendasResponse>("ListAgendas", request, Organiser());
  ASSERT_THAT(first, IsOk());
  ASSERT_EQ(first->agendas_size(), 2);
  EXPECT_EQ(first->agendas(0).name(), people[0] + "/agenda");
  EXPECT_EQ(first->agendas(0).meetings_size(), 2);
  request.set_page_token(first->next_page_token());
  const auto second = Call<v1::ListAgendasResponse>("ListAgendas", request, Organiser());
  ASSERT_THAT(second, IsOk());
  ASSERT_EQ(second->agendas_size(), 1);
  EXPECT_EQ(second->agendas(0).name(), people[2] + "/agenda");
  request.set_session(event_ + "/sessions/none");
  EXPECT_THAT(Call<v1::ListAgendasResponse>("ListAgendas", request, Organiser()),
              HasViolation("page_token"));
}

TEST_P(MeetingScheduleTest, AScheduleIsPublishedOnce) {
  AgreeInARing(People(3));
  const std::string name = session_ + "/meetingSchedule";
  EXPECT_THAT(GetSchedule(), StatusIs(absl::StatusCode::kNotFound, Reason("SCHEDULE_NOT_FOUND")));
  EXPECT_THAT(PublishSchedule(name),
              StatusIs(absl::StatusCode::kNotFound, Reason("SCHEDULE_NOT_FOUND")));
  const auto old = Schedule();
  const auto schedule = Schedule();
  v1::PublishScheduleRequest request;
  request.set_name(name);
  request.set_etag(old->etag());
  EXPECT_THAT(Call<v1::MeetingSchedule>("PublishSchedule", request, Organiser()),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  request.set_etag(schedule->etag());
  request.set_request_id(kRequestId);
  const auto published = Call<v1::MeetingSchedule>("PublishSchedule", request, Organiser());
  ASSERT_THAT(published, IsOk());
  const auto again = Call<v1::MeetingSchedule>("PublishSchedule", request, Organiser());
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*again, *published));
  EXPECT_THAT(PublishSchedule(name), StatusIs(kRefused, Reason("SCHEDULE_ALREADY_PUBLISHED")));
}

TEST_P(MeetingScheduleTest, LookingIsNotKeeping) {
  AgreeInARing(People(3));
  v1::ScheduleMeetingsRequest request;
  request.set_session(session_);
  request.set_validate_only(true);
  request.set_steps(1000);
  const auto schedule = Call<v1::MeetingSchedule>("ScheduleMeetings", request, Organiser());
  ASSERT_THAT(schedule, IsOk());
  EXPECT_EQ(schedule->placements_size(), 3);
  EXPECT_THAT(GetSchedule(), Reason("SCHEDULE_NOT_FOUND"));
  const auto same = Call<v1::MeetingSchedule>("ScheduleMeetings", request, Organiser());
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*same, *schedule));
}

TEST_P(MeetingScheduleTest, WhatTheScheduleDidNotKnowOutdatesIt) {
  const std::vector<std::string> people = People(2);
  Agree(people[0], people[1]);
  ASSERT_THAT(SetAvailability(people[0], "13:00", "13:20"), IsOk());
  const auto schedule = Schedule();
  ASSERT_THAT(schedule, IsOk());
  EXPECT_EQ(TimeOf(schedule->placements(0).start_time()), Instant("2015-12-18T13:00:00Z"));
  ASSERT_THAT(SetAvailability(people[0], "14:00", "14:20"), IsOk());
  EXPECT_THAT(PublishSchedule(schedule->name()), StatusIs(kRefused, Reason("SCHEDULE_OUTDATED")));
  ASSERT_NO_FATAL_FAILURE(ScheduleAndPublish());
  EXPECT_EQ(TimeOf(Agenda(people[0])->meetings(0).start_time()), Instant("2015-12-18T14:00:00Z"));
}

TEST_P(MeetingScheduleTest, WithoutAChangeNothingMovesAndNobodyIsTold) {
  const std::vector<std::string> meetings = AgreeInARing(People(5));
  ASSERT_NO_FATAL_FAILURE(ScheduleAndPublish());
  const auto before = All(meetings);
  const std::size_t changes = MeetingChanges().size();
  const auto again = Reschedule();
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->moved(), 0);
  ASSERT_THAT(PublishSchedule(again->name()), IsOk());
  for (const auto& [name, meeting] : All(meetings))
    EXPECT_EQ(meeting.etag(), before.at(name).etag());
  EXPECT_EQ(MeetingChanges().size(), changes);
}

TEST_P(MeetingScheduleTest, AChangedAvailabilityMovesWhatItMustAndTheSequenceGrows) {
  const std::vector<std::string> people = People(4);
  const std::string one = Agree(people[0], people[1]);
  const std::string other = Agree(people[2], people[3]);
  ASSERT_NO_FATAL_FAILURE(ScheduleAndPublish());
  const v1::Meeting before = GetMeeting(one).value();
  ASSERT_THAT(SetAvailability(people[0], "14:00", "15:00"), IsOk());
  const auto again = Reschedule();
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->moved(), 1);
  ASSERT_THAT(PublishSchedule(again->name()), IsOk());
  const v1::Meeting after = GetMeeting(one).value();
  EXPECT_GE(TimeOf(after.start_time()), Instant("2015-12-18T14:00:00Z"));
  EXPECT_EQ(after.calendar_uid(), before.calendar_uid());
  EXPECT_EQ(after.calendar_sequence(), before.calendar_sequence() + 1);
  EXPECT_EQ(GetMeeting(other)->calendar_sequence(), 1);
  EXPECT_THAT(MeetingChanges(),
              Contains(Pair("meeting.rescheduled", PersonOf(people[1]))).Times(1));
}

TEST_P(MeetingScheduleTest, TheAbsentLoseTheirPlacesAndTheirPartnersAreTold) {
  const std::vector<std::string> people = People(4);
  const std::vector<std::string> meetings = AgreeInARing(people);
  ASSERT_NO_FATAL_FAILURE(ScheduleAndPublish());
  const auto again = Reschedule({people[0]});
  ASSERT_THAT(again, IsOk());
  EXPECT_THAT(again->unscheduled(), UnorderedElementsAre(meetings[0], meetings[3]));
  EXPECT_EQ(again->moved(), 0);
  ASSERT_THAT(PublishSchedule(again->name()), IsOk());
  const v1::Meeting lost = GetMeeting(meetings[0]).value();
  EXPECT_EQ(lost.state(), v1::MEETING_STATE_ACCEPTED);
  EXPECT_TRUE(lost.has_start_time()) << "when it would have been";
  EXPECT_EQ(lost.table(), 0);
  EXPECT_EQ(lost.calendar_sequence(), 2);
  EXPECT_EQ(GetMeeting(meetings[1])->calendar_sequence(), 1);
  EXPECT_THAT(MeetingChanges(), Contains(Pair("meeting.unscheduled", PersonOf(people[1]))));
}

TEST_P(MeetingScheduleTest, WhatStartsBeforeTheGivenTimeStays) {
  const std::vector<std::string> people = People(2);
  const std::string meeting = Agree(people[0], people[1]);
  ASSERT_NO_FATAL_FAILURE(ScheduleAndPublish());
  ASSERT_THAT(SetAvailability(people[0], "14:40", "15:00"), IsOk());
  const auto again = Reschedule({}, "15:00");
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->moved(), 0);
  EXPECT_EQ(TimeOf(again->placements(0).start_time()), TimeOf(GetMeeting(meeting)->start_time()));
}

TEST_P(MeetingScheduleTest, NobodyIsInTwoSessionsAtOnce) {
  const std::vector<std::string> people = People(3);
  const std::string parallel = AddSession("parallel", Meetings("13:00", "13:40", 2));
  Agree(people[0], people[1]);
  Agree(people[0], people[2], parallel);
  ASSERT_THAT(SetAvailability(people[0], "13:00", "13:40"), IsOk());
  ASSERT_NO_FATAL_FAILURE(ScheduleAndPublish());
  ASSERT_NO_FATAL_FAILURE(ScheduleAndPublish(parallel));
  const auto agenda = Agenda(people[0]);
  ASSERT_EQ(agenda->meetings_size(), 2);
  EXPECT_TRUE(OneAfterTheOther(*agenda));
}

TEST_P(MeetingScheduleTest, MeetingsFollowAnEventThatMoves) {
  const std::vector<std::string> people = People(2);
  const std::string name = Agree(people[0], people[1]);
  ASSERT_NO_FATAL_FAILURE(ScheduleAndPublish());
  const v1::Meeting before = GetMeeting(name).value();
  v1::RescheduleEventRequest request;
  request.set_name(event_);
  *request.mutable_start_time() = Time("13:00");
  ASSERT_THAT(RescheduleEvent(request), IsOk());
  Keep();
  const v1::Meeting after = GetMeeting(name).value();
  EXPECT_EQ(TimeOf(after.start_time()), TimeOf(before.start_time()) + absl::Hours(1));
  EXPECT_EQ(TimeOf(after.end_time()), TimeOf(before.end_time()) + absl::Hours(1));
  EXPECT_EQ(after.table(), before.table());
  EXPECT_EQ(after.calendar_uid(), before.calendar_uid());
  EXPECT_EQ(after.calendar_sequence(), before.calendar_sequence() + 1);
  for (const std::string& person : people) {
    EXPECT_THAT(MeetingChanges(), Contains(Pair("meeting.rescheduled", PersonOf(person))));
  }
  Keep();
  EXPECT_EQ(GetMeeting(name)->etag(), after.etag()) << "once";
}

TEST_P(MeetingScheduleTest, ACancelledRegistrationCancelsItsMeetings) {
  const std::vector<std::string> people = People(3);
  const std::string scheduled = Agree(people[0], people[1]);
  ASSERT_NO_FATAL_FAILURE(ScheduleAndPublish());
  const std::string asked = Ask(people[2], people[0])->name();
  const std::string other = Agree(people[1], people[2]);
  const std::string told = PersonOf(people[1]);
  ASSERT_THAT(CancelRegistration(people[0]), IsOk());
  Keep();
  const v1::Meeting cancelled = GetMeeting(scheduled).value();
  EXPECT_EQ(cancelled.state(), v1::MEETING_STATE_CANCELLED);
  EXPECT_EQ(cancelled.calendar_sequence(), 2);
  EXPECT_TRUE(cancelled.has_start_time()) << "when it would have been";
  EXPECT_EQ(GetMeeting(asked)->state(), v1::MEETING_STATE_CANCELLED);
  EXPECT_EQ(GetMeeting(other)->state(), v1::MEETING_STATE_ACCEPTED);
  EXPECT_THAT(MeetingChanges(), Contains(Pair("meeting.cancelled", told)));
}

TEST_P(MeetingScheduleTest, AChangeThatIsRejectedCancelsTheMeetingsOfTheRegistration) {
  v1::UpdateEventRequest strict;
  strict.mutable_event()->set_name(event_);
  strict.mutable_event()->set_approval(v1::APPROVAL_MANUAL);
  strict.mutable_event()->set_reapproval(true);
  const std::vector<std::string> people = People(2);
  ASSERT_THAT(UpdateEvent(strict), IsOk());
  ASSERT_THAT(AddForm(event_, {Field("topic", v1::FORM_FIELD_TYPE_TEXT)}), IsOk());
  const std::string meeting = Agree(people[0], people[1]);
  ASSERT_NO_FATAL_FAILURE(ScheduleAndPublish());
  v1::UpdateOwnRegistrationRequest change;
  change.set_token(LinksOf(people[0]).manage_token());
  AddAnswer(change, "topic", {"łożyska"});
  ASSERT_EQ(UpdateOwnRegistration(change, "")->state(), v1::REGISTRATION_STATE_UNDER_REVIEW);
  Keep();
  EXPECT_EQ(GetMeeting(meeting)->state(), v1::MEETING_STATE_SCHEDULED) << "they keep their seat";
  v1::RejectRegistrationRequest reject;
  reject.set_name(people[0]);
  ASSERT_EQ(RejectRegistration(reject)->state(), v1::REGISTRATION_STATE_REJECTED);
  Keep();
  EXPECT_EQ(GetMeeting(meeting)->state(), v1::MEETING_STATE_CANCELLED);
  EXPECT_THAT(MeetingChanges(), Contains(Pair("meeting.cancelled", PersonOf(people[1]))));
}

TEST_P(MeetingScheduleTest, NobodyHasAMeetingDuringASessionTheyChose) {
  const std::string workshop = RegistrationTest::AddSession(event_, "workshop", 5, 13, 14);
  // Another session of meetings is no time to be busy as such.
  const std::string later = AddSession("later", Meetings("14:00", "15:00", 2));
  const std::string busy = SignUp(event_, "busy@example.org", "", {workshop, later})->name();
  const std::vector<std::string> others = People(3);
  for (const std::string& other : others) Agree(busy, other);
  const auto schedule = Schedule();
  ASSERT_THAT(schedule, IsOk());
  ASSERT_EQ(schedule->placements_size(), 3);
  for (const v1::MeetingPlacement& placement : schedule->placements()) {
    EXPECT_GE(TimeOf(placement.start_time()), TimeOf(Time("14:00")));
  }

  v1::UpdateRegistrationRequest choose;
  choose.mutable_registration()->set_name(others[0]);
  choose.mutable_registration()->add_sessions(
      RegistrationTest::AddSession(event_, "panel", 5, 14, 15));
  choose.mutable_update_mask()->add_paths("sessions");
  ASSERT_THAT(UpdateRegistration(choose), IsOk());
  EXPECT_THAT(PublishSchedule(schedule->name()), StatusIs(kRefused, Reason("SCHEDULE_OUTDATED")));
  const auto next = Schedule();
  ASSERT_THAT(next, IsOk());
  EXPECT_EQ(next->unscheduled_size(), 1) << "the two have no hour in common any more";
  EXPECT_THAT(PublishSchedule(next->name()), IsOk());
}

TEST_P(MeetingScheduleTest, ASessionDoesNotMoveToATimeAtWhichItsPeopleMeet) {
  const std::string workshop = RegistrationTest::AddSession(event_, "workshop", 5, 12, 13);
  const std::string busy = SignUp(event_, "busy@example.org", "", {workshop})->name();
  ASSERT_THAT(SignUp(event_, "free@example.org", "", {workshop}), IsOk());
  const std::string partner = Person("partner");
  Agree(busy, partner);
  ASSERT_THAT(SetAvailability(busy, "13:20", "13:40"), IsOk());
  ASSERT_NO_FATAL_FAILURE(ScheduleAndPublish());
  v1::UpdateSessionRequest move;
  move.mutable_session()->set_name(workshop);
  const auto to = [&](std::string_view from, std::string_view until) {
    *move.mutable_session()->mutable_start_time() = Time(from);
    *move.mutable_session()->mutable_end_time() = Time(until);
    return UpdateSession(move);
  };
  EXPECT_THAT(to("14:00", "15:00"), IsOk());
  const auto refused = to("13:00", "13:30");
  EXPECT_THAT(refused, StatusIs(kRefused, Reason("SESSION_MOVE_OVERLAPS")));
  EXPECT_EQ(ErrorMetadataValue(refused.status(), "other"), session_);
  EXPECT_EQ(ErrorMetadataValue(refused.status(), "registrations"), "1");
  EXPECT_THAT(to("13:40", "14:40"), IsOk()) << "when it is over";
  move.set_allow_overlaps(true);
  EXPECT_THAT(to("13:00", "13:30"), IsOk());
  move.set_allow_overlaps(false);
  EXPECT_THAT(to("13:00", "14:00"), IsOk()) << "what was accepted is not asked again";
}

TEST_P(MeetingScheduleTest, ACancelledEventCancelsAllMeetings) {
  const std::vector<std::string> people = People(2);
  const std::string meeting = Agree(people[0], people[1]);
  ASSERT_THAT(Cancel(event_), IsOk());
  Keep();
  EXPECT_EQ(GetMeeting(meeting)->state(), v1::MEETING_STATE_CANCELLED);
}

TEST_P(MeetingScheduleTest, MeetingsOfWhoDidNotComeStayAsTheyAre) {
  const std::vector<std::string> people = People(2);
  const std::string meeting = Agree(people[0], people[1]);
  ASSERT_NO_FATAL_FAILURE(ScheduleAndPublish());
  v1::CheckInRequest came;
  came.set_parent(event_);
  came.set_registration(people[0]);
  ASSERT_THAT(CheckIn(came, Door()), IsOk());
  clock().Set(Instant("2015-12-18T17:00:00Z"));
  v1::MarkNoShowsRequest mark;
  mark.set_parent(event_);
  ASSERT_EQ(MarkNoShows(mark)->marked(), 1);
  Keep();
  EXPECT_EQ(GetMeeting(meeting)->state(), v1::MEETING_STATE_SCHEDULED);
}

TEST_P(MeetingScheduleTest, RequestsExpireInTheBackground) {
  const std::vector<std::string> people = People(2);
  const std::string asked = Ask(people[0], people[1])->name();
  clock().Set(Instant("2015-12-18T15:00:00Z"));
  Keep();
  EXPECT_THAT(MeetingChanges(), Contains(Pair("meeting.expired", PersonOf(people[0]))).Times(1));
  EXPECT_EQ(GetMeeting(asked)->state(), v1::MEETING_STATE_EXPIRED);
}

}  // namespace
}  // namespace wici::registration
