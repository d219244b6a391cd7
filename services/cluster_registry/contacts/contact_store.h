// Contacts of clusters in the database; see store.h for errors and transactions.
//
// The cluster is locked, or was inserted, before its contacts are written.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_CONTACTS_CONTACT_STORE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_CONTACTS_CONTACT_STORE_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "services/cluster_registry/contacts/rules/roles.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/contact.pb.h"

namespace wici::cluster_registry {

// The address of a contact as addresses are compared: contacts with one key are one person.
std::string EmailKey(const v1::Contact& contact);
absl::StatusOr<v1::Contact> ReadContact(Reader& reader, std::string_view name);
absl::StatusOr<std::vector<v1::Contact>> ReadContacts(Reader& reader, std::string_view cluster,
                                                      const Keyset& keyset);
// Those of `names` that exist, in no order, by one query.
absl::StatusOr<std::vector<v1::Contact>> ReadContactsNamed(Reader& reader,
                                                           absl::Span<const std::string> names);
// Those of all these clusters, in no order, by one query.
absl::StatusOr<std::vector<v1::Contact>> ReadContactsOfClusters(
    Reader& reader, absl::Span<const std::string> clusters);
// The names of the contacts with one of these addresses (EmailKey), and of those that are one of
// these people, by address and by person.
struct ContactsOfPeople {
  std::map<std::string, std::vector<std::string>> by_email;
  std::map<std::string, std::vector<std::string>> by_person;
};
absl::StatusOr<ContactsOfPeople> FindContactsOfPeople(Reader& reader,
                                                      const std::set<std::string>& email_keys,
                                                      const std::set<std::string>& persons);
// A role as it was believed from one instant until another, when the roles were recorded anew.
struct RoleRecord {
  RoleInterval role;
  std::int64_t position = 0;  // of the roles believed together, the present one first
  absl::Time recorded_from;
  absl::Time recorded_until;
};
// What was believed before of the roles of `contacts`, by contact, oldest first.
absl::StatusOr<std::vector<RoleRecord>> ReadRoleHistory(Reader& reader,
                                                        absl::Span<const std::string> contacts);
// Makes of `contacts`, as they are, what was known of them at `known_at`: those recorded later are
// left out, roles are those believed then. Nothing else of a person's past is kept, so names,
// addresses and languages stay the present ones, and a contact that was removed is not known.
absl::Status SetKnownAt(Reader& reader, absl::Time known_at, std::vector<v1::Contact>& contacts);
// The contacts of one human being ("people/p") in whatever cluster.
absl::StatusOr<std::vector<v1::Contact>> ReadContactsOfPerson(Reader& reader,
                                                              std::string_view person,
                                                              const Keyset& keyset);
// Every interval of `role` in a cluster, present, past and to come, by contact.
absl::StatusOr<std::vector<RoleInterval>> ReadRoles(Reader& reader, std::string_view cluster,
                                                    v1::Contact::Role role);

absl::Status InsertContact(Writer& writer, v1::Contact& contact);
// Roles that were believed until now stay for SetKnownAt.
absl::Status SaveContact(Writer& writer, v1::Contact& contact);
// With everything that was ever believed of it.
absl::Status RemoveContact(Writer& writer, std::string_view name);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_CONTACTS_CONTACT_STORE_H_
