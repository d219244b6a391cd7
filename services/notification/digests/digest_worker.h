// Closes the digests that are due, each in one transaction.
//
// One thread looks every second. Several processes may run it, and may be killed at any instant: a
// digest is closed once.
#ifndef WICI_SERVICES_NOTIFICATION_DIGESTS_DIGEST_WORKER_H_
#define WICI_SERVICES_NOTIFICATION_DIGESTS_DIGEST_WORKER_H_

#include <cstdint>
#include <functional>
#include <utility>

#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/rounds_thread.h"
#include "libs/sql/database.h"

namespace wici::notification {

class DigestWorker {
 public:
  // `machine` is the clock of deadlines; `on_commit` is called when a mail was recorded. All
  // outlive the worker.
  DigestWorker(sql::Database& database, IdSource& ids, const Clock& clock, const Clock& machine,
               std::function<void()> on_commit)
      : database_(database),
        ids_(ids),
        clock_(clock),
        machine_(machine),
        on_commit_(std::move(on_commit)) {}

  // Starts the thread, which ends with the object.
  void Start() { thread_.Start(); }
  // One round on the calling thread; returns how many items went into mails. Not together with
  // Start.
  absl::StatusOr<std::int64_t> RunOnce();

 private:
  bool Round();

  sql::Database& database_;
  IdSource& ids_;
  const Clock& clock_;
  const Clock& machine_;
  const std::function<void()> on_commit_;
  RoundsThread thread_{absl::Seconds(1), [this] { return Round(); }};
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_DIGESTS_DIGEST_WORKER_H_
