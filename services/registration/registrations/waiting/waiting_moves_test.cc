// Who is moved on the waiting list.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/auth/token.h"
#include "services/registration/seats/rules/waiting_order.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using testing::HasViolation;
using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

class WaitingMovesTest : public RegistrationTest {};
WICI_ON_EVERY_ENGINE(WaitingMovesTest);

TEST_P(WaitingMovesTest, MoveOnTheWaitingListIsAudited) {
  const std::string event = OpenEvent(1, 10);
  const auto seated = SignUp(event, "seated@example.org");
  std::vector<std::string> names;
  for (const char* email : {"a@x.org", "b@x.org", "c@x.org"}) {
    names.push_back(SignUp(event, email)->name());
  }
  v1::MoveOnWaitingListRequest move;
  move.set_name(names[2]);
  move.set_position(1);
  EXPECT_THAT(MoveOnWaitingList(move),
              StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("reason")));
  move.set_reason("speaks on the panel, zażółć");
  // One of several organisers: the log says which.
  const std::string other = auth::MakeBearerToken(
      service_->grpc.key(), {"users/other-organiser", {{"event-organiser", "platform"}}},
      clock().Now(), absl::Hours(1));
  const auto moved = MoveOnWaitingList(move, other);
  ASSERT_THAT(moved, IsOk());
  EXPECT_EQ(moved->state_reason(), "speaks on the panel, zażółć");
  EXPECT_EQ(moved->waiting_list_position(), 1);
  EXPECT_EQ(GetRegistration(names[2])->waiting_list_position(), 1);
  EXPECT_EQ(GetRegistration(names[0])->waiting_list_position(), 2);
  move.set_name(names[0]);
  move.set_position(10'000);
  ASSERT_THAT(MoveOnWaitingList(move), IsOk());
  EXPECT_EQ(GetRegistration(names[0])->waiting_list_position(), 3);
  EXPECT_EQ(GetRegistration(SignUp(event, "d@x.org")->name())->waiting_list_position(), 4);
  move.set_name(seated->name());
  EXPECT_THAT(MoveOnWaitingList(move),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("TRANSITION_NOT_ALLOWED")));

  v1::GetRegistrationLogRequest request;
  request.set_name(names[2]);
  const auto log = GetRegistrationLog(request);
  ASSERT_THAT(log, IsOk());
  EXPECT_EQ(log->name(), names[2]);
  ASSERT_EQ(log->entries_size(), 2);
  EXPECT_EQ(log->entries(0).kind(), "waitlisted");
  EXPECT_EQ(log->entries(0).actor(), moved->person()) << "nobody else was there";
  EXPECT_EQ(log->entries(1).kind(), "moved");
  EXPECT_EQ(log->entries(1).reason(), "speaks on the panel, zażółć");
  EXPECT_EQ(log->entries(1).actor(), "users/other-organiser");
  EXPECT_GT(log->entries(1).event_version(), log->entries(0).event_version());
  ASSERT_THAT(CancelRegistration(seated->name()), IsOk());
  EXPECT_EQ(StateOf(names[2]), v1::REGISTRATION_STATE_CONFIRMED);
  const auto later = GetRegistrationLog(request);
  ASSERT_EQ(later->entries_size(), 3);
  EXPECT_EQ(later->entries(2).actor(), "services/registration");
  // What was there has stayed as it was.
  for (int i = 0; i < log->entries_size(); ++i) {
    EXPECT_EQ(later->entries(i).SerializeAsString(), log->entries(i).SerializeAsString());
  }
}

TEST_P(WaitingMovesTest, BetweenTwoNeighboursThereIsRoomForAnyNumberOfMoves) {
  const std::string event = OpenEvent(1, 100);
  ASSERT_THAT(SignUp(event, "seated@example.org"), IsOk());
  const auto first = SignUp(event, "first@example.org");
  ASSERT_THAT(first, IsOk());
  std::vector<std::string> names;
  for (int i = 0; i < 60; ++i) {
    names.push_back(SignUp(event, absl::StrCat(i, "@example.org"))->name());
  }
  v1::MoveOnWaitingListRequest move;
  move.set_position(2);
  move.set_reason("by turns");
  // Each comes before the one that was moved before it.
  std::vector<std::string> expected = {names[0]};
  for (std::size_t i = 1; i < names.size(); ++i) {
    move.set_name(names[i]);
    ASSERT_THAT(MoveOnWaitingList(move), IsOk());
    expected.insert(expected.begin(), names[i]);
  }
  expected.insert(expected.begin(), first->name());
  v1::ListWaitingListRequest list;
  list.set_parent(event);
  list.set_page_size(100);
  const auto waiting = ListWaitingList(list);
  ASSERT_THAT(waiting, IsOk());
  std::vector<std::string> order;
  for (const v1::Registration& registration : waiting->registrations()) {
    order.push_back(registration.name());
  }
  EXPECT_EQ(order, expected);
}

TEST_P(WaitingMovesTest, AMoveBetweenTwoPrioritiesIsNotOvertakenByWhoComesLater) {
  const std::string event = OpenEvent(1, 100);
  const std::string late = AddCategory(event, "late", 5, 0, kPriorityLast);
  const auto seated = SignUp(event, "seated@example.org");
  const auto first = SignUp(event, "a@example.org");
  const auto moved = SignUp(event, "b@example.org");
  ASSERT_THAT(SignUp(event, "c@example.org", late), IsOk());
  v1::MoveOnWaitingListRequest move;
  move.set_name(moved->name());
  move.set_position(2);
  move.set_reason("stays where it is");
  ASSERT_THAT(MoveOnWaitingList(move), IsOk());
  const auto newcomer = SignUp(event, "d@example.org");
  EXPECT_EQ(GetRegistration(moved->name())->waiting_list_position(), 2);
  EXPECT_EQ(GetRegistration(newcomer->name())->waiting_list_position(), 3);
}

}  // namespace
}  // namespace wici::registration
