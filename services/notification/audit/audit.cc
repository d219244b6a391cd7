#include "services/notification/audit/audit.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/sql/digest.h"
#include "services/notification/audit/queries.h"

namespace wici::notification {
namespace {

constexpr absl::Duration kVerifyTimeout = absl::Seconds(30);  // of each transaction
constexpr std::int64_t kEntriesAtOnce = 1000;

constexpr std::string_view kAuditedKinds[] = {
    "campaign.aborted",        "campaign.approved",     "campaign.paused",
    "campaign.resumed",        "campaign.started",      "consent.given",
    "consent.requested",       "consent.withdrawn",     "deliveries.replayed",
    "person.erased",           "subscription.replayed", "suppression.created",
    "suppression.lifted",      "template.created",      "template.deleted",
    "template.version_created"};

bool IsAuditedKind(std::string_view kind) {
  return std::find(std::begin(kAuditedKinds), std::end(kAuditedKinds), kind) !=
         std::end(kAuditedKinds);
}

// Who comes by a link is named after what the link is for, and a token may name a mail address.
bool MayBeNamed(std::string_view principal) {
  return (principal.starts_with("users/") || principal.starts_with("services/")) &&
         principal.find('@') == std::string_view::npos;
}

// Each text with its length before it: no two entries have the same bytes.
std::string HashOfEntry(std::int64_t seq, std::int64_t at, const AuditAct& act,
                        const std::string& prev_hash) {
  std::string bytes = absl::StrCat("wici.audit.1\n", seq, "\n", at, "\n");
  for (const std::string* text :
       {&act.kind, &act.subject, &act.detail, &act.principal, &act.request_id, &prev_hash}) {
    absl::StrAppend(&bytes, text->size(), ":", *text, "\n");
  }
  return sql::Sha256Hex(bytes);
}

// Whether `row` continues the chain after `head`; then it is the head.
absl::Status FollowEntry(const sql::Row& row, AuditHead& head) {
  const AuditAct act{row.Text(2), row.Text(3), row.Text(4), row.Text(5), row.Text(6)};
  const std::int64_t seq = head.seq + 1;
  if (row.Int(0) != seq)
    return absl::DataLossError(absl::StrCat("audit entry ", seq, " is missing"));
  if (row.Text(7) != head.hash || row.Text(8) != HashOfEntry(seq, row.Int(1), act, head.hash)) {
    return absl::DataLossError(absl::StrCat("audit entry ", seq, " is not what was appended"));
  }
  head = {seq, row.Text(8)};
  return absl::OkStatus();
}

}  // namespace

absl::Status AppendAudit(sql::Transaction& tx, const std::vector<AuditAct>& acts, absl::Time now) {
  if (acts.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(queries::kHoldAuditHead));
  if (rows.empty()) return absl::DataLossError("the audit has no head");
  std::int64_t seq = rows[0].Int(0) - 1;
  std::string hash = rows[0].Text(1);
  const std::int64_t at = ToMicros(now);
  for (const AuditAct& act : acts) {
    const std::string prev_hash = hash;
    hash = HashOfEntry(++seq, at, act, prev_hash);
    WICI_RETURN_IF_ERROR(
        tx.Execute(queries::kInsertAuditEntry, {seq, at, act.kind, act.subject, act.detail,
                                                act.principal, act.request_id, prev_hash, hash})
            .status());
  }
  return tx.Execute(queries::kSetAuditHead, {seq, hash}).status();
}

AuditAct ActOf(const feed::Change& change, std::string subject, const sql::IdempotencyKey& by) {
  AuditAct act{change.kind, std::move(subject), change.resource, by.principal, by.request_id};
  for (const auto& [name, value] : change.attributes) {
    absl::StrAppend(&act.detail, act.detail.empty() ? "" : " ", name, "=", value);
  }
  return act;
}

feed::Also AuditOf(MailKeys keys) {
  return [keys = std::move(keys)](sql::Transaction& tx, const feed::Changes& changes,
                                  const sql::IdempotencyKey& by, absl::Time now) {
    std::vector<AuditAct> acts;
    for (const feed::Change& change : changes) {
      if (!IsAuditedKind(change.kind)) continue;
      AuditAct act = ActOf(change, change.person.empty() ? "" : keys.Pseudonym(change.person), by);
      if (by.principal.empty()) {
        act.principal = act.subject;
      } else if (!MayBeNamed(by.principal)) {
        act.principal = keys.Pseudonym(by.principal);
      }
      acts.push_back(std::move(act));
    }
    return AppendAudit(tx, acts, now);
  };
}

absl::StatusOr<AuditHead> VerifyAudit(sql::Database& database, const Clock& machine) {
  AuditHead end;
  std::optional<std::int64_t> added;  // an entry outside of the chain
  WICI_RETURN_IF_ERROR(
      database.Read(machine.Now() + kVerifyTimeout, [&](sql::Transaction& tx) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(queries::kGetAuditHead));
        if (rows.empty()) return absl::DataLossError("the audit has no head");
        end = {rows[0].Int(0), rows[0].Text(1)};
        added.reset();
        for (const std::size_t column : {2U, 3U}) {
          if (!rows[0].IsNull(column)) added = rows[0].Int(column);
        }
        return absl::OkStatus();
      }));
  AuditHead head;
  while (head.seq < end.seq) {
    AuditHead reached;
    WICI_RETURN_IF_ERROR(
        database.Read(machine.Now() + kVerifyTimeout, [&](sql::Transaction& tx) -> absl::Status {
          reached = head;
          WICI_ASSIGN_OR_RETURN(
              const sql::Rows rows,
              tx.Execute(queries::kListAuditEntries, {head.seq, end.seq, kEntriesAtOnce}));
          if (rows.empty()) {
            return absl::DataLossError(absl::StrCat("audit entry ", head.seq + 1, " is missing"));
          }
          for (const sql::Row& row : rows) WICI_RETURN_IF_ERROR(FollowEntry(row, reached));
          return absl::OkStatus();
        }));
    head = reached;
  }
  if (head.hash != end.hash) {
    return absl::DataLossError(
        absl::StrCat("audit entry ", end.seq, " is not the end of the chain"));
  }
  if (added) return absl::DataLossError(absl::StrCat("audit entry ", *added, " was not appended"));
  return head;
}

}  // namespace wici::notification
