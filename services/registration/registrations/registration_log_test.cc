// What the log of a registration says, and how long it may become.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/registrations/rules/registration_state.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using testing::IsOk;
using testing::Reason;
using testing::StatusIs;

class RegistrationLogTest : public RegistrationTest {};
WICI_ON_EVERY_ENGINE(RegistrationLogTest);

TEST_P(RegistrationLogTest, NoStepRewritesWhatTheLogSaysOfThoseBefore) {
  const std::string event = OpenEvent(1, 10);
  const std::string seated = SignUp(event, "seated@example.org")->name();
  const std::string name = SignUp(event, "b@example.org")->name();
  std::vector<std::string> said;
  const auto has_grown = [&](const std::string& step) {
    v1::GetRegistrationLogRequest request;
    request.set_name(name);
    const auto log = GetRegistrationLog(request);
    ASSERT_THAT(log, IsOk()) << step;
    ASSERT_EQ(log->entries_size(), static_cast<int>(said.size()) + 1) << step;
    for (std::size_t i = 0; i < said.size(); ++i) {
      EXPECT_EQ(log->entries(static_cast<int>(i)).SerializeAsString(), said[i]) << step;
    }
    said.push_back(log->entries(static_cast<int>(said.size())).SerializeAsString());
  };
  has_grown("waitlisted");
  v1::MoveOnWaitingListRequest move;
  move.set_name(name);
  move.set_position(1);
  move.set_reason("speaks");
  clock().Advance(absl::Minutes(1));
  ASSERT_THAT(MoveOnWaitingList(move), IsOk());
  has_grown("moved");
  ASSERT_THAT(CancelRegistration(seated), IsOk());
  has_grown("promoted");
  v1::UpdateRegistrationRequest update;
  update.mutable_registration()->set_name(name);
  update.mutable_registration()->set_party("clusters/biotechmed");
  update.mutable_update_mask()->add_paths("party");
  ASSERT_THAT(UpdateRegistration(update), IsOk());
  has_grown("updated");
  v1::CheckInRequest in;
  in.set_parent(event);
  in.set_registration(name);
  ASSERT_THAT(CheckIn(in, Door()), IsOk());
  has_grown("checked_in");
  v1::UndoCheckInRequest undo;
  undo.set_name(name);
  ASSERT_THAT(UndoCheckIn(undo, Door()), IsOk());
  has_grown("check_in_undone");
  clock().Advance(absl::Minutes(1));
  ASSERT_THAT(CancelRegistration(name), IsOk());
  has_grown("cancelled");
}

TEST_P(RegistrationLogTest, AFullLogStopsChangesButNeitherTheDoorNorTheEnd) {
  const std::string event = OpenEvent(1, 5);
  const std::string name = SignUp(event, "a@example.org")->name();
  const auto full = StatusIs(absl::StatusCode::kResourceExhausted, Reason("REGISTRATION_LOG_FULL"));
  v1::UpdateRegistrationRequest change;
  change.mutable_registration()->set_name(name);
  for (int entries = 1; entries < kLogMax - kLogReserve; ++entries) {
    change.mutable_registration()->set_party(entries % 2 == 0 ? "clusters/mkch"
                                                              : "clusters/biotech");
    ASSERT_THAT(UpdateRegistration(change), IsOk());
  }
  EXPECT_THAT(UpdateRegistration(change), IsOk()) << "it says so already";
  change.mutable_registration()->set_party("clusters/mkch");
  EXPECT_THAT(UpdateRegistration(change), full);
  v1::CheckInRequest in;
  in.set_parent(event);
  in.set_registration(name);
  v1::UndoCheckInRequest out;
  out.set_name(name);
  for (int entries = kLogMax - kLogReserve; entries < kLogMax; entries += 2) {
    ASSERT_THAT(CheckIn(in), IsOk());
    ASSERT_THAT(UndoCheckIn(out), IsOk());
  }
  EXPECT_THAT(CheckIn(in), full);
  const auto waiting = SignUp(event, "b@example.org");
  v1::CancelOwnRegistrationRequest withdraw;
  withdraw.set_token(LinksOf(name).manage_token());
  EXPECT_EQ(CancelOwnRegistration(withdraw, "")->state(), v1::REGISTRATION_STATE_WITHDRAWN);
  EXPECT_EQ(StateOf(waiting->name()), v1::REGISTRATION_STATE_CONFIRMED);
}

}  // namespace
}  // namespace wici::registration
