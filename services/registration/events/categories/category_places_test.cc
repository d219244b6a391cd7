// What categories and sessions mean for who gets a place.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::HasViolation;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;
using testing::Reason;
using testing::StatusIs;

class CategoryPlacesTest : public RegistrationTest {
 protected:
  static constexpr auto kConfirmed = v1::REGISTRATION_STATE_CONFIRMED;
  static constexpr auto kWaitlisted = v1::REGISTRATION_STATE_WAITLISTED;

  v1::AdmissionCategory Category(const std::string& name) {
    v1::GetAdmissionCategoryRequest request;
    request.set_name(name);
    const auto found = GetAdmissionCategory(request);
    EXPECT_THAT(found, IsOk());
    return found.ok() ? *found : v1::AdmissionCategory();
  }
  v1::Session Session(const std::string& name) {
    v1::GetSessionRequest request;
    request.set_name(name);
    const auto found = GetSession(request);
    EXPECT_THAT(found, IsOk());
    return found.ok() ? *found : v1::Session();
  }
  // What the log says last.
  std::string LastReason(const std::string& registration) {
    v1::GetRegistrationLogRequest request;
    request.set_name(registration);
    const auto log = GetRegistrationLog(request);
    EXPECT_THAT(log, IsOk());
    return log.ok() ? log->entries().rbegin()->reason() : "";
  }
};
WICI_ON_EVERY_ENGINE(CategoryPlacesTest);

TEST_P(CategoryPlacesTest, ACategoryIsFullWhileTheEventHasSeats) {
  const std::string event = OpenEvent(10);
  const std::string press = AddCategory(event, "press", 1);
  const auto first = SignUp(event, "a@example.org", press);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->admission_category(), press);
  const auto refused = SignUp(event, "b@example.org", press);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition, Reason("QUOTA_FULL")));
  EXPECT_EQ(ErrorMetadataValue(refused.status(), "quota"), press);
  EXPECT_THAT(SignUp(event, "c@example.org"), IsOk()) << "others have seats";
  ASSERT_THAT(CancelRegistration(first->name()), IsOk());
  EXPECT_THAT(SignUp(event, "b@example.org", press), IsOk());
  EXPECT_EQ(Category(press).taken(), 1);
}

TEST_P(CategoryPlacesTest, AllPlacesAreTakenTogetherOrNone) {
  const std::string event = OpenEvent(10);
  const std::string press = AddCategory(event, "press", 5);
  const std::string workshop = AddSession(event, "workshop", 1, 12, 13);
  ASSERT_THAT(SignUp(event, "a@example.org", press, {workshop}), IsOk());
  const auto refused = SignUp(event, "b@example.org", press, {workshop});
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition, Reason("QUOTA_FULL")));
  EXPECT_EQ(ErrorMetadataValue(refused.status(), "quota"), workshop);
  EXPECT_EQ(Category(press).taken(), 1);
  EXPECT_EQ(Session(workshop).taken(), 1);
  EXPECT_EQ(Get(event)->seats().confirmed(), 1);
}

TEST_P(CategoryPlacesTest, UnknownForeignAndOverlappingChoicesAreRefused) {
  const std::string event = OpenEvent(10);
  const std::string press = AddCategory(OpenEvent(1), "press", 1);
  EXPECT_THAT(SignUp(event, "a@example.org", press),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasViolation("registration.admission_category")));
  EXPECT_THAT(SignUp(event, "a@example.org", event + "/admissionCategories/none"),
              StatusIs(absl::StatusCode::kNotFound, Reason("ADMISSION_CATEGORY_NOT_FOUND")));
  EXPECT_THAT(SignUp(event, "a@example.org", "", {event + "/sessions/none"}),
              StatusIs(absl::StatusCode::kNotFound, Reason("SESSION_NOT_FOUND")));
  const std::string morning = AddSession(event, "morning", 0, 12, 14);
  const std::string midday = AddSession(event, "midday", 0, 13, 15);
  const std::string evening = AddSession(event, "evening", 0, 14, 16);
  const auto overlap = SignUp(event, "a@example.org", "", {midday, morning});
  EXPECT_THAT(overlap, StatusIs(absl::StatusCode::kFailedPrecondition, Reason("SESSIONS_OVERLAP")));
  EXPECT_EQ(ErrorMetadataValue(overlap.status(), "session"), morning);
  EXPECT_EQ(ErrorMetadataValue(overlap.status(), "other"), midday);
  EXPECT_THAT(SignUp(event, "a@example.org", "", {evening, morning}), IsOk());
  EXPECT_EQ(Session(evening).taken(), 1);
}

TEST_P(CategoryPlacesTest, EachCategoryHasItsOwnQueueAndTheFirstThatFitsIsPromoted) {
  const std::string event = OpenEvent(2, 10);
  const std::string press = AddCategory(event, "press", 1);
  const std::string guests = AddCategory(event, "guests", 1);
  const auto press_1 = SignUp(event, "a@example.org", press);
  const auto press_2 = SignUp(event, "b@example.org", press);
  const auto guest_1 = SignUp(event, "c@example.org", guests);
  const auto guest_2 = SignUp(event, "d@example.org", guests);
  EXPECT_EQ(press_2->state(), kWaitlisted);
  EXPECT_EQ(guest_1->state(), kConfirmed) << "press waits for press";
  EXPECT_EQ(guest_2->state(), kWaitlisted);
  EXPECT_EQ(Category(press).waitlisted(), 1);
  ASSERT_THAT(CancelRegistration(guest_1->name()), IsOk());
  EXPECT_EQ(StateOf(guest_2->name()), kConfirmed);
  EXPECT_EQ(StateOf(press_2->name()), kWaitlisted);
  ASSERT_THAT(CancelRegistration(press_1->name()), IsOk());
  EXPECT_EQ(StateOf(press_2->name()), kConfirmed);
  EXPECT_EQ(Category(press).waitlisted(), 0);
}

TEST_P(CategoryPlacesTest, WhenTheEventIsFullTheFirstOfAllQueuesIsPromoted) {
  const std::string event = OpenEvent(1, 10);
  const std::string press = AddCategory(event, "press", 5);
  const std::string guests = AddCategory(event, "guests", 5);
  const auto seated = SignUp(event, "a@example.org", guests);
  const auto first = SignUp(event, "b@example.org", press);
  const auto second = SignUp(event, "c@example.org", guests);
  ASSERT_THAT(CancelRegistration(seated->name()), IsOk());
  EXPECT_EQ(StateOf(first->name()), kConfirmed);
  EXPECT_EQ(StateOf(second->name()), kWaitlisted);
}

TEST_P(CategoryPlacesTest, APriorityComesFirstWhateverTheTime) {
  const std::string event = OpenEvent(1, 10);
  const std::string press = AddCategory(event, "press", 5, 0, 7);
  const std::string members = AddCategory(event, "members", 5, 0, 1);
  const auto seated = SignUp(event, "a@example.org");
  const auto late = SignUp(event, "b@example.org", press);
  const auto early = SignUp(event, "c@example.org", members);
  EXPECT_EQ(GetRegistration(early->name())->waiting_list_position(), 1);
  EXPECT_EQ(GetRegistration(late->name())->waiting_list_position(), 2);
  EXPECT_EQ(GetRegistration(late->name())->waiting_line_position(), 1) << "the first of the press";
  ASSERT_THAT(CancelRegistration(seated->name()), IsOk());
  EXPECT_EQ(StateOf(early->name()), kConfirmed);
  EXPECT_EQ(GetRegistration(early->name())->waiting_line_position(), 0);
}

TEST_P(CategoryPlacesTest, WhoWaitsForAFullWorkshopDoesNotHoldUpTheOthers) {
  const std::string event = OpenEvent(2, 10);
  const std::string workshop = AddSession(event, "workshop", 1, 12, 13);
  const auto seated = SignUp(event, "a@example.org", "", {workshop});
  const auto other = SignUp(event, "b@example.org");
  const auto blocked = SignUp(event, "c@example.org", "", {workshop});
  const auto free = SignUp(event, "d@example.org");
  EXPECT_EQ(blocked->state(), kWaitlisted);
  ASSERT_THAT(CancelRegistration(other->name()), IsOk());
  EXPECT_EQ(StateOf(blocked->name()), kWaitlisted) << "the workshop is still full";
  EXPECT_EQ(StateOf(free->name()), kConfirmed);
  ASSERT_THAT(CancelRegistration(seated->name()), IsOk());
  EXPECT_EQ(StateOf(blocked->name()), kConfirmed);
}

TEST_P(CategoryPlacesTest, WhoWaitsSeesForWhatAndWhoIsPromotedWhy) {
  const std::string event = OpenEvent(2, 10);
  const std::string workshop = AddSession(event, "workshop", 1, 12, 13);
  const std::string press = AddCategory(event, "press", 1);
  const auto seated = SignUp(event, "a@example.org", "", {workshop});
  const auto other = SignUp(event, "b@example.org", press);
  const auto blocked = SignUp(event, "c@example.org", "", {workshop});
  const auto free = SignUp(event, "d@example.org");
  v1::GetOwnRegistrationRequest own;
  own.set_token(LinksOf(blocked->name()).manage_token());
  EXPECT_THAT(GetOwnRegistration(own, "")->waiting_for(), ElementsAre(event, workshop));
  EXPECT_THAT(GetRegistration(free->name())->waiting_for(), ElementsAre(event));
  const auto choosy = SignUp(event, "e@example.org", press, {workshop});
  EXPECT_THAT(GetRegistration(choosy->name())->waiting_for(), ElementsAre(event, press, workshop));

  ASSERT_THAT(CancelRegistration(other->name()), IsOk());
  EXPECT_THAT(GetRegistration(free->name())->waiting_for(), IsEmpty());
  EXPECT_EQ(LastReason(free->name()),
            "priority 4, number 2; passed over: 1 whose places were not free");
  EXPECT_THAT(GetRegistration(choosy->name())->waiting_for(), ElementsAre(event, workshop));
  ASSERT_THAT(CancelRegistration(seated->name()), IsOk());
  EXPECT_EQ(LastReason(blocked->name()), "priority 4, number 1; nobody waited before it");
}

TEST_P(CategoryPlacesTest, ANewRegistrationPassesThoseItCannotHelp) {
  const std::string event = OpenEvent(3, 10);
  const std::string workshop = AddSession(event, "workshop", 1, 12, 13);
  ASSERT_THAT(SignUp(event, "a@example.org", "", {workshop}), IsOk());
  ASSERT_EQ(SignUp(event, "b@example.org", "", {workshop})->state(), kWaitlisted);
  const auto passes = SignUp(event, "c@example.org");
  ASSERT_THAT(passes, IsOk());
  EXPECT_EQ(passes->state(), kConfirmed);
  EXPECT_THAT(ChangeKinds(), Not(Contains("registration.promoted")));
}

TEST_P(CategoryPlacesTest, ManyWhoWaitForAFullWorkshopDoNotHoldUpTheOthers) {
  const std::string event = OpenEvent(3, 1000);
  const std::string workshop = AddSession(event, "workshop", 1, 12, 13);
  ASSERT_THAT(SignUp(event, "a@example.org", "", {workshop}), IsOk());
  const auto other = SignUp(event, "b@example.org");
  v1::BatchCreateRegistrationsRequest batch;
  batch.set_parent(event);
  for (int i = 0; i < 450; ++i) {
    v1::CreateRegistrationRequest request = RequestFor("", absl::StrCat(i, "@example.org"));
    request.mutable_registration()->add_sessions(workshop);
    *batch.add_requests() = request;
  }
  ASSERT_THAT(BatchCreateRegistrations(batch), IsOk());
  EXPECT_EQ(Get(event)->seats().waitlisted(), 450);
  const auto passes = SignUp(event, "c@example.org");
  ASSERT_THAT(passes, IsOk());
  EXPECT_EQ(passes->state(), kConfirmed);
  const auto waits = SignUp(event, "d@example.org");
  EXPECT_EQ(waits->state(), kWaitlisted) << "now the event is full";
  ASSERT_THAT(CancelRegistration(other->name()), IsOk());
  EXPECT_EQ(StateOf(waits->name()), kConfirmed);
  EXPECT_EQ(Session(workshop).taken(), 1);
}

TEST_P(CategoryPlacesTest, MorePlacesInAQuotaPromote) {
  const std::string event = OpenEvent(10, 10);
  const std::string workshop = AddSession(event, "workshop", 1, 12, 13);
  const std::string press = AddCategory(event, "press", 1);
  ASSERT_THAT(SignUp(event, "a@example.org", press, {workshop}), IsOk());
  const auto waits = SignUp(event, "b@example.org", press, {workshop});
  v1::UpdateSessionRequest session;
  session.mutable_session()->set_name(workshop);
  session.mutable_session()->set_capacity(2);
  session.mutable_update_mask()->add_paths("capacity");
  ASSERT_THAT(UpdateSession(session), IsOk());
  EXPECT_EQ(StateOf(waits->name()), kWaitlisted) << "the category is still full";
  v1::UpdateAdmissionCategoryRequest category;
  category.mutable_admission_category()->set_name(press);
  category.mutable_admission_category()->set_quota(2);
  category.mutable_update_mask()->add_paths("quota");
  ASSERT_THAT(UpdateAdmissionCategory(category), IsOk());
  EXPECT_EQ(StateOf(waits->name()), kConfirmed);
  session.mutable_session()->set_capacity(1);
  const auto refused = UpdateSession(session);
  EXPECT_THAT(refused,
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("QUOTA_BELOW_TAKEN")));
  EXPECT_EQ(ErrorMetadataValue(refused.status(), "taken"), "2");
}

TEST_P(CategoryPlacesTest, ReservedSeatsGoToTheirCategoryOnly) {
  const std::string event = OpenEvent(2, 10);
  const std::string press = AddCategory(event, "press", 2, 1);
  ASSERT_EQ(SignUp(event, "a@example.org")->state(), kConfirmed);
  const auto waits = SignUp(event, "b@example.org");
  EXPECT_EQ(waits->state(), kWaitlisted);
  EXPECT_EQ(SignUp(event, "c@example.org", press)->state(), kConfirmed);
  EXPECT_EQ(SignUp(event, "d@example.org", press)->state(), kWaitlisted);
}

TEST_P(CategoryPlacesTest, ACategoryMayAskForApproval) {
  const std::string event = OpenEvent(1, 1);
  v1::CreateAdmissionCategoryRequest request;
  request.set_parent(event);
  (*request.mutable_admission_category()->mutable_title())["en"] = "Press";
  request.mutable_admission_category()->set_quota(1);
  request.mutable_admission_category()->set_approval_required(true);
  const std::string press = CreateAdmissionCategory(request)->name();
  const auto pending = SignUp(event, "a@example.org", press);
  ASSERT_THAT(pending, IsOk());
  EXPECT_EQ(pending->state(), v1::REGISTRATION_STATE_PENDING_APPROVAL);
  EXPECT_EQ(Category(press).taken(), 0);
  v1::ConfirmRegistrationRequest confirm;
  confirm.set_name(pending->name());
  EXPECT_EQ(ConfirmRegistration(confirm)->state(), kConfirmed);
  EXPECT_EQ(Category(press).taken(), 1);
  confirm.set_name(SignUp(event, "b@example.org", press)->name());
  EXPECT_EQ(ConfirmRegistration(confirm)->state(), kWaitlisted);
  confirm.set_name(SignUp(event, "c@example.org", press)->name());
  EXPECT_THAT(ConfirmRegistration(confirm),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("NO_SEAT_TO_CONFIRM")));
}

TEST_P(CategoryPlacesTest, AMovedEventMovesTheTimesThatOverlap) {
  const std::string event = OpenEvent(10);
  const std::string morning = AddSession(event, "morning", 5, 12, 13);
  v1::RescheduleEventRequest move;
  move.set_name(event);
  *move.mutable_start_time() = At("2015-12-19T12:00:00Z");
  ASSERT_THAT(RescheduleEvent(move), IsOk());
  v1::CreateSessionRequest request;
  request.set_parent(event);
  (*request.mutable_session()->mutable_title())["en"] = "At the same time as the moved one";
  *request.mutable_session()->mutable_start_time() = At("2015-12-19T12:30:00Z");
  *request.mutable_session()->mutable_end_time() = At("2015-12-19T13:30:00Z");
  const auto other = CreateSession(request);
  ASSERT_THAT(other, IsOk());
  EXPECT_THAT(SignUp(event, "a@example.org", "", {morning, other->name()}),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("SESSIONS_OVERLAP")));
}

TEST_P(CategoryPlacesTest, ASessionDoesNotMoveToAnotherItsPeopleAreIn) {
  const std::string event = OpenEvent(3, 10);
  const std::string first = AddSession(event, "first", 5, 12, 13);
  const std::string second = AddSession(event, "second", 5, 13, 14);
  ASSERT_THAT(SignUp(event, "a@example.org", "", {first, second}), IsOk());
  ASSERT_THAT(SignUp(event, "b@example.org", "", {second}), IsOk());
  const auto gone = SignUp(event, "c@example.org", "", {first, second});
  ASSERT_THAT(SignUp(event, "d@example.org", "", {second, first}), IsOk());  // waits
  v1::UpdateSessionRequest move;
  move.mutable_session()->set_name(second);
  *move.mutable_session()->mutable_start_time() = At("2015-12-18T12:30:00Z");
  *move.mutable_session()->mutable_end_time() = At("2015-12-18T13:30:00Z");
  const auto refused = UpdateSession(move);
  EXPECT_THAT(refused,
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("SESSION_MOVE_OVERLAPS")));
  EXPECT_EQ(ErrorMetadataValue(refused.status(), "other"), first);
  EXPECT_EQ(ErrorMetadataValue(refused.status(), "registrations"), "3");
  ASSERT_THAT(CancelRegistration(gone->name()), IsOk());
  EXPECT_EQ(ErrorMetadataValue(UpdateSession(move).status(), "registrations"), "2")
      << "who is gone is in no session";

  move.set_allow_overlaps(true);
  ASSERT_THAT(UpdateSession(move), IsOk());
  // What the organiser has accepted is not asked again.
  move.set_allow_overlaps(false);
  *move.mutable_session()->mutable_end_time() = At("2015-12-18T13:45:00Z");
  EXPECT_THAT(UpdateSession(move), IsOk());
  v1::UpdateSessionRequest apart;
  apart.mutable_session()->set_name(first);
  *apart.mutable_session()->mutable_start_time() = At("2015-12-18T14:00:00Z");
  *apart.mutable_session()->mutable_end_time() = At("2015-12-18T15:00:00Z");
  EXPECT_THAT(UpdateSession(apart), IsOk());
}

TEST_P(CategoryPlacesTest, ADeletedSessionTakesNoPlaces) {
  const std::string event = OpenEvent(10, 5);
  const std::string workshop = AddSession(event, "workshop", 1, 12, 13);
  const auto first = SignUp(event, "a@example.org", "", {workshop});
  const auto waits = SignUp(event, "b@example.org", "", {workshop});
  v1::DeleteSessionRequest request;
  request.set_name(workshop);
  ASSERT_THAT(DeleteSession(request), IsOk());
  EXPECT_EQ(StateOf(waits->name()), kConfirmed);
  EXPECT_THAT(CancelRegistration(first->name()), IsOk());
}

TEST_P(CategoryPlacesTest, TheIdOfADeletedSessionIsNotUsedAgain) {
  const std::string event = OpenEvent(1, 5);
  const std::string workshop = AddSession(event, "workshop", 5, 12, 13);
  const auto seated = SignUp(event, "a@example.org", "", {workshop});
  const auto waits = SignUp(event, "b@example.org", "", {workshop});
  v1::DeleteSessionRequest remove;
  remove.set_name(workshop);
  ASSERT_THAT(DeleteSession(remove), IsOk());
  v1::CreateSessionRequest again;
  again.set_parent(event);
  again.set_session_id("workshop");
  (*again.mutable_session()->mutable_title())["en"] = "Workshop";
  *again.mutable_session()->mutable_start_time() = At("2015-12-18T13:00:00Z");
  *again.mutable_session()->mutable_end_time() = At("2015-12-18T14:00:00Z");
  EXPECT_THAT(CreateSession(again),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("SESSION_EXISTS")));
  EXPECT_THAT(CancelRegistration(seated->name()), IsOk());
  EXPECT_EQ(StateOf(waits->name()), kConfirmed);
  EXPECT_THAT(CancelRegistration(waits->name()), IsOk());
}

TEST_P(CategoryPlacesTest, APartyHasNoMoreRegistrationsThanItsLimit) {
  v1::Event wanted = Meeting(10, 0, v1::ADMISSION_OPEN);
  wanted.set_party_limit(2);
  const std::string event = Create(wanted)->name();
  ASSERT_THAT(Publish(event), IsOk());
  const auto sign_up = [&](const char* email, const std::string& party) {
    v1::CreateRegistrationRequest request = RequestFor(event, email);
    request.mutable_registration()->set_party(party);
    return Send(request);
  };
  const std::string firm = "clusters/biotechmed/members/polpharma";
  const auto first = sign_up("a@example.org", firm);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(sign_up("b@example.org", firm), IsOk());
  const auto refused = sign_up("c@example.org", firm);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition, Reason("QUOTA_FULL")));
  EXPECT_EQ(ErrorMetadataValue(refused.status(), "quota"), firm);
  EXPECT_THAT(sign_up("d@example.org", "clusters/biotechmed"), IsOk()) << "another party";
  EXPECT_THAT(sign_up("e@example.org", ""), IsOk()) << "of no party";
  ASSERT_THAT(CancelRegistration(first->name()), IsOk());
  EXPECT_THAT(sign_up("c@example.org", firm), IsOk());

  v1::UpdateEventRequest request;
  request.mutable_event()->set_name(event);
  request.mutable_event()->set_party_limit(1);
  request.mutable_update_mask()->add_paths("party_limit");
  ASSERT_THAT(UpdateEvent(request), IsOk()) << "who is in stays";
  EXPECT_THAT(sign_up("f@example.org", firm),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("QUOTA_FULL")));
  request.mutable_event()->set_party_limit(0);
  EXPECT_THAT(UpdateEvent(request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("event.party_limit")));
}

TEST_P(CategoryPlacesTest, WhoWaitsForTheLimitOfTheirPartyIsPromotedWhenItGrows) {
  v1::Event wanted = Meeting(10, 10, v1::ADMISSION_OPEN);
  wanted.set_party_limit(1);
  const std::string event = Create(wanted)->name();
  ASSERT_THAT(Publish(event), IsOk());
  const auto sign_up = [&](const char* email, const std::string& party) {
    v1::CreateRegistrationRequest request = RequestFor(event, email);
    request.mutable_registration()->set_party(party);
    return Send(request);
  };
  ASSERT_THAT(sign_up("a@example.org", "clusters/chemia"), IsOk());
  const auto waits = sign_up("b@example.org", "clusters/chemia");
  EXPECT_EQ(waits->state(), kWaitlisted);
  EXPECT_EQ(sign_up("c@example.org", "clusters/biotechmed")->state(), kConfirmed);
  v1::UpdateEventRequest request;
  request.mutable_event()->set_name(event);
  request.mutable_event()->set_party_limit(2);
  request.mutable_update_mask()->add_paths("party_limit");
  ASSERT_THAT(UpdateEvent(request), IsOk());
  EXPECT_EQ(StateOf(waits->name()), kConfirmed);
}

}  // namespace
}  // namespace wici::registration
