#include "services/registration/people/person_rows.h"

#include "libs/base/clock.h"

namespace wici::registration {

PersonRow ReadPerson(const sql::Row& row) {
  PersonRow result;
  result.id = row.Text(0);
  result.registration = row.Text(1);
  result.person.set_given_name(row.Text(2));
  result.person.set_family_name(row.Text(3));
  result.person.set_email(row.Text(4));
  result.person.set_language(row.Text(5));
  result.person.set_organisation(row.Text(6));
  result.person.set_special_needs(row.Text(7));
  result.create_time = FromMicros(row.Int(8));
  return result;
}

std::vector<sql::Value> PersonInsert(const std::string& id, const std::string& registration,
                                     const v1::PersonDetails& person, absl::Time create_time,
                                     const std::string& likeness) {
  return sql::RowOf(id, registration, person.given_name(), person.family_name(), person.email(),
                    person.language(), person.organisation(), person.special_needs(),
                    ToMicros(create_time),
                    likeness.empty() ? sql::Value(nullptr) : sql::Value(likeness));
}

}  // namespace wici::registration
