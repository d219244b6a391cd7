// Every SQL statement of the service, written once for both engines. Column orders are those of
// rows.h. The names show up in metrics and in the slow-query log. Texts that end in VALUES or IN
// are completed by InsertMany and SelectMany (libs/sql/database.h). What all services share has its
// SQL there: libs/sql/idempotency.cc, libs/feed/changes.cc.
#ifndef WICI_SERVICES_REGISTRATION_QUERIES_H_
#define WICI_SERVICES_REGISTRATION_QUERIES_H_

#include <string_view>

#include "libs/sql/database.h"

namespace wici::registration {

// Events.

inline constexpr sql::Query kGetEvent{"get_event", R"sql(
  SELECT e.name, e.revision, e.state, e.body, e.created_at, e.updated_at,
         s.version, s.capacity, s.confirmed, s.waitlisted, s.pending, s.checked_in, e.start_at
  FROM events e JOIN event_seats s ON s.event = e.name
  WHERE e.name = $1)sql"};

inline constexpr sql::Query kListEvents{"list_events", R"sql(
  SELECT e.name, e.revision, e.state, e.body, e.created_at, e.updated_at,
         s.version, s.capacity, s.confirmed, s.waitlisted, s.pending, s.checked_in, e.start_at
  FROM events e JOIN event_seats s ON s.event = e.name
  WHERE (e.start_at, e.name) > ($1, $2) AND e.end_at > $3 AND e.start_at < $4
    AND e.state IN ($5, $6, $7)
  ORDER BY e.start_at, e.name LIMIT $8)sql"};

inline constexpr sql::Query kInsertEvent{"insert_event", R"sql(
  INSERT INTO events (name, revision, state, start_at, end_at, body, created_at, updated_at)
  VALUES ($1, 1, $2, $3, $4, $5, $6, $6) ON CONFLICT DO NOTHING RETURNING name)sql"};

inline constexpr sql::Query kUpdateEvent{"update_event", R"sql(
  UPDATE events SET revision = revision + 1, state = $3, start_at = $4, end_at = $5, body = $6,
         updated_at = $7
  WHERE name = $1 AND revision = $2 RETURNING revision)sql"};

// The hot row of an event.

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

// Sessions.

inline constexpr sql::Query kGetSession{"get_session", R"sql(
  SELECT event, id, revision, body, created_at, updated_at, start_at
  FROM sessions WHERE event = $1 AND id = $2)sql"};

inline constexpr sql::Query kListSessions{"list_sessions", R"sql(
  SELECT event, id, revision, body, created_at, updated_at, start_at
  FROM sessions WHERE event = $1 AND (start_at, id) > ($2, $3)
  ORDER BY start_at, id LIMIT $4)sql"};

inline constexpr sql::Query kInsertSession{"insert_session", R"sql(
  INSERT INTO sessions (event, id, revision, start_at, end_at, body, created_at, updated_at)
  VALUES ($1, $2, 1, $3, $4, $5, $6, $6) ON CONFLICT DO NOTHING RETURNING id)sql"};

inline constexpr sql::Query kUpdateSession{"update_session", R"sql(
  UPDATE sessions SET revision = revision + 1, start_at = $4, end_at = $5, body = $6,
         updated_at = $7
  WHERE event = $1 AND id = $2 AND revision = $3 RETURNING revision)sql"};

inline constexpr sql::Query kDeleteSession{"delete_session", R"sql(
  DELETE FROM sessions WHERE event = $1 AND id = $2 AND revision = $3 RETURNING id)sql"};

// Invitations.

inline constexpr sql::Query kGetInvitations{"get_invitations", R"sql(
  SELECT event, id, revision, state, person, answer, answered_at, registration, reminded_at,
         reminder_count, body, created_at, updated_at
  FROM invitations WHERE (event, id) IN)sql"};

inline constexpr sql::Query kGetInvitationsOfPersons{"get_invitations_of_persons", R"sql(
  SELECT event, id, revision, state, person, answer, answered_at, registration, reminded_at,
         reminder_count, body, created_at, updated_at
  FROM invitations WHERE (event, person) IN)sql"};

inline constexpr sql::Query kListInvitations{"list_invitations", R"sql(
  SELECT event, id, revision, state, person, answer, answered_at, registration, reminded_at,
         reminder_count, body, created_at, updated_at
  FROM invitations WHERE event = $1 AND id > $2 AND answer IN ($3, $4, $5, $6)
  ORDER BY id LIMIT $7)sql"};

inline constexpr sql::Query kInsertInvitations{"insert_invitations", R"sql(
  INSERT INTO invitations (event, id, revision, state, person, answer, answered_at, registration,
    reminded_at, reminder_count, body, created_at, updated_at) VALUES)sql"};

// Changes many in one statement: every row is there, so none is inserted. A row comes back when
// its revision was the one before.
inline constexpr sql::Query kUpdateInvitations{"update_invitations", R"sql(
  INSERT INTO invitations (event, id, revision, state, person, answer, answered_at, registration,
    reminded_at, reminder_count, body, created_at, updated_at) VALUES)sql"};
inline constexpr std::string_view kUpdateInvitationsSuffix = R"sql(
  ON CONFLICT (event, id) DO UPDATE SET revision = excluded.revision, state = excluded.state,
    answer = excluded.answer, answered_at = excluded.answered_at,
    registration = excluded.registration, reminded_at = excluded.reminded_at,
    reminder_count = excluded.reminder_count, body = excluded.body,
    updated_at = excluded.updated_at
  WHERE invitations.revision = excluded.revision - 1 RETURNING id)sql";

inline constexpr sql::Query kCountInvitations{"count_invitations", R"sql(
  SELECT answer, COUNT(*) FROM invitations WHERE event = $1 AND state = 1 GROUP BY answer)sql"};

// Registrations.

inline constexpr sql::Query kGetRegistrations{"get_registrations", R"sql(
  SELECT event, id, revision, state, person, active_key, invitation, waiting_number,
         checked_in_at, body, created_at, updated_at
  FROM registrations WHERE (event, id) IN)sql"};

inline constexpr sql::Query kFindActivePersons{"find_active_persons", R"sql(
  SELECT active_key FROM registrations WHERE active_key IN)sql"};

inline constexpr sql::Query kListRegistrations{"list_registrations", R"sql(
  SELECT event, id, revision, state, person, active_key, invitation, waiting_number,
         checked_in_at, body, created_at, updated_at
  FROM registrations
  WHERE event = $1 AND id > $2 AND state IN ($3, $4, $5, $6, $7, $8, $9, $10)
  ORDER BY id LIMIT $11)sql"};

inline constexpr sql::Query kListWaiting{"list_waiting", R"sql(
  SELECT event, id, revision, state, person, active_key, invitation, waiting_number,
         checked_in_at, body, created_at, updated_at
  FROM registrations WHERE event = $1 AND state = 3 AND waiting_number > $2
  ORDER BY waiting_number LIMIT $3)sql"};

inline constexpr sql::Query kCountWaitingUpTo{"count_waiting_up_to", R"sql(
  SELECT COUNT(*) FROM registrations
  WHERE event = $1 AND state = 3 AND waiting_number <= $2)sql"};

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

inline constexpr sql::Query kCountRegistrations{"count_registrations", R"sql(
  SELECT state, COUNT(*) FROM registrations WHERE event = $1 GROUP BY state)sql"};

// Persons.

inline constexpr sql::Query kInsertPersons{"insert_persons", R"sql(
  INSERT INTO persons (id, registration, given_name, family_name, email, language, organisation,
    special_needs, created_at) VALUES)sql"};

inline constexpr sql::Query kGetPersons{"get_persons", R"sql(
  SELECT id, registration, given_name, family_name, email, language, organisation, special_needs,
         created_at
  FROM persons WHERE id IN)sql"};

inline constexpr sql::Query kDeletePerson{"delete_person", R"sql(
  DELETE FROM persons WHERE id = $1 RETURNING registration)sql"};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_QUERIES_H_
