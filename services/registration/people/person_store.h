// The people who registered with an address of their own or were invited, in the database.
//
// The data of those with an address of their own stand in the table of persons; what people
// answered in the row of their registration, and what they wrote about meetings beside these;
// nowhere else: changes carry ids, and stored answers to requests go without (seat_ops.h). Somebody
// to whom an invitation was passed on belongs to that invitation, and to the registrations made
// with it. A contact of the registry is known here by invitations alone, one for each event.
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
#include "services/registration/seats/event_aggregate.h"
#include "wici/people/v1/personal_data_service.pb.h"
#include "wici/registration/v1/invitation.pb.h"
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
  // At most `limit` contacts of the registry after `after` who were ever invited, by name.
  absl::StatusOr<std::vector<std::string>> ListContacts(absl::Time deadline, std::string_view after,
                                                        std::int64_t limit);
  // The names of the invitations of a contact, and of what a person has registered with one.
  absl::StatusOr<std::vector<std::string>> ListInvitations(absl::Time deadline,
                                                           std::string_view contact);
  absl::StatusOr<std::vector<std::string>> ListRegistrations(absl::Time deadline,
                                                             const v1::Invitation& invitation);
  // Deletes the personal data of "persons/p", or of a contact "clusters/c/contacts/k" what is kept
  // here: the answers and reasons in the registrations, what the person wrote about meetings, and
  // the keys by which the person was recognised; says whether there were any. Invitations are
  // revoked; registrations stay and are counted. Recorded as registration.person_erased and
  // invitation.person_erased. Of a contact each event is a transaction of its own: after an error
  // some may be done, and it is to be asked for again.
  absl::StatusOr<people::v1::ErasePersonResponse> Erase(const Call& call, std::string_view id);

 private:
  absl::StatusOr<people::v1::ErasePersonResponse> EraseContact(const Call& call,
                                                               std::string_view contact);
  // Of the invitation `name` everything; whether there was anything.
  absl::StatusOr<bool> ForgetInvitation(sql::Transaction& tx, const std::string& name,
                                        EventAggregate& event, absl::Time now, Changes& changes);

  sql::Database& database_;
  Mutation& mutation_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_PEOPLE_PERSON_STORE_H_
