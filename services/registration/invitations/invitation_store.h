// Invitations in the database. Thread-safe; methods block.
#ifndef WICI_SERVICES_REGISTRATION_INVITATIONS_INVITATION_STORE_H_
#define WICI_SERVICES_REGISTRATION_INVITATIONS_INVITATION_STORE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "services/registration/invitations/invitation_rows.h"
#include "services/registration/invitations/rules/invitation_rules.h"
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
  // The registrations that some of `contacts` made with their invitations to `event`, by contact,
  // and whether they are active or not.
  absl::StatusOr<std::map<std::string, std::string>> FindRegistrations(
      absl::Time deadline, std::string_view event, const std::vector<std::string>& contacts);
  // At most `limit` invitations of `event` after `after_id`, by id, with one of `answers` (all
  // when empty).
  absl::StatusOr<std::vector<v1::Invitation>> List(absl::Time deadline, std::string_view event,
                                                   std::string_view after_id,
                                                   std::vector<v1::Answer> answers,
                                                   std::int64_t limit);

  // Invites the people of `wanted`, each once: who is invited already gets the new clusters and
  // reasons added, and an invitation that was revoked or has expired, or was passed on to somebody
  // whose own was, is opened again. The answer has the new and the opened ones and the number of
  // the others. With `dry_run` nothing is written. EVENT_NOT_FOUND, EVENT_NOT_PUBLISHED,
  // EVENT_CANCELLED, INVALID_ARGUMENT for a reply_by_time out of range.
  absl::StatusOr<v1::CreateInvitationsResponse> Invite(const Call& call, std::string_view event,
                                                       const std::vector<WantedPerson>& wanted,
                                                       bool dry_run);

  // INVITATION_NOT_FOUND, INVITATION_REVOKED, INVITATION_DELEGATED, INVITATION_EXPIRED,
  // EVENT_CANCELLED, REGISTRATION_CLOSED, ALREADY_REGISTERED for NO and MAYBE of somebody who is,
  // INVALID_ARGUMENT for a decide_by_time out of range.
  absl::StatusOr<v1::Invitation> Answer(const Call& call, std::string_view name,
                                        const v1::AnswerInvitationRequest& request);
  // A colleague to whom an invitation is passed on.
  struct Delegate {
    v1::PersonDetails details;
    std::string person;      // "persons/p", new
    std::string person_key;  // BlindIndex of event and address
  };
  // Returns the invitation that was passed on. As Answer, and DELEGATION_LIMIT_REACHED,
  // ALREADY_INVITED, ALREADY_REGISTERED.
  absl::StatusOr<v1::Invitation> PassOn(const Call& call, std::string_view name,
                                        const Delegate& delegate);
  // INVITATION_NOT_FOUND, INVITATION_REVOKED, INVITATION_DELEGATED, ETAG_MISMATCH.
  absl::StatusOr<v1::Invitation> Revoke(const Call& call, std::string_view name,
                                        std::string_view etag);
  // Marks those of `names`, or of all without names, to be reminded to whom that makes sense
  // (invitation_state.h) and who were not within `interval`: at most 1000. EVENT_NOT_FOUND,
  // EVENT_NOT_PUBLISHED, EVENT_CANCELLED, INVITATION_NOT_FOUND.
  absl::StatusOr<v1::RemindInvitationsResponse> Remind(const Call& call, std::string_view event,
                                                       const std::vector<std::string>& names,
                                                       absl::Duration interval);

  // The names of at most `limit` invitations of which something becomes by itself now: they expire,
  // or somebody who said MAYBE is to decide.
  absl::StatusOr<std::vector<std::string>> ListOverdue(absl::Time deadline, std::int64_t limit);
  // Lets it become of those of `names`, invitations of `event`; returns of how many it did. Nobody
  // is reminded once registration is closed.
  absl::StatusOr<int> Elapse(absl::Time deadline, std::string_view event,
                             const std::vector<std::string>& names);

 private:
  // Changes one invitation by `edit`, recorded as `kind`.
  using Edit = std::function<absl::Status(InvitationRow&, EventAggregate&)>;
  absl::StatusOr<v1::Invitation> Change(const Call& call, std::string_view name,
                                        std::string_view etag, std::string_view kind,
                                        const Edit& edit);

  sql::Database& database_;
  Mutation& mutation_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_INVITATIONS_INVITATION_STORE_H_
