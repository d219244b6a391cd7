// Contacts of clusters in the database; see store.h for errors and transactions.
//
// The cluster is locked, or was inserted, before its contacts are written.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_CONTACTS_CONTACT_STORE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_CONTACTS_CONTACT_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "services/cluster_registry/contacts/roles.h"
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
// The contacts of one human being ("people/p") in whatever cluster.
absl::StatusOr<std::vector<v1::Contact>> ReadContactsOfPerson(Reader& reader,
                                                              std::string_view person,
                                                              const Keyset& keyset);
// Every interval of `role` in a cluster, present, past and to come, by contact.
absl::StatusOr<std::vector<RoleInterval>> ReadRoles(Reader& reader, std::string_view cluster,
                                                    v1::Contact::Role role);

absl::Status InsertContact(Writer& writer, v1::Contact& contact);
absl::Status SaveContact(Writer& writer, v1::Contact& contact);
absl::Status RemoveContact(Writer& writer, std::string_view name);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_CONTACTS_CONTACT_STORE_H_
