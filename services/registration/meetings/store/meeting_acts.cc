#include "services/registration/meetings/store/meeting_acts.h"

#include <algorithm>

#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "services/registration/meetings/rules/meeting_errors.h"
#include "services/registration/meetings/rules/meeting_requests.h"
#include "services/registration/meetings/store/meeting_reads.h"

namespace wici::registration {
namespace {

ReasonOf WordsOf(MeetingSide side) {
  switch (side) {
    case MeetingSide::kRequester:
      return ReasonOf::kRequester;
    case MeetingSide::kInvitee:
      return ReasonOf::kInvitee;
    case MeetingSide::kOrganiser:
      break;
  }
  return ReasonOf::kOrganiser;
}

// Refuses the requester: the answer is the invitee's, or the organiser's in their place.
absl::StatusOr<MeetingSide> AnsweringSide(const v1::Meeting& meeting, std::string_view actor,
                                          MeetingStep step) {
  WICI_ASSIGN_OR_RETURN(const MeetingSide side, SideOf(meeting, actor, step));
  if (side == MeetingSide::kRequester) {
    return NotAParticipantError(meeting.name(), MeetingStepName(step));
  }
  return side;
}

void Explain(MeetingRow& row, const std::string& reason, MeetingSide side) {
  row.meeting.set_state_reason(reason);
  row.reason_of = WordsOf(side);
}

}  // namespace

absl::Status Accept(MeetingTransaction& transaction, MeetingRow& row, std::string_view actor) {
  const v1::Meeting& meeting = row.meeting;
  WICI_RETURN_IF_ERROR(AnsweringSide(meeting, actor, MeetingStep::kAccept).status());
  WICI_RETURN_IF_ERROR(
      NextMeetingState(meeting.name(), meeting.state(), MeetingStep::kAccept).status());
  sql::Transaction& tx = transaction.sql();
  WICI_ASSIGN_OR_RETURN(const v1::Session session, ReadSessionOf(tx, meeting.session()));
  WICI_ASSIGN_OR_RETURN(const SessionSlots slots, SlotsOf(session));
  WICI_RETURN_IF_ERROR(CheckRoomFor(tx, session, meeting.invitee(), transaction.now()));
  WICI_ASSIGN_OR_RETURN(const int count, CountMeetingsToPlan(tx, session.name()));
  const int limit = MeetingsOfSessionMax(slots);
  if (count >= limit) return MeetingSessionFullError(session.name(), limit);
  WICI_RETURN_IF_ERROR(transaction.Apply(row, MeetingStep::kAccept));
  transaction.Record("meeting.accepted", row, meeting.requester());
  return absl::OkStatus();
}

absl::Status Decline(MeetingTransaction& transaction, MeetingRow& row, std::string_view actor,
                     const std::string& reason) {
  WICI_ASSIGN_OR_RETURN(const MeetingSide side,
                        AnsweringSide(row.meeting, actor, MeetingStep::kDecline));
  WICI_RETURN_IF_ERROR(transaction.Apply(row, MeetingStep::kDecline));
  Explain(row, reason, side);
  transaction.Record("meeting.declined", row, row.meeting.requester());
  return absl::OkStatus();
}

absl::Status CallOff(MeetingTransaction& transaction, MeetingRow& row, std::string_view actor,
                     const std::string& reason) {
  WICI_ASSIGN_OR_RETURN(const MeetingSide side, SideOf(row.meeting, actor, MeetingStep::kCancel));
  const bool asked = row.meeting.state() == v1::MEETING_STATE_REQUESTED;
  if (asked && side == MeetingSide::kInvitee) return Decline(transaction, row, actor, reason);
  if (!asked || side == MeetingSide::kOrganiser) {
    return transaction.Cancel(row, reason, WordsOf(side));
  }
  WICI_RETURN_IF_ERROR(transaction.Apply(row, MeetingStep::kWithdraw));
  Explain(row, reason, side);
  transaction.Record("meeting.withdrawn", row, row.meeting.invitee());
  return absl::OkStatus();
}

absl::Status RecordOutcome(MeetingTransaction& transaction, MeetingRow& row,
                           const v1::RecordMeetingOutcomeRequest& request) {
  const bool held = request.outcome() == v1::MEETING_STATE_HELD;
  const MeetingStep step = held ? MeetingStep::kHold : MeetingStep::kMiss;
  v1::Meeting& meeting = row.meeting;
  WICI_RETURN_IF_ERROR(SideOf(meeting, request.actor(), step).status());
  for (const std::string& absent : request.absent()) {
    if (absent != meeting.requester() && absent != meeting.invitee()) {
      return NotAParticipantError(meeting.name(), MeetingStepName(step));
    }
  }
  WICI_RETURN_IF_ERROR(NextMeetingState(meeting.name(), meeting.state(), step).status());
  if (transaction.now() < TimeOf(meeting.start_time())) return MeetingNotBegunError(meeting.name());
  WICI_RETURN_IF_ERROR(transaction.Apply(row, step));
  *meeting.mutable_absent() = request.absent();
  transaction.RecordForNobody(held ? "meeting.held" : "meeting.missed", row);
  return absl::OkStatus();
}

absl::Status Rate(MeetingTransaction& transaction, MeetingRow& row,
                  const v1::RateMeetingRequest& request) {
  v1::Meeting& meeting = row.meeting;
  WICI_ASSIGN_OR_RETURN(const MeetingSide side,
                        SideOf(meeting, request.actor(), MeetingStep::kHold));
  if (meeting.state() != v1::MEETING_STATE_HELD) return MeetingNotHeldError(meeting.name());
  v1::MeetingRating& rating = side == MeetingSide::kRequester ? *meeting.mutable_requester_rating()
                                                              : *meeting.mutable_invitee_rating();
  rating = request.rating();
  transaction.Touch(row);
  transaction.RecordForNobody("meeting.rated", row);
  return absl::OkStatus();
}

}  // namespace wici::registration
