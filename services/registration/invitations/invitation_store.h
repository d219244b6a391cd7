// Invitations in the database. Thread-safe; methods block.
#ifndef WICI_SERVICES_REGISTRATION_INVITATIONS_INVITATION_STORE_H_
#define WICI_SERVICES_REGISTRATION_INVITATIONS_INVITATION_STORE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "services/registration/invitations/invitation_rows.h"
#include "services/registration/mutation.h"
#include "services/registration/seats/event_aggregate.h"
#include "wici/registration/v1/invitation_service.pb.h"

namespace wici::registration {

class InvitationStore {
 public:
  // Both outlive the store.
  InvitationStore(sql::Database& database, Mutation& mutation)
      : database_(database), mutation_(mutation) {}

  // INVITATION_NOT_FOUND.
  absl::StatusOr<v1::Invitation> Get(absl::Time deadline, std::string_view name);
  // Those of `names` that exist, in no particular order.
  absl::StatusOr<std::vector<v1::Invitation>> BatchGet(absl::Time deadline,
                                                       const std::vector<std::string>& names);
  // At most `limit` invitations of `event` after `after_id`, by id, with one of `answers` (all
  // when empty).
  absl::StatusOr<std::vector<v1::Invitation>> List(absl::Time deadline, std::string_view event,
                                                   std::string_view after_id,
                                                   std::vector<v1::Answer> answers,
                                                   std::int64_t limit);

  // Invites the people of `wanted` (person, clusters and reasons set), each once: who is invited
  // already gets the new clusters and reasons added. The answer has the new invitations and the
  // number of the others. With `dry_run` nothing is written. EVENT_NOT_FOUND,
  // EVENT_NOT_PUBLISHED, EVENT_CANCELLED.
  absl::StatusOr<v1::CreateInvitationsResponse> Invite(const Call& call, std::string_view event,
                                                       const std::vector<v1::Invitation>& wanted,
                                                       bool dry_run);

  // INVITATION_NOT_FOUND, INVITATION_REVOKED, EVENT_CANCELLED, REGISTRATION_CLOSED.
  absl::StatusOr<v1::Invitation> Answer(const Call& call, std::string_view name, v1::Answer answer);
  // INVITATION_NOT_FOUND, INVITATION_REVOKED, ETAG_MISMATCH.
  absl::StatusOr<v1::Invitation> Revoke(const Call& call, std::string_view name,
                                        std::string_view etag);
  // Marks `names`, or without names everybody without answer, to be reminded: at most 1000.
  // EVENT_NOT_FOUND, EVENT_NOT_PUBLISHED, EVENT_CANCELLED.
  absl::StatusOr<v1::RemindInvitationsResponse> Remind(const Call& call, std::string_view event,
                                                       const std::vector<std::string>& names);

 private:
  // Changes one invitation by `edit`, recorded as `kind`.
  using Edit = std::function<absl::Status(v1::Invitation&, const SeatsRow&)>;
  absl::StatusOr<v1::Invitation> Change(const Call& call, std::string_view name,
                                        std::string_view etag, std::string_view kind,
                                        const Edit& edit);

  sql::Database& database_;
  Mutation& mutation_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_INVITATIONS_INVITATION_STORE_H_
