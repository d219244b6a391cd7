// The SQL of the calendar of a person, written once for both engines. Column orders are those of
// the
// *_rows.h they are read by. Texts that end in IN are completed by SelectMany
// (libs/sql/database.h).
#ifndef WICI_SERVICES_REGISTRATION_CALENDAR_QUERIES_H_
#define WICI_SERVICES_REGISTRATION_CALENDAR_QUERIES_H_

#include <string_view>

#include "libs/sql/database.h"

namespace wici::registration {

// The registrations a contact made with invitations, those of the last ones first.
inline constexpr sql::Query kListRegistrationsOfContact{"list_registrations_of_contact", R"sql(
  SELECT registration FROM invitations WHERE person = $1
  ORDER BY created_at DESC, event DESC LIMIT $2)sql"};

inline constexpr sql::Query kGetEvents{"get_events", R"sql(
  SELECT e.name, e.revision, e.state, e.body, e.created_at, e.updated_at,
         s.version, s.capacity, s.confirmed, s.waitlisted, s.pending, s.checked_in, s.held,
         e.start_at
  FROM events e JOIN event_seats s ON s.event = e.name
  WHERE e.name IN)sql"};

// ACCEPTED, SCHEDULED, CANCELLED, HELD, MISSED: those that may have had a time.
inline constexpr std::string_view kOnceWithPlace = "AND state IN (2, 3, 6, 7, 8)";

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_CALENDAR_QUERIES_H_
