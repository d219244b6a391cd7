// The calendar part of a mail (iMIP, RFC 6047 over RFC 5546), made with libical.
//
// One VCALENDAR with one VEVENT and one ATTENDEE: every person gets a mail of their own and never
// sees another's address. All mails about one event carry the same UID; a calendar takes the one
// with the highest SEQUENCE. Times are local times of the event's zone with a VTIMEZONE that holds
// the changes of a year before and after, so that a client needs no zone data of its own.
#ifndef WICI_SERVICES_NOTIFICATION_MAIL_CALENDAR_H_
#define WICI_SERVICES_NOTIFICATION_MAIL_CALENDAR_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/notification/mail/mailbox.h"
#include "services/notification/mail/mime.h"
#include "wici/notification/v1/notification.pb.h"

namespace wici::notification {

struct CalendarEntry {
  v1::CalendarMethod method = v1::CALENDAR_METHOD_REQUEST;
  HeaderValue uid;  // "<event id>@<domain>"
  std::int32_t sequence = 0;
  absl::Time stamp;  // DTSTAMP: when this mail is made
  absl::Time start;
  absl::Time end;
  std::string time_zone;         // IANA
  std::string summary;           // one line
  std::string description = "";  // "" for none
  std::string location = "";     // "" for none
  std::string url = "";          // "" for none
  bool tentative = false;        // STATUS:TENTATIVE (not yet registered) instead of CONFIRMED
  Mailbox organizer;
  Mailbox attendee;
};

// The text and its method. INVALID_ARGUMENT when the method is neither REQUEST nor CANCEL or the
// zone is unknown. Thread-safe.
absl::StatusOr<CalendarPart> BuildCalendar(const CalendarEntry& entry);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_MAIL_CALENDAR_H_
