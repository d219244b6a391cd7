// The door over gRPC, on both engines: in and out, every refusal, walk-ins, the manifest of a gate,
// and the live counts.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "grpcpp/channel.h"
#include "gtest/gtest.h"
#include "libs/rpc/channel.h"
#include "services/registration/check_in/check_in_code.h"
#include "services/registration/events/event_watch.h"
#include "services/registration/names.h"
#include "services/registration/testing/registration_fixture.h"
#include "wici/registration/v1/check_in_service.grpc.pb.h"

namespace wici::registration {
namespace {

using ::testing::Contains;
using testing::HasViolation;
using testing::IsOk;
using testing::kPrecondition;
using testing::Reason;
using testing::StatusIs;

constexpr const char* kScanRequestId = "6f0a3d64-2f6c-4f0e-9b7e-1f3f5d8f7a11";

class CheckInServiceTest : public RegistrationTest {
 protected:
  v1::CheckInRequest ByName(const std::string& registration, const std::string& list = "") {
    v1::CheckInRequest request;
    request.set_parent(EventOf(registration));
    request.set_registration(registration);
    request.set_gate("Brama Główna");
    request.set_list(list);
    return request;
  }
  absl::StatusOr<v1::Registration> GoIn(const std::string& registration,
                                        const std::string& list = "") {
    return CheckIn(ByName(registration, list), Door());
  }
  absl::StatusOr<v1::Registration> GoOut(const std::string& registration,
                                         const std::string& list = "") {
    v1::CheckInRequest request = ByName(registration, list);
    request.set_direction(v1::SCAN_DIRECTION_EXIT);
    return CheckIn(request, Door());
  }
  absl::StatusOr<v1::Registration> Undo(const std::string& registration,
                                        const std::string& list = "") {
    v1::UndoCheckInRequest request;
    request.set_name(registration);
    request.set_list(list);
    request.set_reason("the wrong Łucja");
    return UndoCheckIn(request, Door());
  }
  v1::CheckInRequest WalkInOf(const std::string& event, const std::string& email) {
    v1::CheckInRequest request;
    request.set_parent(event);
    *request.mutable_walk_in()->mutable_person() = RequestFor(event, email).person();
    return request;
  }
  absl::StatusOr<v1::Registration> WalkIn(const std::string& event, const std::string& email) {
    return CheckIn(WalkInOf(event, email), Door());
  }
  std::vector<v1::Attendance> AttendancesOf(
      const std::string& event, const std::string& list = "",
      v1::AttendanceSelection selection = v1::ATTENDANCE_SELECTION_UNSPECIFIED) {
    v1::ListAttendancesRequest request;
    request.set_parent(event);
    request.set_list(list);
    request.set_selection(selection);
    const auto response = ListAttendances(request, Door());
    EXPECT_THAT(response, IsOk());
    if (!response.ok()) return {};
    return {response->attendances().begin(), response->attendances().end()};
  }
  v1::GetCheckInManifestResponse ManifestOf(const std::string& event, std::int64_t since = 0) {
    v1::GetCheckInManifestRequest request;
    request.set_parent(event);
    request.set_since_version(since);
    const auto response = GetCheckInManifest(request, Door());
    EXPECT_THAT(response, IsOk());
    return response.ok() ? *response : v1::GetCheckInManifestResponse();
  }
};

WICI_ON_EVERY_ENGINE(CheckInServiceTest);

TEST_P(CheckInServiceTest, WhoLeavesMayComeBackAndCameOnce) {
  const std::string event = OpenEvent(5);
  const std::string name = SignUp(event, "a@example.org")->name();
  const absl::Time came = clock().Now();
  ASSERT_THAT(GoIn(name), IsOk());
  EXPECT_THAT(GoIn(name), StatusIs(absl::StatusCode::kAlreadyExists, Reason("ALREADY_CHECKED_IN")));
  clock().Advance(absl::Minutes(30));
  const auto out = GoOut(name);
  ASSERT_THAT(out, IsOk());
  EXPECT_EQ(out->state(), v1::REGISTRATION_STATE_CHECKED_IN);
  EXPECT_THAT(GoOut(name), StatusIs(kPrecondition, Reason("NOT_INSIDE")));
  EXPECT_TRUE(AttendancesOf(event, "", v1::ATTENDANCE_SELECTION_INSIDE).empty());
  clock().Advance(absl::Minutes(30));
  ASSERT_THAT(GoIn(name), IsOk());
  EXPECT_EQ(Get(event)->seats().checked_in(), 1);
  const std::vector<v1::Attendance> all = AttendancesOf(event, "", v1::ATTENDANCE_SELECTION_INSIDE);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_TRUE(all[0].inside());
  EXPECT_EQ(TimeOf(all[0].first_entry().scan_time()), came);
  EXPECT_TRUE(all[0].first_entry().online());
  EXPECT_EQ(all[0].gates(0).gate(), "Brama Główna");
  EXPECT_EQ(all[0].gates(0).entries(), 2);
  EXPECT_EQ(all[0].gates(0).exits(), 1);
  EXPECT_EQ(TimeOf(GetRegistration(name)->check_in_time()), came);
  EXPECT_THAT(ChangeKinds(), Contains("registration.scanned").Times(2));
}

TEST_P(CheckInServiceTest, AnUndoTakesEverythingBack) {
  const std::string event = OpenEvent(5);
  const std::string name = SignUp(event, "a@example.org")->name();
  EXPECT_THAT(Undo(name), StatusIs(kPrecondition, Reason("TRANSITION_NOT_ALLOWED")));
  ASSERT_THAT(GoIn(name), IsOk());
  ASSERT_THAT(GoOut(name), IsOk());
  const auto undone = Undo(name);
  ASSERT_THAT(undone, IsOk());
  EXPECT_EQ(undone->state(), v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_EQ(undone->state_reason(), "the wrong Łucja");
  EXPECT_FALSE(AttendancesOf(event)[0].has_first_entry());
  EXPECT_EQ(Get(event)->seats().checked_in(), 0);
  EXPECT_THAT(GoIn(name), IsOk());
}

TEST_P(CheckInServiceTest, ASessionHasAListOfItsOwn) {
  const std::string event = OpenEvent(5);
  const std::string workshop = AddSession(event, "workshop", 3, 13, 14);
  const std::string other = AddSession(event, "other", 3, 14, 15);
  const std::string name = SignUp(event, "a@example.org", "", {workshop})->name();
  const auto in = GoIn(name, workshop);
  ASSERT_THAT(in, IsOk());
  EXPECT_EQ(in->state(), v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_THAT(GoIn(name, other), StatusIs(kPrecondition, Reason("NOT_ON_LIST")));
  EXPECT_THAT(GoIn(name), IsOk());
  EXPECT_EQ(AttendancesOf(event, workshop).size(), 1u);
  EXPECT_TRUE(AttendancesOf(event, other).empty());
  ASSERT_THAT(Undo(name, workshop), IsOk());
  EXPECT_EQ(StateOf(name), v1::REGISTRATION_STATE_CHECKED_IN);
  EXPECT_THAT(Undo(name, workshop), StatusIs(kPrecondition, Reason("TRANSITION_NOT_ALLOWED")));
}

TEST_P(CheckInServiceTest, EveryRefusalSaysWhy) {
  const std::string event = OpenEvent(2, 2);
  const std::string seated = SignUp(event, "a@example.org")->name();
  const std::string cancelled = SignUp(event, "b@example.org")->name();
  ASSERT_THAT(CancelRegistration(cancelled), IsOk());
  ASSERT_THAT(SignUp(event, "c@example.org"), IsOk());
  const std::string waiting = SignUp(event, "d@example.org")->name();
  EXPECT_THAT(GoIn(cancelled), StatusIs(kPrecondition, Reason("TICKET_CANCELLED")));
  EXPECT_THAT(GoIn(waiting), StatusIs(kPrecondition, Reason("NOT_CONFIRMED")));
  EXPECT_THAT(GoIn(event + "/registrations/none"),
              StatusIs(absl::StatusCode::kNotFound, Reason("REGISTRATION_NOT_FOUND")));
  v1::CheckInRequest scan;
  scan.set_parent(event);
  scan.set_check_in_token("no-code");
  EXPECT_THAT(CheckIn(scan, Door()),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("TICKET_INVALID")));
  scan.set_check_in_token(LinksOf(SignUp(OpenEvent(1), "a@example.org")->name()).check_in_token());
  EXPECT_THAT(CheckIn(scan, Door()),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("TICKET_OF_OTHER_EVENT")));
  EXPECT_THAT(CheckIn(ByName(seated), service_->grpc.Token("attendee")),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("PERMISSION_DENIED")));
  clock().Set(Instant("2015-12-19T03:59:59Z"));
  EXPECT_THAT(GoIn(seated), IsOk());
  clock().Advance(absl::Seconds(1));  // 12 hours after the end
  EXPECT_THAT(GoOut(seated), IsOk());
  EXPECT_THAT(GoIn(seated), StatusIs(kPrecondition, Reason("EVENT_OVER")));
  ASSERT_THAT(Cancel(event), IsOk());
  EXPECT_THAT(GoIn(seated), StatusIs(kPrecondition, Reason("EVENT_CANCELLED")));
}

TEST_P(CheckInServiceTest, TheDoorOfASessionRefusesAsThatOfTheEventAndSaysWhy) {
  const std::string event = OpenEvent(2, 2);
  const std::string workshop = AddSession(event, "workshop", 3, 13, 14);
  const std::string seated = SignUp(event, "a@example.org", "", {workshop})->name();
  const std::string cancelled = SignUp(event, "b@example.org", "", {workshop})->name();
  ASSERT_THAT(CancelRegistration(cancelled), IsOk());
  const std::string elsewhere = SignUp(event, "c@example.org")->name();
  const std::string waiting = SignUp(event, "d@example.org", "", {workshop})->name();
  EXPECT_THAT(GoIn(cancelled, workshop), StatusIs(kPrecondition, Reason("TICKET_CANCELLED")));
  EXPECT_THAT(GoIn(waiting, workshop), StatusIs(kPrecondition, Reason("NOT_CONFIRMED")));
  EXPECT_THAT(GoIn(elsewhere, workshop), StatusIs(kPrecondition, Reason("NOT_ON_LIST")));
  EXPECT_THAT(GoOut(seated, workshop), StatusIs(kPrecondition, Reason("NOT_INSIDE")));
  ASSERT_THAT(GoIn(seated, workshop), IsOk());
  EXPECT_THAT(GoIn(seated, workshop),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("ALREADY_CHECKED_IN")));
  EXPECT_THAT(CheckIn(ByName(seated, workshop), service_->grpc.Token("attendee")),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("PERMISSION_DENIED")));
  v1::CheckInRequest scan = ByName("", workshop);
  scan.set_parent(event);
  scan.clear_registration();
  scan.set_check_in_token(LinksOf(SignUp(OpenEvent(1), "a@example.org")->name()).check_in_token());
  EXPECT_THAT(CheckIn(scan, Door()),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("TICKET_OF_OTHER_EVENT")));
  ASSERT_THAT(GoOut(seated, workshop), IsOk());
  // A refusal leaves nothing behind.
  EXPECT_EQ(AttendancesOf(event, workshop).size(), 1u);
  EXPECT_EQ(Get(event)->seats().checked_in(), 0);
  ASSERT_THAT(Cancel(event), IsOk());
  EXPECT_THAT(GoIn(seated, workshop), StatusIs(kPrecondition, Reason("EVENT_CANCELLED")));
}

TEST_P(CheckInServiceTest, WhenSomebodyElseHasTheRegistrationTheOldCodeIsDead) {
  const std::string event = OpenEvent(1);
  const std::string name = SignUp(event, "a@example.org")->name();
  v1::CheckInRequest scan;
  scan.set_parent(event);
  scan.set_check_in_token(LinksOf(name).check_in_token());
  static constexpr sql::Query kGiveAway{
      "give_away", "UPDATE registrations SET person = 'persons/other' WHERE event = $1"};
  ASSERT_THAT(database().Write(
                  machine_.Now() + absl::Seconds(10),
                  [&](sql::Transaction& tx) { return tx.Execute(kGiveAway, {event}).status(); }),
              IsOk());
  EXPECT_THAT(CheckIn(scan, Door()), StatusIs(kPrecondition, Reason("TICKET_SUPERSEDED")));
  const std::string renewed = LinksOf(name).check_in_token();
  EXPECT_NE(renewed, scan.check_in_token());
  scan.set_check_in_token(renewed);
  EXPECT_THAT(CheckIn(scan, Door()), IsOk());
}

TEST_P(CheckInServiceTest, ABadRequestLearnsEveryViolation) {
  v1::CheckInRequest request;
  request.set_parent("events/e1");
  request.set_registration("events/e2/registrations/r1");
  request.set_list("events/e2/sessions/s1");
  request.set_direction(v1::SCAN_DIRECTION_UNDO);
  request.set_gate(std::string(101, 'g'));
  request.set_request_id("7");
  EXPECT_THAT(CheckIn(request, Door()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       ::testing::AllOf(HasViolation("registration"), HasViolation("list"),
                                        HasViolation("direction"), HasViolation("gate"),
                                        HasViolation("request_id"))));
  request.mutable_walk_in()->mutable_person()->set_email("no address");
  request.set_direction(v1::SCAN_DIRECTION_EXIT);
  EXPECT_THAT(CheckIn(request, Door()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       ::testing::AllOf(HasViolation("walk_in.person.email"),
                                        HasViolation("walk_in.person.family_name"),
                                        HasViolation("direction"))));
}

TEST_P(CheckInServiceTest, AWalkInIsRegisteredAndInsideAtOnce) {
  const std::string event = OpenEvent(2, 5);
  ASSERT_THAT(SignUp(event, "a@example.org"), IsOk());
  clock().Set(Instant("2015-12-18T13:00:00Z"));  // registration is closed since noon
  EXPECT_THAT(SignUp(event, "b@example.org"), StatusIs(kPrecondition));
  v1::CheckInRequest request = WalkInOf(event, "b@example.org");
  request.set_request_id(kScanRequestId);
  const auto in = CheckIn(request, Door());
  ASSERT_THAT(in, IsOk());
  EXPECT_EQ(in->state(), v1::REGISTRATION_STATE_CHECKED_IN);
  EXPECT_EQ(in->source(), v1::REGISTRATION_SOURCE_ORGANISER);
  EXPECT_EQ(CheckIn(request, Door())->name(), in->name());
  EXPECT_EQ(Get(event)->seats().confirmed(), 2);
  EXPECT_EQ(Get(event)->seats().checked_in(), 1);
  EXPECT_EQ(Get(event)->seats().held(), 0);
  EXPECT_EQ(AttendancesOf(event).size(), 1u);
  // Nobody waits at the door, though the waiting list has room.
  EXPECT_THAT(WalkIn(event, "c@example.org"), StatusIs(kPrecondition, Reason("EVENT_FULL")));
  EXPECT_THAT(WalkIn(event, "B@example.org"),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("ALREADY_REGISTERED")));
  EXPECT_EQ(Get(event)->seats().confirmed(), 2);
}

TEST_P(CheckInServiceTest, AWalkInObeysTheQuotas) {
  const std::string event = OpenEvent(10);
  const std::string press = AddCategory(event, "press", 1);
  const std::string workshop = AddSession(event, "workshop", 1, 13, 14);
  v1::CheckInRequest request = WalkInOf(event, "a@example.org");
  v1::Registration& wanted = *request.mutable_walk_in()->mutable_registration();
  wanted.set_admission_category(press);
  ASSERT_THAT(CheckIn(request, Door()), IsOk());
  request.mutable_walk_in()->mutable_person()->set_email("b@example.org");
  EXPECT_THAT(CheckIn(request, Door()), StatusIs(kPrecondition, Reason("QUOTA_FULL")));
  wanted.clear_admission_category();
  request.set_list(workshop);
  EXPECT_THAT(CheckIn(request, Door()), StatusIs(kPrecondition, Reason("NOT_ON_LIST")));
  wanted.add_sessions(workshop);
  const auto in = CheckIn(request, Door());
  ASSERT_THAT(in, IsOk());
  EXPECT_EQ(in->state(), v1::REGISTRATION_STATE_CONFIRMED);  // inside the workshop only
  EXPECT_EQ(Get(event)->seats().confirmed(), 2);
}

TEST_P(CheckInServiceTest, NobodyWalksInWhereRegistrationsNeedApprovalOrTheEventIsNotOn) {
  v1::Event meeting = Meeting(5, 0, v1::ADMISSION_INVITATION_ONLY);
  const std::string draft = Create(meeting)->name();
  EXPECT_THAT(WalkIn(draft, "a@example.org"),
              StatusIs(kPrecondition, Reason("EVENT_NOT_PUBLISHED")));
  ASSERT_THAT(Publish(draft), IsOk());
  EXPECT_THAT(WalkIn(draft, "a@example.org"), IsOk());
  clock().Advance(absl::Hours(48));
  EXPECT_THAT(WalkIn(draft, "b@example.org"), StatusIs(kPrecondition, Reason("EVENT_OVER")));
  clock().Advance(absl::Hours(-48));
  meeting.set_approval(v1::APPROVAL_MANUAL);
  const std::string approved = Create(meeting)->name();
  ASSERT_THAT(Publish(approved), IsOk());
  EXPECT_THAT(WalkIn(approved, "a@example.org"), StatusIs(kPrecondition, Reason("NOT_CONFIRMED")));
  EXPECT_EQ(Get(approved)->seats().confirmed(), 0);
}

TEST_P(CheckInServiceTest, AManifestLetsAGateVerifyWithoutNetwork) {
  const std::string event = OpenEvent(1, 5);
  const std::string seated = SignUp(event, "a@example.org")->name();
  const std::string waiting = SignUp(event, "b@example.org")->name();
  const v1::GetCheckInManifestResponse manifest = ManifestOf(event);
  ASSERT_EQ(manifest.entries_size(), 2);
  ASSERT_EQ(manifest.keys_size(), 1);
  EXPECT_EQ(manifest.entries(0).registration(), seated);
  EXPECT_EQ(manifest.entries(0).state(), v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_EQ(manifest.entries(0).display_name(), "");
  EXPECT_EQ(manifest.entries(1).state(), v1::REGISTRATION_STATE_WAITLISTED);
  EXPECT_EQ(TimeOf(manifest.close_time()), Instant("2015-12-19T04:00:00Z"));
  EXPECT_FALSE(manifest.cancelled());
  // All that a gate does: no call from here on.
  const auto key = auth::PublicKey::FromText(manifest.keys(0).public_key());
  ASSERT_THAT(key, IsOk());
  EXPECT_EQ(KeyId(*key), manifest.keys(0).key_id());
  const auto ticket = ReadCheckInCode(*key, LinksOf(seated).check_in_token());
  ASSERT_THAT(ticket, IsOk());
  EXPECT_EQ(ticket->registration, manifest.entries(0).registration());
  EXPECT_EQ(ticket->holder, manifest.entries(0).holder());
}

TEST_P(CheckInServiceTest, AManifestShowsNamesOnlyWhenAskedFor) {
  const std::string event = OpenEvent(1);
  ASSERT_THAT(SignUp(event, "a@example.org"), IsOk());
  v1::GetCheckInManifestRequest request;
  request.set_parent(event);
  request.set_with_names(true);
  const auto manifest = GetCheckInManifest(request, Door());
  ASSERT_THAT(manifest, IsOk());
  EXPECT_EQ(manifest->entries(0).display_name(), "Łucja Ż.");
}

TEST_P(CheckInServiceTest, LaterAManifestTellsOnlyWhatHasChanged) {
  const std::string event = OpenEvent(1, 5);
  const std::string seated = SignUp(event, "a@example.org")->name();
  const std::string waiting = SignUp(event, "b@example.org")->name();
  const std::int64_t version = ManifestOf(event).version();
  EXPECT_EQ(ManifestOf(event, version).entries_size(), 0);
  ASSERT_THAT(CancelRegistration(seated), IsOk());  // and so promotes who waits
  const v1::GetCheckInManifestResponse changed = ManifestOf(event, version);
  ASSERT_EQ(changed.entries_size(), 2);
  EXPECT_GT(changed.version(), version);
  EXPECT_EQ(changed.entries(0).registration(), seated);
  EXPECT_EQ(changed.entries(0).state(), v1::REGISTRATION_STATE_CANCELLED);
  EXPECT_EQ(changed.entries(1).registration(), waiting);
  EXPECT_EQ(changed.entries(1).state(), v1::REGISTRATION_STATE_CONFIRMED);
}

TEST_P(CheckInServiceTest, AManifestComesInPages) {
  const std::string event = OpenEvent(10);
  std::vector<std::string> names;
  for (int i = 0; i < 5; ++i) {
    names.push_back(SignUp(event, absl::StrCat(i, "@example.org"))->name());
  }
  v1::GetCheckInManifestRequest request;
  request.set_parent(event);
  request.set_page_size(2);
  std::vector<std::string> listed;
  std::int64_t version = 0;
  do {
    const auto page = GetCheckInManifest(request, Door());
    ASSERT_THAT(page, IsOk());
    for (const auto& entry : page->entries()) listed.push_back(entry.registration());
    version = page->version();
    request.set_page_token(page->next_page_token());
    // One that changes while pages are read comes again.
    if (listed.size() == 2) {
      ASSERT_THAT(CancelRegistration(names[0]), IsOk());
    }
  } while (!request.page_token().empty());
  names.push_back(names[0]);
  EXPECT_EQ(listed, names);
  EXPECT_EQ(ManifestOf(event, version).entries_size(), 0);

  request.set_parent("events/none");
  EXPECT_THAT(GetCheckInManifest(request, Door()),
              StatusIs(absl::StatusCode::kNotFound, Reason("EVENT_NOT_FOUND")));
  request.set_parent(event);
  const std::string token = GetCheckInManifest(request, Door())->next_page_token();
  request.set_page_token(token);
  request.set_since_version(1);
  EXPECT_THAT(GetCheckInManifest(request, Door()),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("page_token")));
  request.set_since_version(-1);
  request.set_page_size(-1);
  EXPECT_THAT(GetCheckInManifest(request, Door()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       ::testing::AllOf(HasViolation("since_version"), HasViolation("page_size"))));
}

TEST_P(CheckInServiceTest, AttendancesComeInPages) {
  const std::string event = OpenEvent(10);
  std::vector<std::string> names;
  for (int i = 0; i < 5; ++i) {
    names.push_back(SignUp(event, absl::StrCat(i, "@example.org"))->name());
    ASSERT_THAT(GoIn(names.back()), IsOk());
  }
  v1::ListAttendancesRequest request;
  request.set_parent(event);
  request.set_page_size(2);
  std::vector<std::string> listed;
  do {
    const auto page = ListAttendances(request, Door());
    ASSERT_THAT(page, IsOk());
    EXPECT_LE(page->attendances_size(), 2);
    for (const auto& attendance : page->attendances()) {
      listed.push_back(attendance.registration());
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(listed, names);
  request.set_list("events/other/sessions/s1");
  EXPECT_THAT(ListAttendances(request, Door()),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("list")));
  request.clear_list();
  request.set_parent("events/none");
  EXPECT_THAT(ListAttendances(request, Door()),
              StatusIs(absl::StatusCode::kNotFound, Reason("EVENT_NOT_FOUND")));
}

TEST_P(CheckInServiceTest, AWatcherSeesWhoIsInAndOutAndExpected) {
  const std::string event = OpenEvent(5);
  const std::string workshop = AddSession(event, "workshop", 3, 13, 14);
  const std::string name = SignUp(event, "a@example.org", "", {workshop})->name();
  const std::string other = SignUp(event, "b@example.org")->name();
  ASSERT_THAT(GoIn(name), IsOk());
  v1::WatchCheckInsRequest request;
  request.set_parent(event);
  grpc::ClientContext context;
  rpc::PrepareCall(context, machine_.Now() + absl::Seconds(20), Door());
  const auto stub = v1::CheckInService::NewStub(service_->grpc.channel());
  const auto stream = stub->WatchCheckIns(&context, request);
  v1::WatchCheckInsResponse response;
  ASSERT_TRUE(stream->Read(&response));
  ASSERT_EQ(response.lists_size(), 1);
  EXPECT_EQ(response.lists(0).list(), event);
  EXPECT_EQ(response.lists(0).expected(), 2);
  EXPECT_EQ(response.lists(0).inside(), 1);
  EXPECT_EQ(response.lists(0).came(), 1);
  ASSERT_EQ(response.lists(0).gates_size(), 1);
  EXPECT_EQ(response.lists(0).gates(0).gate(), "Brama Główna");
  EXPECT_EQ(response.lists(0).gates(0).entries(), 1);

  ASSERT_THAT(GoOut(name), IsOk());
  service_->watch.Notify();
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.lists(0).inside(), 0);
  EXPECT_EQ(response.lists(0).came(), 1);
  EXPECT_EQ(response.lists(0).gates(0).exits(), 1);

  ASSERT_THAT(GoIn(name, workshop), IsOk());
  service_->watch.Notify();
  ASSERT_TRUE(stream->Read(&response));
  ASSERT_EQ(response.lists_size(), 2);
  EXPECT_EQ(response.lists(1).list(), workshop);
  EXPECT_EQ(response.lists(1).expected(), 1);
  EXPECT_EQ(response.lists(1).inside(), 1);

  ASSERT_THAT(Undo(name), IsOk());
  service_->watch.Notify();
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.lists(0).came(), 0);
  EXPECT_EQ(response.lists(0).gates_size(), 0);
  context.TryCancel();
}

TEST_P(CheckInServiceTest, AWatchOfTheDoorsOfAnUnknownEventEnds) {
  v1::WatchCheckInsRequest request;
  request.set_parent("events/none");
  grpc::ClientContext context;
  rpc::PrepareCall(context, machine_.Now() + absl::Seconds(20), Door());
  const auto stub = v1::CheckInService::NewStub(service_->grpc.channel());
  const auto stream = stub->WatchCheckIns(&context, request);
  v1::WatchCheckInsResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_THAT(rpc::FromGrpcStatus(stream->Finish()),
              StatusIs(absl::StatusCode::kNotFound, Reason("EVENT_NOT_FOUND")));
}

}  // namespace
}  // namespace wici::registration
