#include "services/registration/meetings/rules/meeting_state.h"

#include "libs/base/timestamp.h"
#include "services/registration/meetings/rules/meeting_errors.h"

namespace wici::registration {
namespace {

struct Transition {
  v1::MeetingState from;
  MeetingStep step;
  v1::MeetingState to;
};

constexpr Transition kTransitions[] = {
    {v1::MEETING_STATE_REQUESTED, MeetingStep::kAccept, v1::MEETING_STATE_ACCEPTED},
    {v1::MEETING_STATE_REQUESTED, MeetingStep::kDecline, v1::MEETING_STATE_DECLINED},
    {v1::MEETING_STATE_REQUESTED, MeetingStep::kWithdraw, v1::MEETING_STATE_WITHDRAWN},
    {v1::MEETING_STATE_REQUESTED, MeetingStep::kExpire, v1::MEETING_STATE_EXPIRED},
    {v1::MEETING_STATE_REQUESTED, MeetingStep::kCancel, v1::MEETING_STATE_CANCELLED},
    {v1::MEETING_STATE_ACCEPTED, MeetingStep::kSchedule, v1::MEETING_STATE_SCHEDULED},
    {v1::MEETING_STATE_ACCEPTED, MeetingStep::kCancel, v1::MEETING_STATE_CANCELLED},
    {v1::MEETING_STATE_SCHEDULED, MeetingStep::kSchedule, v1::MEETING_STATE_SCHEDULED},
    {v1::MEETING_STATE_SCHEDULED, MeetingStep::kUnschedule, v1::MEETING_STATE_ACCEPTED},
    {v1::MEETING_STATE_SCHEDULED, MeetingStep::kCancel, v1::MEETING_STATE_CANCELLED},
    {v1::MEETING_STATE_SCHEDULED, MeetingStep::kHold, v1::MEETING_STATE_HELD},
    {v1::MEETING_STATE_SCHEDULED, MeetingStep::kMiss, v1::MEETING_STATE_MISSED},
    {v1::MEETING_STATE_HELD, MeetingStep::kHold, v1::MEETING_STATE_HELD},
    {v1::MEETING_STATE_HELD, MeetingStep::kMiss, v1::MEETING_STATE_MISSED},
    {v1::MEETING_STATE_MISSED, MeetingStep::kHold, v1::MEETING_STATE_HELD},
    {v1::MEETING_STATE_MISSED, MeetingStep::kMiss, v1::MEETING_STATE_MISSED},
};

}  // namespace

std::string_view MeetingStepName(MeetingStep step) {
  switch (step) {
    case MeetingStep::kAccept:
      return "accept";
    case MeetingStep::kDecline:
      return "decline";
    case MeetingStep::kWithdraw:
      return "withdraw";
    case MeetingStep::kExpire:
      return "expire";
    case MeetingStep::kSchedule:
      return "schedule";
    case MeetingStep::kUnschedule:
      return "unschedule";
    case MeetingStep::kCancel:
      return "cancel";
    case MeetingStep::kHold:
      return "hold";
    case MeetingStep::kMiss:
      return "miss";
  }
  return "unknown";
}

absl::StatusOr<v1::MeetingState> NextMeetingState(std::string_view meeting, v1::MeetingState state,
                                                  MeetingStep step) {
  for (const Transition& transition : kTransitions) {
    if (transition.from == state && transition.step == step) return transition.to;
  }
  return MeetingStepNotAllowedError(meeting, state, MeetingStepName(step));
}

v1::MeetingState MeetingStateAt(const v1::Meeting& meeting, absl::Time now) {
  const bool late = meeting.state() == v1::MEETING_STATE_REQUESTED && meeting.has_expire_time() &&
                    TimeOf(meeting.expire_time()) <= now;
  return late ? v1::MEETING_STATE_EXPIRED : meeting.state();
}

bool IsOpen(v1::MeetingState state) {
  return state == v1::MEETING_STATE_REQUESTED || state == v1::MEETING_STATE_ACCEPTED ||
         state == v1::MEETING_STATE_SCHEDULED;
}

bool HasPlace(v1::MeetingState state) {
  return state == v1::MEETING_STATE_SCHEDULED || state == v1::MEETING_STATE_HELD ||
         state == v1::MEETING_STATE_MISSED;
}

}  // namespace wici::registration
