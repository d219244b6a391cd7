// The SQL of invitations, written once for both engines.
//
// Column orders are those of the *_rows.h they are read by. Texts that end in VALUES or IN are
// completed by InsertMany and SelectMany (libs/sql/database.h).
#ifndef WICI_SERVICES_REGISTRATION_INVITATIONS_QUERIES_H_
#define WICI_SERVICES_REGISTRATION_INVITATIONS_QUERIES_H_

#include <string_view>

#include "libs/sql/database.h"

namespace wici::registration {

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

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_INVITATIONS_QUERIES_H_
