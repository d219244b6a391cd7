// Reads the answer to a calendar entry out of text/calendar; METHOD:REPLY (RFC 5546 section 3.2.3).
//
// Written for answers that strangers send, and no general reader of iCalendar: it looks for the few
// lines it needs. Outlook leaves ORGANIZER out; it is not needed.
#ifndef WICI_SERVICES_NOTIFICATION_INTAKE_PROCESS_CALENDAR_REPLY_H_
#define WICI_SERVICES_NOTIFICATION_INTAKE_PROCESS_CALENDAR_REPLY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace wici::notification {

struct CalendarReply {
  std::string uid;
  std::int32_t sequence = 0;
  std::string attendee;       // the address
  std::string participation;  // "ACCEPTED", "DECLINED", "TENTATIVE"
  absl::Time stamp;
};

// nullopt for what is no answer by exactly one attendee to exactly one entry. Pure.
std::optional<CalendarReply> ReadCalendarReply(std::string_view text);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_INTAKE_PROCESS_CALENDAR_REPLY_H_
