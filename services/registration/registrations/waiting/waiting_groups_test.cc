// Groups: all or none, waiting and promoted together.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using testing::HasViolation;
using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

class WaitingGroupsTest : public RegistrationTest {
 protected:
  static constexpr auto kConfirmed = v1::REGISTRATION_STATE_CONFIRMED;
  static constexpr auto kWaitlisted = v1::REGISTRATION_STATE_WAITLISTED;
  static constexpr auto kFailed = absl::StatusCode::kFailedPrecondition;

  static v1::BatchCreateRegistrationsRequest GroupOf(const std::string& event, int size,
                                                     const std::string& prefix) {
    v1::BatchCreateRegistrationsRequest request;
    request.set_parent(event);
    request.set_all_or_none(true);
    for (int i = 0; i < size; ++i) {
      *request.add_requests() = RequestFor("", absl::StrCat(prefix, i, "@example.org"));
    }
    return request;
  }
  // The names of a group that was taken in.
  std::vector<std::string> Join(const v1::BatchCreateRegistrationsRequest& request) {
    const auto made = BatchCreateRegistrations(request);
    EXPECT_THAT(made, IsOk());
    std::vector<std::string> names;
    if (!made.ok()) return names;
    for (const auto& result : made->results()) names.push_back(result.registration().name());
    return names;
  }
  std::vector<v1::RegistrationState> StatesOf(const std::vector<std::string>& names) {
    std::vector<v1::RegistrationState> states;
    for (const std::string& name : names) states.push_back(StateOf(name));
    return states;
  }
};
WICI_ON_EVERY_ENGINE(WaitingGroupsTest);

TEST_P(WaitingGroupsTest, AGroupTakesAllItsPlacesOrWaitsTogether) {
  const std::string event = OpenEvent(4, 10);
  const auto first = Join(GroupOf(event, 3, "a"));
  EXPECT_THAT(StatesOf(first), Each(kConfirmed));
  EXPECT_NE(GetRegistration(first[0])->group(), "");
  EXPECT_EQ(GetRegistration(first[0])->group(), GetRegistration(first[2])->group());
  const auto second = Join(GroupOf(event, 2, "b"));
  EXPECT_THAT(StatesOf(second), Each(kWaitlisted)) << "one seat is not enough";
  EXPECT_EQ(Get(event)->seats().confirmed(), 3);
  ASSERT_THAT(CancelRegistration(first[1]), IsOk());
  EXPECT_THAT(StatesOf(second), Each(kConfirmed));
}

TEST_P(WaitingGroupsTest, AGroupIsRefusedWholeWhenItCannotEvenWait) {
  const std::string event = OpenEvent(2, 1);
  const auto refused = BatchCreateRegistrations(GroupOf(event, 2, "a"));
  ASSERT_THAT(refused, IsOk());
  EXPECT_THAT(BatchCreateRegistrations(GroupOf(event, 2, "b")),
              StatusIs(kFailed, Reason("WAITING_LIST_FULL")));
  EXPECT_THAT(BatchCreateRegistrations(GroupOf(event, 3, "c")),
              StatusIs(kFailed, Reason("GROUP_TOO_LARGE")));
  EXPECT_EQ(Get(event)->seats().waitlisted(), 0);
}

TEST_P(WaitingGroupsTest, AGroupForASmallSessionNeverFits) {
  const std::string event = OpenEvent(10, 10);
  const std::string workshop = AddSession(event, "workshop", 2, 12, 13);
  v1::BatchCreateRegistrationsRequest request = GroupOf(event, 3, "a");
  for (auto& item : *request.mutable_requests()) {
    item.mutable_registration()->add_sessions(workshop);
  }
  EXPECT_THAT(BatchCreateRegistrations(request), StatusIs(kFailed, Reason("GROUP_TOO_LARGE")));
  request.mutable_requests(0)->mutable_registration()->clear_sessions();
  EXPECT_THAT(StatesOf(Join(request)), Each(kConfirmed));
}

TEST_P(WaitingGroupsTest, WhoFitsPassesAGroupThatDoesNot) {
  const std::string event = OpenEvent(3, 100);
  std::vector<std::string> seated;
  for (const char* email : {"x@x.org", "y@x.org", "z@x.org"}) {
    seated.push_back(SignUp(event, email)->name());
  }
  const auto group = Join(GroupOf(event, 2, "g"));
  const auto single = SignUp(event, "single@x.org");
  EXPECT_EQ(single->state(), kWaitlisted);
  ASSERT_THAT(CancelRegistration(seated[0]), IsOk());
  EXPECT_EQ(StateOf(single->name()), kConfirmed);
  EXPECT_THAT(StatesOf(group), Each(kWaitlisted));
  const auto later = SignUp(event, "later@x.org");
  ASSERT_THAT(CancelRegistration(group[1]), IsOk());
  EXPECT_EQ(GetRegistration(group[0])->waiting_list_position(), 1);
  ASSERT_THAT(CancelRegistration(seated[1]), IsOk());
  EXPECT_EQ(StateOf(group[0]), kConfirmed) << "alone it fits";
  EXPECT_EQ(StateOf(later->name()), kWaitlisted);
}

TEST_P(WaitingGroupsTest, ALargeGroupIsPromotedWholeFromALongQueue) {
  const std::string event = OpenEvent(30, 200);
  const std::string workshop = AddSession(event, "workshop", 1, 12, 13);
  const auto seated = Join(GroupOf(event, 30, "s"));
  const auto group = Join(GroupOf(event, 30, "g"));
  EXPECT_THAT(StatesOf(group), Each(kWaitlisted));
  for (int i = 0; i < 29; ++i) ASSERT_THAT(CancelRegistration(seated[i]), IsOk());
  EXPECT_THAT(StatesOf(group), Each(kWaitlisted));
  ASSERT_THAT(CancelRegistration(seated[29]), IsOk());
  EXPECT_THAT(StatesOf(group), Each(kConfirmed));
}

TEST_P(WaitingGroupsTest, WhoIsMovedOnTheListLeavesTheGroup) {
  const std::string event = OpenEvent(2, 10);
  const auto seated = Join(GroupOf(event, 2, "s"));
  const auto group = Join(GroupOf(event, 2, "g"));
  v1::MoveOnWaitingListRequest move;
  move.set_name(group[1]);
  move.set_position(1);
  move.set_reason("speaks in the afternoon");
  ASSERT_THAT(MoveOnWaitingList(move), IsOk());
  ASSERT_THAT(CancelRegistration(seated[0]), IsOk());
  EXPECT_THAT(StatesOf(group), ElementsAre(kWaitlisted, kConfirmed));
  EXPECT_EQ(GetRegistration(group[1])->group(), "");
}

TEST_P(WaitingGroupsTest, TheAnswerToAMoveThatPromotesAnotherNamesNoWrongPlace) {
  const std::string event = OpenEvent(2, 10);
  const std::string workshop = AddSession(event, "workshop", 1, 12, 13);
  ASSERT_THAT(SignUp(event, "seated@x.org", "", {workshop}), IsOk());
  const auto group = Join(GroupOf(event, 2, "g"));
  ASSERT_THAT(SignUp(event, "x@x.org", "", {workshop}), IsOk());
  const auto last = SignUp(event, "y@x.org", "", {workshop});
  EXPECT_THAT(StatesOf({group[0], group[1], last->name()}), Each(kWaitlisted));
  v1::MoveOnWaitingListRequest move;
  move.set_name(group[1]);
  move.set_position(3);
  move.set_reason("asked for it");
  const auto moved = MoveOnWaitingList(move);
  ASSERT_THAT(moved, IsOk());
  EXPECT_EQ(StateOf(group[0]), kConfirmed) << "alone it fits";
  EXPECT_EQ(moved->waiting_list_position(), 0) << "not known";
  EXPECT_EQ(GetRegistration(group[1])->waiting_list_position(), 2);
  EXPECT_EQ(GetRegistration(last->name())->waiting_list_position(), 3);
}

TEST_P(WaitingGroupsTest, WhoLeavesTheGroupByAMoveFitsAloneAndIsPromotedAtOnce) {
  const std::string event = OpenEvent(2, 10);
  const auto seated = SignUp(event, "seated@x.org");
  const auto group = Join(GroupOf(event, 2, "g"));
  EXPECT_THAT(StatesOf(group), Each(kWaitlisted)) << "one place is free, and they are two";
  v1::MoveOnWaitingListRequest move;
  move.set_name(group[1]);
  move.set_position(1);
  move.set_reason("speaks in the afternoon");
  const auto moved = MoveOnWaitingList(move);
  ASSERT_THAT(moved, IsOk());
  EXPECT_EQ(moved->state(), kConfirmed);
  EXPECT_EQ(moved->waiting_list_position(), 0);
  EXPECT_THAT(StatesOf(group), ElementsAre(kWaitlisted, kConfirmed));
}

TEST_P(WaitingGroupsTest, TheSameRequestTwiceIsOneGroupWithOneAnswer) {
  const std::string event = OpenEvent(5);
  ASSERT_THAT(AddForm(event, {Field("topic", v1::FORM_FIELD_TYPE_TEXT)}), IsOk());
  v1::BatchCreateRegistrationsRequest request = GroupOf(event, 2, "a");
  request.set_request_id("0b9f8b0a-2b7c-4f0e-9a52-51e0a7a7f6a1");
  v1::FormAnswer& answer = *request.mutable_requests(0)->mutable_registration()->add_answers();
  answer.set_field_id("topic");
  answer.add_values("bioróżnorodność");
  const auto first = BatchCreateRegistrations(request);
  const auto again = BatchCreateRegistrations(request);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_EQ(Get(event)->seats().confirmed(), 2);
}

TEST_P(WaitingGroupsTest, OnePersonTwiceOrSomebodyWhoIsInRefusesAll) {
  const std::string event = OpenEvent(5);
  v1::BatchCreateRegistrationsRequest request = GroupOf(event, 2, "a");
  request.mutable_requests(1)->mutable_person()->set_email("A0@example.org");
  EXPECT_THAT(BatchCreateRegistrations(request),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("ALREADY_REGISTERED")));
  ASSERT_THAT(SignUp(event, "a1@example.org"), IsOk());
  EXPECT_THAT(BatchCreateRegistrations(GroupOf(event, 2, "a")),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("ALREADY_REGISTERED")));
  EXPECT_EQ(Get(event)->seats().confirmed(), 1);
}

TEST_P(WaitingGroupsTest, AVoucherMustHaveUsesForAll) {
  const std::string event = OpenEvent(5);
  v1::BatchCreateVouchersRequest make;
  make.set_parent(event);
  make.add_codes("FIRM-2015");
  make.mutable_voucher()->set_uses_max(2);
  ASSERT_THAT(BatchCreateVouchers(make), IsOk());
  const auto with_code = [&](int size, const char* prefix) {
    v1::BatchCreateRegistrationsRequest request = GroupOf(event, size, prefix);
    for (auto& item : *request.mutable_requests()) item.set_code("firm2015");
    return request;
  };
  EXPECT_THAT(BatchCreateRegistrations(with_code(3, "a")),
              StatusIs(kFailed, Reason("VOUCHER_USED_UP")));
  EXPECT_THAT(StatesOf(Join(with_code(2, "a"))), Each(kConfirmed));
}

TEST_P(WaitingGroupsTest, WhereApprovalIsAskedEachIsDecidedUpon) {
  v1::Event wanted = Meeting(1, 10, v1::ADMISSION_OPEN);
  wanted.set_approval(v1::APPROVAL_MANUAL);
  wanted.set_capacity(2);
  const std::string event = Create(wanted)->name();
  ASSERT_THAT(Publish(event), IsOk());
  const auto group = Join(GroupOf(event, 2, "a"));
  EXPECT_THAT(StatesOf(group), Each(v1::REGISTRATION_STATE_PENDING_APPROVAL));
  EXPECT_EQ(GetRegistration(group[0])->group(), "");
  v1::ConfirmRegistrationRequest confirm;
  confirm.set_name(group[0]);
  EXPECT_EQ(ConfirmRegistration(confirm)->state(), kConfirmed);
}

TEST_P(WaitingGroupsTest, AGroupOfOtherFormIsRefusedWithEveryViolation) {
  const std::string event = OpenEvent(60);
  EXPECT_THAT(BatchCreateRegistrations(GroupOf(event, 51, "a")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("requests")));
  v1::BatchCreateRegistrationsRequest request = GroupOf(event, 2, "a");
  const std::string press = AddCategory(event, "press", 5);
  const std::string guests = AddCategory(event, "guests", 5);
  request.mutable_requests(0)->mutable_registration()->set_admission_category(press);
  request.mutable_requests(1)->mutable_registration()->set_admission_category(guests);
  request.mutable_requests(1)->mutable_registration()->add_other_categories(press);
  request.mutable_requests(1)->set_request_id("0b9f8b0a-2b7c-4f0e-9a52-51e0a7a7f6a1");
  EXPECT_THAT(BatchCreateRegistrations(request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasViolation("requests[1].registration.admission_category"),
                             HasViolation("requests[1].registration.other_categories"),
                             HasViolation("requests[1].request_id"))));
}

}  // namespace
}  // namespace wici::registration
