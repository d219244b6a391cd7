#include <future>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::HasViolation;
using testing::IsOk;
using testing::Reason;
using testing::StatusIs;
using ::testing::UnorderedElementsAre;

constexpr char kUuid[] = "6f2c1c0e-7f3e-4d57-9c1e-0d6f6f2c1c0e";

class RegistrationServiceTest : public RegistrationTest {};
WICI_ON_EVERY_ENGINE(RegistrationServiceTest);

TEST_P(RegistrationServiceTest, SeatsThenTheWaitingListThenNothing) {
  const std::string event = OpenEvent(1, 1);
  const auto first = SignUp(event, "a@example.org");
  const auto second = SignUp(event, "b@example.org");
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(first->state(), v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_EQ(second->state(), v1::REGISTRATION_STATE_WAITLISTED);
  EXPECT_EQ(second->waiting_list_position(), 1);
  EXPECT_THAT(SignUp(event, "c@example.org"),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("WAITING_LIST_FULL")));
  EXPECT_THAT(ChangeKinds(), ElementsAre("event.created", "event.published",
                                         "registration.confirmed", "registration.waitlisted"));
  const auto seats = Get(event)->seats();
  EXPECT_EQ(seats.confirmed(), 1);
  EXPECT_EQ(seats.waitlisted(), 1);
}

TEST_P(RegistrationServiceTest, AFullEventWithoutWaitingListRefuses) {
  const std::string event = OpenEvent(1);
  ASSERT_THAT(SignUp(event, "a@example.org"), IsOk());
  EXPECT_THAT(SignUp(event, "b@example.org"),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("EVENT_FULL")));
}

TEST_P(RegistrationServiceTest, ACancellationPromotesTheFirstOfTheWaitingList) {
  const std::string event = OpenEvent(1, 5);
  const auto seated = SignUp(event, "a@example.org");
  const auto second = SignUp(event, "b@example.org");
  const auto third = SignUp(event, "c@example.org");
  EXPECT_EQ(GetRegistration(third->name())->waiting_list_position(), 2);

  const auto cancelled = CancelRegistration(seated->name());
  ASSERT_THAT(cancelled, IsOk());
  EXPECT_EQ(cancelled->state(), v1::REGISTRATION_STATE_CANCELLED);
  const auto promoted = GetRegistration(second->name());
  EXPECT_EQ(promoted->state(), v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_EQ(promoted->waiting_list_position(), 0);
  EXPECT_NE(promoted->etag(), second->etag());
  EXPECT_EQ(GetRegistration(third->name())->waiting_list_position(), 1);

  const auto changes = Changes();
  ASSERT_EQ(changes.size(), 7u);
  EXPECT_EQ(changes[5].kind(), "registration.cancelled");
  EXPECT_EQ(changes[5].person(), seated->person());
  EXPECT_EQ(changes[6].kind(), "registration.promoted");
  EXPECT_EQ(changes[6].resource(), second->name());
  EXPECT_EQ(changes[6].aggregate(), event);
  EXPECT_EQ(changes[6].version(), changes[5].version());
}

TEST_P(RegistrationServiceTest, WhoLeavesTheWaitingListPromotesNobody) {
  const std::string event = OpenEvent(1, 5);
  ASSERT_THAT(SignUp(event, "a@example.org"), IsOk());
  const auto second = SignUp(event, "b@example.org");
  const auto third = SignUp(event, "c@example.org");
  ASSERT_THAT(CancelRegistration(second->name()), IsOk());
  const auto waiting = GetRegistration(third->name());
  EXPECT_EQ(waiting->state(), v1::REGISTRATION_STATE_WAITLISTED);
  EXPECT_EQ(waiting->waiting_list_position(), 1);
}

TEST_P(RegistrationServiceTest, MoreCapacityPromotesTheWaitingListInItsOrder) {
  const std::string event = OpenEvent(1, 5);
  std::vector<std::string> names;
  for (const char* email : {"a@x.org", "b@x.org", "c@x.org", "d@x.org"}) {
    names.push_back(SignUp(event, email)->name());
  }
  v1::UpdateEventRequest request;
  request.mutable_event()->set_name(event);
  request.mutable_event()->set_capacity(3);
  request.mutable_update_mask()->add_paths("capacity");
  const auto updated = UpdateEvent(request);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->seats().confirmed(), 3);
  EXPECT_EQ(updated->seats().waitlisted(), 1);
  EXPECT_EQ(GetRegistration(names[1])->state(), v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_EQ(GetRegistration(names[2])->state(), v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_EQ(GetRegistration(names[3])->waiting_list_position(), 1);

  request.mutable_event()->set_capacity(2);
  EXPECT_THAT(UpdateEvent(request),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("CAPACITY_BELOW_CONFIRMED")));
}

TEST_P(RegistrationServiceTest, SecondRegistrationWithTheSameEmailIsRefused) {
  const std::string event = OpenEvent(5);
  const auto first = SignUp(event, "ewa@example.org");
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(SignUp(event, "EWA@Example.ORG"),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("ALREADY_REGISTERED")));
  EXPECT_EQ(Get(event)->seats().confirmed(), 1);
  // Who withdrew may come back.
  ASSERT_THAT(CancelRegistration(first->name()), IsOk());
  EXPECT_THAT(SignUp(event, "ewa@example.org"), IsOk());
}

TEST_P(RegistrationServiceTest, TheSameRequestGetsTheSameAnswer) {
  const std::string event = OpenEvent(1);
  v1::CreateRegistrationRequest request = RequestFor(event, "a@example.org");
  request.set_request_id(kUuid);
  const auto first = Send(request);
  const auto again = Send(request);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_EQ(Get(event)->seats().confirmed(), 1);

  request.mutable_person()->set_email("b@example.org");
  EXPECT_THAT(Send(request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       ::testing::AllOf(Reason("REQUEST_ID_REUSED"), HasViolation("request_id"))));
}

TEST_P(RegistrationServiceTest, TheSameRequestFromManyClientsAtOnceIsOneRegistration) {
  const std::string event = OpenEvent(50);
  v1::CreateRegistrationRequest request = RequestFor(event, "a@example.org");
  request.set_request_id(kUuid);
  std::vector<std::future<absl::StatusOr<v1::Registration>>> calls;
  for (int i = 0; i < 16; ++i) {
    calls.push_back(std::async(std::launch::async, [&] { return Send(request); }));
  }
  std::string answer;
  for (auto& call : calls) {
    const auto registration = call.get();
    ASSERT_THAT(registration, IsOk());
    if (answer.empty()) answer = registration->SerializeAsString();
    EXPECT_EQ(registration->SerializeAsString(), answer);
  }
  EXPECT_EQ(Get(event)->seats().confirmed(), 1);
}

TEST_P(RegistrationServiceTest, TheWindowDecidesWhenRegistrationsAreTaken) {
  v1::Event meeting = Meeting(5, 0, v1::ADMISSION_OPEN);
  *meeting.mutable_registration_open_time() = At("2015-12-18T09:00:00Z");
  *meeting.mutable_registration_close_time() = At("2015-12-18T11:00:00Z");
  const std::string event = Create(meeting)->name();
  EXPECT_THAT(SignUp(event, "a@example.org"),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("EVENT_NOT_PUBLISHED")));
  ASSERT_THAT(Publish(event), IsOk());
  EXPECT_THAT(SignUp(event, "a@example.org"),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("REGISTRATION_NOT_OPEN")));
  clock().Set(Instant("2015-12-18T09:00:00Z"));
  EXPECT_THAT(SignUp(event, "a@example.org"), IsOk());
  clock().Set(Instant("2015-12-18T11:00:00Z"));
  EXPECT_THAT(SignUp(event, "b@example.org"),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("REGISTRATION_CLOSED")));
  ASSERT_THAT(Cancel(event), IsOk());
  EXPECT_THAT(SignUp(event, "b@example.org"),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("EVENT_CANCELLED")));
}

TEST_P(RegistrationServiceTest, AnUnknownEventIsNotFound) {
  EXPECT_THAT(SignUp("events/none", "a@example.org"),
              StatusIs(absl::StatusCode::kNotFound, Reason("EVENT_NOT_FOUND")));
  EXPECT_THAT(GetRegistration("events/none/registrations/none"),
              StatusIs(absl::StatusCode::kNotFound, Reason("REGISTRATION_NOT_FOUND")));
}

TEST_P(RegistrationServiceTest, ABadRequestLearnsEveryViolationAndChangesNothing) {
  const std::string event = OpenEvent(5);
  v1::CreateRegistrationRequest request = RequestFor(event, "no address");
  request.mutable_person()->clear_family_name();
  request.set_invitation_token("token");
  request.set_request_id("7");
  request.mutable_registration()->set_party("firms/x");
  EXPECT_THAT(
      Send(request),
      StatusIs(absl::StatusCode::kInvalidArgument,
               ::testing::AllOf(Reason("INVALID_ARGUMENT"), HasViolation("person"),
                                HasViolation("person.email"), HasViolation("person.family_name"),
                                HasViolation("request_id"), HasViolation("registration.party"))));
  EXPECT_EQ(Get(event)->seats().confirmed(), 0);
}

TEST_P(RegistrationServiceTest, AnswersAreBoundedInNumberAndInAll) {
  v1::CreateRegistrationRequest request = RequestFor(OpenEvent(1), "a@example.org");
  for (int i = 0; i < 3; ++i) {
    v1::FormAnswer& answer = *request.mutable_registration()->add_answers();
    answer.set_field_id(absl::StrCat("menu", i));
    answer.add_values(std::string(11'000, 'a'));
  }
  EXPECT_THAT(Send(request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("registration.answers")));
  request.mutable_registration()->mutable_answers()->RemoveLast();
  for (int i = 0; i < 201; ++i) request.mutable_registration()->mutable_answers(0)->add_values();
  EXPECT_THAT(Send(request), StatusIs(absl::StatusCode::kInvalidArgument,
                                      HasViolation("registration.answers[0].values")));
}

TEST_P(RegistrationServiceTest, WithApprovalTheOrganiserDecides) {
  v1::Event meeting = Meeting(1, 0, v1::ADMISSION_OPEN);
  meeting.set_approval(v1::APPROVAL_MANUAL);
  const std::string event = Create(meeting)->name();
  ASSERT_THAT(Publish(event), IsOk());
  const auto first = SignUp(event, "a@example.org");
  const auto second = SignUp(event, "b@example.org");
  EXPECT_EQ(first->state(), v1::REGISTRATION_STATE_PENDING_APPROVAL);
  EXPECT_EQ(Get(event)->seats().pending_approval(), 2);

  v1::ConfirmRegistrationRequest confirm;
  confirm.set_name(first->name());
  const auto confirmed = ConfirmRegistration(confirm);
  ASSERT_THAT(confirmed, IsOk());
  EXPECT_EQ(confirmed->state(), v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_THAT(ConfirmRegistration(confirm),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("TRANSITION_NOT_ALLOWED")));
  confirm.set_name(second->name());
  EXPECT_THAT(ConfirmRegistration(confirm),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("NO_SEAT_TO_CONFIRM")));

  v1::RejectRegistrationRequest reject;
  reject.set_name(second->name());
  reject.set_reason("not a member");
  const auto rejected = RejectRegistration(reject);
  ASSERT_THAT(rejected, IsOk());
  EXPECT_EQ(rejected->state(), v1::REGISTRATION_STATE_REJECTED);
  EXPECT_EQ(GetRegistration(second->name())->state_reason(), "not a member");
  EXPECT_EQ(Get(event)->seats().pending_approval(), 0);
}

TEST_P(RegistrationServiceTest, ABatchAnswersForEachOfItsPeople) {
  const std::string event = OpenEvent(2, 1);
  v1::BatchCreateRegistrationsRequest request;
  request.set_parent(event);
  request.set_request_id(kUuid);
  for (const char* email : {"a@x.org", "b@x.org", "a@x.org", "c@x.org", "d@x.org"}) {
    *request.add_requests() = RequestFor("", email);
  }
  const auto response = BatchCreateRegistrations(request);
  ASSERT_THAT(response, IsOk());
  ASSERT_EQ(response->results_size(), 5);
  EXPECT_EQ(response->results(1).registration().state(), v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_EQ(response->results(2).error().reason(), "ALREADY_REGISTERED");
  EXPECT_EQ(response->results(2).error().code(), 6);
  EXPECT_EQ(response->results(3).registration().state(), v1::REGISTRATION_STATE_WAITLISTED);
  EXPECT_EQ(response->results(4).error().reason(), "WAITING_LIST_FULL");

  const auto again = BatchCreateRegistrations(request);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->results(0).registration().name(), response->results(0).registration().name());
  EXPECT_EQ(Get(event)->seats().confirmed(), 2);
}

TEST_P(RegistrationServiceTest, EachOfABatchIsToldThatTheEventIsFull) {
  const std::string event = OpenEvent(1, 0);
  ASSERT_THAT(SignUp(event, "a@x.org"), IsOk());
  v1::BatchCreateRegistrationsRequest request;
  request.set_parent(event);
  for (const char* email : {"b@x.org", "a@x.org", "c@x.org", "d@x.org"}) {
    *request.add_requests() = RequestFor("", email);
  }
  const auto response = BatchCreateRegistrations(request);
  ASSERT_THAT(response, IsOk());
  ASSERT_EQ(response->results_size(), 4);
  EXPECT_EQ(response->results(1).error().reason(), "ALREADY_REGISTERED");
  for (const int full : {0, 2, 3}) {
    EXPECT_EQ(response->results(full).error().reason(), "EVENT_FULL");
    EXPECT_EQ(response->results(full).error().code(), 9);
    EXPECT_NE(response->results(full).error().message().find(event), std::string::npos);
  }
  EXPECT_EQ(Get(event)->seats().confirmed(), 1);
}

TEST_P(RegistrationServiceTest, ListsPageByPageAndTheWaitingListInItsOrder) {
  const std::string event = OpenEvent(2, 5);
  std::vector<std::string> names;
  for (const char* email : {"a@x.org", "b@x.org", "c@x.org", "d@x.org", "e@x.org"}) {
    names.push_back(SignUp(event, email)->name());
  }
  v1::ListRegistrationsRequest list;
  list.set_parent(event);
  list.set_page_size(2);
  list.add_states(v1::REGISTRATION_STATE_CONFIRMED);
  list.add_states(v1::REGISTRATION_STATE_WAITLISTED);
  std::vector<std::string> listed;
  do {
    const auto page = ListRegistrations(list);
    ASSERT_THAT(page, IsOk());
    for (const auto& registration : page->registrations()) listed.push_back(registration.name());
    list.set_page_token(page->next_page_token());
  } while (!list.page_token().empty());
  EXPECT_EQ(listed, names);

  v1::ListWaitingListRequest queue;
  queue.set_parent(event);
  queue.set_page_size(2);
  const auto page = ListWaitingList(queue);
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->registrations_size(), 2);
  EXPECT_EQ(page->registrations(0).name(), names[2]);
  EXPECT_EQ(page->registrations(1).waiting_list_position(), 2);
  queue.set_page_token(page->next_page_token());
  const auto rest = ListWaitingList(queue);
  ASSERT_EQ(rest->registrations_size(), 1);
  EXPECT_EQ(rest->registrations(0).name(), names[4]);
  EXPECT_EQ(rest->registrations(0).waiting_list_position(), 3);

  list.set_page_token(page->next_page_token());
  EXPECT_THAT(ListRegistrations(list),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("page_token")));
}

TEST_P(RegistrationServiceTest, ListsThoseInStatesOfWhichFewAreInTheSameOrder) {
  const std::string event = OpenEvent(3, 5);
  std::vector<std::string> ended;
  for (int i = 0; i < 6; ++i) {
    const std::string name = SignUp(event, absl::StrCat(i, "@x.org"))->name();
    if (i % 3 == 0) continue;
    ended.push_back(name);
    v1::CancelOwnRegistrationRequest withdraw;
    withdraw.set_token(LinksOf(name).manage_token());
    if (i % 2 == 0) {
      ASSERT_THAT(CancelRegistration(name), IsOk());
    } else {
      ASSERT_THAT(CancelOwnRegistration(withdraw, ""), IsOk());
    }
  }
  v1::ListRegistrationsRequest list;
  list.set_parent(event);
  list.set_page_size(3);
  list.add_states(v1::REGISTRATION_STATE_WITHDRAWN);
  list.add_states(v1::REGISTRATION_STATE_CANCELLED);
  list.add_states(v1::REGISTRATION_STATE_NO_SHOW);
  std::vector<std::string> listed;
  do {
    const auto page = ListRegistrations(list);
    ASSERT_THAT(page, IsOk());
    for (const auto& registration : page->registrations()) listed.push_back(registration.name());
    list.set_page_token(page->next_page_token());
  } while (!list.page_token().empty());
  EXPECT_EQ(listed, ended);
  list.add_states(v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_EQ(ListRegistrations(list)->registrations_size(), 3);
  list.set_parent("events/none");
  EXPECT_THAT(ListRegistrations(list),
              StatusIs(absl::StatusCode::kNotFound, Reason("EVENT_NOT_FOUND")));
}

TEST_P(RegistrationServiceTest, APersonManagesTheOwnRegistrationByTheLinkOfTheMail) {
  const std::string event = OpenEvent(1, 1);
  const auto seated = SignUp(event, "a@example.org");
  const auto waiting = SignUp(event, "b@example.org");
  v1::GetOwnRegistrationRequest get;
  get.set_token(LinksOf(waiting->name()).manage_token());
  const auto own = GetOwnRegistration(get);
  ASSERT_THAT(own, IsOk());
  EXPECT_EQ(own->waiting_list_position(), 1);
  EXPECT_EQ(own->check_in_token(), "");  // no seat, no ticket
  get.set_token(LinksOf(seated->name()).manage_token());
  EXPECT_EQ(GetOwnRegistration(get)->check_in_token(), LinksOf(seated->name()).check_in_token());

  v1::CancelOwnRegistrationRequest cancel;
  cancel.set_token(LinksOf(seated->name()).manage_token());
  const auto cancelled = CancelOwnRegistration(cancel, "");
  ASSERT_THAT(cancelled, IsOk());
  EXPECT_EQ(cancelled->state(), v1::REGISTRATION_STATE_WITHDRAWN);
  EXPECT_EQ(GetRegistration(waiting->name())->state(), v1::REGISTRATION_STATE_CONFIRMED);

  const std::string token = cancel.token();
  cancel.set_token(token + "x");
  EXPECT_THAT(CancelOwnRegistration(cancel),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("LINK_INVALID")));
  // A ticket is no key to the registration.
  cancel.set_token(LinksOf(waiting->name()).check_in_token());
  EXPECT_THAT(CancelOwnRegistration(cancel),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("LINK_INVALID")));
  cancel.set_token(token);
  clock().Advance(absl::Hours(24 * 365));
  EXPECT_THAT(CancelOwnRegistration(cancel),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("LINK_EXPIRED")));
}

TEST_P(RegistrationServiceTest, AStaleEtagIsRefused) {
  const std::string event = OpenEvent(1, 1);
  ASSERT_THAT(SignUp(event, "a@example.org"), IsOk());
  v1::CancelRegistrationRequest request;
  request.set_name(SignUp(event, "b@example.org")->name());
  request.set_etag("\"7\"");
  EXPECT_THAT(CancelRegistration(request),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
}

TEST_P(RegistrationServiceTest, CheckInCountsOnceAndCanBeUndone) {
  const std::string event = OpenEvent(1, 1);
  const auto seated = SignUp(event, "a@example.org");
  const auto waiting = SignUp(event, "b@example.org");
  v1::CheckInRequest request;
  request.set_parent(event);
  request.set_check_in_token(LinksOf(seated->name()).check_in_token());
  const auto in = CheckIn(request, Door());
  ASSERT_THAT(in, IsOk());
  EXPECT_EQ(in->state(), v1::REGISTRATION_STATE_CHECKED_IN);
  EXPECT_EQ(TimeOf(in->check_in_time()), clock().Now());
  EXPECT_EQ(Get(event)->seats().checked_in(), 1);
  EXPECT_THAT(CheckIn(request, Door()),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("ALREADY_CHECKED_IN")));

  v1::UndoCheckInRequest undo;
  undo.set_name(seated->name());
  const auto out = UndoCheckIn(undo, Door());
  ASSERT_THAT(out, IsOk());
  EXPECT_EQ(out->state(), v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_FALSE(out->has_check_in_time());

  request.set_registration(waiting->name());
  EXPECT_THAT(CheckIn(request, Door()),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("NOT_CONFIRMED")));
  EXPECT_THAT(ChangeKinds(), Contains("registration.check_in_undone"));
}

TEST_P(RegistrationServiceTest, ATicketOfAnotherEventIsRefusedAtTheDoor) {
  const auto seated = SignUp(OpenEvent(1), "a@example.org");
  v1::CheckInRequest request;
  request.set_parent(OpenEvent(1));
  request.set_check_in_token(LinksOf(seated->name()).check_in_token());
  EXPECT_THAT(CheckIn(request, Door()),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("TICKET_OF_OTHER_EVENT")));
}

}  // namespace
}  // namespace wici::registration
