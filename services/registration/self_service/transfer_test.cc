// Registrations given to another person.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/testing/registration_fixture.h"
#include "wici/people/v1/personal_data_service.pb.h"

namespace wici::registration {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::HasViolation;
using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

class TransferTest : public RegistrationTest {
 protected:
  static v1::PersonDetails Person(std::string_view email) {
    v1::PersonDetails person;
    person.set_given_name("Święta");
    person.set_family_name("Gąska");
    person.set_email(std::string(email));
    return person;
  }
  absl::StatusOr<v1::Registration> Transfer(const std::string& name, std::string_view email,
                                            const std::string& request_id = "") {
    v1::TransferRegistrationRequest request;
    request.set_name(name);
    *request.mutable_person() = Person(email);
    request.set_request_id(request_id);
    return TransferRegistration(request);
  }
  absl::StatusOr<v1::Registration> TransferOwn(const std::string& token, std::string_view email) {
    v1::TransferOwnRegistrationRequest request;
    request.set_token(token);
    *request.mutable_person() = Person(email);
    return TransferOwnRegistration(request, "");
  }
  std::string TokenOf(const std::string& name) { return LinksOf(name).manage_token(); }
  std::string EventWith(v1::TransferRule rule) {
    v1::Event meeting = Meeting(5, 5, v1::ADMISSION_OPEN);
    meeting.set_transfers(rule);
    const std::string event = Create(meeting)->name();
    EXPECT_THAT(Publish(event), IsOk());
    return event;
  }
};
WICI_ON_EVERY_ENGINE(TransferTest);

TEST_P(TransferTest, AnotherPersonGetsThePlacesAndLinksOfTheirOwn) {
  const std::string event = OpenEvent(1, 5);
  const std::string press = AddCategory(event, "press", 1);
  const std::string session = AddSession(event, "talk", 1, 12, 13);
  const auto made = SignUp(event, "a@example.org", press, {session});
  const std::string old_token = TokenOf(made->name());
  const auto heir = TransferOwn(old_token, "b@example.org");
  ASSERT_THAT(heir, IsOk());
  EXPECT_NE(heir->name(), made->name());
  EXPECT_NE(heir->person(), made->person());
  EXPECT_EQ(heir->state(), v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_EQ(heir->admission_category(), press);
  EXPECT_EQ(heir->sessions(0), session);
  EXPECT_EQ(Get(event)->seats().confirmed(), 1);
  const auto old = GetRegistration(made->name());
  EXPECT_EQ(old->state(), v1::REGISTRATION_STATE_TRANSFERRED);
  EXPECT_EQ(old->successor(), heir->name());
  EXPECT_EQ(TokenOf(made->name()), "");
  EXPECT_NE(TokenOf(heir->name()), "");
  EXPECT_THAT(ChangeKinds(), ElementsAre("event.created", "event.published", "event.updated",
                                         "event.updated", "registration.confirmed",
                                         "registration.transferred", "registration.confirmed"));
  v1::GetRegistrationLogRequest log;
  log.set_name(made->name());
  EXPECT_EQ(GetRegistrationLog(log)->entries(1).kind(), "transferred");
  EXPECT_EQ(GetRegistrationLog(log)->entries(1).actor(), made->person());
}

TEST_P(TransferTest, TheOldLinksAreDead) {
  const std::string event = OpenEvent(2);
  const auto made = SignUp(event, "a@example.org");
  const v1::Links links = LinksOf(made->name());
  ASSERT_THAT(TransferOwn(links.manage_token(), "b@example.org"), IsOk());
  v1::GetOwnRegistrationRequest get;
  get.set_token(links.manage_token());
  EXPECT_THAT(GetOwnRegistration(get),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("LINK_INVALID")));
  v1::CancelOwnRegistrationRequest cancel;
  cancel.set_token(links.manage_token());
  EXPECT_THAT(CancelOwnRegistration(cancel, ""),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("LINK_INVALID")));
  EXPECT_THAT(TransferOwn(links.manage_token(), "c@example.org"),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("LINK_INVALID")));
  v1::CheckInRequest check_in;
  check_in.set_parent(event);
  check_in.set_check_in_token(links.check_in_token());
  EXPECT_THAT(CheckIn(check_in, Door()), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(Get(event)->seats().confirmed(), 1);
}

TEST_P(TransferTest, APlaceInTheQueueStaysWhereItIs) {
  const std::string event = OpenEvent(1, 5);
  const auto seated = SignUp(event, "a@example.org");
  const auto first = SignUp(event, "b@example.org");
  const auto second = SignUp(event, "c@example.org");
  const auto heir = Transfer(first->name(), "d@example.org");
  ASSERT_THAT(heir, IsOk());
  EXPECT_EQ(heir->state(), v1::REGISTRATION_STATE_WAITLISTED);
  EXPECT_EQ(GetRegistration(heir->name())->waiting_list_position(), 1);
  EXPECT_EQ(GetRegistration(second->name())->waiting_list_position(), 2);
  ASSERT_THAT(CancelRegistration(seated->name()), IsOk());
  EXPECT_EQ(StateOf(heir->name()), v1::REGISTRATION_STATE_CONFIRMED);
}

TEST_P(TransferTest, AnswersAreNotPassedOnAndEachPersonIsErasedAlone) {
  const std::string event = OpenEvent(2);
  ASSERT_THAT(AddForm(event, {Field("diet", v1::FORM_FIELD_TYPE_TEXT)}), IsOk());
  v1::CreateRegistrationRequest request = RequestFor(event, "a@example.org");
  AddAnswer(*request.mutable_registration(), "diet", {"ryba"});
  const auto made = Send(request);
  const auto heir = Transfer(made->name(), "b@example.org");
  ASSERT_THAT(heir, IsOk());
  EXPECT_EQ(heir->answers_size(), 0);
  people::v1::ErasePersonRequest erase;
  erase.set_person(made->person());
  ASSERT_THAT(service_->grpc.Call<people::v1::ErasePersonResponse>(
                  "wici.people.v1.PersonalDataService/ErasePerson", erase,
                  service_->grpc.Token("platform-operator")),
              IsOk());
  EXPECT_EQ(StateOf(heir->name()), v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_THAT(SignUp(event, "b@example.org"),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("ALREADY_REGISTERED")));
}

TEST_P(TransferTest, NobodyGetsTwoAndWhoGaveAwayMayComeAgain) {
  const std::string event = OpenEvent(5);
  const auto made = SignUp(event, "a@example.org");
  const auto other = SignUp(event, "b@example.org");
  EXPECT_THAT(Transfer(made->name(), "B@Example.org"),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("ALREADY_REGISTERED")));
  ASSERT_THAT(Transfer(made->name(), "c@example.org"), IsOk());
  EXPECT_THAT(SignUp(event, "a@example.org"), IsOk());
  EXPECT_EQ(Get(event)->seats().confirmed(), 3);
}

TEST_P(TransferTest, TheSameRequestTransfersOnce) {
  const auto made = SignUp(OpenEvent(5), "a@example.org");
  const std::string id = "6f2c1c0e-7f3e-4d57-9c1e-0d6f6f2c1c0e";
  const auto first = Transfer(made->name(), "b@example.org", id);
  const auto again = Transfer(made->name(), "b@example.org", id);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
}

TEST_P(TransferTest, ARepeatedTransferTellsNothingOfWhatTheOtherPersonHasSaidSince) {
  const std::string event = OpenEvent(5);
  ASSERT_THAT(AddForm(event, {Field("diet", v1::FORM_FIELD_TYPE_TEXT)}), IsOk());
  ASSERT_THAT(
      AddForm(event, {Field("hotel", v1::FORM_FIELD_TYPE_TEXT)}, "", v1::FORM_STAGE_FOLLOW_UP),
      IsOk());
  const auto made = SignUp(event, "a@example.org");
  v1::TransferOwnRegistrationRequest give;
  give.set_token(TokenOf(made->name()));
  *give.mutable_person() = Person("b@example.org");
  give.set_request_id("6f2c1c0e-7f3e-4d57-9c1e-0d6f6f2c1c0f");
  const auto first = TransferOwnRegistration(give, "");
  ASSERT_THAT(first, IsOk());
  v1::UpdateOwnRegistrationRequest answer;
  answer.set_token(TokenOf(first->name()));
  AddAnswer(answer, "diet", {"bez glutenu"});
  v1::FormAnswer& later = *answer.add_follow_up_answers();
  later.set_field_id("hotel");
  later.add_values("bez windy");
  ASSERT_THAT(UpdateOwnRegistration(answer, ""), IsOk());
  const auto again = TransferOwnRegistration(give, "");
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(again->answers_size(), 0);
  EXPECT_EQ(again->follow_up_answers_size(), 0);
}

TEST_P(TransferTest, AfterTheCheckInItIsTooLate) {
  const std::string event = OpenEvent(5);
  const auto made = SignUp(event, "a@example.org");
  const std::string token = TokenOf(made->name());
  v1::CheckInRequest check_in;
  check_in.set_parent(event);
  check_in.set_registration(made->name());
  ASSERT_THAT(CheckIn(check_in, Door()), IsOk());
  EXPECT_THAT(Transfer(made->name(), "b@example.org"),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("TRANSITION_NOT_ALLOWED")));
  EXPECT_THAT(TransferOwn(token, "b@example.org"),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("TRANSITION_NOT_ALLOWED")));
}

TEST_P(TransferTest, TheEventSaysWhoMay) {
  const auto nobody = SignUp(EventWith(v1::TRANSFER_RULE_NOBODY), "a@example.org");
  EXPECT_THAT(Transfer(nobody->name(), "b@example.org"),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("TRANSFER_NOT_ALLOWED")));
  const auto organiser = SignUp(EventWith(v1::TRANSFER_RULE_ORGANISER), "a@example.org");
  EXPECT_THAT(TransferOwn(TokenOf(organiser->name()), "b@example.org"),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("TRANSFER_NOT_ALLOWED")));
  EXPECT_THAT(Transfer(organiser->name(), "b@example.org"), IsOk());
}

TEST_P(TransferTest, WhereApprovalIsAskedAgainTheOtherPersonWaitsForItWithTheSeat) {
  v1::Event meeting = Meeting(1, 5, v1::ADMISSION_OPEN);
  meeting.set_approval(v1::APPROVAL_MANUAL);
  meeting.set_reapproval(true);
  const std::string event = Create(meeting)->name();
  ASSERT_THAT(Publish(event), IsOk());
  const auto made = SignUp(event, "a@example.org");
  v1::ConfirmRegistrationRequest confirm;
  confirm.set_name(made->name());
  ASSERT_THAT(ConfirmRegistration(confirm), IsOk());
  const auto heir = TransferOwn(TokenOf(made->name()), "b@example.org");
  ASSERT_THAT(heir, IsOk());
  EXPECT_EQ(heir->state(), v1::REGISTRATION_STATE_UNDER_REVIEW);
  EXPECT_EQ(Get(event)->seats().confirmed(), 1);
  confirm.set_name(heir->name());
  EXPECT_EQ(ConfirmRegistration(confirm)->state(), v1::REGISTRATION_STATE_CONFIRMED);
}

TEST_P(TransferTest, AWrongRequestIsRefusedWithEveryViolation) {
  v1::TransferRegistrationRequest request;
  request.set_name("events/e");
  request.mutable_person()->set_email("nobody");
  request.set_request_id("7");
  EXPECT_THAT(TransferRegistration(request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasViolation("name"), HasViolation("person.email"),
                             HasViolation("person.given_name"), HasViolation("request_id"))));
  EXPECT_THAT(Transfer(OpenEvent(1) + "/registrations/none", "b@example.org"),
              StatusIs(absl::StatusCode::kNotFound, Reason("REGISTRATION_NOT_FOUND")));
}

}  // namespace
}  // namespace wici::registration
