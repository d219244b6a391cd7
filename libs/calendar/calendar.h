// iCalendar texts (RFC 5545), made with libical: of a mail (iMIP, RFC 6047 over RFC 5546), or of a
// feed to subscribe to.
//
//   WICI_ASSIGN_OR_RETURN(std::string text, WriteCalendar(Method::kRequest, {entry}));
//
// One VCALENDAR with a VEVENT for each entry. Entries about one thing carry the same UID for ever;
// a calendar takes the one with the highest SEQUENCE. Times are local times of the entry's zone,
// with a VTIMEZONE for each zone that holds the changes of a year before and after, so that a
// client needs no zone data of its own. Pure; any thread.
#ifndef WICI_LIBS_CALENDAR_CALENDAR_H_
#define WICI_LIBS_CALENDAR_CALENDAR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace wici::calendar {

// What the text is for. A feed has no method: its DTSTAMPs say when an entry changed last.
enum class Method { kFeed, kRequest, kCancel };
// "REQUEST", "CANCEL", or "" for a feed.
std::string_view MethodName(Method method);

enum class EntryStatus {
  kTentative,  // it may come to nothing: the time stays free
  kConfirmed,
  kCancelled,
};

// An address with the name to show. Neither has control characters; the domain is in ASCII.
struct Person {
  std::string name;  // may be empty
  std::string address;
};

struct Entry {
  std::string uid;  // "<id>@<domain>"
  std::int32_t sequence = 0;
  absl::Time stamp;  // DTSTAMP: of a mail when it is made, of a feed when the entry changed
  absl::Time start;
  absl::Time end;
  std::string time_zone;  // IANA
  // Control characters in these become spaces, but for line feeds; what a URI must not have, %XX.
  std::string summary;
  std::string description = "";  // "" for none
  std::string location = "";     // "" for none
  std::string url = "";          // "" for none
  EntryStatus status = EntryStatus::kConfirmed;
  std::optional<Person> organizer = {};
  // Every person gets a mail of their own and never sees another's address.
  std::optional<Person> attendee = {};
};

// The UID of the entry of a part, known by `id` in its whole, such as a session of an event: the
// same in every mail and feed.
std::string UidOfPart(std::string_view id, std::string_view whole);

// INVALID_ARGUMENT when a zone is unknown.
absl::StatusOr<std::string> WriteCalendar(Method method, absl::Span<const Entry> entries);

}  // namespace wici::calendar

#endif  // WICI_LIBS_CALENDAR_CALENDAR_H_
