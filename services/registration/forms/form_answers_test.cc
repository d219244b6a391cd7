// Answers to forms, with a registration and after it.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/testing/registration_fixture.h"
#include "wici/people/v1/personal_data_service.pb.h"

namespace wici::registration {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::HasViolation;
using testing::IsOk;
using ::testing::Not;
using testing::Reason;
using testing::StatusIs;

class FormAnswersTest : public RegistrationTest {
 protected:
  // A registration of `event` that answers `field` with `value`.
  absl::StatusOr<v1::Registration> Answer(const std::string& event, std::string_view email,
                                          const std::string& field, const std::string& value,
                                          const std::string& category = "") {
    v1::CreateRegistrationRequest request = RequestFor(event, email);
    request.mutable_registration()->set_admission_category(category);
    AddAnswer(*request.mutable_registration(), field, {value});
    return Send(request);
  }
  // Answers the follow-up form.
  absl::StatusOr<v1::Registration> FollowUp(const std::string& registration,
                                            const std::string& field, const std::string& value) {
    v1::UpdateRegistrationRequest request;
    request.mutable_registration()->set_name(registration);
    v1::FormAnswer& answer = *request.mutable_registration()->add_follow_up_answers();
    answer.set_field_id(field);
    answer.add_values(value);
    return UpdateRegistration(request);
  }
};
WICI_ON_EVERY_ENGINE(FormAnswersTest);

TEST_P(FormAnswersTest, ARegistrationNamesTheVersionItAnswered) {
  const std::string event = OpenEvent(5);
  const auto form = AddForm(event, {Field("diet", v1::FORM_FIELD_TYPE_TEXT, true)});
  const auto first = Answer(event, "a@example.org", "diet", "bez glutenu");
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->form_definition(), form->name());
  const auto newer = AddForm(event, {Field("arrival", v1::FORM_FIELD_TYPE_DATE, true)});
  EXPECT_EQ(Answer(event, "b@example.org", "arrival", "2015-12-17")->form_definition(),
            newer->name());
  const auto kept = GetRegistration(first->name());
  EXPECT_EQ(kept->form_definition(), form->name());
  EXPECT_EQ(kept->answers(0).values(0), "bez glutenu");
}

TEST_P(FormAnswersTest, WrongAnswersAreAllNamedAndTakeNoSeat) {
  const std::string event = OpenEvent(1);
  v1::FormField menu = Field("menu", v1::FORM_FIELD_TYPE_TEXT, true);
  menu.add_shown_if()->set_field_id("dinner");
  ASSERT_THAT(AddForm(event, {Field("dinner", v1::FORM_FIELD_TYPE_BOOLEAN), menu,
                              Field("phone", v1::FORM_FIELD_TYPE_PHONE, true)}),
              IsOk());
  EXPECT_THAT(
      Answer(event, "a@example.org", "dinner", "maybe"),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(Reason("INVALID_ARGUMENT"), HasViolation("registration.answers[dinner]"),
                     HasViolation("registration.answers[menu]"),
                     HasViolation("registration.answers[phone]"))));
  EXPECT_EQ(Get(event)->seats().confirmed(), 0);
  EXPECT_THAT(Answer(event, "a@example.org", "phone", "+48 22 234 56 78"), IsOk());
}

TEST_P(FormAnswersTest, WhereNobodyAsksNobodyAnswers) {
  const std::string event = OpenEvent(5);
  EXPECT_THAT(
      Answer(event, "a@example.org", "diet", "x"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("registration.answers[diet]")));
  ASSERT_THAT(AddForm(event, {Field("diet", v1::FORM_FIELD_TYPE_TEXT, true)}), IsOk());
  EXPECT_THAT(SignUp(event, "a@example.org"), StatusIs(absl::StatusCode::kInvalidArgument,
                                                       HasViolation("registration.answers[diet]")));
  ASSERT_THAT(AddForm(event, {}), IsOk());
  const auto registration = SignUp(event, "a@example.org");
  ASSERT_THAT(registration, IsOk());
  EXPECT_EQ(registration->form_definition(), "");
}

TEST_P(FormAnswersTest, ACategoryHasItsOwnFormOrThatOfTheEvent) {
  const std::string event = OpenEvent(5);
  const std::string press = AddCategory(event, "press", 2);
  const std::string guest = AddCategory(event, "guest", 2);
  const auto all = AddForm(event, {Field("diet", v1::FORM_FIELD_TYPE_TEXT)});
  const auto own = AddForm(event, {Field("paper", v1::FORM_FIELD_TYPE_TEXT, true)}, press);
  EXPECT_THAT(Answer(event, "a@example.org", "diet", "x", press),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasViolation("registration.answers[diet]"),
                             HasViolation("registration.answers[paper]"))));
  EXPECT_EQ(Answer(event, "a@example.org", "paper", "Głos", press)->form_definition(), own->name());
  EXPECT_EQ(Answer(event, "b@example.org", "diet", "x", guest)->form_definition(), all->name());
}

TEST_P(FormAnswersTest, OneOfABatchWithWrongAnswersHarmsNobodyElse) {
  const std::string event = OpenEvent(5);
  ASSERT_THAT(AddForm(event, {Field("age", v1::FORM_FIELD_TYPE_NUMBER)}), IsOk());
  v1::BatchCreateRegistrationsRequest request;
  request.set_parent(event);
  for (const char* age : {"30", "young", "40"}) {
    v1::CreateRegistrationRequest& one = *request.add_requests();
    one = RequestFor("", std::string(age) + "@example.org");
    AddAnswer(*one.mutable_registration(), "age", {age});
  }
  const auto response = BatchCreateRegistrations(request);
  ASSERT_THAT(response, IsOk());
  EXPECT_TRUE(response->results(0).has_registration());
  EXPECT_EQ(response->results(1).error().reason(), "INVALID_ARGUMENT");
  EXPECT_TRUE(response->results(2).has_registration());
}

TEST_P(FormAnswersTest, WhoIsRegisteredByTheOrganiserAnswersByTheLink) {
  const std::string event = OpenEvent(5);
  const auto form = AddForm(event, {Field("diet", v1::FORM_FIELD_TYPE_TEXT, true)});
  v1::BatchCreateRegistrationsRequest request;
  request.set_parent(event);
  *request.add_requests() = RequestFor("", "a@example.org");
  const auto made = BatchCreateRegistrations(request);
  ASSERT_THAT(made, IsOk());
  const v1::Registration& registration = made->results(0).registration();
  EXPECT_EQ(registration.form_definition(), "") << "nothing answered yet";
  v1::UpdateOwnRegistrationRequest own;
  own.set_token(LinksOf(registration.name()).manage_token());
  AddAnswer(own, "diet", {"ryba"});
  EXPECT_EQ(UpdateOwnRegistration(own, "")->form_definition(), form->name());
}

TEST_P(FormAnswersTest, AHeldPlaceIsAnsweredWhenItIsCompleted) {
  const std::string event = OpenEvent(5);
  const auto form = AddForm(event, {Field("diet", v1::FORM_FIELD_TYPE_TEXT, true)});
  v1::CreateRegistrationRequest request = RequestFor(event, "a@example.org");
  request.mutable_hold_duration()->set_seconds(600);
  const auto held = Send(request);
  ASSERT_THAT(held, IsOk());
  v1::CompleteOwnRegistrationRequest complete;
  complete.set_token(held->hold_token());
  EXPECT_THAT(CompleteOwnRegistration(complete, ""),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("answers[diet]")));
  AddAnswer(complete, "diet", {"ryba"});
  const auto completed = CompleteOwnRegistration(complete, "");
  ASSERT_THAT(completed, IsOk());
  EXPECT_EQ(completed->state(), v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_EQ(completed->form_definition(), form->name());
}

TEST_P(FormAnswersTest, FollowUpQuestionsComeOnceThereIsASeat) {
  v1::Event meeting = Meeting(5, 5, v1::ADMISSION_OPEN);
  meeting.set_approval(v1::APPROVAL_MANUAL);
  const std::string event = Create(meeting)->name();
  ASSERT_THAT(Publish(event), IsOk());
  const auto form = AddForm(event, {Field("hotel", v1::FORM_FIELD_TYPE_BOOLEAN, true)}, "",
                            v1::FORM_STAGE_FOLLOW_UP);
  const auto pending = SignUp(event, "a@example.org");
  ASSERT_EQ(pending->state(), v1::REGISTRATION_STATE_PENDING_APPROVAL);
  EXPECT_THAT(FollowUp(pending->name(), "hotel", "true"),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("FOLLOW_UP_NOT_OPEN")));
  v1::ConfirmRegistrationRequest confirm;
  confirm.set_name(pending->name());
  ASSERT_THAT(ConfirmRegistration(confirm), IsOk());
  EXPECT_THAT(FollowUp(pending->name(), "hotel", "two"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasViolation("registration.follow_up_answers[hotel]")));
  const auto answered = FollowUp(pending->name(), "hotel", "true");
  ASSERT_THAT(answered, IsOk());
  EXPECT_EQ(answered->follow_up_form_definition(), form->name());
  EXPECT_EQ(GetRegistration(pending->name())->follow_up_answers(0).values(0), "true");
}

TEST_P(FormAnswersTest, AnswersAreExportedAndErasedAndStandNowhereElse) {
  const std::string event = OpenEvent(5);
  ASSERT_THAT(AddForm(event, {Field("diet", v1::FORM_FIELD_TYPE_TEXT)}), IsOk());
  ASSERT_THAT(
      AddForm(event, {Field("hotel", v1::FORM_FIELD_TYPE_TEXT)}, "", v1::FORM_STAGE_FOLLOW_UP),
      IsOk());
  const auto registration = Answer(event, "a@example.org", "diet", "bezmięsna");
  ASSERT_THAT(FollowUp(registration->name(), "hotel", "pokój ósmy"), IsOk());
  people::v1::ExportPersonRequest get;
  get.set_person(registration->person());
  const auto exported = service_->grpc.Call<people::v1::ExportPersonResponse>(
      "wici.people.v1.PersonalDataService/ExportPerson", get,
      service_->grpc.Token("platform-operator"));
  ASSERT_THAT(exported, IsOk());
  EXPECT_THAT(exported->json(), AllOf(HasSubstr("bezmięsna"), HasSubstr("pokój ósmy")));
  for (const feed::v1::Change& change : Changes()) {
    EXPECT_THAT(change.SerializeAsString(),
                AllOf(Not(HasSubstr("bezmięsna")), Not(HasSubstr("pokój ósmy"))));
  }
  people::v1::ErasePersonRequest erase;
  erase.set_person(registration->person());
  ASSERT_THAT(service_->grpc.Call<people::v1::ErasePersonResponse>(
                  "wici.people.v1.PersonalDataService/ErasePerson", erase,
                  service_->grpc.Token("platform-operator")),
              IsOk());
  for (const std::string& text : AllTexts()) {
    EXPECT_THAT(text, AllOf(Not(HasSubstr("bezmięsna")), Not(HasSubstr("pokój ósmy"))));
  }
}

}  // namespace
}  // namespace wici::registration
