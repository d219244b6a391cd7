#include "services/registration/invitations/invitation_store.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "google/protobuf/empty.pb.h"
#include "libs/base/clock.h"
#include "libs/base/limits.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/rpc/etag.h"
#include "services/registration/errors.h"
#include "services/registration/invitations/inviting.h"
#include "services/registration/invitations/queries.h"
#include "services/registration/invitations/rules/invitation_state.h"
#include "services/registration/names.h"

namespace wici::registration {

absl::StatusOr<v1::Invitation> InvitationStore::Get(absl::Time deadline, std::string_view name) {
  WICI_ASSIGN_OR_RETURN(std::vector<v1::Invitation> found, BatchGet(deadline, {std::string(name)}));
  if (found.empty()) return InvitationNotFoundError(name);
  return std::move(found[0]);
}

absl::StatusOr<std::vector<v1::Invitation>> InvitationStore::BatchGet(
    absl::Time deadline, const std::vector<std::string>& names) {
  std::vector<v1::Invitation> invitations;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(std::vector<InvitationRow> rows, SelectInvitations(tx, names));
    invitations.clear();
    for (InvitationRow& row : rows) invitations.push_back(std::move(row.invitation));
    return absl::OkStatus();
  }));
  return invitations;
}

absl::StatusOr<std::map<std::string, std::string>> InvitationStore::FindRegistrations(
    absl::Time deadline, std::string_view event, const std::vector<std::string>& contacts) {
  std::map<std::string, std::string> registrations;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WantedPerson all;
    all.known_as = contacts;
    WICI_ASSIGN_OR_RETURN(const KnownPeople known, LoadKnownPeople(tx, event, {all}));
    registrations.clear();
    for (const auto& [contact, id] : known.ids) {
      const auto row = known.rows.find(id);
      if (row == known.rows.end() || row->second.invitation.registration().empty()) continue;
      registrations[contact] = row->second.invitation.registration();
    }
    return absl::OkStatus();
  }));
  return registrations;
}

absl::StatusOr<std::vector<v1::Invitation>> InvitationStore::List(absl::Time deadline,
                                                                  std::string_view event,
                                                                  std::string_view after_id,
                                                                  std::vector<v1::Answer> answers,
                                                                  std::int64_t limit) {
  // Four answers there are; a shorter list repeats its last.
  if (answers.empty()) {
    answers = {v1::ANSWER_UNSPECIFIED, v1::ANSWER_YES, v1::ANSWER_NO, v1::ANSWER_MAYBE};
  }
  answers.resize(4, answers.back());
  std::vector<v1::Invitation> invitations;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(
        const sql::Rows rows,
        tx.Execute(kListInvitations,
                   {event, after_id, static_cast<std::int64_t>(answers[0]),
                    static_cast<std::int64_t>(answers[1]), static_cast<std::int64_t>(answers[2]),
                    static_cast<std::int64_t>(answers[3]), limit}));
    invitations.clear();
    for (const sql::Row& row : rows) invitations.push_back(ReadInvitation(row).invitation);
    return absl::OkStatus();
  }));
  return invitations;
}

absl::StatusOr<v1::Invitation> InvitationStore::Change(const Call& call, std::string_view name,
                                                       std::string_view etag, std::string_view kind,
                                                       const Edit& edit) {
  const absl::Time now = mutation_.clock().Now();
  return mutation_.Run<v1::Invitation>(
      call, [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::Invitation> {
        WICI_ASSIGN_OR_RETURN(std::vector<InvitationRow> rows,
                              SelectInvitations(tx, {std::string(name)}));
        if (rows.empty()) return InvitationNotFoundError(name);
        InvitationRow& row = rows[0];
        WICI_ASSIGN_OR_RETURN(EventAggregate aggregate,
                              EventAggregate::Load(tx, EventOf(name), now));
        WICI_RETURN_IF_ERROR(rpc::CheckEtag(kDomain, name, etag, row.revision));
        WICI_RETURN_IF_ERROR(edit(row, aggregate));
        changes.push_back(aggregate.InvitationChange(kind, row.invitation));
        WICI_RETURN_IF_ERROR(aggregate.Save());
        TouchInvitation(row, now);
        WICI_RETURN_IF_ERROR(SaveInvitations(tx, {&row}));
        return row.invitation;
      });
}

absl::StatusOr<v1::Invitation> InvitationStore::Answer(const Call& call, std::string_view name,
                                                       const v1::AnswerInvitationRequest& request) {
  const absl::Time now = mutation_.clock().Now();
  return Change(call, name, "", "invitation.answered",
                [&](InvitationRow& row, EventAggregate& event) -> absl::Status {
                  v1::Invitation& invitation = row.invitation;
                  WICI_RETURN_IF_ERROR(CheckAnswerable(invitation, now));
                  WICI_RETURN_IF_ERROR(CheckTakesAnswers(event.seats(), now));
                  if (request.answer() != v1::ANSWER_YES) {
                    WICI_RETURN_IF_ERROR(event.LoadActiveKeys({ActiveKeyOf(row)}));
                    if (event.HasActive(ActiveKeyOf(row))) {
                      return AlreadyRegisteredError(event.seats().event);
                    }
                  }
                  std::optional<absl::Time> decide_by;
                  if (request.has_decide_by_time()) {
                    absl::Time until = event.seats().window.closes;
                    if (invitation.has_reply_by_time()) {
                      until = std::min(until, TimeOf(invitation.reply_by_time()));
                    }
                    WICI_RETURN_IF_ERROR(
                        CheckBetween("decide_by_time", request.decide_by_time(), now, until));
                    decide_by = TimeOf(request.decide_by_time());
                  }
                  SetAnswer(request.answer(), decide_by, now, invitation);
                  return absl::OkStatus();
                });
}

absl::StatusOr<v1::Invitation> InvitationStore::Revoke(const Call& call, std::string_view name,
                                                       std::string_view etag) {
  return Change(call, name, etag, "invitation.revoked", [](InvitationRow& row, EventAggregate&) {
    v1::Invitation& invitation = row.invitation;
    if (invitation.state() == v1::INVITATION_STATE_REVOKED) {
      return InvitationRevokedError(invitation.name());
    }
    if (invitation.state() == v1::INVITATION_STATE_DELEGATED) {
      return InvitationDelegatedError(invitation.name());
    }
    invitation.set_state(v1::INVITATION_STATE_REVOKED);
    return absl::OkStatus();
  });
}

absl::StatusOr<v1::RemindInvitationsResponse> InvitationStore::Remind(
    const Call& call, std::string_view event, const std::vector<std::string>& names,
    absl::Duration interval) {
  const absl::Time now = mutation_.clock().Now();
  return mutation_.Run<v1::RemindInvitationsResponse>(
      call,
      [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::RemindInvitationsResponse> {
        v1::RemindInvitationsResponse response;
        WICI_ASSIGN_OR_RETURN(EventAggregate aggregate, EventAggregate::Load(tx, event, now));
        WICI_RETURN_IF_ERROR(CheckInvites(aggregate.seats()));
        std::vector<InvitationRow> rows;
        if (names.empty()) {
          WICI_ASSIGN_OR_RETURN(
              const sql::Rows found,
              tx.Execute(kListDueInvitations, {event, ToMicros(now), ToMicros(now - interval),
                                               static_cast<std::int64_t>(kBatchSizeMax) + 1}));
          for (const sql::Row& row : found) rows.push_back(ReadInvitation(row));
          response.set_more(rows.size() > kBatchSizeMax);
          if (response.more()) rows.pop_back();
        } else {
          WICI_ASSIGN_OR_RETURN(rows, SelectInvitations(tx, names));
          if (rows.size() < std::set(names.begin(), names.end()).size()) {
            return InvitationNotFoundError(event);
          }
        }
        std::vector<const InvitationRow*> reminded;
        for (InvitationRow& row : rows) {
          if (!MayRemind(row.invitation, now, now - interval)) continue;
          SetReminded(now, row.invitation);
          TouchInvitation(row, now);
          reminded.push_back(&row);
          changes.push_back(aggregate.InvitationChange("invitation.reminded", row.invitation));
        }
        response.set_reminded(static_cast<std::int32_t>(reminded.size()));
        if (reminded.empty()) return response;
        WICI_RETURN_IF_ERROR(aggregate.Save());
        WICI_RETURN_IF_ERROR(SaveInvitations(tx, reminded));
        return response;
      });
}

absl::StatusOr<std::vector<std::string>> InvitationStore::ListOverdue(absl::Time deadline,
                                                                      std::int64_t limit) {
  const std::int64_t now = ToMicros(mutation_.clock().Now());
  std::set<std::string> names;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    names.clear();
    for (const sql::Query& query : {kListExpiringInvitations, kListUndecidedInvitations}) {
      const std::int64_t left = limit - static_cast<std::int64_t>(names.size());
      if (left <= 0) break;
      WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(query, {now, left}));
      for (const sql::Row& row : rows) names.insert(InvitationName(row.Text(0), row.Text(1)));
    }
    return absl::OkStatus();
  }));
  return std::vector<std::string>(names.begin(), names.end());
}

absl::StatusOr<int> InvitationStore::Elapse(absl::Time deadline, std::string_view event,
                                            const std::vector<std::string>& names) {
  const absl::Time now = mutation_.clock().Now();
  std::vector<const InvitationRow*> changed;
  const auto elapse = [&](sql::Transaction& tx,
                          Changes& changes) -> absl::StatusOr<google::protobuf::Empty> {
    changed.clear();
    WICI_ASSIGN_OR_RETURN(EventAggregate aggregate, EventAggregate::Load(tx, event, now));
    const bool takes_answers = CheckTakesAnswers(aggregate.seats(), now).ok();
    WICI_ASSIGN_OR_RETURN(std::vector<InvitationRow> rows, SelectInvitations(tx, names));
    for (InvitationRow& row : rows) {
      const std::string_view kind = registration::Elapse(takes_answers, now, row.invitation);
      if (kind.empty()) continue;
      TouchInvitation(row, now);
      changed.push_back(&row);
      changes.push_back(aggregate.InvitationChange(kind, row.invitation));
    }
    if (changed.empty()) return google::protobuf::Empty();
    WICI_RETURN_IF_ERROR(aggregate.Save());
    WICI_RETURN_IF_ERROR(SaveInvitations(tx, changed));
    return google::protobuf::Empty();
  };
  WICI_RETURN_IF_ERROR(mutation_.Run<google::protobuf::Empty>({{}, deadline}, elapse).status());
  return static_cast<int>(changed.size());
}

}  // namespace wici::registration
