// One event inside one transaction: its seats, the registrations touched, and the queue.
//
// Load reads the hot row; steps change it in memory by the rules of seats.h and
// registration_state.h; Save writes everything in a constant number of statements, the hot row
// guarded by its version. Promotion happens with the step that frees the seat, so no transaction
// ever leaves a free seat beside a queue. Not thread-safe; lives inside one transaction.
#ifndef WICI_SERVICES_REGISTRATION_SEATS_EVENT_AGGREGATE_H_
#define WICI_SERVICES_REGISTRATION_SEATS_EVENT_AGGREGATE_H_

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "services/registration/mutation.h"
#include "services/registration/registrations/registration_rows.h"
#include "services/registration/registrations/registration_state.h"
#include "services/registration/seats/seats_row.h"

namespace wici::registration {

class EventAggregate {
 public:
  // `tx` outlives the object. EVENT_NOT_FOUND.
  static absl::StatusOr<EventAggregate> Load(sql::Transaction& tx, std::string_view event,
                                             absl::Time now);

  SeatsRow& seats() { return seats_; }
  // The version the aggregate has after Save, for its change records.
  std::int64_t next_version() const { return seats_.version + 1; }

  // Reads registrations of this event by name, in one statement.
  absl::Status LoadRegistrations(const std::vector<std::string>& names);
  // Reads the head of the queue: enough for `steps` steps and for the seats that are free now.
  absl::Status LoadQueue(std::int64_t steps);
  // Reads which of `active_keys` belong to an active registration.
  absl::Status LoadActiveKeys(const std::vector<std::string>& active_keys);

  // A loaded registration, or nullptr.
  RegistrationRow* Find(std::string_view id);
  bool HasActive(const std::string& active_key) const {
    return active_.find(active_key) != active_.end();
  }

  // Adds a new registration: PENDING_APPROVAL when `pending`, else as the seats allow.
  // EVENT_FULL, WAITING_LIST_FULL.
  absl::StatusOr<RegistrationRow*> Add(RegistrationRow row, bool pending, Changes& changes);

  // Takes one step with a loaded registration, then promotes who can be. `kind` is the change
  // kind without prefix. TRANSITION_NOT_ALLOWED.
  absl::Status Apply(RegistrationRow& row, Step step, std::string_view kind, Changes& changes);

  // Takes out of a loaded registration what the person said and how they were recognised; an
  // active one stays active, of nobody known. Recorded as registration.person_erased.
  void Forget(RegistrationRow& row, Changes& changes);

  // Promotes as many as seats are free; the queue must be loaded.
  absl::Status Promote(Changes& changes);

  // A change record about this event.
  feed::Change MakeChange(std::string_view kind, std::string_view resource,
                          std::string_view person) const;

  // Writes what changed. ABORTED when another transaction was first.
  absl::Status Save();

 private:
  struct Entry {
    RegistrationRow row;
    bool is_new = false;  // not in the database yet
    bool dirty = false;
  };

  EventAggregate(sql::Transaction& tx, SeatsRow seats, absl::Time now)
      : tx_(&tx), seats_(std::move(seats)), now_(now) {}

  Entry& Keep(RegistrationRow row);
  void Enqueue(Entry& entry);
  // The row changes now: one revision more.
  void Touch(Entry& entry);
  void SetState(Entry& entry, v1::RegistrationState state);
  feed::Change RegistrationChange(std::string_view kind, const RegistrationRow& row) const;

  sql::Transaction* tx_;
  SeatsRow seats_;
  absl::Time now_;
  std::vector<std::unique_ptr<Entry>> entries_;    // in the order they came
  std::unordered_map<std::string, Entry*> by_id_;  // id -> entry
  std::deque<Entry*> queue_;                       // head of the waiting list, in order
  std::unordered_map<std::string, bool> active_;   // keys with a registration
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_EVENT_AGGREGATE_H_
