// Events made like others, and series of them.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using ::testing::ElementsAre;
using testing::HasViolation;
using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

constexpr char kSummer[] = "2016-06-18T08:00:00Z";  // 10:00 in Warsaw; 12:00Z in winter is 13:00

class SeriesServiceTest : public RegistrationTest {
 protected:
  // The meeting with everything that is copied: two sessions, a category, an audience with a rule.
  std::string FullEvent() {
    v1::Event event = Meeting(10, 2, v1::ADMISSION_OPEN);
    *event.mutable_registration_open_time() = At("2015-12-01T11:00:00Z");
    *event.mutable_registration_close_time() = At("2015-12-17T11:00:00Z");
    v1::EventAudience& audience = *event.add_audiences();
    audience.set_audience_id("managers");
    audience.set_places_max(3);
    audience.mutable_rule()->mutable_rule()->mutable_region()->set_region("regions/mazovia");
    audience.mutable_rule()->set_on_date("2015-12-18");
    const auto made = Create(event, "gala");
    EXPECT_THAT(made, IsOk());
    AddSession(made->name(), "pitches", 4, 12, 13);
    AddSession(made->name(), "workshop", 0, 13, 14);
    AddCategory(made->name(), "press", 5, 2, 1);
    return made->name();
  }
  static v1::CloneEventRequest To(const std::string& event, std::string_view start) {
    v1::CloneEventRequest request;
    request.set_name(event);
    *request.mutable_start_time() = At(start);
    return request;
  }
  std::string Series(const std::string& id = "sniadanie") {
    v1::CreateEventSeriesRequest request;
    request.set_event_series_id(id);
    (*request.mutable_event_series()->mutable_title())["pl"] = "Śniadanie klastrów";
    const auto made = CreateEventSeries(request);
    EXPECT_THAT(made, IsOk());
    return made.ok() ? made->name() : "";
  }
  static v1::CreateOccurrencesRequest Occurrences(const std::string& series,
                                                  const std::string& source,
                                                  const std::vector<std::string>& times) {
    v1::CreateOccurrencesRequest request;
    request.set_parent(series);
    request.set_source(source);
    for (const std::string& time : times) *request.add_start_times() = At(time);
    return request;
  }
};
WICI_ON_EVERY_ENGINE(SeriesServiceTest);

TEST_P(SeriesServiceTest, ACloneHasEverythingButThePeople) {
  const std::string source = FullEvent();
  ASSERT_THAT(Publish(source), IsOk());
  clock().Set(Instant("2015-12-10T08:00:00Z"));
  ASSERT_THAT(SignUp(source, "a@example.org", source + "/admissionCategories/press",
                     {source + "/sessions/pitches"}),
              IsOk());
  const auto clone = CloneEvent(To(source, kSummer));
  ASSERT_THAT(clone, IsOk());
  EXPECT_NE(clone->name(), source);
  EXPECT_EQ(clone->state(), v1::EVENT_STATE_DRAFT);
  EXPECT_EQ(clone->title().at("pl"), "Spotkanie klastrów w Łodzi");
  EXPECT_EQ(clone->seats().confirmed(), 0);
  EXPECT_NE(clone->calendar_uid(), Get(source)->calendar_uid());
  EXPECT_EQ(Changes().back().kind(), "event.created");
  EXPECT_EQ(Get(clone->name())->DebugString(), clone->DebugString());

  v1::ListSessionsRequest sessions;
  sessions.set_parent(clone->name());
  const auto found = ListSessions(sessions);
  ASSERT_THAT(found, IsOk());
  ASSERT_EQ(found->sessions_size(), 2);
  EXPECT_EQ(found->sessions(0).name(), clone->name() + "/sessions/pitches");
  EXPECT_EQ(found->sessions(0).capacity(), 4);
  EXPECT_EQ(found->sessions(0).taken(), 0);
  v1::GetAdmissionCategoryRequest category;
  category.set_name(clone->name() + "/admissionCategories/press");
  const auto press = GetAdmissionCategory(category);
  ASSERT_THAT(press, IsOk());
  EXPECT_EQ(press->quota(), 5);
  EXPECT_EQ(press->taken(), 0);
}

TEST_P(SeriesServiceTest, TheTimesOfACloneMoveInCivilTime) {
  const auto clone = CloneEvent(To(FullEvent(), kSummer));
  ASSERT_THAT(clone, IsOk());
  // From 13:00 to 10:00 local time, over the change to summer time.
  EXPECT_EQ(TimeOf(clone->start_time()), Instant(kSummer));
  EXPECT_EQ(TimeOf(clone->end_time()), Instant("2016-06-18T12:00:00Z"));
  EXPECT_EQ(TimeOf(clone->registration_open_time()), Instant("2016-06-01T07:00:00Z"));
  EXPECT_EQ(TimeOf(clone->registration_close_time()), Instant("2016-06-17T07:00:00Z"));
  EXPECT_EQ(clone->audiences(0).rule().on_date(), "") << "the rule asks about the new day";
  v1::GetSessionRequest session;
  session.set_name(clone->name() + "/sessions/workshop");
  EXPECT_EQ(TimeOf(GetSession(session)->start_time()), Instant("2016-06-18T09:00:00Z"));
}

TEST_P(SeriesServiceTest, TheQuotasOfACloneHold) {
  const auto clone = CloneEvent(To(FullEvent(), "2015-12-20T12:00:00Z"));
  ASSERT_THAT(clone, IsOk());
  ASSERT_THAT(Publish(clone->name()), IsOk());
  const std::string pitches = clone->name() + "/sessions/pitches";
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(SignUp(clone->name(), absl::StrCat(i, "@example.org"), "", {pitches})->state(),
              v1::REGISTRATION_STATE_CONFIRMED);
  }
  EXPECT_EQ(SignUp(clone->name(), "x@example.org", "", {pitches})->state(),
            v1::REGISTRATION_STATE_WAITLISTED);
}

TEST_P(SeriesServiceTest, CloningIsIdempotentAndRefusesWhatIsThere) {
  v1::CloneEventRequest request = To(FullEvent(), kSummer);
  request.set_event_id("gala-lato");
  request.set_request_id("6f2c1c0e-7f3e-4d57-9c1e-0d6f6f2c1e01");
  const auto first = CloneEvent(request);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->name(), "events/gala-lato");
  EXPECT_EQ(CloneEvent(request)->DebugString(), first->DebugString());
  request.clear_request_id();
  EXPECT_THAT(CloneEvent(request),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("EVENT_EXISTS")));
  EXPECT_THAT(CloneEvent(To("events/none", kSummer)),
              StatusIs(absl::StatusCode::kNotFound, Reason("EVENT_NOT_FOUND")));
  v1::CloneEventRequest wrong;
  wrong.set_name("gala");
  wrong.set_event_id("Łódź");
  EXPECT_THAT(CloneEvent(wrong),
              ::testing::AllOf(StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("name")),
                               HasViolation("event_id"), HasViolation("start_time")));
  EXPECT_THAT(CloneEvent(request, Door()), StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_P(SeriesServiceTest, ASeriesHasAnEventForEachTime) {
  const std::string series = Series();
  const auto made =
      CreateOccurrences(Occurrences(series, FullEvent(), {"2016-01-18T08:00:00Z", kSummer}));
  ASSERT_THAT(made, IsOk());
  ASSERT_EQ(made->results_size(), 2);
  EXPECT_EQ(made->results(0).event().name(), "events/sniadanie-20160118-0900");
  EXPECT_EQ(made->results(1).event().name(), "events/sniadanie-20160618-1000");
  EXPECT_EQ(made->results(1).event().series(), series);
  v1::ListEventsRequest list;
  list.set_series(series);
  list.set_page_size(1);
  auto page = ListEvents(list);
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->events_size(), 1);
  EXPECT_EQ(page->events(0).name(), "events/sniadanie-20160118-0900");
  list.set_page_token(page->next_page_token());
  page = ListEvents(list);
  ASSERT_EQ(page->events_size(), 1);
  EXPECT_EQ(page->events(0).name(), "events/sniadanie-20160618-1000");
  EXPECT_EQ(page->next_page_token(), "");
  // A token belongs to its query.
  list.set_series(Series("kolacja"));
  EXPECT_THAT(ListEvents(list),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("page_token")));
}

TEST_P(SeriesServiceTest, EachOccurrenceStandsForItself) {
  const std::string series = Series();
  const std::string source = FullEvent();
  ASSERT_THAT(CreateOccurrences(Occurrences(series, source, {kSummer})), IsOk());
  v1::CreateOccurrencesRequest request =
      Occurrences(series, source, {kSummer, "2016-07-18T08:00:00Z"});
  request.set_request_id("6f2c1c0e-7f3e-4d57-9c1e-0d6f6f2c1e02");
  const auto more = CreateOccurrences(request);
  ASSERT_THAT(more, IsOk());
  EXPECT_EQ(more->results(0).error().reason(), "EVENT_EXISTS");
  EXPECT_EQ(more->results(1).event().name(), "events/sniadanie-20160718-1000");
  EXPECT_EQ(CreateOccurrences(request)->results(1).event().DebugString(),
            more->results(1).event().DebugString());
  request.add_start_times()->CopyFrom(At(kSummer));
  EXPECT_THAT(CreateOccurrences(request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("start_times[2]")));
  request.clear_start_times();
  EXPECT_THAT(CreateOccurrences(request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("start_times")));
}

TEST_P(SeriesServiceTest, ASeriesIsMadeOnceAndListed) {
  const std::string first = Series();
  const std::string second = Series("kolacja");
  v1::CreateEventSeriesRequest again;
  again.set_event_series_id("kolacja");
  (*again.mutable_event_series()->mutable_title())["pl"] = "Kolacja";
  EXPECT_THAT(CreateEventSeries(again),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("EVENT_SERIES_EXISTS")));
  again.set_event_series_id(std::string(49, 'a'));
  again.mutable_event_series()->clear_title();
  EXPECT_THAT(CreateEventSeries(again),
              ::testing::AllOf(
                  StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("event_series_id")),
                  HasViolation("event_series.title")));
  v1::GetEventSeriesRequest get;
  get.set_name(first);
  EXPECT_EQ(GetEventSeries(get)->title().at("pl"), "Śniadanie klastrów");
  const auto all = ListEventSeries(v1::ListEventSeriesRequest());
  ASSERT_THAT(all, IsOk());
  ASSERT_EQ(all->event_series_size(), 2);
  EXPECT_EQ(all->event_series(0).name(), second);
}

TEST_P(SeriesServiceTest, AnUnknownSeriesIsNotFound) {
  const auto not_found = StatusIs(absl::StatusCode::kNotFound, Reason("EVENT_SERIES_NOT_FOUND"));
  v1::GetEventSeriesRequest get;
  get.set_name("eventSeries/none");
  EXPECT_THAT(GetEventSeries(get), not_found);
  EXPECT_THAT(CreateOccurrences(Occurrences("eventSeries/none", FullEvent(), {kSummer})),
              not_found);
  EXPECT_THAT(CreateOccurrences(Occurrences(Series(), "events/none", {kSummer})),
              StatusIs(absl::StatusCode::kNotFound, Reason("EVENT_NOT_FOUND")));
  v1::Event event = Meeting(5, 0, v1::ADMISSION_OPEN);
  event.set_series("eventSeries/none");
  EXPECT_THAT(Create(event), not_found);
  event.set_series("eventSeries/sniadanie");
  EXPECT_THAT(Create(event), IsOk());
}

}  // namespace
}  // namespace wici::registration
