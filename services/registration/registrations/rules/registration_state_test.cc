#include "services/registration/registrations/rules/registration_state.h"

#include <vector>

#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"

namespace wici::registration {
namespace {

using testing::IsOkAndHolds;
using testing::Reason;
using testing::StatusIs;

constexpr Step kSteps[] = {Step::kConfirm,    Step::kWaitlist, Step::kReject,  Step::kPromote,
                           Step::kWithdraw,   Step::kCancel,   Step::kCheckIn, Step::kUndoCheckIn,
                           Step::kMarkNoShow, Step::kMove,     Step::kOffer,   Step::kAccept,
                           Step::kRequeue,    Step::kComplete, Step::kSubmit,  Step::kExpire,
                           Step::kUpdate,     Step::kReview,   Step::kApprove, Step::kTransfer,
                           Step::kResend};

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

}  // namespace
}  // namespace wici::registration
