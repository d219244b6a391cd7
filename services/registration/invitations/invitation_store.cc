#include "services/registration/invitations/invitation_store.h"

#include <unordered_map>
#include <utility>

#include "libs/base/limits.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/rpc/etag.h"
#include "services/registration/errors.h"
#include "services/registration/events/event_rules.h"
#include "services/registration/invitations/queries.h"
#include "services/registration/invitations/rules/invitation_rules.h"
#include "services/registration/names.h"

namespace wici::registration {
namespace {

// The invitations of `event` that the people of `wanted` have already, by person.
absl::StatusOr<std::unordered_map<std::string, InvitationRow>> LoadByPerson(
    sql::Transaction& tx, std::string_view event, const std::vector<v1::Invitation>& wanted) {
  std::vector<std::vector<sql::Value>> keys;
  for (const v1::Invitation& invitation : wanted) keys.push_back({event, invitation.person()});
  WICI_ASSIGN_OR_RETURN(const sql::Rows found,
                        sql::SelectMany(tx, kGetInvitationsOfPersons, "", keys));
  std::unordered_map<std::string, InvitationRow> rows;
  for (const sql::Row& row : found) {
    InvitationRow invitation = ReadInvitation(row);
    std::string person = invitation.invitation.person();
    rows.emplace(std::move(person), std::move(invitation));
  }
  return rows;
}

absl::Status CheckPublished(const SeatsRow& event) {
  WICI_RETURN_IF_ERROR(CheckNotCancelled(event.event, event.state));
  if (event.state != v1::EVENT_STATE_PUBLISHED) return EventNotPublishedError(event.event);
  return absl::OkStatus();
}

}  // namespace

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

absl::StatusOr<v1::CreateInvitationsResponse> InvitationStore::Invite(
    const Call& call, std::string_view event, const std::vector<v1::Invitation>& wanted,
    bool dry_run) {
  const absl::Time now = mutation_.clock().Now();
  const std::vector<v1::Invitation> people = MergePeople(wanted);
  return mutation_.Run<v1::CreateInvitationsResponse>(
      call,
      [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::CreateInvitationsResponse> {
        v1::CreateInvitationsResponse response;
        WICI_ASSIGN_OR_RETURN(EventAggregate aggregate, EventAggregate::Load(tx, event, now));
        WICI_RETURN_IF_ERROR(CheckPublished(aggregate.seats()));
        WICI_ASSIGN_OR_RETURN(auto known, LoadByPerson(tx, event, people));
        std::vector<std::vector<sql::Value>> inserts;
        std::vector<const InvitationRow*> merged;
        for (const v1::Invitation& person : people) {
          if (const auto at = known.find(person.person()); at != known.end()) {
            response.set_already_invited(response.already_invited() + 1);
            if (!dry_run && MergeReasons(person, at->second.invitation)) {
              TouchInvitation(at->second, now);
              merged.push_back(&at->second);
            }
            continue;
          }
          v1::Invitation& invitation = *response.add_invitations();
          invitation = person;
          if (dry_run) continue;
          invitation.set_name(InvitationName(event, mutation_.ids().NewId()));
          invitation.set_state(v1::INVITATION_STATE_OPEN);
          invitation.set_etag(rpc::MakeEtag(1));
          SetTimestamp(now, *invitation.mutable_create_time());
          *invitation.mutable_update_time() = invitation.create_time();
          inserts.push_back(InvitationValues({invitation, 1}));
          changes.push_back(
              aggregate.MakeChange("invitation.created", invitation.name(), invitation.person()));
        }
        if (inserts.empty() && merged.empty()) return response;
        WICI_RETURN_IF_ERROR(aggregate.Save());
        WICI_RETURN_IF_ERROR(SaveInvitations(tx, merged));
        WICI_RETURN_IF_ERROR(tx.InsertMany(kInsertInvitations, "", inserts).status());
        return response;
      });
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
        if (row.invitation.state() == v1::INVITATION_STATE_REVOKED) {
          return InvitationRevokedError(name);
        }
        WICI_RETURN_IF_ERROR(rpc::CheckEtag(kDomain, name, etag, row.revision));
        WICI_RETURN_IF_ERROR(edit(row.invitation, aggregate.seats()));
        changes.push_back(aggregate.MakeChange(kind, name, row.invitation.person()));
        WICI_RETURN_IF_ERROR(aggregate.Save());
        TouchInvitation(row, now);
        WICI_RETURN_IF_ERROR(SaveInvitations(tx, {&row}));
        return row.invitation;
      });
}

absl::StatusOr<v1::Invitation> InvitationStore::Answer(const Call& call, std::string_view name,
                                                       v1::Answer answer) {
  const absl::Time now = mutation_.clock().Now();
  return Change(call, name, "", "invitation.answered",
                [&](v1::Invitation& invitation, const SeatsRow& event) -> absl::Status {
                  WICI_RETURN_IF_ERROR(CheckNotCancelled(event.event, event.state));
                  if (now >= event.window.closes) {
                    return RegistrationClosedError(event.event, event.window.closes);
                  }
                  invitation.set_answer(answer);
                  SetTimestamp(now, *invitation.mutable_answer_time());
                  return absl::OkStatus();
                });
}

absl::StatusOr<v1::Invitation> InvitationStore::Revoke(const Call& call, std::string_view name,
                                                       std::string_view etag) {
  return Change(call, name, etag, "invitation.revoked",
                [](v1::Invitation& invitation, const SeatsRow&) {
                  invitation.set_state(v1::INVITATION_STATE_REVOKED);
                  return absl::OkStatus();
                });
}

absl::StatusOr<v1::RemindInvitationsResponse> InvitationStore::Remind(
    const Call& call, std::string_view event, const std::vector<std::string>& names) {
  const absl::Time now = mutation_.clock().Now();
  return mutation_.Run<v1::RemindInvitationsResponse>(
      call,
      [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::RemindInvitationsResponse> {
        v1::RemindInvitationsResponse response;
        WICI_ASSIGN_OR_RETURN(EventAggregate aggregate, EventAggregate::Load(tx, event, now));
        WICI_RETURN_IF_ERROR(CheckPublished(aggregate.seats()));
        std::vector<InvitationRow> rows;
        if (names.empty()) {
          const auto none = static_cast<std::int64_t>(v1::ANSWER_UNSPECIFIED);
          WICI_ASSIGN_OR_RETURN(
              const sql::Rows found,
              tx.Execute(kListInvitations, {event, "", none, none, none, none,
                                            static_cast<std::int64_t>(kBatchSizeMax)}));
          for (const sql::Row& row : found) rows.push_back(ReadInvitation(row));
        } else {
          WICI_ASSIGN_OR_RETURN(rows, SelectInvitations(tx, names));
          if (rows.size() < names.size()) return InvitationNotFoundError(event);
        }
        std::vector<const InvitationRow*> reminded;
        for (InvitationRow& row : rows) {
          if (row.invitation.state() != v1::INVITATION_STATE_OPEN) continue;
          row.invitation.set_reminder_count(row.invitation.reminder_count() + 1);
          SetTimestamp(now, *row.invitation.mutable_remind_time());
          TouchInvitation(row, now);
          reminded.push_back(&row);
          changes.push_back(aggregate.MakeChange("invitation.reminded", row.invitation.name(),
                                                 row.invitation.person()));
        }
        response.set_reminded(static_cast<std::int32_t>(reminded.size()));
        if (reminded.empty()) return response;
        WICI_RETURN_IF_ERROR(aggregate.Save());
        WICI_RETURN_IF_ERROR(SaveInvitations(tx, reminded));
        return response;
      });
}

}  // namespace wici::registration
