#include "services/registration/seats/ops/invitation_batch.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "services/registration/errors.h"
#include "services/registration/invitations/rules/invitation_state.h"
#include "services/registration/names.h"
#include "services/registration/registrations/rules/registration_state.h"

namespace wici::registration {

absl::Status InvitationBatch::Load(const std::vector<std::string>& names) {
  std::vector<std::string> missing;
  for (const std::string& name : names) {
    if (!name.empty() && Find(name) == nullptr) missing.push_back(name);
  }
  if (missing.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(std::vector<InvitationRow> rows, SelectInvitations(tx_, missing));
  for (InvitationRow& row : rows) {
    std::string name = row.invitation.name();
    rows_.emplace(std::move(name), std::move(row));
  }
  return absl::OkStatus();
}

InvitationRow* InvitationBatch::Find(const std::string& name) {
  const auto at = rows_.find(name);
  return at == rows_.end() ? nullptr : &at->second;
}

void InvitationBatch::Complete(NewRegistration& added) {
  const InvitationRow* row = Find(added.invitation);
  if (row == nullptr) {
    added.facts.clear_audience();
    return;
  }
  added.facts.set_audience(row->invitation.audience());
  // Whom the person brings does not come for their party.
  if (added.facts.plus_one() || !added.facts.party().empty()) return;
  added.facts.set_party(row->invitation.party());
}

absl::StatusOr<InvitationRow*> InvitationBatch::Open(const NewRegistration& added,
                                                     const EventAggregate& event) {
  InvitationRow* row = Find(added.invitation);
  if (row == nullptr) return InvitationNotFoundError(added.invitation);
  const v1::Invitation& invitation = row->invitation;
  WICI_RETURN_IF_ERROR(CheckOpensRegistration(invitation, now_));
  if (!added.facts.plus_one()) return row;
  if (invitation.plus_ones_size() >= invitation.plus_ones_max()) {
    return PlusOneLimitReachedError(added.invitation, invitation.plus_ones_max());
  }
  if (invitation.registration().empty() || !event.HasActive(ActiveKeyOf(*row))) {
    return PlusOneWithoutHostError(added.invitation);
  }
  return row;
}

// Who registers with an invitation has answered it.
void InvitationBatch::Accept(InvitationRow& row, const v1::Registration& registration) {
  v1::Invitation& invitation = row.invitation;
  if (registration.plus_one()) {
    invitation.add_plus_ones(registration.name());
  } else {
    invitation.set_registration(registration.name());
    if (invitation.answer() != v1::ANSWER_YES) {
      SetAnswer(v1::ANSWER_YES, std::nullopt, now_, invitation);
    }
  }
  Touch(row);
}

absl::StatusOr<std::int64_t> InvitationBatch::LoadForEnd(const std::vector<std::string>& names,
                                                         EventAggregate& event) {
  std::vector<std::string> invitations;
  std::vector<std::string> hosted;
  for (const std::string& name : names) {
    const RegistrationRow* row = event.Find(IdOf(name));
    if (row == nullptr || row->registration.invitation().empty()) continue;
    invitations.push_back(row->registration.invitation());
    if (!row->registration.plus_one()) hosted.push_back(row->registration.invitation());
  }
  WICI_RETURN_IF_ERROR(Load(invitations));
  std::int64_t more = 0;
  std::vector<std::string> plus_ones;
  for (const std::string& name : hosted) {
    const InvitationRow* row = Find(name);
    if (row == nullptr) continue;
    // More may come in the same batch.
    more += row->invitation.plus_ones_max();
    for (const std::string& plus_one : row->invitation.plus_ones()) plus_ones.push_back(plus_one);
  }
  WICI_RETURN_IF_ERROR(event.LoadRegistrations(plus_ones));
  return more;
}

absl::Status InvitationBatch::End(const v1::Registration& ended, EventAggregate& event,
                                  Changes& changes) {
  InvitationRow* row = Find(ended.invitation());
  if (row == nullptr || row->invitation.plus_ones().empty()) return absl::OkStatus();
  auto& brought = *row->invitation.mutable_plus_ones();
  if (ended.plus_one()) {
    const auto at = std::find(brought.begin(), brought.end(), ended.name());
    if (at != brought.end()) brought.erase(at);
    Touch(*row);
    return absl::OkStatus();
  }
  // A registration that was made before with the same invitation has brought nobody who is left.
  if (row->invitation.registration() != ended.name()) return absl::OkStatus();
  const std::vector<std::string> names(brought.begin(), brought.end());
  brought.Clear();
  Touch(*row);
  for (const std::string& name : names) {
    RegistrationRow* plus_one = event.Find(IdOf(name));
    // Who is there already stays.
    if (plus_one == nullptr || !Next(name, plus_one->registration.state(), Step::kCancel).ok()) {
      continue;
    }
    const Cause cause{"services/registration", "the invited person does not come"};
    WICI_RETURN_IF_ERROR(event.Apply(*plus_one, Step::kCancel, "cancelled", cause, changes));
    plus_one->registration.set_state_reason(cause.reason);
  }
  return absl::OkStatus();
}

absl::Status InvitationBatch::Transfer(const v1::Registration& given, const v1::Registration& heir,
                                       EventAggregate& event, Changes& changes) {
  InvitationRow* row = Find(given.invitation());
  if (row == nullptr) return absl::OkStatus();
  if (!given.plus_one()) {
    WICI_RETURN_IF_ERROR(End(given, event, changes));
    Touch(*row);
    if (row->invitation.state() != v1::INVITATION_STATE_OPEN) return absl::OkStatus();
    GiveAway(row->invitation);
    changes.push_back(event.InvitationChange("invitation.given_away", row->invitation));
    return absl::OkStatus();
  }
  auto& brought = *row->invitation.mutable_plus_ones();
  std::replace(brought.begin(), brought.end(), given.name(), heir.name());
  Touch(*row);
  return absl::OkStatus();
}

void InvitationBatch::Touch(InvitationRow& row) {
  if (touched_.insert(row.invitation.name()).second) TouchInvitation(row, now_);
}

absl::Status InvitationBatch::Save() {
  std::vector<const InvitationRow*> rows;
  for (const std::string& name : touched_) rows.push_back(Find(name));
  return SaveInvitations(tx_, rows);
}

}  // namespace wici::registration
