#include "services/cluster_registry/partial_date.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"

namespace wici::cluster_registry {

std::optional<DateRange> ParsePartialDate(std::string_view text) {
  switch (text.size()) {
    case 4: {
      const auto first = ParseDate(absl::StrCat(std::string(text), "-01-01"));
      if (!first) return std::nullopt;
      return DateRange{*first, absl::CivilDay(first->year(), 12, 31)};
    }
    case 7: {
      const auto first = ParseDate(absl::StrCat(std::string(text), "-01"));
      if (!first) return std::nullopt;
      return DateRange{*first, EndOfMonth(*first)};
    }
    default: {
      const auto day = ParseDate(text);
      if (!day) return std::nullopt;
      return DateRange{*day, *day};
    }
  }
}

bool OptionalPartialDate(Violations& violations, std::string_view field, std::string_view text) {
  if (text.empty() || ParsePartialDate(text)) return true;
  violations.Add(field, "must be YYYY, YYYY-MM or YYYY-MM-DD (ISO 8601) of the years 1900 to 9999");
  return false;
}

absl::CivilDay AddMonths(absl::CivilDay day, int months) {
  const absl::CivilMonth month = absl::CivilMonth(day) + months;
  const absl::CivilDay last = EndOfMonth(absl::CivilDay(month));
  return absl::CivilDay(month.year(), month.month(), std::min(day.day(), last.day()));
}

absl::CivilDay EndOfMonth(absl::CivilDay day) {
  return absl::CivilDay(absl::CivilMonth(day) + 1) - 1;
}

DayInterval MakeInterval(std::string_view from, std::string_view until) {
  return {.from = std::string(from), .until = std::string(until.empty() ? kOpenUntil : until)};
}

bool Overlap(const DayInterval& a, const DayInterval& b) {
  return a.from <= b.until && b.from <= a.until;
}

}  // namespace wici::cluster_registry
