// Registrations that several people have to approve.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using ::testing::Contains;
using testing::HasViolation;
using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

class ApprovalsBySeveralTest : public RegistrationTest {
 protected:
  std::string Reviewer(const std::string& id) {
    return auth::MakeBearerToken(service_->grpc.key(),
                                 {"users/" + id, {{"event-organiser", "platform"}}}, clock().Now(),
                                 absl::Hours(24));
  }
  absl::StatusOr<v1::Registration> Confirm(const std::string& name, const std::string& reviewer) {
    v1::ConfirmRegistrationRequest request;
    request.set_name(name);
    return ConfirmRegistration(request, Reviewer(reviewer));
  }
  absl::StatusOr<v1::Registration> Reject(const std::string& name, const std::string& reviewer,
                                          const std::string& reason) {
    v1::RejectRegistrationRequest request;
    request.set_name(name);
    request.set_reason(reason);
    return RejectRegistration(request, Reviewer(reviewer));
  }
  std::string StrictEvent(int approvals) {
    v1::Event meeting = Meeting(5, 5, v1::ADMISSION_OPEN);
    meeting.set_approval(v1::APPROVAL_MANUAL);
    meeting.set_approvals_required(approvals);
    meeting.set_reapproval(true);
    const std::string event = Create(meeting)->name();
    EXPECT_THAT(Publish(event), IsOk());
    EXPECT_THAT(AddForm(event, {Field("topic", v1::FORM_FIELD_TYPE_TEXT)}), IsOk());
    return event;
  }
};
WICI_ON_EVERY_ENGINE(ApprovalsBySeveralTest);

TEST_P(ApprovalsBySeveralTest, AsManyDifferentPeopleAsTheEventWantsApprove) {
  const auto made = SignUp(StrictEvent(2), "a@example.org");
  const auto once = Confirm(made->name(), "anna");
  ASSERT_THAT(once, IsOk());
  EXPECT_EQ(once->state(), v1::REGISTRATION_STATE_PENDING_APPROVAL);
  EXPECT_EQ(once->approvals(), 1);
  EXPECT_THAT(Confirm(made->name(), "anna"),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("ALREADY_APPROVED")));
  const auto twice = Confirm(made->name(), "piotr");
  ASSERT_THAT(twice, IsOk());
  EXPECT_EQ(twice->state(), v1::REGISTRATION_STATE_CONFIRMED);
  EXPECT_EQ(twice->approvals(), 0);
  v1::GetRegistrationLogRequest request;
  request.set_name(made->name());
  const auto log = GetRegistrationLog(request);
  ASSERT_EQ(log->entries_size(), 3);
  EXPECT_EQ(log->entries(1).kind(), "approved");
  EXPECT_EQ(log->entries(1).actor(), "users/anna");
  EXPECT_EQ(log->entries(2).kind(), "confirmed");
  EXPECT_EQ(log->entries(2).actor(), "users/piotr");
  EXPECT_THAT(ChangeKinds(), Contains("registration.approved"));
}

TEST_P(ApprovalsBySeveralTest, OneRejectionWithAReasonDecides) {
  const auto made = SignUp(StrictEvent(3), "a@example.org");
  ASSERT_THAT(Confirm(made->name(), "anna"), IsOk());
  EXPECT_THAT(Reject(made->name(), "piotr", ""),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("reason")));
  const auto rejected = Reject(made->name(), "piotr", "spoza branży");
  ASSERT_THAT(rejected, IsOk());
  EXPECT_EQ(rejected->state(), v1::REGISTRATION_STATE_REJECTED);
  EXPECT_EQ(rejected->state_reason(), "spoza branży");
  EXPECT_THAT(Confirm(made->name(), "ewa"),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("TRANSITION_NOT_ALLOWED")));
}

TEST_P(ApprovalsBySeveralTest, AChangeOfTheAnswersNeedsAllOfThemAgain) {
  const auto made = SignUp(StrictEvent(2), "a@example.org");
  ASSERT_THAT(Confirm(made->name(), "anna"), IsOk());
  v1::UpdateOwnRegistrationRequest request;
  request.set_token(LinksOf(made->name()).manage_token());
  AddAnswer(request, "topic", {"bioróżnorodność"});
  const auto changed = UpdateOwnRegistration(request, "");
  ASSERT_THAT(changed, IsOk());
  EXPECT_EQ(changed->state(), v1::REGISTRATION_STATE_PENDING_APPROVAL);
  EXPECT_EQ(changed->approvals(), 0);
  EXPECT_EQ(Confirm(made->name(), "piotr")->state(), v1::REGISTRATION_STATE_PENDING_APPROVAL);
  EXPECT_EQ(Confirm(made->name(), "anna")->state(), v1::REGISTRATION_STATE_CONFIRMED);
}

TEST_P(ApprovalsBySeveralTest, ACategoryMayWantMoreThanTheEvent) {
  const std::string event = StrictEvent(0);
  const std::string press = AddCategory(event, "press", 2);
  v1::UpdateAdmissionCategoryRequest strict;
  strict.mutable_admission_category()->set_name(press);
  strict.mutable_admission_category()->set_approvals_required(2);
  ASSERT_THAT(UpdateAdmissionCategory(strict), IsOk());
  const auto of_press = SignUp(event, "a@example.org", press);
  const auto other = SignUp(event, "b@example.org");
  EXPECT_EQ(Confirm(of_press->name(), "anna")->state(), v1::REGISTRATION_STATE_PENDING_APPROVAL);
  EXPECT_EQ(Confirm(other->name(), "anna")->state(), v1::REGISTRATION_STATE_CONFIRMED);
  strict.mutable_admission_category()->set_approvals_required(11);
  EXPECT_THAT(UpdateAdmissionCategory(strict),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasViolation("admission_category.approvals_required")));
}

}  // namespace
}  // namespace wici::registration
