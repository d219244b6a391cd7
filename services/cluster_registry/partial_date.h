// Civil dates of reduced precision (ISO 8601): "2015", "2015-11", "2015-11-18"; and intervals of
// days.
//
// Pure functions; safe to call from any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_PARTIAL_DATE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_PARTIAL_DATE_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"
#include "libs/base/violations.h"

namespace wici::cluster_registry {

// The days a partial date may mean, both included.
struct DateRange {
  absl::CivilDay first;
  absl::CivilDay last;
  friend bool operator==(const DateRange&, const DateRange&) = default;
};

// The range of `text`, or nullopt when it is no date of reduced precision or its year lies outside
// 1900 to 9999.
std::optional<DateRange> ParsePartialDate(std::string_view text);

// Adds a violation unless `text` is empty or a partial date. Returns whether it is fine.
bool OptionalPartialDate(Violations& violations, std::string_view field, std::string_view text);

// `day` moved by `months`; the last day of the month when the month is shorter (2016-02-29 and 12
// months give 2017-02-28).
absl::CivilDay AddMonths(absl::CivilDay day, int months);

// The last day of the month of `day`.
absl::CivilDay EndOfMonth(absl::CivilDay day);

// Days, both included, as text: they are ordered by it. An open beginning is "", an open end
// kOpenUntil.
struct DayInterval {
  std::string from;
  std::string until;
  friend bool operator==(const DayInterval&, const DayInterval&) = default;
};
inline constexpr std::string_view kOpenUntil = "9999-12-31";

// The interval of dates as resources hold them, where an empty one is open.
DayInterval MakeInterval(std::string_view from, std::string_view until);
// Whether the two share a day.
bool Overlap(const DayInterval& a, const DayInterval& b);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_PARTIAL_DATE_H_
