#include "services/notification/preferences/rules/quiet_hours.h"

#include "absl/strings/ascii.h"

namespace wici::notification {
namespace {

constexpr int kMinutesPerHour = 60;

// The first instant after `now` at which the clock on the wall shows `minutes`, on `day`.
absl::Time InstantOf(absl::CivilDay day, int minutes, absl::TimeZone zone, absl::Time now) {
  const absl::TimeZone::TimeInfo at =
      zone.At(absl::CivilSecond(day.year(), day.month(), day.day()) + minutes * 60);
  switch (at.kind) {
    case absl::TimeZone::TimeInfo::SKIPPED:
      return at.trans;
    case absl::TimeZone::TimeInfo::REPEATED:
      return at.pre > now ? at.pre : at.post;
    default:
      return at.pre;
  }
}

}  // namespace

std::optional<int> ParseTimeOfDay(std::string_view text) {
  const auto digit = [&](std::size_t at) { return text[at] - '0'; };
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const std::size_t at : {0u, 1u, 3u, 4u}) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(text[at]))) return std::nullopt;
  }
  const int hour = digit(0) * 10 + digit(1);
  const int minute = digit(3) * 10 + digit(4);
  if (hour > 23 || minute > 59) return std::nullopt;
  return hour * kMinutesPerHour + minute;
}

absl::Time NextTimeOfDay(int minutes, absl::TimeZone zone, absl::Time now) {
  const absl::CivilDay today = absl::ToCivilDay(now, zone);
  const absl::Time at = InstantOf(today, minutes, zone, now);
  return at > now ? at : InstantOf(today + 1, minutes, zone, now);
}

std::optional<absl::Time> QuietUntil(const v1::Preferences& preferences, absl::Time now) {
  const std::optional<int> from = ParseTimeOfDay(preferences.quiet_from());
  const std::optional<int> until = ParseTimeOfDay(preferences.quiet_until());
  absl::TimeZone zone;
  if (!from || !until || !absl::LoadTimeZone(preferences.time_zone(), &zone)) return std::nullopt;
  const absl::CivilMinute local = absl::ToCivilMinute(now, zone);
  const absl::CivilDay today(local);
  const int minutes = local.hour() * kMinutesPerHour + local.minute();
  if (*from < *until) {
    if (minutes < *from || minutes >= *until) return std::nullopt;
    return InstantOf(today, *until, zone, now);
  }
  if (minutes >= *from) return InstantOf(today + 1, *until, zone, now);
  if (minutes < *until) return InstantOf(today, *until, zone, now);
  return std::nullopt;
}

}  // namespace wici::notification
