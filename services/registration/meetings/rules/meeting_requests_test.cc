// Slots, caps, vetoes, limits of time, who acts, agendas and who sees what.
#include "services/registration/meetings/rules/meeting_requests.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/timestamp.h"
#include "libs/testing/status_matchers.h"
#include "services/registration/meetings/rules/meeting_views.h"
#include "services/registration/meetings/rules/validate_meeting.h"

namespace wici::registration {
namespace {

using ::testing::ElementsAre;
using testing::HasViolation;
using testing::IsOk;
using testing::IsOkAndHolds;
using testing::Reason;
using testing::StatusIs;

constexpr char kAnna[] = "events/e/registrations/anna";
constexpr char kJan[] = "events/e/registrations/jan";
const absl::Time kMidday = absl::FromUnixSeconds(1450440000);  // 2015-12-18T12:00:00Z

v1::Session Session(int minutes, int slot, int pause, int tables) {
  v1::Session session;
  session.set_name("events/e/sessions/s");
  session.set_kind(v1::SESSION_KIND_MEETINGS);
  SetTimestamp(kMidday, *session.mutable_start_time());
  SetTimestamp(kMidday + absl::Minutes(minutes), *session.mutable_end_time());
  session.mutable_meeting_rules()->mutable_slot_length()->set_seconds(slot * 60);
  session.mutable_meeting_rules()->mutable_slot_break()->set_seconds(pause * 60);
  session.mutable_meeting_rules()->set_tables(tables);
  return session;
}

v1::Meeting Meeting(const std::string& requester, const std::string& invitee,
                    v1::MeetingState state) {
  v1::Meeting meeting;
  meeting.set_name("events/e/meetings/m");
  meeting.set_requester(requester);
  meeting.set_invitee(invitee);
  meeting.set_state(state);
  SetTimestamp(kMidday, *meeting.mutable_expire_time());
  return meeting;
}

v1::Availability Span(int from_minute, int until_minute) {
  v1::Availability span;
  SetTimestamp(kMidday + absl::Minutes(from_minute), *span.mutable_start_time());
  SetTimestamp(kMidday + absl::Minutes(until_minute), *span.mutable_end_time());
  return span;
}

TEST(MeetingSlotsTest, AsManySlotsAsFitWithAPauseBetween) {
  EXPECT_EQ(SlotsOf(Session(60, 20, 0, 1))->count, 3);
  EXPECT_EQ(SlotsOf(Session(59, 20, 0, 1))->count, 2);
  const auto slots = SlotsOf(Session(85, 20, 5, 4));  // 20 5 20 5 20, and 15 left
  ASSERT_THAT(slots, IsOk());
  EXPECT_EQ(slots->count, 3);
  EXPECT_EQ(slots->tables, 4);
  EXPECT_EQ(slots->At(2).start, kMidday + absl::Minutes(50));
  EXPECT_EQ(slots->At(2).end, kMidday + absl::Minutes(70));
}

TEST(MeetingSlotsTest, OtherSessionsHaveNone) {
  v1::Session plenary = Session(60, 20, 0, 1);
  plenary.set_kind(v1::SESSION_KIND_PLENARY);
  for (const v1::Session& session :
       {plenary, Session(19, 20, 0, 1), Session(513 * 5, 5, 0, 1), Session(60, 0, 0, 1)}) {
    EXPECT_THAT(SlotsOf(session),
                StatusIs(absl::StatusCode::kFailedPrecondition, Reason("NOT_A_MEETING_SESSION")));
  }
  EXPECT_EQ(SlotsOf(Session(512 * 5, 5, 0, 1))->count, 512);
}

TEST(MeetingSlotsTest, ASlotIsFreeWithinOneSpanAndOutsideOtherMeetings) {
  const SessionSlots slots = *SlotsOf(Session(80, 20, 0, 1));
  google::protobuf::RepeatedPtrField<v1::Availability> spans;
  EXPECT_THAT(FreeSlots(slots, spans, {}), ElementsAre(true, true, true, true));
  *spans.Add() = Span(45, 70);
  *spans.Add() = Span(30, 45);  // touches the other: together they hold the slot from 40 to 60
  EXPECT_THAT(FreeSlots(slots, spans, {}), ElementsAre(false, false, true, false));
  *spans.Add() = Span(-100, 30);
  EXPECT_THAT(FreeSlots(slots, spans, {}), ElementsAre(true, true, true, false));
  // 20 to 40 overlaps by a minute; what ends at 20 does not.
  const std::vector<TimeSpan> busy = {{kMidday + absl::Minutes(39), kMidday + absl::Minutes(50)},
                                      {kMidday - absl::Minutes(10), kMidday}};
  EXPECT_THAT(FreeSlots(slots, spans, busy), ElementsAre(true, false, false, false));
}

TEST(MeetingCapsTest, APersonHasAtMostTheSlots) {
  v1::Session session = Session(60, 20, 0, 2);
  const SessionSlots slots = *SlotsOf(session);
  EXPECT_EQ(MeetingsOfPersonMax(session.meeting_rules(), slots), 3);
  session.mutable_meeting_rules()->set_meetings_per_person_max(2);
  EXPECT_EQ(MeetingsOfPersonMax(session.meeting_rules(), slots), 2);
  session.mutable_meeting_rules()->set_meetings_per_person_max(9);
  EXPECT_EQ(MeetingsOfPersonMax(session.meeting_rules(), slots), 3);
  EXPECT_EQ(MeetingsOfSessionMax(slots), 6);
  EXPECT_EQ(MeetingsOfSessionMax(*SlotsOf(Session(500 * 5, 5, 0, 10'000))), 10'000);
}

TEST(MeetingCapsTest, AnUnansweredRequestTakesASlotOfTheRequesterUntilItExpires) {
  const std::vector<v1::Meeting> asked = {Meeting(kAnna, kJan, v1::MEETING_STATE_REQUESTED)};
  EXPECT_EQ(CountForPerson(asked, kAnna, kMidday - absl::Seconds(1)), 1);
  EXPECT_EQ(CountForPerson(asked, kAnna, kMidday), 0) << "the limit of time frees the slot";
  EXPECT_EQ(CountForPerson(asked, kJan, kMidday - absl::Seconds(1)), 0);
}

TEST(MeetingCapsTest, AcceptedMeetingsCountForBothAndFinishedOnesStillDo) {
  for (const auto state : {v1::MEETING_STATE_ACCEPTED, v1::MEETING_STATE_SCHEDULED,
                           v1::MEETING_STATE_HELD, v1::MEETING_STATE_MISSED}) {
    EXPECT_EQ(CountForPerson({Meeting(kAnna, kJan, state)}, kAnna, kMidday), 1);
    EXPECT_EQ(CountForPerson({Meeting(kAnna, kJan, state)}, kJan, kMidday), 1);
  }
  for (const auto state : {v1::MEETING_STATE_DECLINED, v1::MEETING_STATE_CANCELLED,
                           v1::MEETING_STATE_WITHDRAWN, v1::MEETING_STATE_EXPIRED}) {
    EXPECT_EQ(CountForPerson({Meeting(kAnna, kJan, state)}, kAnna, kMidday), 0);
  }
  EXPECT_EQ(CountForPerson({Meeting("events/e/registrations/x", kJan, v1::MEETING_STATE_HELD)},
                           kAnna, kMidday),
            0);
}

TEST(MeetingRequestsTest, AVetoOfEitherForbids) {
  v1::MeetingProfile anna;
  anna.set_registration(kAnna);
  v1::MeetingProfile jan;
  jan.set_registration(kJan);
  EXPECT_THAT(CheckVetoes(anna, jan), IsOk());
  jan.add_vetoes("events/e/registrations/somebody");
  EXPECT_THAT(CheckVetoes(anna, jan), IsOk());
  jan.add_vetoes(kAnna);
  const auto vetoed = StatusIs(absl::StatusCode::kFailedPrecondition, Reason("MEETING_VETOED"));
  EXPECT_THAT(CheckVetoes(anna, jan), vetoed);
  EXPECT_THAT(CheckVetoes(jan, anna), vetoed);
  EXPECT_EQ(ErrorMetadataValue(CheckVetoes(anna, jan), "registration"), "") << "tells who it was";
}

TEST(MeetingRequestsTest, ARequestExpiresAfterItsTimeOrWithTheSession) {
  v1::Session session = Session(60, 20, 0, 1);
  EXPECT_EQ(ExpiryOf(session, kMidday - absl::Hours(100)), kMidday - absl::Hours(28));
  EXPECT_EQ(ExpiryOf(session, kMidday - absl::Hours(1)), kMidday + absl::Hours(1));
  session.mutable_meeting_rules()->mutable_request_ttl()->set_seconds(600);
  EXPECT_EQ(ExpiryOf(session, kMidday), kMidday + absl::Minutes(10));
}

TEST(MeetingRequestsTest, OnlyTheTwoAndTheOrganiserAct) {
  const v1::Meeting meeting = Meeting(kAnna, kJan, v1::MEETING_STATE_REQUESTED);
  const auto side = [&](const char* actor) { return SideOf(meeting, actor, MeetingStep::kAccept); };
  EXPECT_THAT(side(kAnna), IsOkAndHolds(MeetingSide::kRequester));
  EXPECT_THAT(side(kJan), IsOkAndHolds(MeetingSide::kInvitee));
  EXPECT_THAT(side("events/e"), IsOkAndHolds(MeetingSide::kOrganiser));
  for (const char* other : {"events/e/registrations/ann", "events/f", ""}) {
    EXPECT_THAT(side(other),
                StatusIs(absl::StatusCode::kPermissionDenied, Reason("NOT_A_PARTICIPANT")));
  }
}

v1::Meeting At(const std::string& id, int from_minute, int until_minute) {
  v1::Meeting meeting = Meeting(kAnna, kJan, v1::MEETING_STATE_SCHEDULED);
  meeting.set_name("events/e/meetings/" + id);
  SetTimestamp(kMidday + absl::Minutes(from_minute), *meeting.mutable_start_time());
  SetTimestamp(kMidday + absl::Minutes(until_minute), *meeting.mutable_end_time());
  return meeting;
}

TEST(AgendaTest, IsInTheOrderOfTime) {
  v1::Meeting open = Meeting(kAnna, kJan, v1::MEETING_STATE_ACCEPTED);
  const v1::Agenda agenda =
      MakeAgenda(kAnna, {At("c", 40, 60), At("a", 0, 20), open, At("b", 20, 41)});
  EXPECT_EQ(agenda.name(), "events/e/registrations/anna/agenda");
  ASSERT_EQ(agenda.meetings_size(), 3);
  EXPECT_EQ(agenda.meetings(0).name(), "events/e/meetings/a");
  EXPECT_EQ(agenda.meetings(1).name(), "events/e/meetings/b");
  EXPECT_EQ(agenda.meetings(2).name(), "events/e/meetings/c");
}

TEST(MeetingViewsTest, NobodySeesTheRatingOrTheVetoesOfTheOther) {
  v1::Meeting meeting = Meeting(kAnna, kJan, v1::MEETING_STATE_HELD);
  meeting.mutable_requester_rating()->set_score(5);
  meeting.mutable_invitee_rating()->set_score(1);
  v1::Meeting seen = meeting;
  HideFrom(kJan, seen);
  EXPECT_FALSE(seen.has_requester_rating());
  EXPECT_EQ(seen.invitee_rating().score(), 1);
  seen = meeting;
  HideFrom("events/e", seen);
  EXPECT_EQ(seen.requester_rating().score(), 5);
  v1::MeetingProfile profile;
  profile.set_registration(kAnna);
  profile.add_vetoes(kJan);
  v1::MeetingProfile hidden = profile;
  HideFrom(kJan, hidden);
  EXPECT_EQ(hidden.vetoes_size(), 0);
  HideFrom(kAnna, profile);
  EXPECT_EQ(profile.vetoes_size(), 1);
}

TEST(ValidateMeetingTest, AProfileLearnsEveryViolation) {
  v1::UpdateMeetingProfileRequest request;
  v1::MeetingProfile& profile = *request.mutable_meeting_profile();
  profile.set_name("events/e/registrations/anna/profile");
  for (int i = 0; i < 21; ++i) profile.add_offers("Łożyska ceramiczne");
  profile.add_needs("");
  profile.add_needs(std::string(501, 'x'));
  profile.add_needs("two\nlines");
  request.mutable_update_mask()->add_paths("vetoes");
  request.set_request_id("seven");
  const absl::Status status = Validate(request);
  EXPECT_EQ(FieldViolations(status).size(), 7u) << status;
  for (const char* field :
       {"meeting_profile.name", "meeting_profile.offers", "meeting_profile.needs[0]",
        "meeting_profile.needs[1]", "meeting_profile.needs[2]", "update_mask", "request_id"}) {
    EXPECT_THAT(status, HasViolation(field));
  }
  profile.set_name("events/e/registrations/anna/meetingProfile");
  profile.mutable_offers()->DeleteSubrange(20, 1);
  profile.clear_needs();
  request.clear_update_mask();
  request.clear_request_id();
  EXPECT_THAT(Validate(request), IsOk());
}

TEST(ValidateMeetingTest, SpansEndAfterTheyStart) {
  v1::SetAvailabilityRequest request;
  request.set_name("events/e/registrations/anna/meetingProfile");
  *request.add_availability() = Span(0, 1);
  EXPECT_THAT(Validate(request), IsOk());
  *request.add_availability() = Span(5, 5);
  request.add_availability();
  request.add_availability()->mutable_start_time()->set_seconds(1'000'000'000'000);
  const absl::Status status = Validate(request);
  EXPECT_THAT(status, HasViolation("availability[1].end_time"));
  EXPECT_THAT(status, HasViolation("availability[2].start_time"));
  EXPECT_THAT(status, HasViolation("availability[3].start_time"));
  for (int i = 0; i < 100; ++i) *request.add_availability() = Span(0, 1);
  EXPECT_THAT(Validate(request), HasViolation("availability"));
}

TEST(ValidateMeetingTest, NobodyVetoesThemselvesOrSomebodyOfAnotherEvent) {
  v1::SetVetoesRequest request;
  request.set_name("events/e/registrations/anna/meetingProfile");
  request.add_vetoes(kJan);
  EXPECT_THAT(Validate(request), IsOk());
  request.add_vetoes(kAnna);
  request.add_vetoes("events/f/registrations/jan");
  request.add_vetoes(kJan);
  const absl::Status status = Validate(request);
  EXPECT_THAT(status, HasViolation("vetoes[1]"));
  EXPECT_THAT(status, HasViolation("vetoes[2]"));
  EXPECT_THAT(status, HasViolation("vetoes"));
}

TEST(ValidateMeetingTest, ARequestNamesTwoPeopleOfItsEvent) {
  v1::RequestMeetingRequest request;
  request.set_parent("events/e");
  request.mutable_meeting()->set_session("events/f/sessions/s");
  request.mutable_meeting()->set_requester(kAnna);
  request.mutable_meeting()->set_invitee(kAnna);
  request.mutable_meeting()->set_message(std::string(2001, 'x'));
  const absl::Status status = Validate(request);
  EXPECT_EQ(FieldViolations(status).size(), 3u) << status;
  EXPECT_THAT(status, HasViolation("meeting.session"));
  EXPECT_THAT(status, HasViolation("meeting.invitee"));
  EXPECT_THAT(status, HasViolation("meeting.message"));
}

TEST(ValidateMeetingTest, AnOutcomeSaysWhoWasAbsent) {
  v1::RecordMeetingOutcomeRequest request;
  request.set_name("events/e/meetings/m");
  request.set_actor("events/e");
  request.set_outcome(v1::MEETING_STATE_MISSED);
  EXPECT_THAT(Validate(request), HasViolation("absent"));
  request.add_absent(kJan);
  EXPECT_THAT(Validate(request), IsOk());
  request.set_outcome(v1::MEETING_STATE_HELD);
  EXPECT_THAT(Validate(request), HasViolation("absent"));
  request.set_outcome(v1::MEETING_STATE_ACCEPTED);
  EXPECT_THAT(Validate(request), HasViolation("outcome"));
}

TEST(ValidateMeetingTest, ARatingIsOfAParticipantFromOneToFive) {
  v1::RateMeetingRequest request;
  request.set_name("events/e/meetings/m");
  request.set_actor("events/e");
  request.mutable_rating()->set_score(6);
  EXPECT_THAT(Validate(request), HasViolation("actor"));
  EXPECT_THAT(Validate(request), HasViolation("rating.score"));
  request.set_actor("events/f/registrations/anna");
  EXPECT_THAT(Validate(request), HasViolation("actor"));
  request.set_actor(kAnna);
  request.mutable_rating()->set_score(5);
  EXPECT_THAT(Validate(request), IsOk());
}

TEST(ValidateMeetingTest, StepsAndAbsenteesHaveABound) {
  v1::RescheduleMeetingsRequest request;
  request.set_session("events/e/sessions/s");
  request.set_steps(20'000'001);
  for (int i = 0; i < 101; ++i) request.add_absent(kAnna);
  EXPECT_THAT(Validate(request), HasViolation("steps"));
  EXPECT_THAT(Validate(request), HasViolation("absent"));
}

}  // namespace
}  // namespace wici::registration
