#include "services/notification/timers/timer_check.h"

#include <map>
#include <set>
#include <string>

#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/notification/timers/queries.h"
#include "services/notification/timers/timer_store.h"

namespace wici::notification {
namespace {

constexpr std::int64_t kWaiting = 1;

// What the timers of an event say.
struct Times {
  std::map<std::string, std::set<absl::Time>, std::less<>> anchors;  // by template
  bool waiting = false;
  bool cancelled = false;
};

bool IsRight(const Times& times, const ClaimedDelivery& delivery) {
  if (times.cancelled && !times.waiting) return false;
  const auto anchors = times.anchors.find(delivery.template_name);
  return anchors == times.anchors.end() || anchors->second.count(*delivery.anchor) > 0;
}

}  // namespace

absl::StatusOr<std::vector<Verdict>> TimerCheck::Check(sql::Transaction& tx,
                                                       absl::Span<const Candidate> candidates,
                                                       absl::Time /*now*/) {
  std::map<std::string, Times> events;
  for (const Candidate& candidate : candidates) {
    if (candidate.delivery->anchor) events[candidate.delivery->event] = {};
  }
  std::vector<Verdict> verdicts(candidates.size());
  if (events.empty()) return verdicts;
  std::vector<std::vector<sql::Value>> keys;
  for (const auto& [event, times] : events) keys.push_back({event});
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.SelectMany(queries::kGetTimersOf, "", keys));
  for (const sql::Row& row : rows) {
    Times& times = events[row.Text(0)];
    const std::string name(TemplateOfTimer(static_cast<TimerKind>(row.Int(1))));
    times.anchors[name].insert(FromMicros(row.Int(2)));
    times.waiting = times.waiting || row.Int(3) == kWaiting;
    times.cancelled =
        times.cancelled || row.Int(3) == static_cast<std::int64_t>(TimerEnd::kCancelled);
  }
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const ClaimedDelivery& delivery = *candidates[i].delivery;
    if (!delivery.anchor || IsRight(events[delivery.event], delivery)) continue;
    verdicts[i].reason = v1::DELIVERY_REASON_OVERTAKEN;
  }
  return verdicts;
}

}  // namespace wici::notification
