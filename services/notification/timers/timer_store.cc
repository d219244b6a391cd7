#include "services/notification/timers/timer_store.h"

#include <limits>

#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/notification/timers/queries.h"

namespace wici::notification {
namespace {

constexpr std::int64_t kWaiting = 1;

}  // namespace

absl::Status SetTimers(sql::Transaction& tx, absl::Span<const registration::v1::Event> events,
                       absl::Time now) {
  std::vector<std::vector<sql::Value>> rows;
  for (const registration::v1::Event& event : events) {
    const std::vector<PlannedTimer> timers = PlanTimers(event);
    for (const PlannedTimer& timer : timers) {
      const std::int64_t state =
          timer.fire_at > now ? kWaiting : static_cast<std::int64_t>(TimerEnd::kTooLate);
      rows.push_back({event.name(), static_cast<std::int64_t>(timer.kind), ToMicros(timer.fire_at),
                      ToMicros(timer.fire_at), 0, ToMicros(timer.anchor), FactsVersion(event),
                      state, ToMicros(now)});
    }
    if (!timers.empty()) continue;
    WICI_RETURN_IF_ERROR(
        tx.Execute(queries::kCancelTimers, {event.name(), FactsVersion(event), ToMicros(now)})
            .status());
  }
  if (rows.empty()) return absl::OkStatus();
  return tx.InsertMany(queries::kSetTimers, queries::kSetTimersSuffix, rows).status();
}

absl::StatusOr<std::vector<DueTimer>> ListDueTimers(sql::Transaction& tx, absl::Time now,
                                                    std::int64_t limit) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.Execute(queries::kListDueTimers, {ToMicros(now), limit}));
  std::vector<DueTimer> due;
  for (const sql::Row& row : rows) {
    due.push_back({row.Text(0), static_cast<TimerKind>(row.Int(1)), FromMicros(row.Int(2)),
                   FromMicros(row.Int(3)), row.Int(4)});
  }
  return due;
}

absl::Status DelayTimers(sql::Transaction& tx,
                         absl::Span<const std::pair<DueTimer, absl::Time>> timers) {
  for (const auto& [timer, at] : timers) {
    WICI_RETURN_IF_ERROR(tx.Execute(queries::kDelayTimer,
                                    {timer.event, static_cast<std::int64_t>(timer.kind),
                                     ToMicros(timer.fire_at), ToMicros(timer.anchor), ToMicros(at)})
                             .status());
  }
  return absl::OkStatus();
}

absl::Status EndDelays(sql::Transaction& tx, absl::Time now) {
  return tx.Execute(queries::kEndDelays, {ToMicros(now)}).status();
}

absl::StatusOr<bool> EndTimer(sql::Transaction& tx, const DueTimer& timer, TimerEnd end,
                              absl::Time now) {
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows rows,
      tx.Execute(queries::kEndTimer,
                 {timer.event, static_cast<std::int64_t>(timer.kind), ToMicros(timer.fire_at),
                  ToMicros(timer.anchor), static_cast<std::int64_t>(end), ToMicros(now)}));
  return !rows.empty();
}

absl::Status ForgetFacts(sql::Transaction& tx) {
  return tx.Execute(queries::kForgetFacts).status();
}

absl::Status PassOverDueTimers(sql::Transaction& tx, absl::Time now) {
  const absl::Duration longest = UnreadableWait(std::numeric_limits<std::int64_t>::max());
  return tx.Execute(queries::kPassOverDueTimers, {ToMicros(now), ToMicros(now + longest)}).status();
}

}  // namespace wici::notification
