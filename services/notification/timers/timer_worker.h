// Fires the timers that are due: records the reminders in the ledger, once.
//
// One thread looks every few seconds. Who is reminded is asked when a timer fires, and what the
// event is like then: if it was moved, the timer is timed anew instead. A reminder is checked once
// more just before it is sent (sending/message.h). Several processes may run it; a timer fires
// once. Whoever came to an event with a survey that is open is asked for their answers in the mail
// of the day after (Links.survey_open of registration).
//
// An event that registration cannot serve delays its own timers only: the events of a round are
// then asked for one by one, and what cannot be read is looked at again after a while that grows
// (UnreadableWait). While registration itself is away, everything waits. When the clock was set
// back, what was delayed by the time it showed is looked at at its own.
#ifndef WICI_SERVICES_NOTIFICATION_TIMERS_TIMER_WORKER_H_
#define WICI_SERVICES_NOTIFICATION_TIMERS_TIMER_WORKER_H_

#include <functional>
#include <map>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/mutex.h"
#include "libs/sql/database.h"
#include "services/notification/peers/peers.h"
#include "services/notification/timers/timer_store.h"

namespace wici::notification {

class TimerWorker {
 public:
  // `on_commit` is called when reminders were recorded. All outlive the worker.
  TimerWorker(sql::Database& database, Peers& peers, IdSource& ids, const Clock& clock,
              std::function<void()> on_commit)
      : database_(database),
        peers_(peers),
        ids_(ids),
        clock_(clock),
        on_commit_(std::move(on_commit)) {}
  ~TimerWorker();  // stops the thread
  TimerWorker(const TimerWorker&) = delete;
  TimerWorker& operator=(const TimerWorker&) = delete;

  void Start();
  // One round on the calling thread; returns how many timers were due. Errors: those of the
  // database, and of a registration that is away. Not together with Start.
  absl::StatusOr<int> RunOnce();

 private:
  // What was asked of registration in one round.
  struct Round {
    std::map<std::string, Subject> events;  // those there are
    std::map<std::string, absl::Status> unreadable;
  };

  void Run();
  // When the clock was set back since the last round, or perhaps before the first.
  absl::Status EndDelaysOfAhead();
  absl::StatusOr<Round> ReadEvents(const Names& names);
  // Writes down that these could not be fired, and when to look again.
  absl::Status Delay(absl::Span<const DueTimer> timers);
  absl::Status Fire(const DueTimer& timer, const registration::v1::Event* event);
  absl::Status Remind(const DueTimer& timer, const registration::v1::Event& event);
  absl::Status End(const DueTimer& timer, TimerEnd end);

  sql::Database& database_;
  Peers& peers_;
  IdSource& ids_;
  const Clock& clock_;
  const std::function<void()> on_commit_;
  absl::Time last_round_ = absl::InfiniteFuture();  // of who makes rounds
  Mutex mutex_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_TIMERS_TIMER_WORKER_H_
