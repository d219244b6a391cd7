// The invitations that a batch of operations on the seats of an event needs.
//
// Registering with an invitation answers it; people whom the invited person brings are counted in
// it, and go when that person goes. Not thread-safe; lives inside one transaction.
#ifndef WICI_SERVICES_REGISTRATION_SEATS_OPS_INVITATION_BATCH_H_
#define WICI_SERVICES_REGISTRATION_SEATS_OPS_INVITATION_BATCH_H_

#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "services/registration/invitations/invitation_rows.h"
#include "services/registration/seats/event_aggregate.h"
#include "services/registration/seats/ops/seat_ops.h"

namespace wici::registration {

class InvitationBatch {
 public:
  // `tx` outlives the object.
  InvitationBatch(sql::Transaction& tx, absl::Time now) : tx_(tx), now_(now) {}

  // Reads those of `names` that are not read yet, in one statement.
  absl::Status Load(const std::vector<std::string>& names);
  // One that is read, or nullptr.
  InvitationRow* Find(const std::string& name);

  // Reads the invitation of `added` into its facts: whose places it takes.
  void Complete(NewRegistration& added);

  // The invitation that `added` is made with, once it may be. INVITATION_NOT_FOUND,
  // INVITATION_REVOKED, INVITATION_DELEGATED, INVITATION_EXPIRED, PLUS_ONE_LIMIT_REACHED,
  // PLUS_ONE_WITHOUT_HOST.
  absl::StatusOr<InvitationRow*> Open(const NewRegistration& added, const EventAggregate& event);
  // A registration was made with it: it is answered, or somebody is brought.
  void Accept(InvitationRow& row, const v1::Registration& registration);

  // Reads what is needed when the loaded registrations `names` end: the invitations, and the
  // registrations that end with them. Returns how many more may end so, at most.
  absl::StatusOr<std::int64_t> LoadForEnd(const std::vector<std::string>& names,
                                          EventAggregate& event);
  // `ended` was active and is not any more: ends those whom this person brings.
  absl::Status End(const v1::Registration& ended, EventAggregate& event, Changes& changes);
  // `given` belongs to another person now, as `heir`: one who is brought is another one then; of an
  // invited person it ends, and so does the invitation.
  absl::Status Transfer(const v1::Registration& given, const v1::Registration& heir,
                        EventAggregate& event, Changes& changes);

  // Writes what changed, in one statement. ABORTED when another transaction was first.
  absl::Status Save();

 private:
  void Touch(InvitationRow& row);

  sql::Transaction& tx_;
  const absl::Time now_;
  std::unordered_map<std::string, InvitationRow> rows_;  // by name
  std::set<std::string> touched_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_OPS_INVITATION_BATCH_H_
