// Rows of invitations as the proto resources they are, and back.
#ifndef WICI_SERVICES_REGISTRATION_INVITATIONS_INVITATION_ROWS_H_
#define WICI_SERVICES_REGISTRATION_INVITATIONS_INVITATION_ROWS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/sql/database.h"
#include "wici/registration/v1/invitation.pb.h"

namespace wici::registration {

struct InvitationRow {
  v1::Invitation invitation;
  std::int64_t revision = 0;
  // BlindIndex of the event and the e-mail address of the person, "" where that was not known.
  std::string person_key;
};
InvitationRow ReadInvitation(const sql::Row& row);
// By what an active registration of the invited person is recognised (registrations.active_key).
std::string ActiveKeyOf(const InvitationRow& row);
// The values of kInsertInvitations and of kUpdateInvitations, of a row as it is to be.
std::vector<sql::Value> InvitationValues(const InvitationRow& row);

// Those of `names` that exist, in no particular order, in one statement.
absl::StatusOr<std::vector<InvitationRow>> SelectInvitations(sql::Transaction& tx,
                                                             const std::vector<std::string>& names);
// `row` changes now: one revision more.
void TouchInvitation(InvitationRow& row, absl::Time now);
// Writes touched invitations, in one statement. ABORTED when another transaction was first.
absl::Status SaveInvitations(sql::Transaction& tx, absl::Span<const InvitationRow* const> rows);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_INVITATIONS_INVITATION_ROWS_H_
