// Answers are deleted when the retention of their field ends.
#include "services/registration/forms/answer_retention.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using testing::HasViolation;
using testing::IsOk;
using testing::IsOkAndHolds;
using ::testing::Not;
using testing::StatusIs;

class AnswerRetentionTest : public RegistrationTest {
 protected:
  AnswerRetention& retention() { return service_->services.answer_retention(); }

  // A published event that asks for two fields.
  std::string AskingEvent() {
    const std::string event = OpenEvent(1000);
    EXPECT_THAT(AddForm(event, {Field("diet", v1::FORM_FIELD_TYPE_TEXT, false, 14),
                                Field("firm", v1::FORM_FIELD_TYPE_TEXT, false, 365)}),
                IsOk());
    return event;
  }
  v1::CreateRegistrationRequest Answering(const std::string& event, const std::string& email) {
    v1::CreateRegistrationRequest request = RequestFor(event, email);
    AddAnswer(*request.mutable_registration(), "diet", {"bezmięsna"});
    AddAnswer(*request.mutable_registration(), "firm", {"Łąka"});
    return request;
  }
  std::vector<std::string> FieldsOf(const std::string& registration) {
    std::vector<std::string> fields;
    const auto found = GetRegistration(registration);
    EXPECT_THAT(found, IsOk());
    for (const v1::FormAnswer& answer : found->answers()) {
      fields.push_back(answer.field_id());
    }
    return fields;
  }
};
WICI_ON_EVERY_ENGINE(AnswerRetentionTest);

TEST_P(AnswerRetentionTest, EachAnswerGoesWhenItsFieldSays) {
  const std::string event = AskingEvent();
  const auto registration = Send(Answering(event, "a@example.org"));
  ASSERT_THAT(registration, IsOk());
  clock().Set(Instant("2016-01-01T15:59:59Z"));
  EXPECT_THAT(retention().RunOnce(), IsOkAndHolds(0));
  clock().Set(Instant("2016-01-01T16:00:00Z"));
  EXPECT_THAT(retention().RunOnce(), IsOkAndHolds(1));
  EXPECT_THAT(FieldsOf(registration->name()), ::testing::ElementsAre("firm"));
  EXPECT_THAT(retention().RunOnce(), IsOkAndHolds(0));
  for (const std::string& text : AllTexts()) EXPECT_THAT(text, Not(HasSubstr("bezmięsna")));
  EXPECT_THAT(ChangeKinds(), Contains("registration.answers_expired"));
  clock().Set(Instant("2016-12-17T16:00:00Z"));
  EXPECT_THAT(retention().RunOnce(), IsOkAndHolds(1));
  EXPECT_THAT(FieldsOf(registration->name()), ::testing::IsEmpty());
}

TEST_P(AnswerRetentionTest, WhatPeopleNeedGoesTwoWeeksAfterAnyEvent) {
  const std::string event = OpenEvent(5);
  v1::CreateRegistrationRequest request = RequestFor(event, "a@example.org");
  request.mutable_person()->set_special_needs("wózek");
  ASSERT_THAT(Send(request), IsOk());
  clock().Set(Instant("2016-01-01T15:59:59Z"));
  EXPECT_THAT(retention().RunOnce(), IsOkAndHolds(0));
  EXPECT_THAT(AllTexts(), Contains(HasSubstr("wózek")));
  clock().Set(Instant("2016-01-01T16:00:00Z"));
  EXPECT_THAT(retention().RunOnce(), IsOkAndHolds(1));
  EXPECT_THAT(AllTexts(), Not(Contains(HasSubstr("wózek"))));
  EXPECT_THAT(AllTexts(), Contains(HasSubstr("a@example.org")));
}

TEST_P(AnswerRetentionTest, NothingIsAnsweredAfterwards) {
  const std::string event = AskingEvent();
  const auto registration = SignUp(event, "a@example.org");
  clock().Set(Instant("2016-01-02T00:00:00Z"));
  v1::UpdateRegistrationRequest request;
  *request.mutable_registration() = Answering(event, "a@example.org").registration();
  request.mutable_registration()->set_name(registration->name());
  EXPECT_THAT(UpdateRegistration(request), StatusIs(absl::StatusCode::kInvalidArgument,
                                                    HasViolation("registration.answers[diet]")));
}

TEST_P(AnswerRetentionTest, AnEventRecordedLaterCountsFromTheEndOfItsRegistration) {
  const std::string event = AskingEvent();
  v1::UpdateEventRequest later;
  later.mutable_event()->set_name(event);
  *later.mutable_event()->mutable_registration_close_time() = At("2016-12-31T00:00:00Z");
  ASSERT_THAT(UpdateEvent(later), IsOk());
  clock().Set(Instant("2016-06-01T00:00:00Z"));
  const auto registration = Send(Answering(event, "a@example.org"));
  ASSERT_THAT(registration, IsOk());
  EXPECT_THAT(retention().RunOnce(), IsOkAndHolds(0));
  clock().Set(Instant("2017-01-14T00:00:00Z"));
  EXPECT_THAT(retention().RunOnce(), IsOkAndHolds(1));
  EXPECT_THAT(FieldsOf(registration->name()), ::testing::ElementsAre("firm"));
}

TEST_P(AnswerRetentionTest, AnEventThatMovesTakesItsDeadlinesAlong) {
  const std::string event = AskingEvent();
  const auto registration = Send(Answering(event, "a@example.org"));
  v1::RescheduleEventRequest move;
  move.set_name(event);
  *move.mutable_start_time() = At("2016-02-18T12:00:00Z");
  ASSERT_THAT(RescheduleEvent(move), IsOk());
  clock().Set(Instant("2016-01-15T00:00:00Z"));
  EXPECT_THAT(retention().RunOnce(), IsOkAndHolds(0));
  clock().Set(Instant("2016-03-03T16:00:00Z"));
  EXPECT_THAT(retention().RunOnce(), IsOkAndHolds(1));
  EXPECT_THAT(FieldsOf(registration->name()), ::testing::ElementsAre("firm"));
}

TEST_P(AnswerRetentionTest, AVersionThatIsNotAskedAnyMoreKeepsItsPromise) {
  const std::string event = AskingEvent();
  const auto registration = Send(Answering(event, "a@example.org"));
  ASSERT_THAT(AddForm(event, {}), IsOk());
  ASSERT_THAT(Cancel(event), IsOk());
  clock().Set(Instant("2016-01-02T00:00:00Z"));
  EXPECT_THAT(retention().RunOnce(), IsOkAndHolds(1));
  EXPECT_THAT(FieldsOf(registration->name()), ::testing::ElementsAre("firm"));
}

TEST_P(AnswerRetentionTest, AnEventIsGoneThroughPageByPage) {
  const std::string event = AskingEvent();
  v1::BatchCreateRegistrationsRequest request;
  request.set_parent(event);
  for (int i = 0; i < 401; ++i) {
    *request.add_requests() = Answering("", "p" + std::to_string(i) + "@example.org");
  }
  for (auto& one : *request.mutable_requests()) one.clear_parent();
  ASSERT_THAT(BatchCreateRegistrations(request), IsOk());
  clock().Set(Instant("2016-01-02T00:00:00Z"));
  EXPECT_THAT(retention().RunOnce(), IsOkAndHolds(401));
}

}  // namespace
}  // namespace wici::registration
