// The audit: acts that must stay provable, in an append-only table whose every entry carries the
// hash of the one before: who did what, about whom and what, when, and by which request. It knows
// no person but by a keyed hash (MailKeys::Pseudonym), so that an erasure changes nothing in it,
// and whoever knows the person and the key can still prove what was agreed to. Users and services
// are named as in their tokens.
//
// A changed, added or deleted entry breaks the chain. Who can write into the database can also make
// the whole chain anew, or cut off its end: against that the head that VerifyAudit gives has to be
// kept elsewhere.
#ifndef WICI_SERVICES_NOTIFICATION_AUDIT_AUDIT_H_
#define WICI_SERVICES_NOTIFICATION_AUDIT_AUDIT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/feed/mutation.h"
#include "libs/sql/database.h"
#include "libs/sql/idempotency.h"
#include "services/notification/mail/mail_keys.h"

namespace wici::notification {

// What this service does by itself.
inline constexpr char kAuditedService[] = "services/notification";
inline sql::IdempotencyKey ByService() { return {kAuditedService, "", "", ""}; }

struct AuditAct {
  std::string kind;     // "consent.given"; that of the change that tells of it, where there is one
  std::string subject;  // MailKeys::Pseudonym, or ""
  std::string detail;   // ids and codes, no personal data
  // Who did it: "users/...", "services/...", and for everybody else a pseudonym, for who came by a
  // link that of whom the act is about.
  std::string principal;
  std::string request_id;  // of the call, or ""
};

// Appends the acts in this order, in the transaction that does them. From here to the commit every
// other writer waits: so it comes after all else but the records for the feed, once in a
// transaction, and is not for what is done for every message. Who waited may have to run again
// (libs/sql/database.h).
absl::Status AppendAudit(sql::Transaction& tx, const std::vector<AuditAct>& acts, absl::Time now);

// The act about `subject` that a change tells of, by `by`, who is no person by a link.
AuditAct ActOf(const feed::Change& change, std::string subject, const sql::IdempotencyKey& by);

// Appends those of the changes of a transaction that are such acts. Whatever changes something in
// this service ends with feed::AppendAll and this.
feed::Also AuditOf(MailKeys keys);

struct AuditHead {
  std::int64_t seq = 0;  // how many entries there are
  std::string hash;      // of the last; "" when there is none
};

// Reads the whole chain, which may grow meanwhile; where it ends. Changes nothing. DATA_LOSS,
// naming the first entry that is not what was appended, or is missing, or else one that stands
// outside of the chain.
absl::StatusOr<AuditHead> VerifyAudit(sql::Database& database, const Clock& machine);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_AUDIT_AUDIT_H_
