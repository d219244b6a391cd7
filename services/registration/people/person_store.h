// The people who registered with an address of their own, in the database.
//
// Their data stand in the table of persons, and what they answered in the row of their
// registration; nowhere else: changes carry ids, and stored answers to requests go without
// (seat_ops.h). So erasure has two rows to think of.
#ifndef WICI_SERVICES_REGISTRATION_PEOPLE_PERSON_STORE_H_
#define WICI_SERVICES_REGISTRATION_PEOPLE_PERSON_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "services/registration/mutation.h"
#include "services/registration/people/person_rows.h"
#include "wici/people/v1/personal_data_service.pb.h"
#include "wici/registration/v1/registration_service.pb.h"

namespace wici::registration {

// Registrations of people who are likely the same, and where the next page begins ("" at the end).
struct AlikePage {
  std::vector<v1::LikelyDuplicate> duplicates;
  std::vector<std::string> next;
};

// Thread-safe; methods block.
class PersonStore {
 public:
  // Both outlive the store.
  PersonStore(sql::Database& database, Mutation& mutation)
      : database_(database), mutation_(mutation) {}

  // Those of `ids` ("persons/p") that exist, in no particular order.
  absl::StatusOr<std::vector<PersonRow>> Get(absl::Time deadline,
                                             const std::vector<std::string>& ids);
  // Registrations of `event` of people with the same name and organisation, at most `limit`, after
  // the words of `after`. EVENT_NOT_FOUND.
  absl::StatusOr<AlikePage> ListAlike(absl::Time deadline, std::string_view event,
                                      const std::vector<std::string>& after, std::int64_t limit);
  // Deletes the personal data, the answers and reasons in the registration, what the person wrote
  // about meetings, and the key by which the person was recognised; says whether there were any.
  // The registration stays and is counted. Recorded as registration.person_erased.
  absl::StatusOr<people::v1::ErasePersonResponse> Erase(const Call& call, std::string_view id);

 private:
  sql::Database& database_;
  Mutation& mutation_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_PEOPLE_PERSON_STORE_H_
