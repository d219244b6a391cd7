#include "services/registration/meetings/rules/meeting_state.h"

#include <map>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "libs/base/timestamp.h"
#include "libs/testing/status_matchers.h"

namespace wici::registration {
namespace {

using testing::IsOkAndHolds;
using testing::Reason;
using testing::StatusIs;

constexpr v1::MeetingState kRequested = v1::MEETING_STATE_REQUESTED;
constexpr v1::MeetingState kAccepted = v1::MEETING_STATE_ACCEPTED;
constexpr v1::MeetingState kScheduled = v1::MEETING_STATE_SCHEDULED;
constexpr v1::MeetingState kHeld = v1::MEETING_STATE_HELD;
constexpr v1::MeetingState kMissed = v1::MEETING_STATE_MISSED;

TEST(MeetingStateTest, EveryStepFromEveryStateIsAllowedOrRefused) {
  const std::map<std::pair<v1::MeetingState, MeetingStep>, v1::MeetingState> allowed = {
      {{kRequested, MeetingStep::kAccept}, kAccepted},
      {{kRequested, MeetingStep::kDecline}, v1::MEETING_STATE_DECLINED},
      {{kRequested, MeetingStep::kWithdraw}, v1::MEETING_STATE_WITHDRAWN},
      {{kRequested, MeetingStep::kExpire}, v1::MEETING_STATE_EXPIRED},
      {{kRequested, MeetingStep::kCancel}, v1::MEETING_STATE_CANCELLED},
      {{kAccepted, MeetingStep::kSchedule}, kScheduled},
      {{kAccepted, MeetingStep::kCancel}, v1::MEETING_STATE_CANCELLED},
      {{kScheduled, MeetingStep::kSchedule}, kScheduled},
      {{kScheduled, MeetingStep::kUnschedule}, kAccepted},
      {{kScheduled, MeetingStep::kCancel}, v1::MEETING_STATE_CANCELLED},
      {{kScheduled, MeetingStep::kHold}, kHeld},
      {{kScheduled, MeetingStep::kMiss}, kMissed},
      {{kHeld, MeetingStep::kHold}, kHeld},
      {{kHeld, MeetingStep::kMiss}, kMissed},
      {{kMissed, MeetingStep::kHold}, kHeld},
      {{kMissed, MeetingStep::kMiss}, kMissed},
  };
  for (int state = 0; state <= v1::MeetingState_MAX; ++state) {
    for (int step = 0; step <= static_cast<int>(MeetingStep::kMiss); ++step) {
      const auto from = static_cast<v1::MeetingState>(state);
      const auto what = static_cast<MeetingStep>(step);
      SCOPED_TRACE(v1::MeetingState_Name(from) + " " + std::string(MeetingStepName(what)));
      const auto found = allowed.find({from, what});
      if (found != allowed.end()) {
        EXPECT_THAT(NextMeetingState("events/e/meetings/m", from, what),
                    IsOkAndHolds(found->second));
      } else {
        EXPECT_THAT(
            NextMeetingState("events/e/meetings/m", from, what),
            StatusIs(absl::StatusCode::kFailedPrecondition, Reason("MEETING_STEP_NOT_ALLOWED")));
      }
    }
  }
}

TEST(MeetingStateTest, ARefusalNamesStateAndStep) {
  const auto refused =
      NextMeetingState("events/e/meetings/m", v1::MEETING_STATE_DECLINED, MeetingStep::kAccept);
  EXPECT_EQ(ErrorMetadataValue(refused.status(), "state"), "DECLINED");
  EXPECT_EQ(ErrorMetadataValue(refused.status(), "step"), "accept");
  EXPECT_EQ(ErrorMetadataValue(refused.status(), "meeting"), "events/e/meetings/m");
}

TEST(MeetingStateTest, ARequestIsExpiredFromItsInstantOn) {
  const absl::Time expiry = absl::FromUnixSeconds(1450425600);
  v1::Meeting meeting;
  meeting.set_state(kRequested);
  SetTimestamp(expiry, *meeting.mutable_expire_time());
  EXPECT_EQ(MeetingStateAt(meeting, expiry - absl::Microseconds(1)), kRequested);
  EXPECT_EQ(MeetingStateAt(meeting, expiry), v1::MEETING_STATE_EXPIRED);
  meeting.set_state(kAccepted);
  EXPECT_EQ(MeetingStateAt(meeting, expiry), kAccepted);
}

TEST(MeetingStateTest, OpenAndPlacedAreTheStatesTheySayTheyAre) {
  for (int state = 0; state <= v1::MeetingState_MAX; ++state) {
    const auto at = static_cast<v1::MeetingState>(state);
    EXPECT_EQ(IsOpen(at), at == kRequested || at == kAccepted || at == kScheduled);
    EXPECT_EQ(HasPlace(at), at == kScheduled || at == kHeld || at == kMissed);
  }
}

}  // namespace
}  // namespace wici::registration
