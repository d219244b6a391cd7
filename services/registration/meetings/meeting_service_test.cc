#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "services/registration/meetings/testing.h"
#include "wici/people/v1/personal_data_service.pb.h"

namespace wici::registration {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::HasViolation;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;
using ::testing::Pair;
using testing::Reason;
using testing::StatusIs;

constexpr auto kDenied = absl::StatusCode::kPermissionDenied;

class MeetingServiceTest : public MeetingTest {
 protected:
  absl::StatusOr<v1::MeetingProfile> Write(const std::string& registration,
                                           const std::string& offer, const std::string& need,
                                           const std::string& etag = "") {
    v1::UpdateMeetingProfileRequest request;
    request.mutable_meeting_profile()->set_name(MeetingProfileName(registration));
    request.mutable_meeting_profile()->add_offers(offer);
    request.mutable_meeting_profile()->add_needs(need);
    request.mutable_meeting_profile()->set_etag(etag);
    return Call<v1::MeetingProfile>("UpdateMeetingProfile", request, Link(registration));
  }
  absl::StatusOr<v1::ListMeetingProfilesResponse> Profiles(const std::string& parent,
                                                           const std::string& token,
                                                           int page_size = 0,
                                                           const std::string& page_token = "") {
    v1::ListMeetingProfilesRequest request;
    request.set_parent(parent);
    request.set_page_size(page_size);
    request.set_page_token(page_token);
    return Call<v1::ListMeetingProfilesResponse>("ListMeetingProfiles", request, token);
  }
  absl::StatusOr<v1::ListMeetingsResponse> List(const std::string& parent, const std::string& token,
                                                std::vector<v1::MeetingState> states = {},
                                                int page_size = 0,
                                                const std::string& page_token = "") {
    v1::ListMeetingsRequest request;
    request.set_parent(parent);
    for (const auto state : states) request.add_states(state);
    request.set_page_size(page_size);
    request.set_page_token(page_token);
    return Call<v1::ListMeetingsResponse>("ListMeetings", request, token);
  }
  absl::StatusOr<v1::Meeting> Outcome(const std::string& meeting, const std::string& actor,
                                      v1::MeetingState outcome, const std::string& absent = "") {
    v1::RecordMeetingOutcomeRequest request;
    request.set_name(meeting);
    request.set_actor(actor);
    request.set_outcome(outcome);
    if (!absent.empty()) request.add_absent(absent);
    return Call<v1::Meeting>("RecordMeetingOutcome", request,
                             actor == event_ ? Organiser() : Link(actor));
  }
  absl::StatusOr<v1::Meeting> Rate(const std::string& meeting, const std::string& actor,
                                   int score) {
    v1::RateMeetingRequest request;
    request.set_name(meeting);
    request.set_actor(actor);
    request.mutable_rating()->set_score(score);
    request.mutable_rating()->set_follow_up(v1::MEETING_FOLLOW_UP_COOPERATION);
    request.mutable_rating()->set_comment("Wspólny projekt od stycznia");
    return Call<v1::Meeting>("RateMeeting", request, Link(actor));
  }
};
WICI_ON_EVERY_ENGINE(MeetingServiceTest);

TEST_P(MeetingServiceTest, AProfileIsWrittenByItsPersonAndReadByTheOthers) {
  const std::string anna = Person("anna");
  const std::string jan = Person("jan");
  v1::GetMeetingProfileRequest get;
  get.set_name(MeetingProfileName(anna));
  const auto empty = Call<v1::MeetingProfile>("GetMeetingProfile", get, Link(anna));
  ASSERT_THAT(empty, IsOk());
  EXPECT_EQ(empty->offers_size(), 0);

  const auto written = Write(anna, "Łożyska ceramiczne", "Laboratorium badań zmęczeniowych");
  ASSERT_THAT(written, IsOk());
  EXPECT_EQ(written->registration(), anna);
  EXPECT_THAT(written->offers(), ElementsAre("Łożyska ceramiczne"));
  const auto read = Call<v1::MeetingProfile>("GetMeetingProfile", get, Link(anna));
  ASSERT_THAT(read, IsOk());
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*read, *written));
  EXPECT_THAT(Write(anna, "x", "y", empty->etag()),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));

  ASSERT_THAT(Veto(anna, jan), IsOk());
  const auto seen = Profiles(jan, Link(jan));
  ASSERT_THAT(seen, IsOk());
  ASSERT_EQ(seen->meeting_profiles_size(), 1);
  EXPECT_THAT(seen->meeting_profiles(0).needs(), ElementsAre("Laboratorium badań zmęczeniowych"));
  EXPECT_THAT(seen->meeting_profiles(0).vetoes(), IsEmpty());
  EXPECT_THAT(Profiles(anna, Link(anna))->meeting_profiles(), IsEmpty()) << "not one's own";
  EXPECT_THAT(Profiles(event_, Organiser())->meeting_profiles(0).vetoes(), ElementsAre(jan));
}

TEST_P(MeetingServiceTest, OnlyWhatTheMaskNamesChanges) {
  const std::string anna = Person("anna");
  ASSERT_THAT(Write(anna, "offer", "need"), IsOk());
  v1::UpdateMeetingProfileRequest request;
  request.mutable_meeting_profile()->set_name(MeetingProfileName(anna));
  request.mutable_update_mask()->add_paths("needs");
  const auto changed = Call<v1::MeetingProfile>("UpdateMeetingProfile", request, Link(anna));
  ASSERT_THAT(changed, IsOk());
  EXPECT_THAT(changed->offers(), ElementsAre("offer"));
  EXPECT_THAT(changed->needs(), IsEmpty());
}

TEST_P(MeetingServiceTest, PagesOfProfilesContinueAndAreBoundToTheirQuery) {
  for (const std::string& person : People(3)) ASSERT_THAT(Write(person, "offer", "need"), IsOk());
  const auto first = Profiles(event_, Organiser(), 2);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->meeting_profiles_size(), 2);
  const auto second = Profiles(event_, Organiser(), 2, first->next_page_token());
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->meeting_profiles_size(), 1);
  EXPECT_EQ(second->next_page_token(), "");
  EXPECT_THAT(List(event_, Organiser(), {}, 2, first->next_page_token()),
              HasViolation("page_token"));
  for (const std::string& parent : {std::string(), std::string("events"), session_}) {
    EXPECT_THAT(Profiles(parent, Organiser()), HasViolation("parent"));
  }
}

TEST_P(MeetingServiceTest, ARequestIsAskedAndAccepted) {
  const std::string anna = Person("anna");
  const std::string jan = Person("jan");
  const auto asked = Ask(anna, jan);
  ASSERT_THAT(asked, IsOk());
  EXPECT_EQ(asked->state(), v1::MEETING_STATE_REQUESTED);
  EXPECT_EQ(asked->message(), "Porozmawiajmy o łożyskach");
  EXPECT_EQ(TimeOf(asked->expire_time()), Instant("2015-12-18T15:00:00Z")) << "with the session";
  const auto accepted = Accept(asked->name(), jan);
  ASSERT_THAT(accepted, IsOk());
  EXPECT_EQ(accepted->state(), v1::MEETING_STATE_ACCEPTED);
  EXPECT_EQ(accepted->message(), "Porozmawiajmy o łożyskach");
  const auto read = GetMeeting(asked->name());
  ASSERT_THAT(read, IsOk());
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*read, *accepted));
  EXPECT_THAT(MeetingChanges(), ElementsAre(Pair("meeting.requested", PersonOf(jan)),
                                            Pair("meeting.accepted", PersonOf(anna))));
  for (const feed::v1::Change& change : Changes()) {
    EXPECT_THAT(change.DebugString(), Not(HasSubstr("Porozmawiajmy")));
  }
}

TEST_P(MeetingServiceTest, ALinkActsForItsOwnRegistrationOnly) {
  const std::string anna = Person("anna");
  const std::string jan = Person("jan");
  const std::string eve = Person("eve");
  const auto asked = Ask(anna, jan);
  ASSERT_THAT(asked, IsOk());
  EXPECT_THAT(Call<v1::Meeting>("RequestMeeting", RequestOf(anna, eve), Link(jan)),
              StatusIs(kDenied, Reason("PERMISSION_DENIED")));
  v1::AcceptMeetingRequest accept;
  accept.set_name(asked->name());
  accept.set_actor(jan);
  EXPECT_THAT(Call<v1::Meeting>("AcceptMeeting", accept, Link(eve)),
              StatusIs(kDenied, Reason("PERMISSION_DENIED")));
  EXPECT_THAT(Accept(asked->name(), eve), StatusIs(kDenied, Reason("NOT_A_PARTICIPANT")));
  EXPECT_THAT(Accept(asked->name(), anna), StatusIs(kDenied, Reason("NOT_A_PARTICIPANT")));
  accept.set_actor(event_);
  EXPECT_THAT(Call<v1::Meeting>("AcceptMeeting", accept, Link(jan)), StatusIs(kDenied));
  v1::ScheduleMeetingsRequest schedule;
  schedule.set_session(session_);
  EXPECT_THAT(Call<v1::MeetingSchedule>("ScheduleMeetings", schedule, Link(jan)),
              StatusIs(kDenied, Reason("PERMISSION_DENIED")));
  EXPECT_THAT(List(event_, Link(jan)), StatusIs(kDenied));
  EXPECT_THAT(List(jan, Link(anna)), StatusIs(kDenied));
  EXPECT_THAT(List(jan, ""), StatusIs(absl::StatusCode::kUnauthenticated));
  // Signed in, as an attendee on the registration.
  EXPECT_THAT(List(jan, service_->grpc.Token("attendee", jan)), IsOk());
  // The organiser may accept in the invitee's place.
  EXPECT_THAT(Accept(asked->name(), event_), IsOk());
}

TEST_P(MeetingServiceTest, WhatCannotBeIsRefused) {
  const std::string anna = Person("anna");
  const std::string jan = Person("jan");
  EXPECT_THAT(Ask(anna, event_ + "/registrations/none"),
              StatusIs(absl::StatusCode::kNotFound, Reason("REGISTRATION_NOT_FOUND")));
  EXPECT_THAT(Ask(anna, jan, event_ + "/sessions/none"),
              StatusIs(absl::StatusCode::kNotFound, Reason("SESSION_NOT_FOUND")));
  v1::Session plenary = Meetings("12:00", "13:00", 2);
  plenary.set_kind(v1::SESSION_KIND_PLENARY);
  plenary.clear_meeting_rules();
  const std::string opening = AddSession("opening", plenary);
  EXPECT_THAT(Ask(anna, jan, opening), StatusIs(kRefused, Reason("NOT_A_MEETING_SESSION")));
  EXPECT_THAT(Accept(event_ + "/meetings/none", jan),
              StatusIs(absl::StatusCode::kNotFound, Reason("MEETING_NOT_FOUND")));
  EXPECT_THAT(GetMeeting(event_ + "/meetings/none"),
              StatusIs(absl::StatusCode::kNotFound, Reason("MEETING_NOT_FOUND")));
  ASSERT_THAT(Ask(anna, jan), IsOk());
  EXPECT_THAT(Ask(jan, anna), StatusIs(absl::StatusCode::kAlreadyExists, Reason("MEETING_EXISTS")));
  clock().Set(Instant("2015-12-18T15:00:00Z"));
  EXPECT_THAT(Ask(jan, anna), StatusIs(kRefused, Reason("MEETING_SESSION_OVER")));
}

TEST_P(MeetingServiceTest, WhoHasNoSeatHasNoMeetings) {
  std::vector<std::string> people = People(10);
  const auto waiting = SignUp(event_, "late@example.org");
  ASSERT_EQ(waiting->state(), v1::REGISTRATION_STATE_WAITLISTED);
  EXPECT_THAT(Ask(waiting->name(), people[0]), StatusIs(kRefused, Reason("NO_SEAT_FOR_MEETINGS")));
  EXPECT_THAT(Ask(people[0], waiting->name()), StatusIs(kRefused, Reason("NO_SEAT_FOR_MEETINGS")));
  EXPECT_THAT(Write(waiting->name(), "offer", "need"), Reason("NO_SEAT_FOR_MEETINGS"));
}

TEST_P(MeetingServiceTest, ACancelledEventHasNoMeetings) {
  const std::string anna = Person("anna");
  const std::string jan = Person("jan");
  ASSERT_THAT(Cancel(event_), IsOk());
  EXPECT_THAT(Ask(anna, jan), StatusIs(kRefused, Reason("EVENT_CANCELLED")));
  EXPECT_THAT(Write(anna, "offer", "need"), StatusIs(kRefused, Reason("EVENT_CANCELLED")));
  EXPECT_THAT(Schedule(), StatusIs(kRefused, Reason("EVENT_CANCELLED")));
}

TEST_P(MeetingServiceTest, APersonHasNoMoreMeetingsThanTheRulesSay) {
  v1::Session rules = Meetings("15:00", "16:00", 2);
  rules.mutable_meeting_rules()->set_meetings_per_person_max(2);
  const std::string session = AddSession("late", rules);
  const std::vector<std::string> people = People(4);
  EXPECT_THAT(Ask(people[0], people[1], session), IsOk());
  EXPECT_THAT(Ask(people[0], people[2], session), IsOk());
  const auto third = Ask(people[0], people[3], session);
  EXPECT_THAT(third, StatusIs(kRefused, Reason("MEETINGS_OF_PERSON_FULL")));
  EXPECT_EQ(ErrorMetadataValue(third.status(), "limit"), "2");
  EXPECT_THAT(Ask(people[0], people[3]), IsOk()) << "another session counts for itself";
  // Who is asked is not full before they accept.
  const auto one = Ask(people[3], people[1], session);
  const auto other = Ask(people[2], people[1], session);
  EXPECT_THAT(Accept(one->name(), people[1]), IsOk());
  EXPECT_THAT(Accept(other->name(), people[1]), IsOk());
  const auto asked = List(people[1], Link(people[1]), {v1::MEETING_STATE_REQUESTED});
  ASSERT_EQ(asked->meetings_size(), 1);
  EXPECT_THAT(Accept(asked->meetings(0).name(), people[1]),
              StatusIs(kRefused, Reason("MEETINGS_OF_PERSON_FULL")));
}

TEST_P(MeetingServiceTest, ASessionHasNoMoreMeetingsThanSlotsAndTables) {
  const std::string session = AddSession("short", Meetings("15:00", "15:20", 1));
  const std::vector<std::string> people = People(4);
  const auto first = Ask(people[0], people[1], session);
  const auto second = Ask(people[2], people[3], session);
  EXPECT_THAT(Accept(first->name(), people[1]), IsOk());
  EXPECT_THAT(Accept(second->name(), people[3]),
              StatusIs(kRefused, Reason("MEETING_SESSION_FULL")));
  EXPECT_THAT(CancelMeeting(first->name(), people[0]), IsOk());
  EXPECT_THAT(Accept(second->name(), people[3]), IsOk());
}

TEST_P(MeetingServiceTest, AnUnansweredRequestExpiresAndFreesTheSlot) {
  v1::Session rules = Meetings("15:00", "16:00", 2);
  rules.mutable_meeting_rules()->set_meetings_per_person_max(1);
  rules.mutable_meeting_rules()->mutable_request_ttl()->set_seconds(600);
  const std::string session = AddSession("late", rules);
  const std::vector<std::string> people = People(3);
  const auto asked = Ask(people[0], people[1], session);
  ASSERT_THAT(asked, IsOk());
  EXPECT_THAT(Ask(people[0], people[2], session), Reason("MEETINGS_OF_PERSON_FULL"));
  clock().Advance(absl::Minutes(10));
  EXPECT_EQ(GetMeeting(asked->name())->state(), v1::MEETING_STATE_EXPIRED);
  EXPECT_THAT(List(people[1], Link(people[1]), {v1::MEETING_STATE_REQUESTED})->meetings(),
              IsEmpty());
  EXPECT_THAT(Accept(asked->name(), people[1]),
              StatusIs(kRefused, Reason("MEETING_STEP_NOT_ALLOWED")));
  EXPECT_THAT(Ask(people[0], people[2], session), IsOk());
  EXPECT_THAT(MeetingChanges(), Contains(Pair("meeting.expired", PersonOf(people[0]))));
  EXPECT_EQ(List(people[0], Link(people[0]), {v1::MEETING_STATE_EXPIRED})->meetings_size(), 1);
  EXPECT_THAT(Ask(people[1], people[0], session), IsOk()) << "the same two again";
}

TEST_P(MeetingServiceTest, AnExpiredRequestIsInNobodysWayBeforeItIsWrittenDown) {
  const std::vector<std::string> people = People(3);
  v1::Session rules = Meetings("15:00", "16:00", 2);
  rules.mutable_meeting_rules()->mutable_request_ttl()->set_seconds(600);
  const std::string session = AddSession("late", rules);
  ASSERT_THAT(Ask(people[0], people[1], session), IsOk());
  ASSERT_THAT(Ask(people[0], people[2], session), IsOk());
  clock().Advance(absl::Minutes(10));
  EXPECT_THAT(Ask(people[0], people[1], session), IsOk()) << "the same two again";
  ASSERT_THAT(Ask(people[1], people[2], session), IsOk());
  clock().Advance(absl::Minutes(10));
  EXPECT_THAT(Veto(people[1], people[2]), IsOk());
  EXPECT_THAT(MeetingChanges(), Contains(Pair("meeting.expired", PersonOf(people[0]))).Times(3));
}

TEST_P(MeetingServiceTest, WhoCallsOffDecidesWhatBecomesOfIt) {
  const std::vector<std::string> people = People(4);
  const auto withdrawn = Ask(people[0], people[1]);
  EXPECT_EQ(CancelMeeting(withdrawn->name(), people[0])->state(), v1::MEETING_STATE_WITHDRAWN);
  const auto declined = Ask(people[0], people[2]);
  EXPECT_EQ(CancelMeeting(declined->name(), people[2])->state(), v1::MEETING_STATE_DECLINED);
  const std::string agreed = Agree(people[0], people[3]);
  const auto cancelled = CancelMeeting(agreed, people[3], "Choroba");
  ASSERT_THAT(cancelled, IsOk());
  EXPECT_EQ(cancelled->state(), v1::MEETING_STATE_CANCELLED);
  EXPECT_EQ(cancelled->state_reason(), "Choroba");
  EXPECT_THAT(CancelMeeting(agreed, people[0]),
              StatusIs(kRefused, Reason("MEETING_STEP_NOT_ALLOWED")));
  const auto third = Ask(people[1], people[2]);
  EXPECT_EQ(CancelMeeting(third->name(), event_)->state(), v1::MEETING_STATE_CANCELLED);
  v1::DeclineMeetingRequest decline;
  decline.set_name(Ask(people[1], people[3])->name());
  decline.set_actor(people[3]);
  decline.set_reason("Nie tym razem");
  decline.set_etag("\"9\"");
  EXPECT_THAT(Call<v1::Meeting>("DeclineMeeting", decline, Link(people[3])),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  decline.clear_etag();
  const auto answer = Call<v1::Meeting>("DeclineMeeting", decline, Link(people[3]));
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->state(), v1::MEETING_STATE_DECLINED);
  EXPECT_EQ(answer->state_reason(), "Nie tym razem");
}

TEST_P(MeetingServiceTest, AVetoEndsWhatIsOpenAndForbidsTheRest) {
  const std::vector<std::string> people = People(3);
  const auto asked = Ask(people[0], people[1]);
  const std::string agreed = Agree(people[1], people[2]);
  ASSERT_THAT(Veto(people[1], people[0]), IsOk());
  EXPECT_EQ(GetMeeting(asked->name())->state(), v1::MEETING_STATE_DECLINED);
  EXPECT_EQ(GetMeeting(agreed)->state(), v1::MEETING_STATE_ACCEPTED) << "another person";
  EXPECT_THAT(Ask(people[0], people[1]), StatusIs(kRefused, Reason("MEETING_VETOED")));
  EXPECT_THAT(Ask(people[1], people[0]), StatusIs(kRefused, Reason("MEETING_VETOED")));
  ASSERT_THAT(Veto(people[2], people[1]), IsOk());
  EXPECT_EQ(GetMeeting(agreed)->state(), v1::MEETING_STATE_CANCELLED);
  const auto own = Ask(people[0], people[2]);
  ASSERT_THAT(Veto(people[0], people[2]), IsOk());
  EXPECT_EQ(GetMeeting(own->name())->state(), v1::MEETING_STATE_WITHDRAWN);
}

TEST_P(MeetingServiceTest, TheSameRequestIdTakesEffectOnce) {
  const std::string anna = Person("anna");
  const std::string jan = Person("jan");
  v1::RequestMeetingRequest request = RequestOf(anna, jan);
  request.set_request_id(kRequestId);
  const auto first = Call<v1::Meeting>("RequestMeeting", request, Link(anna));
  ASSERT_THAT(first, IsOk());
  const auto again = Call<v1::Meeting>("RequestMeeting", request, Link(anna));
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*first, *again));
  EXPECT_EQ(List(event_, Organiser())->meetings_size(), 1);
  request.mutable_meeting()->set_message("something else");
  EXPECT_THAT(Call<v1::Meeting>("RequestMeeting", request, Link(anna)),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("REQUEST_ID_REUSED")));
}

TEST_P(MeetingServiceTest, ManyAtOnceNeverExceedACap) {
  v1::Session rules = Meetings("15:00", "16:00", 2);
  rules.mutable_meeting_rules()->set_meetings_per_person_max(2);
  const std::string session = AddSession("late", rules);
  const std::vector<std::string> people = People(9);
  const std::string link = Link(people[0]);
  std::atomic<int> succeeded = 0;
  std::vector<std::thread> clients;
  for (int i = 1; i <= 8; ++i) {
    clients.emplace_back([&, i] {
      const auto asked = Call<v1::Meeting>(
          "RequestMeeting", RequestOf(people[0], people[static_cast<std::size_t>(i)], session),
          link);
      if (asked.ok()) {
        ++succeeded;
      } else {
        EXPECT_THAT(asked, Reason("MEETINGS_OF_PERSON_FULL"));
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(succeeded, 2);
}

TEST_P(MeetingServiceTest, AnOutcomeIsRecordedAndRated) {
  const std::string anna = Person("anna");
  const std::string jan = Person("jan");
  const std::string eve = Person("eve");
  const std::string meeting = Agree(anna, jan);
  EXPECT_THAT(Outcome(meeting, anna, v1::MEETING_STATE_HELD),
              StatusIs(kRefused, Reason("MEETING_STEP_NOT_ALLOWED")));
  ASSERT_NO_FATAL_FAILURE(ScheduleAndPublish());
  EXPECT_THAT(Outcome(meeting, anna, v1::MEETING_STATE_HELD),
              StatusIs(kRefused, Reason("MEETING_NOT_BEGUN")));
  clock().Set(Instant("2015-12-18T15:30:00Z"));
  EXPECT_THAT(Rate(meeting, anna, 5), StatusIs(kRefused, Reason("MEETING_NOT_HELD")));
  EXPECT_THAT(Outcome(meeting, event_, v1::MEETING_STATE_MISSED, eve),
              StatusIs(kDenied, Reason("NOT_A_PARTICIPANT")));
  const auto missed = Outcome(meeting, jan, v1::MEETING_STATE_MISSED, anna);
  ASSERT_THAT(missed, IsOk());
  EXPECT_THAT(missed->absent(), ElementsAre(anna));
  const auto held = Outcome(meeting, event_, v1::MEETING_STATE_HELD);
  ASSERT_THAT(held, IsOk()) << "the organiser corrects it";
  EXPECT_THAT(held->absent(), IsEmpty());
  const auto rated = Rate(meeting, anna, 5);
  ASSERT_THAT(rated, IsOk());
  EXPECT_EQ(rated->requester_rating().score(), 5);
  EXPECT_EQ(rated->requester_rating().comment(), "Wspólny projekt od stycznia");
  const auto other = Rate(meeting, jan, 2);
  ASSERT_THAT(other, IsOk());
  EXPECT_FALSE(other->has_requester_rating()) << "not seen by the other";
  EXPECT_FALSE(List(anna, Link(anna))->meetings(0).has_invitee_rating());
  EXPECT_EQ(GetMeeting(meeting)->invitee_rating().score(), 2);
}

TEST_P(MeetingServiceTest, MeetingsOfAPersonAreListedInPages) {
  const std::vector<std::string> people = People(4);
  const std::string first = Ask(people[0], people[1])->name();
  const std::string second = Ask(people[2], people[0])->name();
  const std::string third = Agree(people[0], people[3]);
  Ask(people[1], people[2]).value();
  const auto page = List(people[0], Link(people[0]), {}, 2);
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->meetings_size(), 2);
  EXPECT_EQ(page->meetings(0).name(), first);
  EXPECT_EQ(page->meetings(1).name(), second);
  const auto rest = List(people[0], Link(people[0]), {}, 2, page->next_page_token());
  ASSERT_THAT(rest, IsOk());
  ASSERT_EQ(rest->meetings_size(), 1);
  EXPECT_EQ(rest->meetings(0).name(), third);
  EXPECT_EQ(rest->next_page_token(), "");
  EXPECT_EQ(List(event_, Organiser())->meetings_size(), 4);
  EXPECT_EQ(List(event_, Organiser(), {v1::MEETING_STATE_ACCEPTED})->meetings_size(), 1);
  EXPECT_THAT(List(event_, Organiser(), std::vector(10, v1::MEETING_STATE_HELD)),
              HasViolation("states"));
}

TEST_P(MeetingServiceTest, OtherServicesReadMeetingsWithTheirPeopleAndWithoutWords) {
  const std::string anna = Person("anna");
  const std::string jan = Person("jan");
  const std::string meeting = Ask(anna, jan)->name();
  v1::BatchGetMeetingsRequest request;
  request.add_names(meeting);
  request.add_names(event_ + "/meetings/none");
  const auto found = Call<v1::BatchGetMeetingsResponse>("BatchGetMeetings", request,
                                                        service_->grpc.Token("service"));
  ASSERT_THAT(found, IsOk());
  ASSERT_EQ(found->meetings_size(), 1);
  EXPECT_EQ(found->meetings(0).meeting().name(), meeting);
  EXPECT_EQ(found->meetings(0).meeting().message(), "");
  EXPECT_EQ(found->meetings(0).requester_person(), PersonOf(anna));
  EXPECT_EQ(found->meetings(0).invitee_person(), PersonOf(jan));
  EXPECT_THAT(Call<v1::BatchGetMeetingsResponse>("BatchGetMeetings", request, Organiser()),
              StatusIs(kDenied));
  request.clear_names();
  EXPECT_THAT(Call<v1::BatchGetMeetingsResponse>("BatchGetMeetings", request,
                                                 service_->grpc.Token("service")),
              HasViolation("names"));
}

TEST_P(MeetingServiceTest, EveryWordOfAPersonIsExportedAndErased) {
  const auto anna = SignUp(event_, "anna@example.org");
  const std::string jan = Person("jan");
  ASSERT_THAT(Write(anna->name(), "Zardzewiała maszyna", "Nowa maszyna"), IsOk());
  v1::RequestMeetingRequest request = RequestOf(anna->name(), jan);
  request.set_request_id(kRequestId);
  const auto asked = Call<v1::Meeting>("RequestMeeting", request, Link(anna->name()));
  ASSERT_THAT(CancelMeeting(asked->name(), anna->name(), "Grypa żołądkowa"), IsOk());
  people::v1::ExportPersonRequest get;
  get.set_person(anna->person());
  const auto exported = service_->grpc.Call<people::v1::ExportPersonResponse>(
      "wici.people.v1.PersonalDataService/ExportPerson", get,
      service_->grpc.Token("platform-operator"));
  ASSERT_THAT(exported, IsOk());
  for (const char* word : {"Zardzewiała", "Nowa maszyna", "Porozmawiajmy", "Grypa"}) {
    EXPECT_THAT(exported->json(), HasSubstr(word));
  }
  people::v1::ErasePersonRequest erase;
  erase.set_person(anna->person());
  ASSERT_THAT(service_->grpc.Call<people::v1::ErasePersonResponse>(
                  "wici.people.v1.PersonalDataService/ErasePerson", erase,
                  service_->grpc.Token("platform-operator")),
              IsOk());
  for (const std::string& text : AllTexts()) {
    for (const char* word : {"Zardzewiała", "Nowa maszyna", "Porozmawiajmy", "Grypa"}) {
      EXPECT_THAT(text, Not(HasSubstr(word)));
    }
  }
  EXPECT_EQ(GetMeeting(asked->name())->state(), v1::MEETING_STATE_WITHDRAWN) << "it is counted";
}

}  // namespace
}  // namespace wici::registration
