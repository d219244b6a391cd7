// Who did not come, over gRPC and on both engines.
#include "services/registration/check_in/no_shows.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/names.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using ::testing::Contains;
using testing::HasViolation;
using testing::IsOk;
using testing::kPrecondition;
using ::testing::Not;
using testing::Reason;
using testing::StatusIs;

constexpr const char* kMarkId = "3f5a3d64-2f6c-4f0e-9b7e-1f3f5d8f7a13";

// The event ends at 16:00.
class NoShowsTest : public RegistrationTest {
 protected:
  absl::StatusOr<v1::MarkNoShowsResponse> Mark(const std::string& event,
                                               const std::string& request_id = "",
                                               const std::string& after = "") {
    v1::MarkNoShowsRequest request;
    request.set_parent(event);
    request.set_request_id(request_id);
    request.set_after(after);
    return MarkNoShows(request);
  }
  void LetIn(const std::string& registration, const std::string& list = "") {
    v1::CheckInRequest request;
    request.set_parent(EventOf(registration));
    request.set_registration(registration);
    request.set_list(list);
    EXPECT_THAT(CheckIn(request, Door()), IsOk());
  }
  std::string Comes(const std::string& event, const std::string& email) {
    const std::string name = SignUp(event, email)->name();
    LetIn(name);
    return name;
  }
  void RegisterMany(const std::string& event, int count) {
    for (int done = 0; done < count;) {
      v1::BatchCreateRegistrationsRequest batch;
      batch.set_parent(event);
      for (; done < count && batch.requests_size() < 1000; ++done) {
        *batch.add_requests() = RequestFor(event, absl::StrCat("p", done, "@example.org"));
      }
      ASSERT_THAT(BatchCreateRegistrations(batch), IsOk());
    }
  }
  // A scanner is emptied that has let somebody in at `time`, into a session when `list` is one.
  void UploadEntry(const std::string& registration, std::string_view time,
                   const std::string& list = "") {
    v1::BatchCheckInRequest request;
    request.set_parent(EventOf(registration));
    v1::Scan& scan = *request.add_scans();
    scan.set_gate("north");
    scan.set_sequence(1);
    scan.set_registration(registration);
    scan.set_list(list);
    *scan.mutable_scan_time() = At(time);
    EXPECT_THAT(BatchCheckIn(request, Door()), IsOk());
  }
  v1::EventStatistics StatisticsOf(const std::string& event) {
    v1::GetEventStatisticsRequest request;
    request.set_name(event);
    const auto statistics = GetEventStatistics(request);
    EXPECT_THAT(statistics, IsOk());
    return statistics.ok() ? *statistics : v1::EventStatistics();
  }
};
WICI_ON_EVERY_ENGINE(NoShowsTest);

TEST_P(NoShowsTest, WhoWasConfirmedAndDidNotComeIsANoShow) {
  const std::string event = OpenEvent(3, 5);
  const std::string came = Comes(event, "a@example.org");
  const std::string absent = SignUp(event, "b@example.org")->name();
  const std::string other = SignUp(event, "c@example.org")->name();
  const std::string waits = SignUp(event, "d@example.org")->name();
  clock().Set(Instant("2015-12-18T17:00:00Z"));
  const auto marked = Mark(event, kMarkId);
  ASSERT_THAT(marked, IsOk());
  EXPECT_EQ(marked->marked(), 2);
  EXPECT_EQ(marked->next(), "");
  EXPECT_EQ(StateOf(absent), v1::REGISTRATION_STATE_NO_SHOW);
  EXPECT_EQ(StateOf(other), v1::REGISTRATION_STATE_NO_SHOW);
  EXPECT_EQ(StateOf(came), v1::REGISTRATION_STATE_CHECKED_IN);
  EXPECT_EQ(StateOf(waits), v1::REGISTRATION_STATE_WAITLISTED) << "no seat came free";
  const v1::EventStatistics statistics = StatisticsOf(event);
  EXPECT_EQ(statistics.no_show(), 2);
  EXPECT_EQ(statistics.came(), 1);
  EXPECT_EQ(statistics.registered(), 3) << "they had their seats";
  EXPECT_THAT(ChangeKinds(), Contains("registration.no_show").Times(2));
  v1::GetRegistrationLogRequest log;
  log.set_name(absent);
  const auto said = GetRegistrationLog(log);
  ASSERT_THAT(said, IsOk());
  EXPECT_EQ(said->entries().rbegin()->kind(), "no_show");

  // The same call has the same answer, a new one finds nobody more.
  EXPECT_EQ(Mark(event, kMarkId)->marked(), 2);
  EXPECT_EQ(Mark(event)->marked(), 0);
}

TEST_P(NoShowsTest, AScanThatIsUploadedLaterSaysThatTheyCame) {
  const std::string event = OpenEvent(5);
  Comes(event, "a@example.org");
  const std::string late = SignUp(event, "late@example.org")->name();
  const std::string at_the_door = SignUp(event, "door@example.org")->name();
  clock().Set(Instant("2015-12-18T17:30:00Z"));
  ASSERT_EQ(Mark(event)->marked(), 2);
  UploadEntry(late, "2015-12-18T12:05:00Z");
  EXPECT_EQ(StateOf(late), v1::REGISTRATION_STATE_CHECKED_IN);
  EXPECT_EQ(TimeOf(GetRegistration(late)->check_in_time()), Instant("2015-12-18T12:05:00Z"));
  LetIn(at_the_door);  // there is dancing until midnight
  EXPECT_EQ(StateOf(at_the_door), v1::REGISTRATION_STATE_CHECKED_IN);
  const v1::EventStatistics statistics = StatisticsOf(event);
  EXPECT_EQ(statistics.no_show(), 0);
  EXPECT_EQ(statistics.came(), 3);
  EXPECT_EQ(Mark(event)->marked(), 0);
}

TEST_P(NoShowsTest, WhoCameToAWorkshopOnlyHasCome) {
  const std::string event = OpenEvent(5);
  const std::string workshop = AddSession(event, "workshop", 5, 13, 14);
  Comes(event, "a@example.org");
  const std::string there = SignUp(event, "b@example.org", "", {workshop})->name();
  const std::string absent = SignUp(event, "c@example.org", "", {workshop})->name();
  LetIn(there, workshop);
  clock().Set(Instant("2015-12-18T17:00:00Z"));
  EXPECT_EQ(Mark(event)->marked(), 1);
  EXPECT_EQ(StateOf(there), v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_EQ(StateOf(absent), v1::REGISTRATION_STATE_NO_SHOW);
}

TEST_P(NoShowsTest, WhoCameToAWorkshopOnlyHasComeWhenTheScanIsUploadedLaterToo) {
  const std::string event = OpenEvent(5);
  const std::string workshop = AddSession(event, "workshop", 5, 13, 14);
  Comes(event, "a@example.org");
  const std::string late = SignUp(event, "b@example.org", "", {workshop})->name();
  const std::string at_the_door = SignUp(event, "c@example.org", "", {workshop})->name();
  clock().Set(Instant("2015-12-18T17:00:00Z"));
  ASSERT_EQ(Mark(event)->marked(), 2);
  UploadEntry(late, "2015-12-18T13:05:00Z", workshop);
  EXPECT_EQ(StateOf(late), v1::REGISTRATION_STATE_CONFIRMED) << "as if it had come before";
  EXPECT_THAT(ChangeKinds(), Contains("registration.no_show_undone"));
  v1::CheckInRequest entry;
  entry.set_parent(event);
  entry.set_registration(at_the_door);
  entry.set_list(workshop);
  const auto entered = CheckIn(entry, Door());
  ASSERT_THAT(entered, IsOk());
  EXPECT_EQ(entered->state(), v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_EQ(StateOf(at_the_door), v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_EQ(StatisticsOf(event).no_show(), 0);
  EXPECT_EQ(Mark(event)->marked(), 0);
}

TEST_P(NoShowsTest, WhoCameToAWorkshopAndIsInAnotherNowHasCome) {
  const std::string event = OpenEvent(5);
  const std::string workshop = AddSession(event, "workshop", 5, 13, 14);
  const std::string panel = AddSession(event, "panel", 5, 13, 14);
  Comes(event, "a@example.org");
  const std::string moved = SignUp(event, "b@example.org", "", {workshop})->name();
  LetIn(moved, workshop);
  v1::UpdateRegistrationRequest update;
  update.mutable_registration()->set_name(moved);
  update.mutable_registration()->add_sessions(panel);
  update.mutable_update_mask()->add_paths("sessions");
  ASSERT_THAT(UpdateRegistration(update), IsOk());
  clock().Set(Instant("2015-12-18T17:00:00Z"));
  EXPECT_EQ(Mark(event)->marked(), 0);
  EXPECT_EQ(StateOf(moved), v1::REGISTRATION_STATE_CONFIRMED);
}

TEST_P(NoShowsTest, OnlyAnEventThatIsOverAndCheckedPeopleInHasNoShows) {
  const std::string event = OpenEvent(5);
  const std::string absent = SignUp(event, "a@example.org")->name();
  clock().Set(Instant("2015-12-18T16:59:59Z"));
  const auto early = Mark(event);
  EXPECT_THAT(early, StatusIs(kPrecondition, Reason("EVENT_NOT_OVER")));
  EXPECT_EQ(ErrorMetadataValue(early.status(), "over_time"), "2015-12-18T17:00:00Z");
  clock().Set(Instant("2015-12-18T17:00:00Z"));
  EXPECT_THAT(Mark(event), StatusIs(kPrecondition, Reason("NOBODY_CHECKED_IN")));
  EXPECT_EQ(StateOf(absent), v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_THAT(ChangeKinds(), Not(Contains("registration.no_show")));
  EXPECT_THAT(Mark("events/none"),
              StatusIs(absl::StatusCode::kNotFound, Reason("EVENT_NOT_FOUND")));
  EXPECT_THAT(Mark("sessions/none"), HasViolation("parent"));
  v1::MarkNoShowsRequest request;
  request.set_parent(event);
  EXPECT_THAT(MarkNoShows(request, Door()), StatusIs(absl::StatusCode::kPermissionDenied));
  ASSERT_THAT(Cancel(event), IsOk());
  EXPECT_THAT(Mark(event), StatusIs(kPrecondition, Reason("EVENT_CANCELLED")));
}

TEST_P(NoShowsTest, ManyAreMarkedInSeveralCalls) {
  constexpr int kAbsent = kNoShowsMax + 3;
  const std::string event = OpenEvent(kAbsent + 1);
  RegisterMany(event, kAbsent);
  Comes(event, "came@example.org");
  clock().Set(Instant("2015-12-18T18:00:00Z"));
  const auto first = Mark(event);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->marked(), kNoShowsMax);
  const auto second = Mark(event, "", first->next());
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->marked(), 3);
  EXPECT_EQ(second->next(), "");
  EXPECT_EQ(StatisticsOf(event).no_show(), kAbsent);
}

TEST_P(NoShowsTest, OneCallLooksAtABoundedNumberWhomeverItMarks) {
  constexpr int kWaiting = 2000;
  const std::string event = OpenEvent(2, kWaiting);
  Comes(event, "came@example.org");
  const std::string absent = SignUp(event, "absent@example.org")->name();
  RegisterMany(event, kWaiting);
  clock().Set(Instant("2015-12-18T18:00:00Z"));
  const auto first = Mark(event);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(EventOf(first->next()), event) << "two are left";
  const auto second = Mark(event, "", first->next());
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->next(), "");
  EXPECT_EQ(first->marked() + second->marked(), 1);
  EXPECT_EQ(StateOf(absent), v1::REGISTRATION_STATE_NO_SHOW);
  EXPECT_THAT(Mark(event, "", "events/other/registrations/r"), HasViolation("after"));
}

}  // namespace
}  // namespace wici::registration
