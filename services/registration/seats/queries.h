// The SQL of the hot row of an event and of the registrations that take its seats, with the lines
// and groups they wait in, written once for both engines.
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
    next_waiting_number, held, reserved, categories, limited_sessions, offer_micros,
    offer_requeues, party_limit, form_versions, approvals_required, reapproval, transfers,
    party_proof, end_at)
  VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, 0, 1, 0, 0, 0, 0, $9, $10, $11, 0, $12, $13,
    $14, $15, $16))sql"};

// The end comes from the event itself: processes of a version before the hot row knew it leave the
// row's behind when they make or move one, also after the last migration and start of a newer one.
inline constexpr sql::Query kGetSeats{"get_seats", R"sql(
  SELECT version, state, opens_at, closes_at, approval, admission, capacity,
         waiting_list_capacity, confirmed, waitlisted, pending, checked_in, next_waiting_number,
         held, reserved, categories, limited_sessions, offer_micros, offer_requeues, party_limit,
         form_versions, approvals_required, reapproval, transfers, calendar_changes, calendar_floor,
         party_proof,
         COALESCE((SELECT e.end_at FROM events e WHERE e.name = event_seats.event), end_at)
  FROM event_seats WHERE event = $1)sql"};

// The same of several events, with their names.
inline constexpr sql::Query kListSeats{"list_seats", R"sql(
  SELECT version, state, opens_at, closes_at, approval, admission, capacity,
         waiting_list_capacity, confirmed, waitlisted, pending, checked_in, next_waiting_number,
         held, reserved, categories, limited_sessions, offer_micros, offer_requeues, party_limit,
         form_versions, approvals_required, reapproval, transfers, calendar_changes, calendar_floor,
         party_proof,
         COALESCE((SELECT e.end_at FROM events e WHERE e.name = event_seats.event), end_at), event
  FROM event_seats WHERE event IN)sql"};

// The guard of every change below an event: it fails when another transaction was first.
inline constexpr sql::Query kUpdateSeats{"update_seats", R"sql(
  UPDATE event_seats SET version = version + 1, state = $3, opens_at = $4, closes_at = $5,
         approval = $6, admission = $7, capacity = $8, waiting_list_capacity = $9,
         confirmed = $10, waitlisted = $11, pending = $12, checked_in = $13,
         next_waiting_number = $14, held = $15, reserved = $16, categories = $17,
         limited_sessions = $18, offer_micros = $19, offer_requeues = $20, party_limit = $21,
         form_versions = $22, approvals_required = $23, reapproval = $24, transfers = $25,
         calendar_changes = $26, calendar_floor = $27, party_proof = $28, end_at = $29
  WHERE event = $1 AND version = $2 RETURNING version)sql"};

inline constexpr sql::Query kFindActivePersons{"find_active_persons", R"sql(
  SELECT active_key FROM registrations WHERE active_key IN)sql"};

inline constexpr sql::Query kListWaiting{"list_waiting", R"sql(
  SELECT event, id, revision, state, person, active_key, invitation, waiting_number,
         checked_in_at, body, created_at, updated_at, category, expires_at, log
  FROM registrations WHERE event = $1 AND state = 3 AND waiting_number > $2
  ORDER BY waiting_number LIMIT $3)sql"};

inline constexpr sql::Query kInsertRegistrations{"insert_registrations", R"sql(
  INSERT INTO registrations (event, id, revision, state, person, active_key, invitation,
    waiting_number, checked_in_at, body, created_at, updated_at, category, expires_at, log,
    event_version)
  VALUES)sql"};

// Changes many in one statement, like kUpdateInvitations. A row may have changed several times in
// the transaction; the event's version guards them all.
inline constexpr sql::Query kUpdateRegistrations{"update_registrations", R"sql(
  INSERT INTO registrations (event, id, revision, state, person, active_key, invitation,
    waiting_number, checked_in_at, body, created_at, updated_at, category, expires_at, log,
    event_version)
  VALUES)sql"};
inline constexpr std::string_view kUpdateRegistrationsSuffix = R"sql(
  ON CONFLICT (event, id) DO UPDATE SET revision = excluded.revision, state = excluded.state,
    active_key = excluded.active_key, waiting_number = excluded.waiting_number,
    checked_in_at = excluded.checked_in_at, body = excluded.body,
    updated_at = excluded.updated_at, category = excluded.category,
    expires_at = excluded.expires_at, log = excluded.log,
    event_version = excluded.event_version
  WHERE registrations.revision < excluded.revision RETURNING id)sql";

// What $3 has registered with an invitation is of $4 from now on.
inline constexpr sql::Query kMoveRegistrations{"move_registrations", R"sql(
  UPDATE registrations SET person = $4
  WHERE event = $1 AND invitation = $2 AND invitation <> '' AND person = $3)sql"};

// The queue of one category, '' for the registrations without one.
inline constexpr sql::Query kListWaitingLine{"list_waiting_line", R"sql(
  SELECT event, id, revision, state, person, active_key, invitation, waiting_number,
         checked_in_at, body, created_at, updated_at, category, expires_at, log
  FROM registrations WHERE event = $1 AND category = $2 AND state = 3 AND waiting_number > $3
  ORDER BY waiting_number LIMIT $4)sql"};

// Those who wait for a category beside their own.
inline constexpr sql::Query kListAlsoWaiting{"list_also_waiting", R"sql(
  SELECT r.event, r.id, r.revision, r.state, r.person, r.active_key, r.invitation,
         r.waiting_number, r.checked_in_at, r.body, r.created_at, r.updated_at, r.category,
         r.expires_at, r.log
  FROM waiting_lines w JOIN registrations r ON r.event = w.event AND r.id = w.id
  WHERE w.event = $1 AND w.category = $2 AND w.waiting_number > $3
  ORDER BY w.waiting_number LIMIT $4)sql"};

// Puts into the lines of other categories, and takes out with NULL.
inline constexpr sql::Query kSaveWaitingLines{"save_waiting_lines", R"sql(
  INSERT INTO waiting_lines (event, id, category, waiting_number) VALUES)sql"};
inline constexpr std::string_view kSaveWaitingLinesSuffix = R"sql(
  ON CONFLICT (event, id, category) DO UPDATE SET waiting_number = excluded.waiting_number
  RETURNING id)sql";

// Adds to what is counted. (No CHECK: it would look at the row that is not inserted.)
inline constexpr sql::Query kAddWaitingCounts{"add_waiting_counts", R"sql(
  INSERT INTO waiting_counts (event, level, block, category, waiting, also_waiting) VALUES)sql"};
inline constexpr std::string_view kAddWaitingCountsSuffix = R"sql(
  ON CONFLICT (event, level, block, category) DO UPDATE
  SET waiting = waiting_counts.waiting + excluded.waiting,
      also_waiting = waiting_counts.also_waiting + excluded.also_waiting
  RETURNING block)sql";

// Those of groups who wait.
inline constexpr sql::Query kListWaitingGroups{"list_waiting_groups", R"sql(
  SELECT r.event, r.id, r.revision, r.state, r.person, r.active_key, r.invitation,
         r.waiting_number, r.checked_in_at, r.body, r.created_at, r.updated_at, r.category,
         r.expires_at, r.log
  FROM waiting_groups g JOIN registrations r ON r.event = g.event AND r.id = g.id
  WHERE r.state = 3 AND (g.event, g.group_id) IN)sql"};

inline constexpr sql::Query kInsertWaitingGroups{"insert_waiting_groups", R"sql(
  INSERT INTO waiting_groups (event, group_id, id) VALUES)sql"};

inline constexpr sql::Query kInsertPartyRegistrations{"insert_party_registrations", R"sql(
  INSERT INTO party_registrations (event, party, id) VALUES)sql"};
inline constexpr std::string_view kInsertPartyRegistrationsSuffix = R"sql(
  ON CONFLICT DO NOTHING)sql";

inline constexpr sql::Query kListWaitingNumbers{"list_waiting_numbers", R"sql(
  SELECT id, waiting_number FROM registrations WHERE event = $1 AND state = 3
  ORDER BY waiting_number LIMIT $2)sql"};

inline constexpr sql::Query kListQuotas{"list_quotas", R"sql(
  SELECT kind, id, size, reserved, taken, waiting, pending, approval, priority, start_at, end_at,
         approvals_required, reapproval, promised, also_waiting, code_required, within,
         calendar_changes
  FROM quotas WHERE event = $1 AND kind = $2 ORDER BY id LIMIT $3)sql"};

inline constexpr sql::Query kGetQuotas{"get_quotas", R"sql(
  SELECT kind, id, size, reserved, taken, waiting, pending, approval, priority, start_at, end_at,
         approvals_required, reapproval, promised, also_waiting, code_required, within,
         calendar_changes
  FROM quotas WHERE (event, kind, id) IN)sql"};

inline constexpr sql::Query kWatchQuotas{"watch_quotas", R"sql(
  SELECT event, id, taken FROM quotas WHERE (event, kind, id) IN)sql"};

// Inserts or changes; the version of the event guards it.
inline constexpr sql::Query kSaveQuotas{"save_quotas", R"sql(
  INSERT INTO quotas (event, kind, id, size, reserved, taken, waiting, pending, approval, priority,
    start_at, end_at, approvals_required, reapproval, promised, also_waiting, code_required,
    within, calendar_changes) VALUES)sql"};
inline constexpr std::string_view kSaveQuotasSuffix = R"sql(
  ON CONFLICT (event, kind, id) DO UPDATE SET size = excluded.size, reserved = excluded.reserved,
    taken = excluded.taken, waiting = excluded.waiting, pending = excluded.pending,
    approval = excluded.approval, priority = excluded.priority, start_at = excluded.start_at,
    end_at = excluded.end_at, approvals_required = excluded.approvals_required,
    reapproval = excluded.reapproval, promised = excluded.promised,
    also_waiting = excluded.also_waiting, code_required = excluded.code_required,
    within = excluded.within, calendar_changes = excluded.calendar_changes
  RETURNING id)sql";

inline constexpr sql::Query kDeleteQuota{"delete_quota", R"sql(
  DELETE FROM quotas WHERE event = $1 AND kind = $2 AND id = $3)sql"};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_QUERIES_H_
