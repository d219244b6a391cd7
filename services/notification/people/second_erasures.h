// Erases those once more whose time for that has come (erasures.h). Of those whom ErasePerson did
// not ask for, it passes over whom their owner knows again: ids of contacts may be chosen, and one
// that was deleted may have been made anew under its id. What it holds since is its own.
//
// One thread looks every minute. Several processes may run it, and may be killed at any instant.
// While the owners cannot be asked only those are erased a second time whom ErasePerson asked for,
// with a warning in the log.
#ifndef WICI_SERVICES_NOTIFICATION_PEOPLE_SECOND_ERASURES_H_
#define WICI_SERVICES_NOTIFICATION_PEOPLE_SECOND_ERASURES_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/rounds_thread.h"
#include "libs/sql/database.h"
#include "services/notification/peers/peers.h"
#include "services/notification/people/person_data.h"

namespace wici::notification {

class SecondErasures {
 public:
  // Erases from `people`, of which Erasures is a part. All outlive it.
  SecondErasures(sql::Database& database, Peers& peers, PersonData& people, IdSource& ids,
                 const Clock& clock)
      : database_(database), peers_(peers), people_(people), ids_(ids), clock_(clock) {}

  // Starts the thread, which ends with the object.
  void Start() { thread_.Start(); }
  // One round on the calling thread; returns how many were due, 0 when nobody is. Not together with
  // Start. Errors are those of the owners and of the database.
  absl::StatusOr<std::int64_t> RunOnce();

 private:
  // Whether there may be more.
  bool Round();
  absl::StatusOr<Names> ListDue(bool requested, absl::Time now);
  // Erases `due`, but for `spared`, and ends that for all of them.
  absl::Status Erase(bool requested, const Names& due, const Names& spared, absl::Time now);

  sql::Database& database_;
  Peers& peers_;
  PersonData& people_;
  IdSource& ids_;
  const Clock& clock_;
  RoundsThread thread_{absl::Minutes(1), [this] { return Round(); }};
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PEOPLE_SECOND_ERASURES_H_
