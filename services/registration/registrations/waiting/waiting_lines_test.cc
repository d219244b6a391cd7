// Who waits for any of several categories.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/registrations/expiry/expiry_sweep.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::HasViolation;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::IsOkAndHolds;
using testing::Reason;
using testing::StatusIs;

class WaitingLinesTest : public RegistrationTest {
 protected:
  static constexpr auto kSeated = v1::REGISTRATION_STATE_CONFIRMED;
  static constexpr auto kWaits = v1::REGISTRATION_STATE_WAITLISTED;

  static v1::CreateRegistrationRequest RequestForAny(const std::string& event,
                                                     const std::string& email,
                                                     const std::vector<std::string>& categories) {
    v1::CreateRegistrationRequest request = RequestFor(event, email);
    request.mutable_registration()->set_admission_category(categories[0]);
    for (std::size_t i = 1; i < categories.size(); ++i) {
      request.mutable_registration()->add_other_categories(categories[i]);
    }
    return request;
  }
  int WaitingFor(const std::string& category) {
    v1::GetAdmissionCategoryRequest request;
    request.set_name(category);
    const auto found = GetAdmissionCategory(request);
    EXPECT_THAT(found, IsOk());
    return found.ok() ? found->waitlisted() : -1;
  }
};
WICI_ON_EVERY_ENGINE(WaitingLinesTest);

TEST_P(WaitingLinesTest, TheFirstCategoryThatHasAPlaceIsTaken) {
  const std::string event = OpenEvent(10, 10);
  const std::string press = AddCategory(event, "press", 1);
  const std::string guests = AddCategory(event, "guests", 1);
  EXPECT_EQ(Send(RequestForAny(event, "a@x.org", {press, guests}))->admission_category(), press);
  const auto second = Send(RequestForAny(event, "b@x.org", {press, guests}));
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->state(), kSeated);
  EXPECT_EQ(second->admission_category(), guests);
  EXPECT_THAT(second->other_categories(), IsEmpty());
}

TEST_P(WaitingLinesTest, WhoWaitsStandsInEveryLineAndLeavesAllWithTheFirstPlace) {
  const std::string event = OpenEvent(10, 10);
  const std::string press = AddCategory(event, "press", 1);
  const std::string guests = AddCategory(event, "guests", 1);
  const auto in_press = SignUp(event, "a@x.org", press);
  const auto in_guests = SignUp(event, "b@x.org", guests);
  const auto any = Send(RequestForAny(event, "c@x.org", {press, guests}));
  ASSERT_THAT(any, IsOk());
  EXPECT_EQ(any->state(), kWaits);
  EXPECT_THAT(any->other_categories(), ElementsAre(guests));
  EXPECT_EQ(WaitingFor(press), 1);
  EXPECT_EQ(WaitingFor(guests), 1);
  EXPECT_EQ(Get(event)->seats().waitlisted(), 1) << "one entry";
  const auto behind = SignUp(event, "d@x.org", guests);
  EXPECT_EQ(behind->state(), kWaits);
  ASSERT_THAT(CancelRegistration(in_guests->name()), IsOk());
  const auto promoted = GetRegistration(any->name());
  EXPECT_EQ(promoted->state(), kSeated);
  EXPECT_EQ(promoted->admission_category(), guests);
  EXPECT_EQ(StateOf(behind->name()), kWaits) << "it came later";
  EXPECT_EQ(WaitingFor(press), 0);
  EXPECT_EQ(WaitingFor(guests), 1);
  ASSERT_THAT(CancelRegistration(in_press->name()), IsOk());
  EXPECT_EQ(GetRegistration(any->name())->admission_category(), guests) << "it has one already";
  ASSERT_THAT(CancelRegistration(any->name()), IsOk());
  EXPECT_EQ(StateOf(behind->name()), kSeated);
}

TEST_P(WaitingLinesTest, OfTwoCategoriesAtOnceTheMoreWantedIsGiven) {
  const std::string event = OpenEvent(1, 10);
  const std::string press = AddCategory(event, "press", 1);
  const std::string guests = AddCategory(event, "guests", 1);
  const auto seated = SignUp(event, "a@x.org");
  const auto any = Send(RequestForAny(event, "b@x.org", {guests, press}));
  EXPECT_EQ(any->state(), kWaits);
  ASSERT_THAT(CancelRegistration(seated->name()), IsOk());
  EXPECT_EQ(GetRegistration(any->name())->admission_category(), guests);
}

TEST_P(WaitingLinesTest, WhoLeavesTheListLeavesEveryLine) {
  const std::string event = OpenEvent(10, 10);
  const std::string press = AddCategory(event, "press", 1);
  const std::string guests = AddCategory(event, "guests", 1);
  ASSERT_THAT(SignUp(event, "a@x.org", press), IsOk());
  const auto seated = SignUp(event, "b@x.org", guests);
  const auto any = Send(RequestForAny(event, "c@x.org", {press, guests}));
  const auto behind = SignUp(event, "d@x.org", guests);
  ASSERT_THAT(CancelRegistration(any->name()), IsOk());
  EXPECT_EQ(WaitingFor(press), 0);
  EXPECT_EQ(WaitingFor(guests), 1);
  ASSERT_THAT(CancelRegistration(seated->name()), IsOk());
  EXPECT_EQ(StateOf(behind->name()), kSeated);
  EXPECT_EQ(StateOf(any->name()), v1::REGISTRATION_STATE_CANCELLED);
}

TEST_P(WaitingLinesTest, NobodyGetsAheadInOneLineByWaitingInAnotherToo) {
  const std::string event = OpenEvent(2, 10);
  const std::string members = AddCategory(event, "members", 1, 0, 1);
  const std::string guests = AddCategory(event, "guests", 1, 0, 5);
  ASSERT_THAT(SignUp(event, "a@x.org", members), IsOk());
  const auto seated = SignUp(event, "b@x.org", guests);
  const auto first = SignUp(event, "c@x.org", guests);
  const auto any = Send(RequestForAny(event, "d@x.org", {members, guests}));
  EXPECT_EQ(GetRegistration(any->name())->waiting_list_position(), 2);
  ASSERT_THAT(CancelRegistration(seated->name()), IsOk());
  EXPECT_EQ(StateOf(first->name()), kSeated);
  EXPECT_EQ(StateOf(any->name()), kWaits);
}

TEST_P(WaitingLinesTest, ALineOfManyWhoWaitElsewhereTooKeepsItsOrder) {
  const std::string event = OpenEvent(100, 100);
  const std::string press = AddCategory(event, "press", 1);
  const std::string guests = AddCategory(event, "guests", 1);
  ASSERT_THAT(SignUp(event, "a@x.org", press), IsOk());
  const auto seated = SignUp(event, "b@x.org", guests);
  std::vector<std::string> waiting;
  for (int i = 0; i < 30; ++i) {
    const std::string email = absl::StrCat(i, "@x.org");
    const auto made = i % 2 == 0 ? Send(RequestForAny(event, email, {press, guests}))
                                 : SignUp(event, email, guests);
    ASSERT_THAT(made, IsOk());
    waiting.push_back(made->name());
  }
  v1::UpdateAdmissionCategoryRequest request;
  request.mutable_admission_category()->set_name(guests);
  request.mutable_admission_category()->set_quota(26);
  request.mutable_update_mask()->add_paths("quota");
  ASSERT_THAT(UpdateAdmissionCategory(request), IsOk());
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    EXPECT_EQ(StateOf(waiting[i]), i < 25 ? kSeated : kWaits) << i;
  }
  EXPECT_EQ(WaitingFor(press), 2);
}

TEST_P(WaitingLinesTest, AnOfferIsForOneCategoryAndWhoWaitsAgainWaitsForThat) {
  v1::Event wanted = Meeting(10, 10, v1::ADMISSION_OPEN);
  wanted.mutable_offer_duration()->set_seconds(600);
  wanted.set_offer_expiry(v1::OFFER_EXPIRY_REQUEUE);
  const std::string event = Create(wanted)->name();
  ASSERT_THAT(Publish(event), IsOk());
  const std::string press = AddCategory(event, "press", 1);
  const std::string guests = AddCategory(event, "guests", 1);
  ASSERT_THAT(SignUp(event, "a@x.org", press), IsOk());
  const auto seated = SignUp(event, "b@x.org", guests);
  const auto any = Send(RequestForAny(event, "c@x.org", {press, guests}));
  const auto behind = SignUp(event, "d@x.org", guests);
  ASSERT_THAT(CancelRegistration(seated->name()), IsOk());
  EXPECT_EQ(StateOf(any->name()), v1::REGISTRATION_STATE_OFFERED);
  clock().Advance(absl::Minutes(10));
  EXPECT_THAT(service_->services.expiry_sweep().RunOnce(), IsOkAndHolds(1));
  const auto again = GetRegistration(any->name());
  EXPECT_EQ(again->state(), kWaits);
  EXPECT_EQ(again->admission_category(), guests);
  EXPECT_EQ(StateOf(behind->name()), v1::REGISTRATION_STATE_OFFERED);
  EXPECT_EQ(WaitingFor(press), 0);
}

TEST_P(WaitingLinesTest, ApprovalGivesTheFirstThatHasAPlace) {
  v1::Event wanted = Meeting(10, 10, v1::ADMISSION_OPEN);
  wanted.set_approval(v1::APPROVAL_MANUAL);
  const std::string event = Create(wanted)->name();
  ASSERT_THAT(Publish(event), IsOk());
  const std::string press = AddCategory(event, "press", 1);
  const std::string guests = AddCategory(event, "guests", 1);
  v1::ConfirmRegistrationRequest confirm;
  confirm.set_name(SignUp(event, "a@x.org", press)->name());
  ASSERT_THAT(ConfirmRegistration(confirm), IsOk());
  confirm.set_name(Send(RequestForAny(event, "b@x.org", {press, guests}))->name());
  EXPECT_EQ(ConfirmRegistration(confirm)->admission_category(), guests);
  confirm.set_name(Send(RequestForAny(event, "c@x.org", {press, guests}))->name());
  EXPECT_EQ(ConfirmRegistration(confirm)->state(), kWaits);
  EXPECT_EQ(WaitingFor(press) + WaitingFor(guests), 2);
}

TEST_P(WaitingLinesTest, OtherCategoriesAreOfTheEventAndEachThereOnce) {
  const std::string event = OpenEvent(10, 10);
  const std::string press = AddCategory(event, "press", 1);
  const std::string foreign = AddCategory(OpenEvent(1), "press", 1);
  EXPECT_THAT(Send(RequestForAny(event, "a@x.org", {press, press, foreign})),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasViolation("registration.other_categories[0]"),
                             HasViolation("registration.other_categories[1]"))));
  EXPECT_THAT(Send(RequestForAny(event, "a@x.org", {"", press})),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasViolation("registration.admission_category")));
  EXPECT_THAT(Send(RequestForAny(event, "a@x.org", {press, event + "/admissionCategories/none"})),
              StatusIs(absl::StatusCode::kNotFound, Reason("ADMISSION_CATEGORY_NOT_FOUND")));
  v1::CreateRegistrationRequest many = RequestForAny(event, "a@x.org", {press});
  for (int i = 0; i < 11; ++i) {
    many.mutable_registration()->add_other_categories(
        absl::StrCat(event, "/admissionCategories/c-", i));
  }
  EXPECT_THAT(Send(many), StatusIs(absl::StatusCode::kInvalidArgument,
                                   HasViolation("registration.other_categories")));
}

}  // namespace
}  // namespace wici::registration
