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
         reminder_count, body, created_at, updated_at, person_key, audience
  FROM invitations WHERE (event, id) IN)sql"};

inline constexpr sql::Query kGetInvitationPeople{"get_invitation_people", R"sql(
  SELECT known_as, invitation FROM invitation_people WHERE (event, known_as) IN)sql"};

inline constexpr sql::Query kInsertInvitationPeople{"insert_invitation_people", R"sql(
  INSERT INTO invitation_people (event, known_as, invitation) VALUES)sql"};
// What is known already stays, and is not that of somebody erased any more.
inline constexpr std::string_view kInsertInvitationPeopleSuffix = R"sql(
  ON CONFLICT (event, known_as) DO UPDATE SET erased = FALSE WHERE invitation_people.erased
  RETURNING known_as)sql";

// All that invitations are known as.
inline constexpr sql::Query kGetKnownAs{"get_known_as", R"sql(
  SELECT known_as FROM invitation_people WHERE (event, invitation) IN)sql"};

// All but $3, an id that says nothing by itself.
inline constexpr sql::Query kDeleteInvitationPeople{"delete_invitation_people", R"sql(
  DELETE FROM invitation_people WHERE event = $1 AND invitation = $2 AND known_as <> $3
  RETURNING known_as)sql"};

inline constexpr sql::Query kDeleteKnownAs{"delete_known_as", R"sql(
  DELETE FROM invitation_people WHERE event = $1 AND known_as = $2)sql"};

// Nothing is left but the id.
inline constexpr sql::Query kMarkErased{"mark_erased", R"sql(
  UPDATE invitation_people SET erased = TRUE
  WHERE event = $1 AND known_as = $2 AND NOT erased RETURNING known_as)sql"};

// Of a contact, whichever of the person's it is: one of each event, of those after $2.
inline constexpr sql::Query kListInvitationsOf{"list_invitations_of", R"sql(
  SELECT event, invitation FROM invitation_people WHERE known_as = $1 AND event > $2
  ORDER BY event LIMIT $3)sql"};

// The contacts of the registry above $1 of whom something is left; between "clusters/" and
// "clusters0" stand they alone.
inline constexpr sql::Query kListInvitedContacts{"list_invited_contacts", R"sql(
  SELECT DISTINCT known_as FROM invitation_people
  WHERE known_as > $1 AND known_as > 'clusters/' AND known_as < 'clusters0' AND NOT erased
  ORDER BY known_as LIMIT $2)sql"};

// The person of an invitation is $3 from now on.
inline constexpr sql::Query kMoveInvitation{"move_invitation", R"sql(
  UPDATE invitations SET person = $3 WHERE event = $1 AND id = $2)sql"};

// Who was reminded long ago, or never, and is due: those due longest first.
inline constexpr sql::Query kListDueInvitations{"list_due_invitations", R"sql(
  SELECT event, id, revision, state, person, answer, answered_at, registration, reminded_at,
         reminder_count, body, created_at, updated_at, person_key, audience
  FROM invitations
  WHERE event = $1 AND due_at <= $2 AND (reminded_at IS NULL OR reminded_at <= $3)
  ORDER BY due_at, id LIMIT $4)sql"};

inline constexpr sql::Query kListUndecidedInvitations{"list_undecided_invitations", R"sql(
  SELECT event, id FROM invitations WHERE decide_at <= $1
  ORDER BY decide_at, event, id LIMIT $2)sql"};

inline constexpr sql::Query kListExpiringInvitations{"list_expiring_invitations", R"sql(
  SELECT event, id FROM invitations WHERE expires_at <= $1
  ORDER BY expires_at, event, id LIMIT $2)sql"};

inline constexpr sql::Query kCountInvitations{"count_invitations", R"sql(
  SELECT audience, state, answer, COUNT(*) FROM invitations WHERE event = $1
  GROUP BY audience, state, answer)sql"};

inline constexpr sql::Query kListInvitations{"list_invitations", R"sql(
  SELECT event, id, revision, state, person, answer, answered_at, registration, reminded_at,
         reminder_count, body, created_at, updated_at, person_key, audience
  FROM invitations WHERE event = $1 AND id > $2 AND answer IN ($3, $4, $5, $6)
  ORDER BY id LIMIT $7)sql"};

inline constexpr sql::Query kInsertInvitations{"insert_invitations", R"sql(
  INSERT INTO invitations (event, id, revision, state, person, answer, answered_at, registration,
    reminded_at, reminder_count, body, created_at, updated_at, person_key, audience, decide_at,
    expires_at, due_at) VALUES)sql"};

// Changes many in one statement: every row is there, so none is inserted. A row comes back when
// its revision was the one before.
inline constexpr sql::Query kUpdateInvitations{"update_invitations", R"sql(
  INSERT INTO invitations (event, id, revision, state, person, answer, answered_at, registration,
    reminded_at, reminder_count, body, created_at, updated_at, person_key, audience, decide_at,
    expires_at, due_at) VALUES)sql"};
inline constexpr std::string_view kUpdateInvitationsSuffix = R"sql(
  ON CONFLICT (event, id) DO UPDATE SET revision = excluded.revision, state = excluded.state,
    answer = excluded.answer, answered_at = excluded.answered_at,
    registration = excluded.registration, reminded_at = excluded.reminded_at,
    reminder_count = excluded.reminder_count, body = excluded.body,
    updated_at = excluded.updated_at, person_key = excluded.person_key,
    audience = excluded.audience, decide_at = excluded.decide_at,
    expires_at = excluded.expires_at, due_at = excluded.due_at
  WHERE invitations.revision = excluded.revision - 1 RETURNING id)sql";

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_INVITATIONS_QUERIES_H_
