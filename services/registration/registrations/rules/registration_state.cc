#include "services/registration/registrations/rules/registration_state.h"

#include <algorithm>

#include "services/registration/errors.h"

namespace wici::registration {
namespace {

struct Transition {
  v1::RegistrationState from;
  Step step;
  v1::RegistrationState to;
};

constexpr Transition kTransitions[] = {
    {v1::REGISTRATION_STATE_PENDING_APPROVAL, Step::kConfirm, v1::REGISTRATION_STATE_CONFIRMED},
    {v1::REGISTRATION_STATE_PENDING_APPROVAL, Step::kWaitlist, v1::REGISTRATION_STATE_WAITLISTED},
    {v1::REGISTRATION_STATE_PENDING_APPROVAL, Step::kReject, v1::REGISTRATION_STATE_REJECTED},
    {v1::REGISTRATION_STATE_PENDING_APPROVAL, Step::kWithdraw, v1::REGISTRATION_STATE_WITHDRAWN},
    {v1::REGISTRATION_STATE_PENDING_APPROVAL, Step::kCancel, v1::REGISTRATION_STATE_CANCELLED},
    {v1::REGISTRATION_STATE_WAITLISTED, Step::kPromote, v1::REGISTRATION_STATE_CONFIRMED},
    {v1::REGISTRATION_STATE_WAITLISTED, Step::kWithdraw, v1::REGISTRATION_STATE_WITHDRAWN},
    {v1::REGISTRATION_STATE_WAITLISTED, Step::kCancel, v1::REGISTRATION_STATE_CANCELLED},
    {v1::REGISTRATION_STATE_CONFIRMED, Step::kCheckIn, v1::REGISTRATION_STATE_CHECKED_IN},
    {v1::REGISTRATION_STATE_CONFIRMED, Step::kWithdraw, v1::REGISTRATION_STATE_WITHDRAWN},
    {v1::REGISTRATION_STATE_CONFIRMED, Step::kCancel, v1::REGISTRATION_STATE_CANCELLED},
    {v1::REGISTRATION_STATE_CONFIRMED, Step::kMarkNoShow, v1::REGISTRATION_STATE_NO_SHOW},
    {v1::REGISTRATION_STATE_NO_SHOW, Step::kCheckIn, v1::REGISTRATION_STATE_CHECKED_IN},
    {v1::REGISTRATION_STATE_NO_SHOW, Step::kUndoNoShow, v1::REGISTRATION_STATE_CONFIRMED},
    {v1::REGISTRATION_STATE_CHECKED_IN, Step::kUndoCheckIn, v1::REGISTRATION_STATE_CONFIRMED},
    {v1::REGISTRATION_STATE_WAITLISTED, Step::kMove, v1::REGISTRATION_STATE_WAITLISTED},
    {v1::REGISTRATION_STATE_WAITLISTED, Step::kOffer, v1::REGISTRATION_STATE_OFFERED},
    {v1::REGISTRATION_STATE_OFFERED, Step::kAccept, v1::REGISTRATION_STATE_CONFIRMED},
    {v1::REGISTRATION_STATE_OFFERED, Step::kRequeue, v1::REGISTRATION_STATE_WAITLISTED},
    {v1::REGISTRATION_STATE_OFFERED, Step::kExpire, v1::REGISTRATION_STATE_EXPIRED},
    {v1::REGISTRATION_STATE_OFFERED, Step::kWithdraw, v1::REGISTRATION_STATE_WITHDRAWN},
    {v1::REGISTRATION_STATE_OFFERED, Step::kCancel, v1::REGISTRATION_STATE_CANCELLED},
    {v1::REGISTRATION_STATE_HELD, Step::kComplete, v1::REGISTRATION_STATE_CONFIRMED},
    {v1::REGISTRATION_STATE_HELD, Step::kSubmit, v1::REGISTRATION_STATE_PENDING_APPROVAL},
    {v1::REGISTRATION_STATE_HELD, Step::kExpire, v1::REGISTRATION_STATE_EXPIRED},
    {v1::REGISTRATION_STATE_HELD, Step::kWithdraw, v1::REGISTRATION_STATE_WITHDRAWN},
    {v1::REGISTRATION_STATE_HELD, Step::kCancel, v1::REGISTRATION_STATE_CANCELLED},
    {v1::REGISTRATION_STATE_PENDING_APPROVAL, Step::kUpdate,
     v1::REGISTRATION_STATE_PENDING_APPROVAL},
    {v1::REGISTRATION_STATE_WAITLISTED, Step::kUpdate, v1::REGISTRATION_STATE_WAITLISTED},
    {v1::REGISTRATION_STATE_CONFIRMED, Step::kUpdate, v1::REGISTRATION_STATE_CONFIRMED},
    {v1::REGISTRATION_STATE_OFFERED, Step::kUpdate, v1::REGISTRATION_STATE_OFFERED},
    {v1::REGISTRATION_STATE_CHECKED_IN, Step::kUpdate, v1::REGISTRATION_STATE_CHECKED_IN},
    {v1::REGISTRATION_STATE_UNDER_REVIEW, Step::kUpdate, v1::REGISTRATION_STATE_UNDER_REVIEW},
    {v1::REGISTRATION_STATE_PENDING_APPROVAL, Step::kReview,
     v1::REGISTRATION_STATE_PENDING_APPROVAL},
    {v1::REGISTRATION_STATE_WAITLISTED, Step::kReview, v1::REGISTRATION_STATE_PENDING_APPROVAL},
    {v1::REGISTRATION_STATE_CONFIRMED, Step::kReview, v1::REGISTRATION_STATE_UNDER_REVIEW},
    {v1::REGISTRATION_STATE_UNDER_REVIEW, Step::kReview, v1::REGISTRATION_STATE_UNDER_REVIEW},
    {v1::REGISTRATION_STATE_PENDING_APPROVAL, Step::kApprove,
     v1::REGISTRATION_STATE_PENDING_APPROVAL},
    {v1::REGISTRATION_STATE_UNDER_REVIEW, Step::kApprove, v1::REGISTRATION_STATE_UNDER_REVIEW},
    {v1::REGISTRATION_STATE_UNDER_REVIEW, Step::kConfirm, v1::REGISTRATION_STATE_CONFIRMED},
    {v1::REGISTRATION_STATE_UNDER_REVIEW, Step::kReject, v1::REGISTRATION_STATE_REJECTED},
    {v1::REGISTRATION_STATE_UNDER_REVIEW, Step::kWithdraw, v1::REGISTRATION_STATE_WITHDRAWN},
    {v1::REGISTRATION_STATE_UNDER_REVIEW, Step::kCancel, v1::REGISTRATION_STATE_CANCELLED},
    {v1::REGISTRATION_STATE_PENDING_APPROVAL, Step::kTransfer, v1::REGISTRATION_STATE_TRANSFERRED},
    {v1::REGISTRATION_STATE_WAITLISTED, Step::kTransfer, v1::REGISTRATION_STATE_TRANSFERRED},
    {v1::REGISTRATION_STATE_CONFIRMED, Step::kTransfer, v1::REGISTRATION_STATE_TRANSFERRED},
    {v1::REGISTRATION_STATE_OFFERED, Step::kTransfer, v1::REGISTRATION_STATE_TRANSFERRED},
    {v1::REGISTRATION_STATE_UNDER_REVIEW, Step::kTransfer, v1::REGISTRATION_STATE_TRANSFERRED},
    {v1::REGISTRATION_STATE_PENDING_APPROVAL, Step::kResend,
     v1::REGISTRATION_STATE_PENDING_APPROVAL},
    {v1::REGISTRATION_STATE_WAITLISTED, Step::kResend, v1::REGISTRATION_STATE_WAITLISTED},
    {v1::REGISTRATION_STATE_CONFIRMED, Step::kResend, v1::REGISTRATION_STATE_CONFIRMED},
    {v1::REGISTRATION_STATE_OFFERED, Step::kResend, v1::REGISTRATION_STATE_OFFERED},
    {v1::REGISTRATION_STATE_CHECKED_IN, Step::kResend, v1::REGISTRATION_STATE_CHECKED_IN},
    {v1::REGISTRATION_STATE_UNDER_REVIEW, Step::kResend, v1::REGISTRATION_STATE_UNDER_REVIEW},
};

}  // namespace

std::string_view StepName(Step step) {
  switch (step) {
    case Step::kConfirm:
      return "confirm";
    case Step::kWaitlist:
      return "waitlist";
    case Step::kReject:
      return "reject";
    case Step::kPromote:
      return "promote";
    case Step::kWithdraw:
      return "withdraw";
    case Step::kCancel:
      return "cancel";
    case Step::kCheckIn:
      return "check-in";
    case Step::kUndoCheckIn:
      return "undo-check-in";
    case Step::kMarkNoShow:
      return "mark-no-show";
    case Step::kUndoNoShow:
      return "undo-no-show";
    case Step::kMove:
      return "move";
    case Step::kOffer:
      return "offer";
    case Step::kAccept:
      return "accept";
    case Step::kRequeue:
      return "requeue";
    case Step::kComplete:
      return "complete";
    case Step::kSubmit:
      return "submit";
    case Step::kExpire:
      return "expire";
    case Step::kUpdate:
      return "update";
    case Step::kReview:
      return "review";
    case Step::kApprove:
      return "approve";
    case Step::kTransfer:
      return "transfer";
    case Step::kResend:
      return "resend";
  }
  return "unknown";
}

absl::StatusOr<v1::RegistrationState> Next(std::string_view name, v1::RegistrationState state,
                                           Step step) {
  for (const Transition& transition : kTransitions) {
    if (transition.from == state && transition.step == step) return transition.to;
  }
  return TransitionNotAllowedError(name, state, StepName(step));
}

bool HoldsSeat(v1::RegistrationState state) {
  return state == v1::REGISTRATION_STATE_CONFIRMED || state == v1::REGISTRATION_STATE_CHECKED_IN ||
         state == v1::REGISTRATION_STATE_NO_SHOW || state == v1::REGISTRATION_STATE_UNDER_REVIEW;
}

bool KeepsSeat(v1::RegistrationState state) {
  return state == v1::REGISTRATION_STATE_HELD || state == v1::REGISTRATION_STATE_OFFERED;
}

bool HasLogRoom(int entries, Step step) {
  switch (step) {
    case Step::kReject:
    case Step::kWithdraw:
    case Step::kCancel:
    case Step::kExpire:
    case Step::kTransfer:
    case Step::kRequeue:
      return true;
    case Step::kUpdate:
    case Step::kReview:
    case Step::kMove:
      return entries < kLogMax - kLogReserve;
    default:
      return entries < kLogMax;
  }
}

bool GoesBackToTheList(const v1::RegistrationLog& log, std::int64_t others_waiting) {
  const auto unanswered =
      1 + std::count_if(log.entries().begin(), log.entries().end(),
                        [](const auto& entry) { return entry.kind() == "requeued"; });
  return others_waiting > 0 && unanswered < kOffersMax;
}

bool IsActive(v1::RegistrationState state) {
  return state == v1::REGISTRATION_STATE_PENDING_APPROVAL ||
         state == v1::REGISTRATION_STATE_CONFIRMED || state == v1::REGISTRATION_STATE_WAITLISTED ||
         state == v1::REGISTRATION_STATE_CHECKED_IN || state == v1::REGISTRATION_STATE_NO_SHOW ||
         state == v1::REGISTRATION_STATE_UNDER_REVIEW || KeepsSeat(state);
}

}  // namespace wici::registration
