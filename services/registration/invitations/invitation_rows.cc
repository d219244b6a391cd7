#include "services/registration/invitations/invitation_rows.h"

#include <optional>

#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/rpc/etag.h"
#include "services/registration/invitations/queries.h"
#include "services/registration/invitations/rules/invitation_state.h"
#include "services/registration/names.h"
#include "services/registration/rows.h"

namespace wici::registration {
namespace {

sql::Value TimeOrNull(const std::optional<absl::Time>& time) {
  return time ? sql::Value(ToMicros(*time)) : sql::Value(nullptr);
}

sql::Bytes InvitationBody(const v1::Invitation& invitation) {
  v1::Invitation body;
  *body.mutable_clusters() = invitation.clusters();
  *body.mutable_reasons() = invitation.reasons();
  if (invitation.has_reply_by_time()) *body.mutable_reply_by_time() = invitation.reply_by_time();
  if (invitation.has_decide_by_time()) *body.mutable_decide_by_time() = invitation.decide_by_time();
  body.set_delegated_to(invitation.delegated_to());
  body.set_delegated_from(invitation.delegated_from());
  body.set_delegation_count(invitation.delegation_count());
  body.set_plus_ones_max(invitation.plus_ones_max());
  *body.mutable_plus_ones() = invitation.plus_ones();
  body.set_calendar_changes(invitation.calendar_changes());
  body.set_party(invitation.party());
  return sql::Bytes{body.SerializeAsString()};
}

}  // namespace

InvitationRow ReadInvitation(const sql::Row& row) {
  InvitationRow result;
  v1::Invitation& invitation = result.invitation;
  ParseBody(row.Blob(10), invitation);
  result.revision = row.Int(2);
  invitation.set_name(InvitationName(row.Text(0), row.Text(1)));
  invitation.set_state(static_cast<v1::InvitationState>(row.Int(3)));
  invitation.set_person(row.Text(4));
  invitation.set_answer(static_cast<v1::Answer>(row.Int(5)));
  if (!row.IsNull(6)) SetTimestamp(FromMicros(row.Int(6)), *invitation.mutable_answer_time());
  invitation.set_registration(row.Text(7));
  if (!row.IsNull(8)) SetTimestamp(FromMicros(row.Int(8)), *invitation.mutable_remind_time());
  invitation.set_reminder_count(Narrow(row.Int(9)));
  SetRecord(result.revision, row.Int(11), row.Int(12), invitation);
  result.person_key = row.Text(13);
  if (!row.Text(14).empty()) invitation.set_audience(AudienceName(row.Text(0), row.Text(14)));
  return result;
}

std::string ActiveKeyOf(const InvitationRow& row) {
  if (!row.person_key.empty()) return row.person_key;
  // Event and contact in one word; a resource name has no space.
  return EventOf(row.invitation.name()) + " " + row.invitation.person();
}

std::vector<sql::Value> InvitationValues(const InvitationRow& row) {
  const v1::Invitation& invitation = row.invitation;
  const InvitationTimes times = TimesOf(invitation);
  return {EventOf(invitation.name()),
          IdOf(invitation.name()),
          row.revision,
          static_cast<std::int64_t>(invitation.state()),
          invitation.person(),
          static_cast<std::int64_t>(invitation.answer()),
          OptionalTime(invitation.has_answer_time(), invitation.answer_time()),
          invitation.registration(),
          OptionalTime(invitation.has_remind_time(), invitation.remind_time()),
          std::int64_t{invitation.reminder_count()},
          InvitationBody(invitation),
          MicrosOf(invitation.create_time()),
          MicrosOf(invitation.update_time()),
          row.person_key,
          IdOf(invitation.audience()),
          TimeOrNull(times.undecided_until),
          TimeOrNull(times.expires),
          TimeOrNull(times.reminder_due)};
}

absl::StatusOr<std::vector<InvitationRow>> SelectInvitations(
    sql::Transaction& tx, const std::vector<std::string>& names) {
  std::vector<std::vector<sql::Value>> keys;
  for (const std::string& name : names) keys.push_back({EventOf(name), IdOf(name)});
  WICI_ASSIGN_OR_RETURN(const sql::Rows found, sql::SelectMany(tx, kGetInvitations, "", keys));
  std::vector<InvitationRow> rows;
  for (const sql::Row& row : found) rows.push_back(ReadInvitation(row));
  return rows;
}

void TouchInvitation(InvitationRow& row, absl::Time now) {
  row.invitation.set_etag(rpc::MakeEtag(++row.revision));
  SetTimestamp(now, *row.invitation.mutable_update_time());
}

absl::Status SaveInvitations(sql::Transaction& tx, absl::Span<const InvitationRow* const> rows) {
  if (rows.empty()) return absl::OkStatus();
  std::vector<std::vector<sql::Value>> values;
  values.reserve(rows.size());
  for (const InvitationRow* row : rows) values.push_back(InvitationValues(*row));
  WICI_ASSIGN_OR_RETURN(const sql::Rows updated,
                        tx.InsertMany(kUpdateInvitations, kUpdateInvitationsSuffix, values));
  if (updated.size() == rows.size()) return absl::OkStatus();
  return absl::AbortedError("another change of an invitation was first");
}

}  // namespace wici::registration
