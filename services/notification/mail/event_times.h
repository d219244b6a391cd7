// When an event is, in words of a language and in the event's own time zone (ICU).
#ifndef WICI_SERVICES_NOTIFICATION_MAIL_EVENT_TIMES_H_
#define WICI_SERVICES_NOTIFICATION_MAIL_EVENT_TIMES_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace wici::notification {

struct EventTimes {
  std::string date;  // "18 December 2015", "18 grudnia 2015", "18. Dezember 2015"
  std::string when;  // "Friday, 18 December 2015, 10:00–16:00 (CET)"
};

// `language` is "en" (British: 24 hours, day before month), "pl", "de" or any other that ICU knows;
// `time_zone` an IANA name. INVALID_ARGUMENT for an unknown zone, and for a language that is no tag
// of BCP-47. Thread-safe.
absl::StatusOr<EventTimes> DescribeEventTimes(absl::Time start, absl::Time end,
                                              std::string_view time_zone,
                                              std::string_view language);

// One instant: "Friday, 18 December 2015, 10:00 (CET)". The same otherwise.
absl::StatusOr<std::string> DescribeInstant(absl::Time time, std::string_view time_zone,
                                            std::string_view language);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_MAIL_EVENT_TIMES_H_
