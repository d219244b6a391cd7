// Changes of what a registration says, by the organiser and by its person.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::HasViolation;
using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

constexpr char kUpdateId[] = "6f2c1c0e-7f3e-4d57-9c1e-0d6f6f2c1c0e";

class UpdateTest : public RegistrationTest {
 protected:
  static v1::UpdateRegistrationRequest Change(const std::string& name,
                                              const std::vector<std::string>& paths = {}) {
    v1::UpdateRegistrationRequest request;
    request.mutable_registration()->set_name(name);
    for (const std::string& path : paths) request.mutable_update_mask()->add_paths(path);
    return request;
  }
  v1::UpdateOwnRegistrationRequest OwnChange(const std::string& name) {
    v1::UpdateOwnRegistrationRequest request;
    request.set_token(LinksOf(name).manage_token());
    return request;
  }
  // A published event whose registrations are approved, again after a change of their answers.
  std::string ReviewedEvent(int capacity, int waiting) {
    v1::Event meeting = Meeting(capacity, waiting, v1::ADMISSION_OPEN);
    meeting.set_approval(v1::APPROVAL_MANUAL);
    meeting.set_reapproval(true);
    const std::string event = Create(meeting)->name();
    EXPECT_THAT(Publish(event), IsOk());
    EXPECT_THAT(AddForm(event, {Field("topic", v1::FORM_FIELD_TYPE_TEXT)}), IsOk());
    return event;
  }
  absl::StatusOr<v1::Registration> Confirm(const std::string& name) {
    v1::ConfirmRegistrationRequest request;
    request.set_name(name);
    return ConfirmRegistration(request);
  }
  std::vector<std::string> LogOf(const std::string& name) {
    v1::GetRegistrationLogRequest request;
    request.set_name(name);
    std::vector<std::string> kinds;
    const auto log = GetRegistrationLog(request);
    EXPECT_THAT(log, IsOk());
    for (const auto& entry : log->entries()) kinds.push_back(entry.kind());
    return kinds;
  }
};
WICI_ON_EVERY_ENGINE(UpdateTest);

TEST_P(UpdateTest, OnlyWhatTheMaskNamesChanges) {
  const std::string event = OpenEvent(5);
  ASSERT_THAT(AddForm(event, {Field("diet", v1::FORM_FIELD_TYPE_TEXT)}), IsOk());
  const auto made = SignUp(event, "a@example.org");
  auto request = Change(made->name(), {"answers", "party"});
  request.mutable_registration()->set_party("clusters/mkch");
  AddAnswer(*request.mutable_registration(), "diet", {"ryba"});
  request.mutable_registration()->set_etag(made->etag());
  const auto updated = UpdateRegistration(request);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->party(), "clusters/mkch");
  EXPECT_EQ(updated->answers(0).values(0), "ryba");
  EXPECT_EQ(updated->form_definition(), event + "/formDefinitions/v1");
  EXPECT_NE(updated->etag(), made->etag());
  EXPECT_EQ(GetRegistration(made->name())->SerializeAsString(), updated->SerializeAsString());
  EXPECT_THAT(UpdateRegistration(request),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));

  auto party = Change(made->name());
  party.mutable_registration()->set_party("clusters/biotech");
  EXPECT_EQ(UpdateRegistration(party)->answers_size(), 1) << "what is not populated stays";
  EXPECT_EQ(UpdateRegistration(Change(made->name(), {"answers"}))->answers_size(), 0);
  EXPECT_THAT(LogOf(made->name()), ElementsAre("confirmed", "updated", "updated", "updated"));
  EXPECT_THAT(ChangeKinds(), Contains("registration.updated"));
}

TEST_P(UpdateTest, AWrongChangeIsRefusedWithEveryViolation) {
  const std::string event = OpenEvent(5);
  const auto made = SignUp(event, "a@example.org");
  auto request = Change(made->name(), {"answers", "state", "colour"});
  request.set_request_id("7");
  request.mutable_registration()->set_party("firms/x");
  request.mutable_registration()->add_sessions("events/other/sessions/one");
  EXPECT_THAT(UpdateRegistration(request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasViolation("request_id"), HasViolation("registration.party"),
                             HasViolation("registration.sessions[0]"))));
  EXPECT_THAT(UpdateRegistration(Change(made->name(), {"state", "colour"})),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("update_mask")));
  EXPECT_THAT(UpdateRegistration(Change(event + "/registrations/none")),
              StatusIs(absl::StatusCode::kNotFound, Reason("REGISTRATION_NOT_FOUND")));
  ASSERT_THAT(CancelRegistration(made->name()), IsOk());
  EXPECT_THAT(UpdateRegistration(Change(made->name())),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("TRANSITION_NOT_ALLOWED")));
}

TEST_P(UpdateTest, TheSameRequestChangesOnce) {
  const auto made = SignUp(OpenEvent(5), "a@example.org");
  auto request = Change(made->name());
  request.mutable_registration()->set_party("clusters/mkch");
  request.set_request_id(kUpdateId);
  const auto first = UpdateRegistration(request);
  const auto again = UpdateRegistration(request);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_THAT(LogOf(made->name()), ElementsAre("confirmed", "updated"));
}

TEST_P(UpdateTest, WhatItSaysAlreadyIsNoChange) {
  const std::string event = OpenEvent(5);
  const std::string session = AddSession(event, "talk", 0, 12, 13);
  ASSERT_THAT(AddForm(event, {Field("diet", v1::FORM_FIELD_TYPE_TEXT)}), IsOk());
  const auto made = SignUp(event, "a@example.org");
  auto request = OwnChange(made->name());
  request.add_sessions(session);
  AddAnswer(request, "diet", {"ryba"});
  const auto updated = UpdateOwnRegistration(request, "");
  ASSERT_THAT(updated, IsOk());
  const std::size_t changes = Changes().size();
  const std::int64_t version = Get(event)->seats().version();
  EXPECT_EQ(UpdateOwnRegistration(request, "")->SerializeAsString(), updated->SerializeAsString());
  auto again = Change(made->name(), {"party"});
  again.set_request_id(kUpdateId);
  EXPECT_EQ(UpdateRegistration(again)->etag(), updated->etag());
  EXPECT_EQ(UpdateRegistration(again)->etag(), updated->etag());
  EXPECT_EQ(Changes().size(), changes);
  EXPECT_EQ(Get(event)->seats().version(), version);
  EXPECT_THAT(LogOf(made->name()), ElementsAre("confirmed", "updated"));
}

TEST_P(UpdateTest, NewSessionsAreTakenTogetherOrNotAtAll) {
  const std::string event = OpenEvent(5, 5);
  const std::string free = AddSession(event, "free", 1, 12, 13);
  const std::string full = AddSession(event, "full", 1, 13, 14);
  const auto mine = SignUp(event, "a@example.org");
  ASSERT_THAT(SignUp(event, "b@example.org", "", {full}), IsOk());
  auto request = Change(mine->name(), {"sessions"});
  request.mutable_registration()->add_sessions(free);
  request.mutable_registration()->add_sessions(full);
  EXPECT_THAT(UpdateRegistration(request),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("QUOTA_FULL")));
  EXPECT_EQ(GetRegistration(mine->name())->sessions_size(), 0);
  request.mutable_registration()->mutable_sessions()->RemoveLast();
  ASSERT_THAT(UpdateRegistration(request), IsOk());
  // What is given up goes to whoever waits for it.
  const auto waiting = SignUp(event, "c@example.org", "", {free});
  ASSERT_EQ(waiting->state(), v1::REGISTRATION_STATE_WAITLISTED);
  ASSERT_THAT(UpdateRegistration(Change(mine->name(), {"sessions"})), IsOk());
  EXPECT_EQ(StateOf(waiting->name()), v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_EQ(Get(event)->seats().confirmed(), 3);
}

TEST_P(UpdateTest, WhoWaitsMayAskForLessAndThenHaveTheirTurn) {
  const std::string event = OpenEvent(5, 5);
  const std::string full = AddSession(event, "full", 1, 13, 14);
  ASSERT_THAT(SignUp(event, "a@example.org", "", {full}), IsOk());
  const auto waiting = SignUp(event, "b@example.org", "", {full});
  ASSERT_EQ(waiting->state(), v1::REGISTRATION_STATE_WAITLISTED);
  const auto updated = UpdateRegistration(Change(waiting->name(), {"sessions"}));
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->state(), v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_EQ(Get(event)->seats().waitlisted(), 0);
}

TEST_P(UpdateTest, APersonChangesSessionsAndAnswersByTheLinkOnly) {
  const std::string event = OpenEvent(5);
  const std::string session = AddSession(event, "talk", 0, 12, 13);
  ASSERT_THAT(AddForm(event, {Field("diet", v1::FORM_FIELD_TYPE_TEXT)}), IsOk());
  const auto made = SignUp(event, "a@example.org");
  auto request = OwnChange(made->name());
  request.add_sessions(session);
  AddAnswer(request, "diet", {"ryba"});
  request.set_etag(made->etag());
  const auto updated = UpdateOwnRegistration(request, "");
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->sessions(0), session);
  EXPECT_EQ(updated->answers(0).values(0), "ryba");
  v1::GetRegistrationLogRequest of_log;
  of_log.set_name(made->name());
  EXPECT_THAT(GetRegistrationLog(of_log)->entries(1).added_sessions(), ElementsAre(session));
  EXPECT_THAT(UpdateOwnRegistration(request, ""),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  request.clear_etag();
  request.mutable_update_mask()->add_paths("party");
  EXPECT_THAT(UpdateOwnRegistration(request, ""),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("update_mask")));
  request.clear_update_mask();
  request.mutable_answers(0)->set_field_id("other");
  EXPECT_THAT(UpdateOwnRegistration(request, ""),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("answers[other]")));
  request.set_token(request.token() + "x");
  EXPECT_THAT(UpdateOwnRegistration(request, ""),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("LINK_INVALID")));
}

TEST_P(UpdateTest, AChangedAnswerIsReviewedAgainWithItsSeat) {
  const std::string event = ReviewedEvent(1, 5);
  const auto made = SignUp(event, "a@example.org");
  ASSERT_EQ(Confirm(made->name())->state(), v1::REGISTRATION_STATE_CONFIRMED);
  auto request = OwnChange(made->name());
  AddAnswer(request, "topic", {"bioróżnorodność"});
  const auto reviewed = UpdateOwnRegistration(request, "");
  ASSERT_THAT(reviewed, IsOk());
  EXPECT_EQ(reviewed->state(), v1::REGISTRATION_STATE_UNDER_REVIEW);
  EXPECT_EQ(Get(event)->seats().confirmed(), 1) << "the seat stays held";
  v1::CheckInRequest check_in;
  check_in.set_parent(event);
  check_in.set_registration(made->name());
  EXPECT_THAT(CheckIn(check_in, Door()),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("TRANSITION_NOT_ALLOWED")));
  EXPECT_EQ(Confirm(made->name())->state(), v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_THAT(LogOf(made->name()),
              ElementsAre("requested", "confirmed", "resubmitted", "confirmed"));
  ASSERT_THAT(CheckIn(check_in, Door()), IsOk());
  request.mutable_answers(0)->set_values(0, "co innego");
  EXPECT_THAT(UpdateOwnRegistration(request, ""),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("TRANSITION_NOT_ALLOWED")));
}

TEST_P(UpdateTest, ARejectedChangeFreesTheSeat) {
  const std::string event = ReviewedEvent(1, 5);
  const auto made = SignUp(event, "a@example.org");
  const auto next = SignUp(event, "b@example.org");
  ASSERT_THAT(Confirm(made->name()), IsOk());
  ASSERT_EQ(Confirm(next->name())->state(), v1::REGISTRATION_STATE_WAITLISTED);
  auto request = OwnChange(made->name());
  AddAnswer(request, "topic", {"x"});
  ASSERT_THAT(UpdateOwnRegistration(request, ""), IsOk());
  v1::RejectRegistrationRequest reject;
  reject.set_name(made->name());
  EXPECT_EQ(RejectRegistration(reject)->state(), v1::REGISTRATION_STATE_REJECTED);
  EXPECT_EQ(StateOf(next->name()), v1::REGISTRATION_STATE_CONFIRMED);
}

TEST_P(UpdateTest, SessionsAndCorrectionsByTheOrganiserNeedNoReview) {
  const std::string event = ReviewedEvent(5, 5);
  const std::string session = AddSession(event, "talk", 0, 12, 13);
  const auto made = SignUp(event, "a@example.org");
  ASSERT_THAT(Confirm(made->name()), IsOk());
  auto own = OwnChange(made->name());
  own.add_sessions(session);
  EXPECT_EQ(UpdateOwnRegistration(own, "")->state(), v1::REGISTRATION_STATE_CONFIRMED);
  auto request = Change(made->name());
  AddAnswer(*request.mutable_registration(), "topic", {"poprawiony"});
  EXPECT_EQ(UpdateRegistration(request)->state(), v1::REGISTRATION_STATE_CONFIRMED);
}

TEST_P(UpdateTest, ACategoryMayAskForTheReviewItself) {
  const std::string event = OpenEvent(5);
  const std::string press = AddCategory(event, "press", 2);
  v1::UpdateAdmissionCategoryRequest strict;
  strict.mutable_admission_category()->set_name(press);
  strict.mutable_admission_category()->set_approval_required(true);
  strict.mutable_admission_category()->set_reapproval(true);
  ASSERT_THAT(UpdateAdmissionCategory(strict), IsOk());
  ASSERT_THAT(AddForm(event, {Field("topic", v1::FORM_FIELD_TYPE_TEXT)}), IsOk());
  const auto made = SignUp(event, "a@example.org", press);
  const auto other = SignUp(event, "b@example.org");
  ASSERT_THAT(Confirm(made->name()), IsOk());
  for (const auto& [name, state] : {std::pair(made->name(), v1::REGISTRATION_STATE_UNDER_REVIEW),
                                    std::pair(other->name(), v1::REGISTRATION_STATE_CONFIRMED)}) {
    auto request = OwnChange(name);
    AddAnswer(request, "topic", {"x"});
    EXPECT_EQ(UpdateOwnRegistration(request, "")->state(), state);
  }
}

}  // namespace
}  // namespace wici::registration
