#include "services/cluster_registry/contacts/contact_store.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/contacts/queries.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/rows.h"

namespace wici::cluster_registry {
namespace {

absl::Status InsertRoles(Writer& writer, const v1::Contact& contact) {
  std::vector<std::vector<sql::Value>> rows;
  for (const RoleInterval& role : RolesOf(contact)) {
    rows.push_back({contact.name(), static_cast<std::int64_t>(rows.size()),
                    ClusterOf(contact.name()), static_cast<std::int64_t>(role.role), role.from,
                    role.until, role.primary});
  }
  return writer.sql().InsertMany(kInsertContactRoles, "", rows).status();
}

}  // namespace

std::string EmailKey(const v1::Contact& contact) { return absl::AsciiStrToLower(contact.email()); }

absl::StatusOr<v1::Contact> ReadContact(Reader& reader, std::string_view name) {
  return ReadOne<v1::Contact>(reader.sql().Execute(kGetContact, {name}), name);
}

absl::StatusOr<std::vector<v1::Contact>> ReadContacts(Reader& reader, std::string_view cluster,
                                                      const Keyset& keyset) {
  return ReadRows<v1::Contact>(
      reader.sql().Execute(kListContacts, {cluster, keyset.after, keyset.limit}));
}

absl::StatusOr<std::vector<v1::Contact>> ReadContactsNamed(Reader& reader,
                                                           absl::Span<const std::string> names) {
  if (names.empty()) return std::vector<v1::Contact>();
  std::vector<std::vector<sql::Value>> keys;
  for (const std::string& name : names) keys.push_back({name});
  return ReadRows<v1::Contact>(reader.sql().SelectMany(kGetContacts, "", keys));
}

absl::StatusOr<std::vector<v1::Contact>> ReadContactsOfPerson(Reader& reader,
                                                              std::string_view person,
                                                              const Keyset& keyset) {
  return ReadRows<v1::Contact>(
      reader.sql().Execute(kListContactsOfPerson, {person, keyset.after, keyset.limit}));
}

absl::StatusOr<std::vector<RoleInterval>> ReadRoles(Reader& reader, std::string_view cluster,
                                                    v1::Contact::Role role) {
  WICI_ASSIGN_OR_RETURN(
      const sql::Rows rows,
      reader.sql().Execute(kListContactRoles, {cluster, static_cast<std::int64_t>(role)}));
  std::vector<RoleInterval> roles;
  for (const sql::Row& row : rows) {
    roles.push_back({.contact = row.Text(0),
                     .role = role,
                     .from = row.Text(1),
                     .until = row.Text(2),
                     .primary = row.Bool(3)});
  }
  return roles;
}

absl::Status InsertContact(Writer& writer, v1::Contact& contact) {
  WICI_RETURN_IF_ERROR(FinishInsert(
      writer.sql().Execute(kInsertContact,
                           {contact.name(), ClusterOf(contact.name()), ToMicros(writer.now()),
                            Body(contact), EmailKey(contact), contact.person()}),
      writer.now(), contact));
  WICI_RETURN_IF_ERROR(InsertRoles(writer, contact));
  writer.RecordInCluster("contact.created", contact.name(), contact.name());
  return absl::OkStatus();
}

absl::Status SaveContact(Writer& writer, v1::Contact& contact) {
  WICI_RETURN_IF_ERROR(
      FinishSave(writer.sql().Execute(kUpdateContact,
                                      {contact.name(), ToMicros(writer.now()), Body(contact),
                                       EmailKey(contact), contact.person()}),
                 writer.now(), contact)
          .status());
  WICI_RETURN_IF_ERROR(writer.sql().Execute(kDeleteContactRoles, {contact.name()}).status());
  WICI_RETURN_IF_ERROR(InsertRoles(writer, contact));
  writer.RecordInCluster("contact.updated", contact.name(), contact.name());
  return absl::OkStatus();
}

absl::Status RemoveContact(Writer& writer, std::string_view name) {
  WICI_RETURN_IF_ERROR(FinishRemove(writer.sql().Execute(kDeleteContact, {name}), name));
  WICI_RETURN_IF_ERROR(writer.sql().Execute(kDeleteContactRoles, {name}).status());
  writer.RecordInCluster("contact.deleted", name, name);
  return absl::OkStatus();
}

}  // namespace wici::cluster_registry
