#include "services/notification/lanes/lane.h"

#include <algorithm>

namespace wici::notification {
namespace {

constexpr std::int64_t kToken = 1000;       // in thousandths
constexpr std::int64_t kKeptForUrgent = 4;  // a quarter of the burst
// More doublings of a pause than anybody waits for.
constexpr std::int64_t kDoublingsMax = 16;

// When a pause of such a length ends that was to end at `until`; `now` when it has ended, or when
// that was written by a clock that has been set back since: nobody waits until then.
absl::Time EndOf(absl::Time until, absl::Duration pause, absl::Time now) {
  return until - now <= pause + kClocksDiffer ? std::max(until, now) : now;
}

// For how long its failures in a row open it.
absl::Duration PauseOf(const Lane& lane, const LaneLimits& limits) {
  const std::int64_t doublings =
      std::clamp<std::int64_t>(lane.failures - limits.failures_max, 0, kDoublingsMax);
  return std::min(limits.open_longest, limits.open_first * (std::int64_t{1} << doublings));
}

void Fill(Lane& lane, const LaneLimits& limits, absl::Time now) {
  if (lane.filled - now > kClocksDiffer) lane.filled = now;
  const std::int64_t full = limits.burst * kToken;
  const absl::Duration since = std::max(now - lane.filled, absl::ZeroDuration());
  const absl::Duration to_fill = absl::Seconds(limits.burst) / limits.per_second;
  lane.milli_tokens = since >= to_fill
                          ? full
                          : std::min(full, lane.milli_tokens + absl::ToInt64Milliseconds(since) *
                                                                   limits.per_second);
  lane.filled = std::max(lane.filled, now);
}

}  // namespace

Verdict AdmitToLane(Lane& lane, const LaneLimits& limits, bool urgent, std::int64_t& waiting,
                    absl::Time now) {
  const bool broken = limits.failures_max > 0 && lane.failures >= limits.failures_max;
  const absl::Time until = std::max(EndOf(lane.open_until, PauseOf(lane, limits), now),
                                    EndOf(lane.probe_until, limits.probe, now));
  if (broken && until > now) {
    return {v1::DELIVERY_REASON_CIRCUIT_OPEN, until + absl::Milliseconds(100) * ++waiting};
  }
  if (limits.per_second > 0) {
    Fill(lane, limits, now);
    const std::int64_t kept = urgent ? 0 : limits.burst / kKeptForUrgent * kToken;
    if (lane.milli_tokens < kept + kToken) {
      ++waiting;
      return {v1::DELIVERY_REASON_THROTTLED, now + absl::Seconds(waiting) / limits.per_second};
    }
    lane.milli_tokens -= kToken;
  }
  if (broken) lane.probe_until = now + limits.probe;
  return {};
}

void RecordInLane(Lane& lane, const LaneLimits& limits, bool failed, absl::Time now) {
  if (!failed) {
    lane.failures = 0;
    lane.open_until = lane.probe_until = absl::UnixEpoch();
    return;
  }
  // What was under way when it opened says nothing new.
  const bool broken = limits.failures_max > 0 && lane.failures >= limits.failures_max;
  if (broken && EndOf(lane.open_until, PauseOf(lane, limits), now) > now) return;
  ++lane.failures;
  if (limits.failures_max == 0 || lane.failures < limits.failures_max) return;
  lane.open_until = now + PauseOf(lane, limits);
  lane.probe_until = absl::UnixEpoch();
}

}  // namespace wici::notification
