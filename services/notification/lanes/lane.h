// A lane is where deliveries go that fare alike: the domain of an address, an
// endpoint. How much goes through it (a token bucket), and whether anything
// does (a circuit breaker):
//
//   closed --failures in a row--> open --after a while--> one probe --it
//   succeeds--> closed
//                                   ^                        | it fails: open
//                                   for twice as long
//                                   +------------------------+
//
// Pure.
#ifndef WICI_SERVICES_NOTIFICATION_LANES_LANE_H_
#define WICI_SERVICES_NOTIFICATION_LANES_LANE_H_

#include <cstdint>

#include "absl/time/time.h"
#include "services/notification/deliveries/rules/ledger.h"

namespace wici::notification {

struct LaneLimits {
  // Deliveries a second, and how many may come at once after a pause, of what is
  // not urgent three quarters of that. 0 per second: no limit.
  std::int32_t per_second = 0;
  std::int32_t burst = 100;
  // Failures in a row that open it. 0: it never opens.
  std::int32_t failures_max = 5;
  absl::Duration open_first = absl::Seconds(30);
  absl::Duration open_longest = absl::Hours(1);
  // For how long a probe is waited for before another one may go.
  absl::Duration probe = absl::Minutes(2);
};

// As it stands in the database.
struct Lane {
  std::int64_t failures = 0;  // in a row
  absl::Time open_until = absl::UnixEpoch();
  absl::Time probe_until = absl::UnixEpoch();
  std::int64_t milli_tokens = 0;
  absl::Time filled = absl::UnixEpoch();  // when the tokens were counted; then
                                          // it was full or less
  friend bool operator==(const Lane&, const Lane&) = default;
};

// Whether the next delivery may go through `lane` now, which then has a token
// less or a probe under way; else when to ask again: later for each one more in
// `waiting`, so that they do not all come back together. A quarter of the burst is
// kept for what is urgent, so that it finds a token also while much that is not
// waits for the rate; where urgent ones alone use the rate up, they have all of it.
Verdict AdmitToLane(Lane& lane, const LaneLimits& limits, bool urgent, std::int64_t& waiting,
                    absl::Time now);

// How an attempt through `lane` went.
void RecordInLane(Lane& lane, const LaneLimits& limits, bool failed, absl::Time now);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_LANES_LANE_H_
