// The people who registered with an address of their own or were invited, in the database.
//
// The data of those with an address of their own stand in the table of persons; what people
// answered in the row of their registration, and what they wrote about meetings beside these;
// nowhere else: changes carry ids, and stored answers to requests go without (seat_ops.h). Somebody
// to whom an invitation was passed on belongs to that invitation, and to the registrations made
// with it. A contact of the registry is known here by invitations alone, one for each event, which
// may stand for a person with several contacts.
#ifndef WICI_SERVICES_REGISTRATION_PEOPLE_PERSON_STORE_H_
#define WICI_SERVICES_REGISTRATION_PEOPLE_PERSON_STORE_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/sql/database.h"
#include "services/registration/mutation.h"
#include "services/registration/people/person_rows.h"
#include "services/registration/registrations/blind_index.h"
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

// What the registry says of the contacts of one person.
struct ContactsOfPerson {
  std::set<std::string> gone;                 // those it does not know
  std::map<std::string, std::string> living;  // those it does, with their addresses, maybe ""
};

// Thread-safe; methods block.
class PersonStore {
 public:
  // The references outlive the store.
  PersonStore(sql::Database& database, Mutation& mutation, BlindIndex blind_index)
      : database_(database), mutation_(mutation), blind_index_(std::move(blind_index)) {}

  // Those of `ids` ("persons/p") that exist, in no particular order.
  absl::StatusOr<std::vector<PersonRow>> Get(absl::Time deadline,
                                             const std::vector<std::string>& ids);
  // Registrations of `event` of people with the same name and organisation, at most `limit`, after
  // the words of `after`. EVENT_NOT_FOUND.
  absl::StatusOr<AlikePage> ListAlike(absl::Time deadline, std::string_view event,
                                      const std::vector<std::string>& after, std::int64_t limit);
  // At most `limit` contacts of the registry after `after` of whom something is kept here, by name:
  // all contacts of those who were invited and not erased since.
  absl::StatusOr<std::vector<std::string>> ListContacts(absl::Time deadline, std::string_view after,
                                                        std::int64_t limit);
  // The contacts who were ever invited as the same person as `contact`, and it itself, by name.
  absl::StatusOr<std::vector<std::string>> ListSamePerson(absl::Time deadline,
                                                          std::string_view contact);
  // The names of the invitations of the person of a contact, and of what a person has registered
  // with one.
  absl::StatusOr<std::vector<std::string>> ListInvitations(absl::Time deadline,
                                                           std::string_view contact);
  absl::StatusOr<std::vector<std::string>> ListRegistrations(absl::Time deadline,
                                                             const v1::Invitation& invitation);
  // Deletes the personal data of "persons/p", or of a contact "clusters/c/contacts/k" what is kept
  // here: the answers and reasons in the registrations, what the person wrote about meetings, and
  // the keys by which the person was recognised; says whether there were any. Invitations are
  // revoked; registrations stay and are counted. Recorded as registration.person_erased and
  // invitation.person_erased, with the cause "requested". Of a contact each event is a transaction
  // of its own: after an error some may be done, and it is to be asked for again. A person with
  // several contacts is erased with any of them.
  absl::StatusOr<people::v1::ErasePersonResponse> Erase(const Call& call, std::string_view id);
  // The same because the registry has deleted `contact`, with the cause "registry". An invitation
  // of somebody of whom another contact is not `contacts.gone` stays, without what it has of those
  // that are, and it and what was registered with it are of that other contact: recorded as
  // invitation.contact_deleted and registration.contact_deleted. The keyed hash of an address that
  // is gone stays as long as it is what recognises an active registration.
  absl::Status EraseDeleted(absl::Time deadline, std::string_view contact,
                            const ContactsOfPerson& contacts);

 private:
  // Of somebody with other contacts than `contacts.gone` only what is of those; nullptr for all.
  absl::StatusOr<people::v1::ErasePersonResponse> EraseContact(const Call& call,
                                                               std::string_view contact,
                                                               const ContactsOfPerson* contacts);
  // Of the invitation `name` everything; whether there was anything.
  absl::StatusOr<bool> ForgetInvitation(sql::Transaction& tx, const std::string& name,
                                        std::string_view cause, EventAggregate& event,
                                        absl::Time now, Changes& changes);
  // Of the invitation `name` what it has of contacts that are gone, where `known_as` has others;
  // whether there was anything.
  absl::StatusOr<bool> ForgetContacts(sql::Transaction& tx, const std::string& name,
                                      const std::vector<std::string>& known_as,
                                      const ContactsOfPerson& contacts, EventAggregate& event,
                                      absl::Time now, Changes& changes);

  sql::Database& database_;
  Mutation& mutation_;
  const BlindIndex blind_index_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_PEOPLE_PERSON_STORE_H_
