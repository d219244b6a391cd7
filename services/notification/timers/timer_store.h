// Timers in the database. Functions of a caller's transaction.
#ifndef WICI_SERVICES_NOTIFICATION_TIMERS_TIMER_STORE_H_
#define WICI_SERVICES_NOTIFICATION_TIMERS_TIMER_STORE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/sql/database.h"
#include "services/notification/timers/rules/plan_timers.h"
#include "wici/registration/v1/event.pb.h"

namespace wici::notification {

// Times the reminders of events anew, by facts that were read: a published event's are set, those
// of another cancelled. Facts older than what is known change nothing.
absl::Status SetTimers(sql::Transaction& tx, absl::Span<const registration::v1::Event> events,
                       absl::Time now);

struct DueTimer {
  std::string event;
  TimerKind kind = TimerKind::kWeekBefore;
  absl::Time fire_at;
  absl::Time anchor;
  std::int64_t failures = 0;  // to read its event, in a row
};

// At most `limit`, the longest due first.
absl::StatusOr<std::vector<DueTimer>> ListDueTimers(sql::Transaction& tx, absl::Time now,
                                                    std::int64_t limit);

// Looks at timers again at `at`, whatever their time: their event could not be read. What was moved
// or has ended meanwhile stays as it is.
absl::Status DelayTimers(sql::Transaction& tx,
                         absl::Span<const std::pair<DueTimer, absl::Time>> timers);

// Looks at timers that were delayed at their time after all: nobody can say how long they were to
// be delayed, since the clock was set back.
absl::Status EndDelays(sql::Transaction& tx, absl::Time now);

enum class TimerEnd { kFired = 2, kCancelled = 3, kTooLate = 4 };

// Whether the timer was still waiting for that time, and has ended now.
absl::StatusOr<bool> EndTimer(sql::Transaction& tx, const DueTimer& timer, TimerEnd end,
                              absl::Time now);

// The next facts about any event count, whatever their version: they come from a database that was
// restored. Also about those that are not published there, and may be so again.
absl::Status ForgetFacts(sql::Transaction& tx);

// After a restore: ends the timers that are due as kTooLate. They may have fired since the backup.
absl::Status PassOverDueTimers(sql::Transaction& tx, absl::Time now);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_TIMERS_TIMER_STORE_H_
