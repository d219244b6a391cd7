// The SQL of persons, written once for both engines.
//
// Column orders are those of the *_rows.h they are read by. Texts that end in VALUES or IN are
// completed by InsertMany and SelectMany (libs/sql/database.h).
#ifndef WICI_SERVICES_REGISTRATION_PEOPLE_QUERIES_H_
#define WICI_SERVICES_REGISTRATION_PEOPLE_QUERIES_H_

#include <string_view>

#include "libs/sql/database.h"

namespace wici::registration {

inline constexpr sql::Query kInsertPersons{"insert_persons", R"sql(
  INSERT INTO persons (id, registration, given_name, family_name, email, language, organisation,
    special_needs, created_at, likeness) VALUES)sql"};

inline constexpr sql::Query kGetPersons{"get_persons", R"sql(
  SELECT id, registration, given_name, family_name, email, language, organisation, special_needs,
         created_at
  FROM persons WHERE id IN)sql"};

// Of the likenesses above $1 and below $3 those that several people have.
inline constexpr sql::Query kListAlike{"list_alike", R"sql(
  SELECT likeness, registration FROM persons
  WHERE (likeness, registration) > ($1, $2) AND likeness > $3 AND likeness < $4
    AND EXISTS (SELECT 1 FROM persons other
                WHERE other.likeness = persons.likeness
                  AND other.registration <> persons.registration)
  ORDER BY likeness, registration LIMIT $5)sql"};

inline constexpr sql::Query kNoteContactErasures{"note_contact_erasures", R"sql(
  INSERT INTO contact_erasures (contact, again_at) VALUES)sql"};
inline constexpr std::string_view kNoteContactErasuresSuffix =
    "ON CONFLICT (contact) DO UPDATE SET again_at = excluded.again_at RETURNING contact";

inline constexpr sql::Query kListContactErasures{"list_contact_erasures", R"sql(
  SELECT contact FROM contact_erasures WHERE again_at <= $1
  ORDER BY again_at, contact LIMIT $2)sql"};

// One that was noted since stays.
inline constexpr sql::Query kEndContactErasure{
    "end_contact_erasure", "DELETE FROM contact_erasures WHERE contact = $1 AND again_at <= $2"};

inline constexpr sql::Query kDeletePerson{"delete_person", R"sql(
  DELETE FROM persons WHERE id = $1 RETURNING registration)sql"};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_PEOPLE_QUERIES_H_
