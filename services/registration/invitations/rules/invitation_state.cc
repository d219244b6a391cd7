#include "services/registration/invitations/rules/invitation_state.h"

#include <algorithm>

#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "services/registration/errors.h"
#include "services/registration/registrations/rules/party.h"

namespace wici::registration {
namespace {

bool IsDecided(const v1::Invitation& invitation) {
  return invitation.answer() == v1::ANSWER_YES || invitation.answer() == v1::ANSWER_NO;
}

bool IsLate(const v1::Invitation& invitation, absl::Time now) {
  return invitation.has_reply_by_time() && now >= TimeOf(invitation.reply_by_time());
}

absl::Status CheckOpen(const v1::Invitation& invitation) {
  switch (invitation.state()) {
    case v1::INVITATION_STATE_REVOKED:
      return InvitationRevokedError(invitation.name());
    case v1::INVITATION_STATE_DELEGATED:
      return InvitationDelegatedError(invitation.name());
    case v1::INVITATION_STATE_EXPIRED:
      return InvitationExpiredError(invitation.name(), TimeOf(invitation.reply_by_time()));
    default:
      return absl::OkStatus();
  }
}

}  // namespace

absl::Status CheckAnswerable(const v1::Invitation& invitation, absl::Time now) {
  WICI_RETURN_IF_ERROR(CheckOpen(invitation));
  if (!IsLate(invitation, now)) return absl::OkStatus();
  return InvitationExpiredError(invitation.name(), TimeOf(invitation.reply_by_time()));
}

absl::Status CheckOpensRegistration(const v1::Invitation& invitation, absl::Time now) {
  if (invitation.answer() == v1::ANSWER_YES) return CheckOpen(invitation);
  return CheckAnswerable(invitation, now);
}

absl::Status CheckCanDelegate(const v1::Invitation& invitation, absl::Time now) {
  WICI_RETURN_IF_ERROR(CheckAnswerable(invitation, now));
  if (invitation.delegation_count() < kDelegationsMax) return absl::OkStatus();
  return DelegationLimitReachedError(invitation.name(), kDelegationsMax);
}

void SetAnswer(v1::Answer answer, std::optional<absl::Time> decide_by, absl::Time now,
               v1::Invitation& invitation) {
  invitation.set_answer(answer);
  SetTimestamp(now, *invitation.mutable_answer_time());
  invitation.clear_decide_by_time();
  if (decide_by) SetTimestamp(*decide_by, *invitation.mutable_decide_by_time());
}

void SetReminded(absl::Time now, v1::Invitation& invitation) {
  invitation.set_reminder_count(invitation.reminder_count() + 1);
  SetTimestamp(now, *invitation.mutable_remind_time());
}

bool Reopen(const v1::Invitation& anew, bool in_vain, v1::Invitation& invitation) {
  const bool passed_on_in_vain = in_vain && invitation.state() == v1::INVITATION_STATE_DELEGATED;
  if (invitation.state() != v1::INVITATION_STATE_REVOKED &&
      invitation.state() != v1::INVITATION_STATE_EXPIRED && !passed_on_in_vain) {
    return false;
  }
  invitation.set_state(v1::INVITATION_STATE_OPEN);
  invitation.clear_delegated_to();
  invitation.clear_answer();
  invitation.clear_answer_time();
  invitation.clear_decide_by_time();
  invitation.clear_remind_time();
  invitation.clear_reminder_count();
  invitation.clear_reply_by_time();
  if (anew.has_reply_by_time()) *invitation.mutable_reply_by_time() = anew.reply_by_time();
  invitation.set_audience(anew.audience());
  invitation.set_plus_ones_max(anew.plus_ones_max());
  return true;
}

v1::Invitation Delegated(const v1::Invitation& given, const std::string& person) {
  v1::Invitation invitation;
  invitation.set_person(person);
  *invitation.mutable_clusters() = given.clusters();
  *invitation.mutable_reasons() = given.reasons();
  invitation.set_audience(given.audience());
  if (given.has_reply_by_time()) *invitation.mutable_reply_by_time() = given.reply_by_time();
  invitation.set_plus_ones_max(given.plus_ones_max());
  invitation.set_party(given.party().empty() ? ClusterIn(given.person()) : given.party());
  invitation.set_delegated_from(given.name());
  invitation.set_delegation_count(given.delegation_count() + 1);
  return invitation;
}

void GiveAway(v1::Invitation& invitation) {
  if (invitation.state() != v1::INVITATION_STATE_OPEN) return;
  invitation.set_state(v1::INVITATION_STATE_DELEGATED);
}

std::string_view Elapse(bool takes_answers, absl::Time now, v1::Invitation& invitation) {
  const InvitationTimes times = TimesOf(invitation);
  if (times.expires && *times.expires <= now) {
    invitation.set_state(v1::INVITATION_STATE_EXPIRED);
    return "invitation.expired";
  }
  if (!times.undecided_until || *times.undecided_until > now) return "";
  if (takes_answers) {
    SetReminded(now, invitation);
    return "invitation.reminded";
  }
  // Nothing is left to decide.
  invitation.clear_decide_by_time();
  return "invitation.lapsed";
}

InvitationTimes TimesOf(const v1::Invitation& invitation) {
  InvitationTimes times;
  if (invitation.state() != v1::INVITATION_STATE_OPEN || IsDecided(invitation)) return times;
  if (invitation.has_reply_by_time()) times.expires = TimeOf(invitation.reply_by_time());
  std::optional<absl::Time> reminded;
  if (invitation.has_remind_time()) reminded = TimeOf(invitation.remind_time());
  if (invitation.answer() == v1::ANSWER_UNSPECIFIED) {
    times.reminder_due = reminded.value_or(absl::UnixEpoch());
  } else if (invitation.has_decide_by_time()) {
    const absl::Time decides = TimeOf(invitation.decide_by_time());
    if (!reminded || *reminded < decides) times.undecided_until = decides;
    times.reminder_due = std::max(decides, reminded.value_or(decides));
  }
  return times;
}

bool MayRemind(const v1::Invitation& invitation, absl::Time now, absl::Time not_since) {
  const std::optional<absl::Time> due = TimesOf(invitation).reminder_due;
  if (!due || *due > now) return false;
  return !invitation.has_remind_time() || TimeOf(invitation.remind_time()) <= not_since;
}

}  // namespace wici::registration
