// Registrations in the database.
#ifndef WICI_SERVICES_REGISTRATION_REGISTRATIONS_REGISTRATION_STORE_H_
#define WICI_SERVICES_REGISTRATION_REGISTRATIONS_REGISTRATION_STORE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/sql/committer.h"
#include "libs/sql/database.h"
#include "services/registration/mutation.h"
#include "services/registration/registrations/registration_rows.h"
#include "services/registration/seats/ops/seat_ops.h"
#include "wici/registration/v1/registration_service.pb.h"

namespace wici::registration {

// Thread-safe; all but Submit block.
class RegistrationStore {
 public:
  // `clock` says when something happens by the rules, `machine` how long the committer may take.
  // `on_commit` is called after commits (Sequencer::Wake), and `on_written`, if any, told what they
  // made of the events, before anybody is answered. Everything outlives the store.
  RegistrationStore(sql::Database& database, const Clock& clock, const Clock& machine,
                    IdSource& ids, std::function<void()> on_commit,
                    sql::CommitterOptions options = {}, Mutation::OnWritten on_written = nullptr);

  // Hands `op` to the group committer; `done` gets it back with its result after COMMIT, on a
  // thread of the committer, and must not block. The status given to `done` is that of the
  // transaction: the operation's own is in `op.status`.
  using Done = sql::GroupCommitter<SeatOp>::Done;
  void Submit(absl::Time deadline, SeatOp&& op, Done done);
  // The same for several of one event, which the next transaction takes together if it has room for
  // them. All are queued or none is; `done` is called for each.
  void SubmitAll(absl::Time deadline, std::vector<SeatOp> ops, Done done);

  // With its places on the waiting list and in its line, and what it waits for.
  // REGISTRATION_NOT_FOUND.
  absl::StatusOr<v1::Registration> Get(absl::Time deadline, std::string_view name);
  // Those of `names` that exist, in no particular order.
  absl::StatusOr<std::vector<v1::Registration>> BatchGet(absl::Time deadline,
                                                         const std::vector<std::string>& names);
  // The id of the active registration with this key (BlindIndex), or "".
  absl::StatusOr<std::string> FindActive(absl::Time deadline, std::string_view active_key);
  // What happened to it. REGISTRATION_NOT_FOUND.
  absl::StatusOr<v1::RegistrationLog> GetLog(absl::Time deadline, std::string_view name);
  // The names of at most `limit` registrations and as many vouchers for which places were kept
  // until `now` or before, of each the first to expire first.
  absl::StatusOr<std::vector<std::string>> ListExpired(absl::Time deadline, absl::Time now,
                                                       std::int64_t limit);
  // At most `limit` registrations of `event` after `after_id`, by id, in one of `states` (all when
  // empty, at most 13). EVENT_NOT_FOUND.
  absl::StatusOr<std::vector<v1::Registration>> List(absl::Time deadline, std::string_view event,
                                                     std::string_view after_id,
                                                     std::vector<v1::RegistrationState> states,
                                                     std::int64_t limit);
  // The registrations of `party` among `limit` of `event` after `after_id`, by id, as the party
  // sees them (party.h), with the people that it has registered itself or is to confirm; and the id
  // of the last that was read, "" when there are no more. EVENT_NOT_FOUND.
  struct PartyPage {
    std::vector<v1::PartyRegistration> registrations;
    std::string next;
  };
  absl::StatusOr<PartyPage> ListOfParty(absl::Time deadline, std::string_view event,
                                        std::string_view party, std::string_view after_id,
                                        std::int64_t limit);
  // At most `limit` rows of the queue after waiting number `after`, with their places.
  // EVENT_NOT_FOUND.
  absl::StatusOr<std::vector<RegistrationRow>> ListWaiting(absl::Time deadline,
                                                           std::string_view event,
                                                           std::int64_t after, std::int64_t limit);

 private:
  // Tells of an operation that is finished, before it is answered.
  void Tell(const SeatOp& finished, const absl::Status& status) const;

  sql::Database& database_;
  const std::function<void()> on_commit_;
  const Mutation::OnWritten on_written_;
  sql::GroupCommitter<SeatOp> committer_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_REGISTRATIONS_REGISTRATION_STORE_H_
