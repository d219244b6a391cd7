#include "services/notification/timers/rules/plan_timers.h"

#include <algorithm>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_replace.h"
#include "libs/base/timestamp.h"

namespace wici::notification {
namespace {

constexpr std::string_view kFollowUp = "templates/event-follow-up";
constexpr int kMorning = 9;
constexpr absl::Duration kFollowUpLife = absl::Hours(72);

absl::TimeZone ZoneOf(const registration::v1::Event& event) {
  absl::TimeZone zone;
  // An event has a zone that exists; UTC is only for one that came to be before the zone did.
  if (!absl::LoadTimeZone(event.time_zone(), &zone)) return absl::UTCTimeZone();
  return zone;
}

// What is written down of an instant, so that both can be compared.
absl::Time KeptTimeOf(const google::protobuf::Timestamp& time) {
  return FromMicros(MicrosOf(time));
}

// The same time of day, so many days before.
absl::Time DaysBefore(absl::Time time, int days, absl::TimeZone zone) {
  const absl::CivilSecond wall = absl::ToCivilSecond(time, zone);
  const absl::CivilDay day = absl::CivilDay(wall) - days;
  // A time that the clocks skip is read as if they had not been changed yet.
  return zone
      .At(absl::CivilSecond(day.year(), day.month(), day.day(), wall.hour(), wall.minute(),
                            wall.second()))
      .pre;
}

}  // namespace

std::vector<PlannedTimer> PlanTimers(const registration::v1::Event& event) {
  if (event.state() != registration::v1::EVENT_STATE_PUBLISHED) return {};
  const absl::TimeZone zone = ZoneOf(event);
  const absl::Time start = KeptTimeOf(event.start_time());
  const absl::Time end = KeptTimeOf(event.end_time());
  const absl::Time week_before = DaysBefore(start, 7, zone);
  const absl::Time day_before = DaysBefore(start, 1, zone);
  const absl::Time hours_before = start - absl::Hours(2);
  const absl::CivilDay next = absl::ToCivilDay(end, zone) + 1;
  const absl::Time day_after =
      absl::FromCivil(absl::CivilHour(next.year(), next.month(), next.day(), kMorning), zone);
  return {{TimerKind::kWeekBefore, week_before, start, day_before},
          {TimerKind::kDayBefore, day_before, start, hours_before},
          {TimerKind::kHoursBefore, hours_before, start, start},
          {TimerKind::kDayAfter, day_after, end, day_after + kFollowUpLife}};
}

std::string_view TemplateOfTimer(TimerKind kind) {
  return kind == TimerKind::kDayAfter ? kFollowUp : "templates/event-reminder";
}

bool IsTimedFor(std::string_view template_name, absl::Time anchor,
                const registration::v1::Event& event) {
  const auto& time = template_name == kFollowUp ? event.end_time() : event.start_time();
  return KeptTimeOf(time) == anchor;
}

Countdown CountDown(const registration::v1::Event& event, absl::Time now) {
  const absl::Time start = TimeOf(event.start_time());
  if (start <= now) return {};
  const absl::TimeZone zone = ZoneOf(event);
  const std::int64_t days = absl::ToCivilDay(start, zone) - absl::ToCivilDay(now, zone);
  if (days > 0) return {days, 0};
  return {0, absl::ToInt64Hours(absl::Ceil(start - now, absl::Hours(1)))};
}

absl::Duration UnreadableWait(std::int64_t failures) {
  constexpr std::int64_t kDoublings = 6;
  const std::int64_t nth = std::min(std::max<std::int64_t>(failures, 0), kDoublings);
  return std::min(absl::Seconds(5) * (std::int64_t{1} << nth), absl::Minutes(5));
}

std::int64_t FactsVersion(const registration::v1::Event& event) {
  std::int64_t version = 0;
  if (!absl::SimpleAtoi(absl::StrReplaceAll(event.etag(), {{"\"", ""}}), &version)) return 0;
  return version;
}

}  // namespace wici::notification
