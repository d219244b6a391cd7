// The SQL of events and their sessions, written once for both engines.
//
// Column orders are those of the *_rows.h they are read by. Texts that end in VALUES or IN are
// completed by InsertMany and SelectMany (libs/sql/database.h).
#ifndef WICI_SERVICES_REGISTRATION_EVENTS_QUERIES_H_
#define WICI_SERVICES_REGISTRATION_EVENTS_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::registration {

inline constexpr sql::Query kGetEvent{"get_event", R"sql(
  SELECT e.name, e.revision, e.state, e.body, e.created_at, e.updated_at,
         s.version, s.capacity, s.confirmed, s.waitlisted, s.pending, s.checked_in, s.held,
         e.start_at
  FROM events e JOIN event_seats s ON s.event = e.name
  WHERE e.name = $1)sql"};

inline constexpr sql::Query kListEvents{"list_events", R"sql(
  SELECT e.name, e.revision, e.state, e.body, e.created_at, e.updated_at,
         s.version, s.capacity, s.confirmed, s.waitlisted, s.pending, s.checked_in, s.held,
         e.start_at
  FROM events e JOIN event_seats s ON s.event = e.name
  WHERE (e.start_at, e.name) > ($1, $2) AND e.end_at > $3 AND e.start_at < $4
    AND e.state IN ($5, $6, $7)
  ORDER BY e.start_at, e.name LIMIT $8)sql"};

inline constexpr sql::Query kListEventsOfSeries{"list_events_of_series", R"sql(
  SELECT e.name, e.revision, e.state, e.body, e.created_at, e.updated_at,
         s.version, s.capacity, s.confirmed, s.waitlisted, s.pending, s.checked_in, s.held,
         e.start_at
  FROM events e JOIN event_seats s ON s.event = e.name
  WHERE e.series = $9 AND (e.start_at, e.name) > ($1, $2) AND e.end_at > $3 AND e.start_at < $4
    AND e.state IN ($5, $6, $7)
  ORDER BY e.start_at, e.name LIMIT $8)sql"};

inline constexpr sql::Query kInsertEvent{"insert_event", R"sql(
  INSERT INTO events (name, revision, state, start_at, end_at, body, created_at, updated_at, series)
  VALUES ($1, 1, $2, $3, $4, $5, $6, $6, $7) ON CONFLICT DO NOTHING RETURNING name)sql"};

inline constexpr sql::Query kUpdateEvent{"update_event", R"sql(
  UPDATE events SET revision = revision + 1, state = $3, start_at = $4, end_at = $5, body = $6,
         updated_at = $7, series = $8
  WHERE name = $1 AND revision = $2 RETURNING revision)sql"};

inline constexpr sql::Query kGetSession{"get_session", R"sql(
  SELECT s.event, s.id, s.revision, s.body, s.created_at, s.updated_at, q.taken, s.start_at
  FROM sessions s JOIN quotas q ON q.event = s.event AND q.kind = 2 AND q.id = s.id
  WHERE s.event = $1 AND s.id = $2)sql"};

inline constexpr sql::Query kGetSessions{"get_sessions", R"sql(
  SELECT s.event, s.id, s.revision, s.body, s.created_at, s.updated_at,
         (SELECT q.taken FROM quotas q WHERE q.event = s.event AND q.kind = 2 AND q.id = s.id),
         s.start_at
  FROM sessions s WHERE (s.event, s.id) IN)sql"};

inline constexpr sql::Query kListSessions{"list_sessions", R"sql(
  SELECT s.event, s.id, s.revision, s.body, s.created_at, s.updated_at,
         (SELECT q.taken FROM quotas q WHERE q.event = s.event AND q.kind = 2 AND q.id = s.id),
         s.start_at
  FROM sessions s WHERE s.event = $1 AND (s.start_at, s.id) > ($2, $3)
  ORDER BY s.start_at, s.id LIMIT $4)sql"};

// With those that were called off.
inline constexpr sql::Query kCountSessions{"count_sessions", R"sql(
  SELECT (SELECT COUNT(*) FROM sessions WHERE event = $1) +
         (SELECT COUNT(*) FROM deleted_sessions WHERE event = $1))sql"};

inline constexpr sql::Query kInsertSession{"insert_session", R"sql(
  INSERT INTO sessions (event, id, revision, start_at, end_at, body, created_at, updated_at)
  VALUES ($1, $2, 1, $3, $4, $5, $6, $6) ON CONFLICT DO NOTHING RETURNING id)sql"};

inline constexpr sql::Query kUpdateSession{"update_session", R"sql(
  UPDATE sessions SET revision = revision + 1, start_at = $4, end_at = $5, body = $6,
         updated_at = $7
  WHERE event = $1 AND id = $2 AND revision = $3 RETURNING revision)sql"};

inline constexpr sql::Query kDeleteSession{"delete_session", R"sql(
  DELETE FROM sessions WHERE event = $1 AND id = $2 AND revision = $3 RETURNING id)sql"};

// What the active registrations of an event chose, in pages.
inline constexpr sql::Query kListChoices{"list_choices", R"sql(
  SELECT id, body FROM registrations
  WHERE event = $1 AND id > $2 AND state IN (1, 2, 3, 7, 9, 10, 12) ORDER BY id LIMIT $3)sql"};

// SCHEDULED one-to-one meetings, not of session $2, that overlap the time from $4 to $5 and not
// that from $6 to $7, in pages.
inline constexpr sql::Query kListMeetingsMet{"list_meetings_met", R"sql(
  SELECT id, session, requester, invitee FROM meetings
  WHERE event = $1 AND state = 3 AND id > $3 AND session <> $2 AND start_at < $5 AND end_at > $4
    AND NOT (start_at < $7 AND end_at > $6)
  ORDER BY id LIMIT $8)sql"};

inline constexpr sql::Query kGetDeletedSessions{"get_deleted_sessions", R"sql(
  SELECT s.event, s.id, s.revision, s.body, s.created_at, s.updated_at, CAST(0 AS BIGINT)
  FROM deleted_sessions s WHERE (s.event, s.id) IN)sql"};

inline constexpr sql::Query kKeepDeletedSession{"keep_deleted_session", R"sql(
  INSERT INTO deleted_sessions (event, id, revision, body, created_at, updated_at)
  VALUES ($1, $2, $3, $4, $5, $6))sql"};

// Those that ended. Who is confirmed and who waits is counted in the event.
inline constexpr sql::Query kCountRegistrations{"count_registrations", R"sql(
  SELECT state, COUNT(*) FROM registrations
  WHERE event = $1 AND state IN (4, 5, 6, 8) AND state NOT IN (2, 3) GROUP BY state)sql"};

// Admission categories. What is counted, of sessions too, stands in the row of the quota
// (seats/queries.h): read by its whole key for each row, never joined by a part of it.

inline constexpr sql::Query kGetCategory{"get_category", R"sql(
  SELECT c.event, c.id, c.revision, c.body, c.created_at, c.updated_at, q.taken,
         q.waiting + q.also_waiting, q.promised
  FROM admission_categories c
  JOIN quotas q ON q.event = c.event AND q.kind = 1 AND q.id = c.id
  WHERE c.event = $1 AND c.id = $2)sql"};

inline constexpr sql::Query kListCategories{"list_categories", R"sql(
  SELECT c.event, c.id, c.revision, c.body, c.created_at, c.updated_at,
         (SELECT q.taken FROM quotas q WHERE q.event = c.event AND q.kind = 1 AND q.id = c.id),
         (SELECT q.waiting + q.also_waiting FROM quotas q
          WHERE q.event = c.event AND q.kind = 1 AND q.id = c.id),
         (SELECT q.promised FROM quotas q WHERE q.event = c.event AND q.kind = 1 AND q.id = c.id)
  FROM admission_categories c WHERE c.event = $1 AND c.id > $2 ORDER BY c.id LIMIT $3)sql"};

inline constexpr sql::Query kInsertCategory{"insert_category", R"sql(
  INSERT INTO admission_categories (event, id, revision, body, created_at, updated_at)
  VALUES ($1, $2, 1, $3, $4, $4) ON CONFLICT DO NOTHING RETURNING id)sql"};

inline constexpr sql::Query kUpdateCategory{"update_category", R"sql(
  UPDATE admission_categories SET revision = revision + 1, body = $4, updated_at = $5
  WHERE event = $1 AND id = $2 AND revision = $3 RETURNING revision)sql"};

inline constexpr sql::Query kDeleteCategory{"delete_category", R"sql(
  DELETE FROM admission_categories WHERE event = $1 AND id = $2 AND revision = $3
  RETURNING id)sql"};

// Series, and what a clone is made of.

inline constexpr sql::Query kGetSeries{"get_series", R"sql(
  SELECT name, body, created_at FROM event_series WHERE name = $1)sql"};

inline constexpr sql::Query kListSeries{"list_series", R"sql(
  SELECT name, body, created_at FROM event_series WHERE name > $1 ORDER BY name LIMIT $2)sql"};

inline constexpr sql::Query kInsertSeries{"insert_series", R"sql(
  INSERT INTO event_series (name, body, created_at)
  VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING name)sql"};

inline constexpr sql::Query kInsertSessions{"insert_sessions", R"sql(
  INSERT INTO sessions (event, id, revision, start_at, end_at, body, created_at, updated_at)
  VALUES)sql"};

inline constexpr sql::Query kInsertCategories{"insert_categories", R"sql(
  INSERT INTO admission_categories (event, id, revision, body, created_at, updated_at)
  VALUES)sql"};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_EVENTS_QUERIES_H_
