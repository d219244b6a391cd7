// The SQL of the hot row of an event and of the registrations that take its seats, written once for
// both engines.
//
// Column orders are those of the *_rows.h they are read by. Texts that end in VALUES or IN are
// completed by InsertMany and SelectMany (libs/sql/database.h).
#ifndef WICI_SERVICES_REGISTRATION_SEATS_QUERIES_H_
#define WICI_SERVICES_REGISTRATION_SEATS_QUERIES_H_

#include <string_view>

#include "libs/sql/database.h"

namespace wici::registration {

inline constexpr sql::Query kInsertSeats{"insert_seats", R"sql(
  INSERT INTO event_seats (event, version, state, opens_at, closes_at, approval, admission,
    capacity, waiting_list_capacity, confirmed, waitlisted, pending, checked_in,
    next_waiting_number)
  VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, 0, 1))sql"};

inline constexpr sql::Query kGetSeats{"get_seats", R"sql(
  SELECT version, state, opens_at, closes_at, approval, admission, capacity,
         waiting_list_capacity, confirmed, waitlisted, pending, checked_in, next_waiting_number
  FROM event_seats WHERE event = $1)sql"};

inline constexpr sql::Query kWatchSeats{"watch_seats", R"sql(
  SELECT version, state, opens_at, closes_at, approval, admission, capacity,
         waiting_list_capacity, confirmed, waitlisted, pending, checked_in, next_waiting_number,
         event
  FROM event_seats WHERE event IN)sql"};

// The guard of every change below an event: it fails when another transaction was first.
inline constexpr sql::Query kUpdateSeats{"update_seats", R"sql(
  UPDATE event_seats SET version = version + 1, state = $3, opens_at = $4, closes_at = $5,
         approval = $6, admission = $7, capacity = $8, waiting_list_capacity = $9,
         confirmed = $10, waitlisted = $11, pending = $12, checked_in = $13,
         next_waiting_number = $14
  WHERE event = $1 AND version = $2 RETURNING version)sql"};

inline constexpr sql::Query kFindActivePersons{"find_active_persons", R"sql(
  SELECT active_key FROM registrations WHERE active_key IN)sql"};

inline constexpr sql::Query kListWaiting{"list_waiting", R"sql(
  SELECT event, id, revision, state, person, active_key, invitation, waiting_number,
         checked_in_at, body, created_at, updated_at
  FROM registrations WHERE event = $1 AND state = 3 AND waiting_number > $2
  ORDER BY waiting_number LIMIT $3)sql"};

inline constexpr sql::Query kInsertRegistrations{"insert_registrations", R"sql(
  INSERT INTO registrations (event, id, revision, state, person, active_key, invitation,
    waiting_number, checked_in_at, body, created_at, updated_at) VALUES)sql"};

// Changes many in one statement, like kUpdateInvitations. A row may have changed several times in
// the transaction; the event's version guards them all.
inline constexpr sql::Query kUpdateRegistrations{"update_registrations", R"sql(
  INSERT INTO registrations (event, id, revision, state, person, active_key, invitation,
    waiting_number, checked_in_at, body, created_at, updated_at) VALUES)sql"};
inline constexpr std::string_view kUpdateRegistrationsSuffix = R"sql(
  ON CONFLICT (event, id) DO UPDATE SET revision = excluded.revision, state = excluded.state,
    active_key = excluded.active_key, waiting_number = excluded.waiting_number,
    checked_in_at = excluded.checked_in_at, body = excluded.body,
    updated_at = excluded.updated_at
  WHERE registrations.revision < excluded.revision RETURNING id)sql";

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_QUERIES_H_
