// Rows of persons as the proto they are, and back. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_PEOPLE_PERSON_ROWS_H_
#define WICI_SERVICES_REGISTRATION_PEOPLE_PERSON_ROWS_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "wici/registration/v1/person.pb.h"

namespace wici::registration {

struct PersonRow {
  std::string id;
  std::string registration;
  v1::PersonDetails person;
  absl::Time create_time;
  std::string likeness = {};  // of the event and of who is likely the same person, or ""
};
PersonRow ReadPerson(const sql::Row& row);
std::vector<sql::Value> PersonInsert(const std::string& id, const std::string& registration,
                                     const v1::PersonDetails& person, absl::Time create_time,
                                     const std::string& likeness = "");

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_PEOPLE_PERSON_ROWS_H_
