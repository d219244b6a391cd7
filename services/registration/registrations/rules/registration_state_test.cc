#include "services/registration/registrations/rules/registration_state.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"

namespace wici::registration {
namespace {

using testing::IsOkAndHolds;
using testing::Reason;
using testing::StatusIs;

constexpr Step kSteps[] = {
    Step::kConfirm,  Step::kWaitlist, Step::kReject,      Step::kPromote,    Step::kWithdraw,
    Step::kCancel,   Step::kCheckIn,  Step::kUndoCheckIn, Step::kMarkNoShow, Step::kUndoNoShow,
    Step::kMove,     Step::kOffer,    Step::kAccept,      Step::kRequeue,    Step::kComplete,
    Step::kSubmit,   Step::kExpire,   Step::kUpdate,      Step::kReview,     Step::kApprove,
    Step::kTransfer, Step::kResend};

// The whole machine as it was agreed, row by row; what is not in it is refused.
TEST(RegistrationStateTest, EveryStepFromEveryStateIsAllowedOrRefused) {
  constexpr auto kPending = v1::REGISTRATION_STATE_PENDING_APPROVAL;
  constexpr auto kConfirmed = v1::REGISTRATION_STATE_CONFIRMED;
  constexpr auto kWaitlisted = v1::REGISTRATION_STATE_WAITLISTED;
  constexpr auto kHeld = v1::REGISTRATION_STATE_HELD;
  constexpr auto kOffered = v1::REGISTRATION_STATE_OFFERED;
  constexpr auto kReviewed = v1::REGISTRATION_STATE_UNDER_REVIEW;
  constexpr auto kCheckedIn = v1::REGISTRATION_STATE_CHECKED_IN;
  const std::map<std::pair<v1::RegistrationState, Step>, v1::RegistrationState> allowed = {
      {{kPending, Step::kConfirm}, kConfirmed},
      {{kPending, Step::kWaitlist}, kWaitlisted},
      {{kPending, Step::kReject}, v1::REGISTRATION_STATE_REJECTED},
      {{kPending, Step::kApprove}, kPending},
      {{kPending, Step::kUpdate}, kPending},
      {{kPending, Step::kReview}, kPending},
      {{kPending, Step::kResend}, kPending},
      {{kPending, Step::kWithdraw}, v1::REGISTRATION_STATE_WITHDRAWN},
      {{kPending, Step::kCancel}, v1::REGISTRATION_STATE_CANCELLED},
      {{kPending, Step::kTransfer}, v1::REGISTRATION_STATE_TRANSFERRED},
      {{kWaitlisted, Step::kPromote}, kConfirmed},
      {{kWaitlisted, Step::kOffer}, kOffered},
      {{kWaitlisted, Step::kMove}, kWaitlisted},
      {{kWaitlisted, Step::kUpdate}, kWaitlisted},
      {{kWaitlisted, Step::kReview}, kPending},
      {{kWaitlisted, Step::kResend}, kWaitlisted},
      {{kWaitlisted, Step::kWithdraw}, v1::REGISTRATION_STATE_WITHDRAWN},
      {{kWaitlisted, Step::kCancel}, v1::REGISTRATION_STATE_CANCELLED},
      {{kWaitlisted, Step::kTransfer}, v1::REGISTRATION_STATE_TRANSFERRED},
      {{kOffered, Step::kAccept}, kConfirmed},
      {{kOffered, Step::kRequeue}, kWaitlisted},
      {{kOffered, Step::kExpire}, v1::REGISTRATION_STATE_EXPIRED},
      {{kOffered, Step::kUpdate}, kOffered},
      {{kOffered, Step::kResend}, kOffered},
      {{kOffered, Step::kWithdraw}, v1::REGISTRATION_STATE_WITHDRAWN},
      {{kOffered, Step::kCancel}, v1::REGISTRATION_STATE_CANCELLED},
      {{kOffered, Step::kTransfer}, v1::REGISTRATION_STATE_TRANSFERRED},
      {{kHeld, Step::kComplete}, kConfirmed},
      {{kHeld, Step::kSubmit}, kPending},
      {{kHeld, Step::kExpire}, v1::REGISTRATION_STATE_EXPIRED},
      {{kHeld, Step::kWithdraw}, v1::REGISTRATION_STATE_WITHDRAWN},
      {{kHeld, Step::kCancel}, v1::REGISTRATION_STATE_CANCELLED},
      {{kConfirmed, Step::kCheckIn}, kCheckedIn},
      {{kConfirmed, Step::kMarkNoShow}, v1::REGISTRATION_STATE_NO_SHOW},
      {{v1::REGISTRATION_STATE_NO_SHOW, Step::kCheckIn}, v1::REGISTRATION_STATE_CHECKED_IN},
      {{v1::REGISTRATION_STATE_NO_SHOW, Step::kUndoNoShow}, kConfirmed},
      {{kConfirmed, Step::kUpdate}, kConfirmed},
      {{kConfirmed, Step::kReview}, kReviewed},
      {{kConfirmed, Step::kResend}, kConfirmed},
      {{kConfirmed, Step::kWithdraw}, v1::REGISTRATION_STATE_WITHDRAWN},
      {{kConfirmed, Step::kCancel}, v1::REGISTRATION_STATE_CANCELLED},
      {{kConfirmed, Step::kTransfer}, v1::REGISTRATION_STATE_TRANSFERRED},
      {{kReviewed, Step::kConfirm}, kConfirmed},
      {{kReviewed, Step::kReject}, v1::REGISTRATION_STATE_REJECTED},
      {{kReviewed, Step::kApprove}, kReviewed},
      {{kReviewed, Step::kUpdate}, kReviewed},
      {{kReviewed, Step::kReview}, kReviewed},
      {{kReviewed, Step::kResend}, kReviewed},
      {{kReviewed, Step::kWithdraw}, v1::REGISTRATION_STATE_WITHDRAWN},
      {{kReviewed, Step::kCancel}, v1::REGISTRATION_STATE_CANCELLED},
      {{kReviewed, Step::kTransfer}, v1::REGISTRATION_STATE_TRANSFERRED},
      {{kCheckedIn, Step::kUndoCheckIn}, kConfirmed},
      {{kCheckedIn, Step::kUpdate}, kCheckedIn},
      {{kCheckedIn, Step::kResend}, kCheckedIn},
  };
  for (int state = 0; state <= v1::RegistrationState_MAX; ++state) {
    for (int step = 0; step <= static_cast<int>(Step::kResend); ++step) {
      const auto from = static_cast<v1::RegistrationState>(state);
      const auto what = static_cast<Step>(step);
      SCOPED_TRACE(v1::RegistrationState_Name(from) + " " + std::string(StepName(what)));
      const auto found = allowed.find({from, what});
      if (found != allowed.end()) {
        EXPECT_THAT(Next("r", from, what), IsOkAndHolds(found->second));
      } else {
        EXPECT_THAT(Next("r", from, what), StatusIs(absl::StatusCode::kFailedPrecondition,
                                                    Reason("TRANSITION_NOT_ALLOWED")));
      }
    }
  }
}

TEST(RegistrationStateTest, SeatsAreTakenInTheseStatesAndInNoOther) {
  using States = std::set<v1::RegistrationState>;
  const States held = {v1::REGISTRATION_STATE_CONFIRMED, v1::REGISTRATION_STATE_CHECKED_IN,
                       v1::REGISTRATION_STATE_NO_SHOW, v1::REGISTRATION_STATE_UNDER_REVIEW};
  const States kept = {v1::REGISTRATION_STATE_HELD, v1::REGISTRATION_STATE_OFFERED};
  const States active = {v1::REGISTRATION_STATE_PENDING_APPROVAL, v1::REGISTRATION_STATE_CONFIRMED,
                         v1::REGISTRATION_STATE_WAITLISTED,       v1::REGISTRATION_STATE_CHECKED_IN,
                         v1::REGISTRATION_STATE_UNDER_REVIEW,     v1::REGISTRATION_STATE_HELD,
                         v1::REGISTRATION_STATE_OFFERED,          v1::REGISTRATION_STATE_NO_SHOW};
  for (int value = 0; value <= v1::RegistrationState_MAX; ++value) {
    const auto state = static_cast<v1::RegistrationState>(value);
    SCOPED_TRACE(v1::RegistrationState_Name(state));
    EXPECT_EQ(HoldsSeat(state), held.contains(state));
    EXPECT_EQ(KeepsSeat(state), kept.contains(state));
    EXPECT_EQ(IsActive(state), active.contains(state));
  }
}

TEST(RegistrationStateTest, AWaitlistedRegistrationIsPromotedToConfirmed) {
  EXPECT_THAT(Next("r", v1::REGISTRATION_STATE_WAITLISTED, Step::kPromote),
              IsOkAndHolds(v1::REGISTRATION_STATE_CONFIRMED));
}

TEST(RegistrationStateTest, ACheckInCanBeUndone) {
  EXPECT_THAT(Next("r", v1::REGISTRATION_STATE_CONFIRMED, Step::kCheckIn),
              IsOkAndHolds(v1::REGISTRATION_STATE_CHECKED_IN));
  EXPECT_THAT(Next("r", v1::REGISTRATION_STATE_CHECKED_IN, Step::kUndoCheckIn),
              IsOkAndHolds(v1::REGISTRATION_STATE_CONFIRMED));
}

TEST(RegistrationStateTest, WhoDidNotComeMayHaveComeAllTheSame) {
  EXPECT_THAT(Next("r", v1::REGISTRATION_STATE_CONFIRMED, Step::kMarkNoShow),
              IsOkAndHolds(v1::REGISTRATION_STATE_NO_SHOW));
  EXPECT_THAT(Next("r", v1::REGISTRATION_STATE_NO_SHOW, Step::kCheckIn),
              IsOkAndHolds(v1::REGISTRATION_STATE_CHECKED_IN));
  EXPECT_THAT(Next("r", v1::REGISTRATION_STATE_NO_SHOW, Step::kCancel),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(RegistrationStateTest, FinalStatesAllowNothing) {
  for (const auto state : {v1::REGISTRATION_STATE_REJECTED, v1::REGISTRATION_STATE_WITHDRAWN,
                           v1::REGISTRATION_STATE_CANCELLED, v1::REGISTRATION_STATE_EXPIRED,
                           v1::REGISTRATION_STATE_TRANSFERRED}) {
    for (const Step step : kSteps) {
      EXPECT_THAT(Next("r", state, step),
                  StatusIs(absl::StatusCode::kFailedPrecondition, Reason("TRANSITION_NOT_ALLOWED")))
          << state << " " << StepName(step);
    }
  }
}

TEST(RegistrationStateTest, AHeldPlaceIsCompletedOrExpires) {
  EXPECT_THAT(Next("r", v1::REGISTRATION_STATE_HELD, Step::kComplete),
              IsOkAndHolds(v1::REGISTRATION_STATE_CONFIRMED));
  EXPECT_THAT(Next("r", v1::REGISTRATION_STATE_HELD, Step::kSubmit),
              IsOkAndHolds(v1::REGISTRATION_STATE_PENDING_APPROVAL));
  EXPECT_THAT(Next("r", v1::REGISTRATION_STATE_HELD, Step::kExpire),
              IsOkAndHolds(v1::REGISTRATION_STATE_EXPIRED));
  EXPECT_THAT(Next("r", v1::REGISTRATION_STATE_CONFIRMED, Step::kExpire),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(RegistrationStateTest, AnOfferIsAcceptedOrExpiresOrGoesBackToTheQueue) {
  EXPECT_THAT(Next("r", v1::REGISTRATION_STATE_WAITLISTED, Step::kOffer),
              IsOkAndHolds(v1::REGISTRATION_STATE_OFFERED));
  EXPECT_THAT(Next("r", v1::REGISTRATION_STATE_OFFERED, Step::kAccept),
              IsOkAndHolds(v1::REGISTRATION_STATE_CONFIRMED));
  EXPECT_THAT(Next("r", v1::REGISTRATION_STATE_OFFERED, Step::kRequeue),
              IsOkAndHolds(v1::REGISTRATION_STATE_WAITLISTED));
  EXPECT_THAT(Next("r", v1::REGISTRATION_STATE_WAITLISTED, Step::kMove),
              IsOkAndHolds(v1::REGISTRATION_STATE_WAITLISTED));
}

TEST(RegistrationStateTest, WhatIsReviewedAgainKeepsItsSeatUntilTheDecision) {
  EXPECT_THAT(Next("r", v1::REGISTRATION_STATE_CONFIRMED, Step::kReview),
              IsOkAndHolds(v1::REGISTRATION_STATE_UNDER_REVIEW));
  EXPECT_TRUE(HoldsSeat(v1::REGISTRATION_STATE_UNDER_REVIEW));
  EXPECT_THAT(Next("r", v1::REGISTRATION_STATE_UNDER_REVIEW, Step::kConfirm),
              IsOkAndHolds(v1::REGISTRATION_STATE_CONFIRMED));
  EXPECT_THAT(Next("r", v1::REGISTRATION_STATE_UNDER_REVIEW, Step::kReject),
              IsOkAndHolds(v1::REGISTRATION_STATE_REJECTED));
  EXPECT_THAT(Next("r", v1::REGISTRATION_STATE_UNDER_REVIEW, Step::kCheckIn),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("TRANSITION_NOT_ALLOWED")));
  EXPECT_THAT(Next("r", v1::REGISTRATION_STATE_CHECKED_IN, Step::kReview),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("TRANSITION_NOT_ALLOWED")));
}

TEST(RegistrationStateTest, WhoCameDoesNotGiveTheRegistrationAway) {
  EXPECT_THAT(Next("r", v1::REGISTRATION_STATE_CONFIRMED, Step::kTransfer),
              IsOkAndHolds(v1::REGISTRATION_STATE_TRANSFERRED));
  EXPECT_THAT(Next("r", v1::REGISTRATION_STATE_CHECKED_IN, Step::kTransfer),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("TRANSITION_NOT_ALLOWED")));
}

TEST(RegistrationStateTest, ASeatIsHeldOrKeptOrNeither) {
  for (int value = v1::RegistrationState_MIN; value <= v1::RegistrationState_MAX; ++value) {
    const auto state = static_cast<v1::RegistrationState>(value);
    EXPECT_FALSE(HoldsSeat(state) && KeepsSeat(state)) << v1::RegistrationState_Name(state);
  }
}

TEST(RegistrationStateTest, ARefusalNamesTheStateAndTheStep) {
  const absl::Status refused =
      Next("events/e/registrations/r", v1::REGISTRATION_STATE_WAITLISTED, Step::kCheckIn).status();
  EXPECT_EQ(ErrorMetadataValue(refused, "state"), "WAITLISTED");
  EXPECT_EQ(ErrorMetadataValue(refused, "step"), "check-in");
  EXPECT_EQ(ErrorMetadataValue(refused, "registration"), "events/e/registrations/r");
}

TEST(RegistrationStateTest, OnlyAnActiveRegistrationCanStillMove) {
  for (int value = v1::RegistrationState_MIN + 1; value <= v1::RegistrationState_MAX; ++value) {
    const auto state = static_cast<v1::RegistrationState>(value);
    bool moves = false;
    for (const Step step : kSteps) moves = moves || Next("r", state, step).ok();
    EXPECT_EQ(moves, IsActive(state)) << v1::RegistrationState_Name(state);
  }
}

TEST(RegistrationStateTest, AFullLogHasRoomForWhatEnds) {
  for (const Step step : kSteps) {
    EXPECT_TRUE(HasLogRoom(kLogMax - kLogReserve - 1, step)) << StepName(step);
    const bool repeats = step == Step::kUpdate || step == Step::kReview || step == Step::kMove;
    EXPECT_EQ(HasLogRoom(kLogMax - kLogReserve, step), !repeats) << StepName(step);
    EXPECT_EQ(HasLogRoom(kLogMax - 1, step), !repeats) << StepName(step);
  }
  for (const Step step : {Step::kReject, Step::kWithdraw, Step::kCancel, Step::kExpire}) {
    EXPECT_TRUE(HasLogRoom(kLogMax, step)) << StepName(step);
  }
  for (const Step step : {Step::kConfirm, Step::kCheckIn, Step::kUndoCheckIn, Step::kMarkNoShow}) {
    EXPECT_FALSE(HasLogRoom(kLogMax, step)) << StepName(step);
  }
}

TEST(RegistrationStateTest, AnOfferComesAgainWhileOthersWaitAndThreeTimesAtMost) {
  v1::RegistrationLog log;
  for (int offer = 1; offer <= kOffersMax; ++offer) {
    log.add_entries()->set_kind("offered");
    EXPECT_EQ(GoesBackToTheList(log, 1), offer < kOffersMax) << offer;
    EXPECT_FALSE(GoesBackToTheList(log, 0)) << offer;
    log.add_entries()->set_kind("requeued");
  }
}

}  // namespace
}  // namespace wici::registration
