// The SQL that reads registrations, written once for both engines; what writes them stands in
// seats/queries.h.
//
// Column orders are those of the *_rows.h they are read by. Texts that end in VALUES or IN are
// completed by InsertMany and SelectMany (libs/sql/database.h).
#ifndef WICI_SERVICES_REGISTRATION_REGISTRATIONS_QUERIES_H_
#define WICI_SERVICES_REGISTRATION_REGISTRATIONS_QUERIES_H_

#include "libs/sql/database.h"

namespace wici::registration {

inline constexpr sql::Query kGetRegistrations{"get_registrations", R"sql(
  SELECT event, id, revision, state, person, active_key, invitation, waiting_number,
         checked_in_at, body, created_at, updated_at, category, expires_at, log
  FROM registrations WHERE (event, id) IN)sql"};

inline constexpr sql::Query kListRegistrations{"list_registrations", R"sql(
  SELECT event, id, revision, state, person, active_key, invitation, waiting_number,
         checked_in_at, body, created_at, updated_at, category, expires_at, log
  FROM registrations
  WHERE event = $1 AND id > $2 AND state IN ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
    $14, $15)
  ORDER BY id LIMIT $16)sql"};

// Those in a state of which few are: neither CONFIRMED nor WAITLISTED.
inline constexpr sql::Query kListRegistrationsInState{"list_registrations_in_state", R"sql(
  SELECT event, id, revision, state, person, active_key, invitation, waiting_number,
         checked_in_at, body, created_at, updated_at, category, expires_at, log
  FROM registrations
  WHERE event = $1 AND state = $2 AND id > $3 AND state NOT IN (2, 3)
  ORDER BY id LIMIT $4)sql"};

inline constexpr sql::Query kListPartyRegistrations{"list_party_registrations", R"sql(
  SELECT r.event, r.id, r.revision, r.state, r.person, r.active_key, r.invitation,
         r.waiting_number, r.checked_in_at, r.body, r.created_at, r.updated_at, r.category,
         r.expires_at, r.log
  FROM party_registrations p JOIN registrations r ON r.event = p.event AND r.id = p.id
  WHERE p.event = $1 AND p.party = $2 AND p.id > $3 ORDER BY p.id LIMIT $4)sql"};

// Those from the number $2 up to $3, and those in the blocks of level 0 from $4 to before $5, of
// level 1 from $6 to before $7, and of level 2 from $8 to before $9 (PartsOfPlace).
inline constexpr sql::Query kCountWaitingUpTo{"count_waiting_up_to", R"sql(
  SELECT (SELECT COUNT(*) FROM registrations
          WHERE event = $1 AND state = 3 AND waiting_number >= $2 AND waiting_number <= $3)
       + (SELECT CAST(COALESCE(SUM(waiting), 0) AS BIGINT) FROM waiting_counts
          WHERE event = $1 AND level = 0 AND block >= $4 AND block < $5)
       + (SELECT CAST(COALESCE(SUM(waiting), 0) AS BIGINT) FROM waiting_counts
          WHERE event = $1 AND level = 1 AND block >= $6 AND block < $7)
       + (SELECT CAST(COALESCE(SUM(waiting), 0) AS BIGINT) FROM waiting_counts
          WHERE event = $1 AND level = 2 AND block >= $8 AND block < $9))sql"};

// The same in the line of one category, $10, '' for the registrations without one.
inline constexpr sql::Query kCountLineUpTo{"count_line_up_to", R"sql(
  SELECT (SELECT COUNT(*) FROM registrations WHERE event = $1 AND category = $10 AND state = 3
            AND waiting_number >= $2 AND waiting_number <= $3)
       + (SELECT COUNT(*) FROM waiting_lines WHERE event = $1 AND category = $10
            AND waiting_number >= $2 AND waiting_number <= $3)
       + (SELECT CAST(COALESCE(SUM(waiting + also_waiting), 0) AS BIGINT) FROM waiting_counts
          WHERE event = $1 AND level = 0 AND block >= $4 AND block < $5 AND category = $10)
       + (SELECT CAST(COALESCE(SUM(waiting + also_waiting), 0) AS BIGINT) FROM waiting_counts
          WHERE event = $1 AND level = 1 AND block >= $6 AND block < $7 AND category = $10)
       + (SELECT CAST(COALESCE(SUM(waiting + also_waiting), 0) AS BIGINT) FROM waiting_counts
          WHERE event = $1 AND level = 2 AND block >= $8 AND block < $9 AND category = $10))sql"};

inline constexpr sql::Query kFindByActiveKey{"find_by_active_key", R"sql(
  SELECT id FROM registrations WHERE active_key = $1)sql"};

// What somebody has made with an invitation, also before they withdrew and came again. That it is
// none without one is what the index wants to hear.
inline constexpr sql::Query kListRegistrationsWith{"list_registrations_with", R"sql(
  SELECT id FROM registrations
  WHERE event = $1 AND invitation = $2 AND invitation <> '' AND person = $3 ORDER BY id)sql"};

inline constexpr sql::Query kListExpired{"list_expired", R"sql(
  SELECT event, id FROM registrations WHERE expires_at IS NOT NULL AND expires_at <= $1
  ORDER BY expires_at, event, id LIMIT $2)sql"};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_REGISTRATIONS_QUERIES_H_
