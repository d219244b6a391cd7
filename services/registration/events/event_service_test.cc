#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "grpcpp/channel.h"
#include "gtest/gtest.h"
#include "libs/rpc/channel.h"
#include "services/registration/events/event_rows.h"
#include "services/registration/events/event_watch.h"
#include "services/registration/events/queries.h"
#include "services/registration/testing/registration_fixture.h"
#include "wici/registration/v1/event_service.grpc.pb.h"

namespace wici::registration {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::HasViolation;
using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

class EventServiceTest : public RegistrationTest {
 protected:
  static v1::Session Opening() {
    v1::Session session;
    (*session.mutable_title())["en"] = "Opening";
    *session.mutable_start_time() = At("2015-12-18T12:00:00Z");
    *session.mutable_end_time() = At("2015-12-18T13:00:00Z");
    return session;
  }
  absl::StatusOr<v1::Session> Add(const std::string& event, const v1::Session& session,
                                  const std::string& id = "opening") {
    v1::CreateSessionRequest request;
    request.set_parent(event);
    request.set_session_id(id);
    *request.mutable_session() = session;
    return CreateSession(request);
  }
};
WICI_ON_EVERY_ENGINE(EventServiceTest);

TEST_P(EventServiceTest, AnEmptyServiceHasNoEvents) {
  const auto list = ListEvents({});
  ASSERT_THAT(list, IsOk());
  EXPECT_EQ(list->events_size(), 0);
  EXPECT_EQ(list->next_page_token(), "");
  EXPECT_THAT(Get("events/none"), StatusIs(absl::StatusCode::kNotFound, Reason("EVENT_NOT_FOUND")));
}

TEST_P(EventServiceTest, ADraftIsStoredAsItWasSent) {
  v1::Event sent = Meeting(40, 10, v1::ADMISSION_OPEN);
  sent.set_initiative("initiatives/erice");
  sent.add_honours("Chemie-Cluster Bayern presents InSITE Bavaria");
  const auto made = Create(sent, "meeting");
  ASSERT_THAT(made, IsOk());
  EXPECT_EQ(made->name(), "events/meeting");
  EXPECT_EQ(made->state(), v1::EVENT_STATE_DRAFT);
  const auto read = Get("events/meeting");
  ASSERT_THAT(read, IsOk());
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*read, *made));
  EXPECT_EQ(read->title().at("pl"), "Spotkanie klastrów w Łodzi");
  EXPECT_THAT(Create(sent, "meeting"),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("EVENT_EXISTS")));
}

TEST_P(EventServiceTest, ABadEventLearnsEveryViolation) {
  v1::Event event = Meeting(0, -1, v1::ADMISSION_OPEN);
  event.clear_title();
  event.clear_venue();
  event.clear_languages();
  event.set_time_zone("Mars/Olympus");
  *event.mutable_end_time() = event.start_time();
  event.set_online_url("http://insecure.example.org");
  event.mutable_organisers(0)->set_display_name(std::string(10'000, 'x'));
  event.mutable_audience();
  EXPECT_THAT(
      Create(event, "X"),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasViolation("event_id"), HasViolation("event.title"),
                     HasViolation("event.venue"), HasViolation("event.languages"),
                     HasViolation("event.time_zone"), HasViolation("event.end_time"),
                     HasViolation("event.capacity"), HasViolation("event.waiting_list_capacity"))));
  EXPECT_THAT(Create(event, "X"), StatusIs(absl::StatusCode::kInvalidArgument,
                                           AllOf(HasViolation("event.online_url"),
                                                 HasViolation("event.organisers[0].display_name"),
                                                 HasViolation("event.audience.rule"))));
  event = Meeting(1, 0, v1::ADMISSION_OPEN);
  *event.mutable_start_time() = At("1899-12-31T00:00:00Z");
  EXPECT_THAT(Create(event),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("event.start_time")));
}

TEST_P(EventServiceTest, AFieldThatIsTooLongIsRefusedAndNothingIsKept) {
  v1::Event event = Meeting(1, 0, v1::ADMISSION_OPEN);
  (*event.mutable_title())["en"] = std::string(1 << 20, 'x');
  EXPECT_THAT(Create(event),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(Reason("INVALID_ARGUMENT"), HasViolation("event.title[en]"))));
  // More than a message may hold: nobody reads it.
  (*event.mutable_title())["en"] = std::string(10'000'000, 'x');
  EXPECT_THAT(Create(event), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(ListEvents({})->events_size(), 0);
}

TEST_P(EventServiceTest, PublishingHappensOnce) {
  const std::string event = Create(Meeting(5, 0, v1::ADMISSION_OPEN))->name();
  EXPECT_EQ(Publish(event)->state(), v1::EVENT_STATE_PUBLISHED);
  EXPECT_THAT(Publish(event),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("EVENT_ALREADY_PUBLISHED")));
  EXPECT_EQ(Cancel(event)->change_reason(), "the hall burnt down");
  EXPECT_THAT(Cancel(event),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("EVENT_CANCELLED")));
  EXPECT_THAT(ChangeKinds(), ElementsAre("event.created", "event.published", "event.cancelled"));
}

TEST_P(EventServiceTest, ARepeatedRequestChangesTheEventOnce) {
  v1::CreateEventRequest request;
  *request.mutable_event() = Meeting(5, 0, v1::ADMISSION_OPEN);
  request.set_request_id("6f2c1c0e-7f3e-4d57-9c1e-0d6f6f2c1c0e");
  const auto first = CreateEvent(request);
  const auto again = CreateEvent(request);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(first->name(), again->name());
  EXPECT_THAT(ChangeKinds(), ElementsAre("event.created"));
}

TEST_P(EventServiceTest, AnUpdateNeedsTheRightEtagAndKnownFields) {
  const auto event = Create(Meeting(5, 0, v1::ADMISSION_OPEN));
  v1::UpdateEventRequest request;
  *request.mutable_event() = *event;
  request.mutable_event()->set_capacity(7);
  request.mutable_update_mask()->add_paths("capacity");
  const auto updated = UpdateEvent(request);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->capacity(), 7);
  EXPECT_EQ(updated->seats().capacity(), 7);
  EXPECT_EQ(Get(event->name())->etag(), updated->etag());
  EXPECT_THAT(UpdateEvent(request), StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  request.mutable_event()->clear_etag();
  request.mutable_update_mask()->add_paths("start_time");
  EXPECT_THAT(UpdateEvent(request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("update_mask")));
}

TEST_P(EventServiceTest, ARegistrationLeavesTheEtagOfTheEventAlone) {
  const std::string event = OpenEvent(5);
  const std::string etag = Get(event)->etag();
  ASSERT_THAT(SignUp(event, "a@example.org"), IsOk());
  EXPECT_EQ(Get(event)->etag(), etag);
}

TEST_P(EventServiceTest, AMovedEventTakesItsSessionsAlongInCivilTime) {
  v1::Event meeting = Meeting(5, 0, v1::ADMISSION_OPEN);
  *meeting.mutable_registration_close_time() = At("2015-12-18T11:00:00Z");
  const std::string event = Create(meeting)->name();
  ASSERT_THAT(Add(event, Opening()), IsOk());
  ASSERT_THAT(Publish(event), IsOk());
  v1::RescheduleEventRequest request;
  request.set_name(event);
  // From 13:00 in winter to 14:00 in summer: the session at 13:00 moves to 14:00, too.
  *request.mutable_start_time() = At("2016-06-17T12:00:00Z");
  request.set_reason("the speaker is ill");
  const auto moved = RescheduleEvent(request);
  ASSERT_THAT(moved, IsOk());
  EXPECT_EQ(TimeOf(moved->end_time()), Instant("2016-06-17T16:00:00Z"));
  EXPECT_EQ(TimeOf(moved->registration_close_time()), Instant("2016-06-17T11:00:00Z"));
  EXPECT_EQ(moved->change_reason(), "the speaker is ill");
  v1::GetSessionRequest get;
  get.set_name(event + "/sessions/opening");
  const auto session = GetSession(get);
  EXPECT_EQ(TimeOf(session->start_time()), Instant("2016-06-17T12:00:00Z"));
  EXPECT_EQ(Changes().back().kind(), "event.rescheduled");
  // The window moved with it.
  clock().Set(Instant("2016-06-17T10:00:00Z"));
  EXPECT_THAT(SignUp(event, "a@example.org"), IsOk());
}

TEST_P(EventServiceTest, SessionsLieWithinTheirEvent) {
  const std::string event = Create(Meeting(5, 0, v1::ADMISSION_OPEN))->name();
  v1::Session session = Opening();
  *session.mutable_end_time() = At("2015-12-18T17:00:00Z");
  EXPECT_THAT(Add(event, session),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("SESSION_OUTSIDE_EVENT")));
  session.set_kind(v1::SESSION_KIND_MEETINGS);
  EXPECT_THAT(Add(event, session),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("session.meeting_rules")));
  ASSERT_THAT(Add(event, Opening()), IsOk());
  EXPECT_THAT(Add(event, Opening()),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("SESSION_EXISTS")));
  v1::DeleteSessionRequest remove;
  remove.set_name(event + "/sessions/opening");
  EXPECT_THAT(DeleteSession(remove), IsOk());
  EXPECT_THAT(DeleteSession(remove),
              StatusIs(absl::StatusCode::kNotFound, Reason("SESSION_NOT_FOUND")));
}

TEST_P(EventServiceTest, ASessionOfADraftIsGoneAsIfItHadNotBeen) {
  const std::string event = Create(Meeting(5, 0, v1::ADMISSION_OPEN))->name();
  const auto first = Add(event, Opening());
  ASSERT_THAT(first, IsOk());
  v1::DeleteSessionRequest remove;
  remove.set_name(first->name());
  ASSERT_THAT(DeleteSession(remove), IsOk());
  v1::GetSessionRequest get;
  get.set_name(first->name());
  EXPECT_THAT(GetSession(get), StatusIs(absl::StatusCode::kNotFound, Reason("SESSION_NOT_FOUND")));
  const auto again = Add(event, Opening());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->calendar_changes(), 0);
}

TEST_P(EventServiceTest, AnEventHasABoundOfSessionsThatCountsThoseThatWereCalledOff) {
  const std::string event = OpenEvent(5);
  std::vector<std::vector<sql::Value>> rows;
  for (std::int64_t i = 1; i < kSessionsMax; ++i) {
    rows.push_back({event, absl::StrCat("s", i), std::int64_t{1}, std::int64_t{0}, std::int64_t{1},
                    sql::Bytes{""}, std::int64_t{0}, std::int64_t{0}});
  }
  ASSERT_THAT(database().Write(machine_.Now() + absl::Seconds(10),
                               [&](sql::Transaction& tx) {
                                 return tx.InsertMany(kInsertSessions, "", rows).status();
                               }),
              IsOk());
  const auto last = Add(event, Opening());
  ASSERT_THAT(last, IsOk());
  v1::DeleteSessionRequest remove;
  remove.set_name(last->name());
  ASSERT_THAT(DeleteSession(remove), IsOk());
  EXPECT_THAT(Add(event, Opening(), "one-more"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("parent")));
}

TEST_P(EventServiceTest, AnOfferMayBeAsShortAsAHoldUnlessItMayComeAgain) {
  const auto create = [this](std::int64_t seconds, v1::OfferExpiry expiry) {
    v1::Event event = Meeting(5, 5, v1::ADMISSION_OPEN);
    event.mutable_offer_duration()->set_seconds(seconds);
    event.set_offer_expiry(expiry);
    return Create(event);
  };
  const auto refused =
      StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("event.offer_duration"));
  EXPECT_THAT(create(10, v1::OFFER_EXPIRY_END), IsOk());
  EXPECT_THAT(create(9, v1::OFFER_EXPIRY_END), refused);
  const auto again = create(600, v1::OFFER_EXPIRY_REQUEUE);
  ASSERT_THAT(again, IsOk());
  EXPECT_THAT(create(599, v1::OFFER_EXPIRY_REQUEUE), refused);
  v1::UpdateEventRequest shorter;
  shorter.mutable_event()->set_name(again->name());
  shorter.mutable_event()->mutable_offer_duration()->set_seconds(10);
  shorter.mutable_update_mask()->add_paths("offer_duration");
  EXPECT_THAT(UpdateEvent(shorter), refused) << "what is not changed counts too";
}

TEST_P(EventServiceTest, ARequestForAMeetingHasATimeLimit) {
  const std::string event = Create(Meeting(5, 0, v1::ADMISSION_OPEN))->name();
  v1::Session session = Opening();
  session.set_kind(v1::SESSION_KIND_MEETINGS);
  session.mutable_meeting_rules()->mutable_slot_length()->set_seconds(600);
  session.mutable_meeting_rules()->set_tables(1);
  const auto add = [&](std::int64_t seconds, const std::string& id) {
    session.mutable_meeting_rules()->mutable_request_ttl()->set_seconds(seconds);
    return Add(event, session, id);
  };
  const auto refused = StatusIs(absl::StatusCode::kInvalidArgument,
                                HasViolation("session.meeting_rules.request_ttl"));
  EXPECT_THAT(add(9, "too-short"), refused);
  EXPECT_THAT(add(10, "shortest"), IsOk());
  EXPECT_THAT(add(30 * 24 * 3600, "longest"), IsOk());
  EXPECT_THAT(add(30 * 24 * 3600 + 1, "too-long"), refused);
}

TEST_P(EventServiceTest, SessionsAreListedInTheOrderOfTheirStart) {
  const std::string event = Create(Meeting(5, 0, v1::ADMISSION_OPEN))->name();
  v1::Session late = Opening();
  *late.mutable_start_time() = At("2015-12-18T14:00:00Z");
  *late.mutable_end_time() = At("2015-12-18T15:00:00Z");
  ASSERT_THAT(Add(event, late, "late"), IsOk());
  ASSERT_THAT(Add(event, Opening(), "zebra"), IsOk());
  v1::UpdateSessionRequest update;
  update.mutable_session()->set_name(event + "/sessions/late");
  update.mutable_session()->set_room("Aula");
  ASSERT_THAT(UpdateSession(update), IsOk());
  v1::ListSessionsRequest request;
  request.set_parent(event);
  request.set_page_size(1);
  const auto first = ListSessions(request);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->sessions(0).name(), event + "/sessions/zebra");
  request.set_page_token(first->next_page_token());
  const auto second = ListSessions(request);
  EXPECT_EQ(second->sessions(0).room(), "Aula");
  EXPECT_EQ(second->next_page_token(), "");
}

TEST_P(EventServiceTest, EventsAreListedPageByPage) {
  for (int i = 0; i < 5; ++i) ASSERT_THAT(Create(Meeting(5, 0, v1::ADMISSION_OPEN)), IsOk());
  OpenEvent(1);
  v1::ListEventsRequest request;
  request.set_page_size(2);
  request.add_states(v1::EVENT_STATE_DRAFT);
  int count = 0;
  do {
    const auto page = ListEvents(request);
    ASSERT_THAT(page, IsOk());
    count += page->events_size();
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(count, 5);
  v1::ListEventsRequest other = request;
  other.set_page_token(ListEvents(request)->next_page_token());
  EXPECT_THAT(ListEvents(other), IsOk());
  other.add_states(v1::EVENT_STATE_PUBLISHED);
  EXPECT_THAT(ListEvents(other),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("page_token")));
  request.set_page_token("x");
  request.set_page_size(-1);
  EXPECT_THAT(ListEvents(request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasViolation("page_token"), HasViolation("page_size"))));
}

TEST_P(EventServiceTest, AWatcherSeesTheSeatsNowAndWhenTheyChange) {
  const std::string event = OpenEvent(5);
  v1::WatchEventRequest request;
  request.add_names(event);
  grpc::ClientContext context;
  rpc::PrepareCall(context, machine_.Now() + absl::Seconds(20), Organiser());
  const auto stub = v1::EventService::NewStub(service_->grpc.channel());
  const auto stream = stub->WatchEvent(&context, request);
  v1::WatchEventResponse response;
  ASSERT_TRUE(stream->Read(&response));
  ASSERT_EQ(response.events_size(), 1);
  EXPECT_EQ(response.events(0).state(), v1::EVENT_STATE_PUBLISHED);
  EXPECT_EQ(response.events(0).seats().confirmed(), 0);
  ASSERT_THAT(SignUp(event, "a@example.org"), IsOk());
  service_->watch.Notify();
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.events(0).seats().confirmed(), 1);
  context.TryCancel();
}

TEST_P(EventServiceTest, AWatchOfAnUnknownEventEnds) {
  v1::WatchEventRequest request;
  request.add_names("events/none");
  grpc::ClientContext context;
  rpc::PrepareCall(context, machine_.Now() + absl::Seconds(20), Organiser());
  const auto stub = v1::EventService::NewStub(service_->grpc.channel());
  const auto stream = stub->WatchEvent(&context, request);
  v1::WatchEventResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_THAT(rpc::FromGrpcStatus(stream->Finish()),
              StatusIs(absl::StatusCode::kNotFound, Reason("EVENT_NOT_FOUND")));
}

TEST_P(EventServiceTest, AVisitorMayNotWriteEvents) {
  v1::CreateEventRequest request;
  EXPECT_THAT(CreateEvent(request, ""), StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(CreateEvent(request, service_->grpc.Token("door-staff")),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

// A method that gets its handler leaves the list; that none comes is what
// tests/contract/methods_test.py looks after.
TEST_P(EventServiceTest, TheMethodsWithoutHandlerAreThoseOfTheList) {
  std::ifstream file("services/registration/unimplemented_methods.txt");
  std::stringstream expected;
  expected << file.rdbuf();
  std::string actual;
  for (const std::string& method : service_->grpc.server().UnimplementedMethods()) {
    actual += method + "\n";
  }
  EXPECT_EQ(actual, expected.str());
}

// An event and a session that can be followed online.
class OnlineEventTest : public EventServiceTest {
 protected:
  std::string OnlineEvent(int capacity) {
    v1::Event event = Meeting(capacity, 5, v1::ADMISSION_OPEN);
    event.set_mode(v1::ATTENDANCE_MODE_HYBRID);
    event.set_online_url("https://live.example.org/gala");
    const auto made = Create(event);
    EXPECT_THAT(made, IsOk());
    v1::CreateSessionRequest session;
    session.set_parent(made->name());
    session.set_session_id("pitches");
    (*session.mutable_session()->mutable_title())["en"] = "Pitches";
    *session.mutable_session()->mutable_start_time() = At("2015-12-18T12:00:00Z");
    *session.mutable_session()->mutable_end_time() = At("2015-12-18T13:00:00Z");
    session.mutable_session()->set_online_url("https://live.example.org/pitches");
    EXPECT_THAT(CreateSession(session), IsOk());
    EXPECT_THAT(Publish(made->name()), IsOk());
    return made->name();
  }
  absl::StatusOr<v1::OnlineLinks> Links(const std::string& registration) {
    v1::GetOwnOnlineLinksRequest request;
    request.set_token(LinksOf(registration).manage_token());
    return GetOwnOnlineLinks(request, "");
  }
};
WICI_ON_EVERY_ENGINE(OnlineEventTest);

TEST_P(OnlineEventTest, OnlyOrganisersAndMailsSeeTheAddressInTheEvent) {
  const std::string event = OnlineEvent(1);
  v1::GetEventRequest get;
  get.set_name(event);
  v1::ListSessionsRequest sessions;
  sessions.set_parent(event);
  v1::GetSessionRequest session;
  session.set_name(event + "/sessions/pitches");
  const v1::ListEventsRequest all;
  for (const char* role : {"attendee", "auditor", "partner-region", "door-staff"}) {
    const std::string token = service_->grpc.Token(role);
    EXPECT_EQ(GetEvent(get, token)->online_url(), "") << role;
    EXPECT_EQ(ListEvents(all, token)->events(0).online_url(), "") << role;
    EXPECT_EQ(GetSession(session, token)->online_url(), "") << role;
    EXPECT_EQ(ListSessions(sessions, token)->sessions(0).online_url(), "") << role;
  }
  for (const char* role : {"event-organiser", "platform-operator", "service"}) {
    const std::string token = service_->grpc.Token(role);
    EXPECT_EQ(GetEvent(get, token)->online_url(), "https://live.example.org/gala") << role;
    EXPECT_EQ(ListSessions(sessions, token)->sessions(0).online_url(),
              "https://live.example.org/pitches")
        << role;
  }
  // An organiser of something else.
  EXPECT_THAT(GetEvent(get, service_->grpc.Token("event-organiser", "events/other")),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_P(OnlineEventTest, WhoHasASeatSeesTheAddressesOfTheirs) {
  const std::string event = OnlineEvent(1);
  const auto seated = SignUp(event, "a@example.org", "", {event + "/sessions/pitches"});
  const auto waiting = SignUp(event, "b@example.org");
  ASSERT_EQ(waiting->state(), v1::REGISTRATION_STATE_WAITLISTED);
  const auto links = Links(seated->name());
  ASSERT_THAT(links, IsOk());
  ASSERT_EQ(links->links_size(), 2);
  EXPECT_EQ(links->links(0).resource(), event);
  EXPECT_EQ(links->links(0).uri(), "https://live.example.org/gala");
  EXPECT_EQ(links->links(1).resource(), event + "/sessions/pitches");
  EXPECT_EQ(Links(waiting->name())->links_size(), 0);
  const std::string token = LinksOf(seated->name()).manage_token();
  ASSERT_THAT(CancelRegistration(seated->name()), IsOk());
  v1::GetOwnOnlineLinksRequest request;
  request.set_token(token);
  EXPECT_EQ(GetOwnOnlineLinks(request, "")->links_size(), 0);
  // The one who moved up has no session.
  EXPECT_EQ(Links(waiting->name())->links_size(), 1);
  request.set_token("forged");
  EXPECT_THAT(GetOwnOnlineLinks(request, ""),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("LINK_INVALID")));
}

TEST_P(OnlineEventTest, AddressesAndAudiencesAreChecked) {
  v1::Event event = Meeting(5, 0, v1::ADMISSION_OPEN);
  event.add_audiences()->set_audience_id("vip");
  event.add_audiences()->set_audience_id("vip");
  event.mutable_audiences(0)->set_places_max(-1);
  event.set_series("series");
  EXPECT_THAT(Create(event),
              AllOf(StatusIs(absl::StatusCode::kInvalidArgument,
                             HasViolation("event.audiences[1].audience_id")),
                    HasViolation("event.audiences[0].places_max"), HasViolation("event.series")));
  v1::CreateSessionRequest session;
  session.set_parent(OnlineEvent(1));
  (*session.mutable_session()->mutable_title())["en"] = "x";
  *session.mutable_session()->mutable_start_time() = At("2015-12-18T12:00:00Z");
  *session.mutable_session()->mutable_end_time() = At("2015-12-18T13:00:00Z");
  session.mutable_session()->set_online_url("ftp://example.org");
  EXPECT_THAT(CreateSession(session),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("session.online_url")));
}

}  // namespace
}  // namespace wici::registration
