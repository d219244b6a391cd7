// When the people of an event are reminded of it. Pure; any thread.
#ifndef WICI_SERVICES_NOTIFICATION_TIMERS_RULES_PLAN_TIMERS_H_
#define WICI_SERVICES_NOTIFICATION_TIMERS_RULES_PLAN_TIMERS_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "wici/registration/v1/event.pb.h"

namespace wici::notification {

// The numbers are in the database.
enum class TimerKind {
  kWeekBefore = 1,   // the same time of day 7 days before, in the zone of the event
  kDayBefore = 2,    // the same 1 day before
  kHoursBefore = 3,  // 2 hours before
  kDayAfter = 4      // 9:00 on the day after the end, in the zone of the event
};

struct PlannedTimer {
  TimerKind kind = TimerKind::kWeekBefore;
  absl::Time fire_at;
  absl::Time anchor;   // what it is timed for: the beginning, or for kDayAfter the end
  absl::Time expires;  // when it is too late: the next reminder, the event, or three days after
};

// The timers of a published event, in the order of their kinds; none of another. Across a change of
// the clocks a day is a day: the wall shows the same time. A time that a change skips is taken an
// hour later, of one that comes twice the first.
std::vector<PlannedTimer> PlanTimers(const registration::v1::Event& event);

// "templates/event-reminder" or "templates/event-follow-up".
std::string_view TemplateOfTimer(TimerKind kind);

// Whether a message timed for `anchor` is still true of the event as it is now.
bool IsTimedFor(std::string_view template_name, absl::Time anchor,
                const registration::v1::Event& event);

// How long it is until the event begins: whole days by the calendar of its zone, or when it is
// today the hours, rounded up. Both 0 once it has begun.
struct Countdown {
  std::int64_t days = 0;
  std::int64_t hours = 0;
};
Countdown CountDown(const registration::v1::Event& event, absl::Time now);

// How long to wait before an event that could not be read is asked for again, after `failures`
// failures in a row before this one: 5 s, twice as long each time, at most 5 minutes.
absl::Duration UnreadableWait(std::int64_t failures);

// The version of the event's facts, from its etag; 0 when it has none.
std::int64_t FactsVersion(const registration::v1::Event& event);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_TIMERS_RULES_PLAN_TIMERS_H_
