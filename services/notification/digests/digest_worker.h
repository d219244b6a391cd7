// Closes the digests that are due, each in one transaction.
//
// One thread looks every second. Several processes may run it, and may be killed at any instant: a
// digest is closed once.
#ifndef WICI_SERVICES_NOTIFICATION_DIGESTS_DIGEST_WORKER_H_
#define WICI_SERVICES_NOTIFICATION_DIGESTS_DIGEST_WORKER_H_

#include <cstdint>
#include <functional>
#include <thread>
#include <utility>

#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/mutex.h"
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
  ~DigestWorker();  // stops the thread
  DigestWorker(const DigestWorker&) = delete;
  DigestWorker& operator=(const DigestWorker&) = delete;

  void Start();
  // One round on the calling thread; returns how many items went into mails. Not together with
  // Start.
  absl::StatusOr<std::int64_t> RunOnce();

 private:
  void Run();

  sql::Database& database_;
  IdSource& ids_;
  const Clock& clock_;
  const Clock& machine_;
  const std::function<void()> on_commit_;
  Mutex mutex_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_DIGESTS_DIGEST_WORKER_H_
