#include "services/cluster_registry/contacts/contact_store.h"

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/contacts/queries.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/rows.h"

namespace wici::cluster_registry {
namespace {

using google::protobuf::util::TimeUtil;

absl::Status InsertRoles(Writer& writer, const v1::Contact& contact, std::int64_t recorded_from) {
  std::vector<std::vector<sql::Value>> rows;
  for (const RoleInterval& role : RolesOf(contact)) {
    rows.push_back({contact.name(), static_cast<std::int64_t>(rows.size()),
                    ClusterOf(contact.name()), static_cast<std::int64_t>(role.role), role.from,
                    role.until, role.primary, recorded_from});
  }
  return writer.sql().InsertMany(kInsertContactRoles, "", rows).status();
}

// Replaces the roles when they are others, and keeps what was believed until now. An instant lies
// never before one that was recorded, whatever the clock says.
absl::Status ReplaceRoles(Writer& writer, const v1::Contact& contact) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        writer.sql().Execute(kGetContactRoles, {contact.name()}));
  const std::vector<RoleInterval> roles = RolesOf(contact);
  std::int64_t at = ToMicros(writer.now());
  for (const sql::Row& row : rows) at = std::max(at, row.Int(4));
  const bool same = std::equal(rows.begin(), rows.end(), roles.begin(), roles.end(),
                               [](const sql::Row& row, const RoleInterval& role) {
                                 return row.Int(0) == role.role && row.Text(1) == role.from &&
                                        row.Text(2) == role.until && row.Bool(3) == role.primary;
                               });
  if (same) return absl::OkStatus();
  WICI_RETURN_IF_ERROR(writer.sql().Execute(kArchiveContactRoles, {contact.name(), at}).status());
  WICI_RETURN_IF_ERROR(writer.sql().Execute(kDeleteContactRoles, {contact.name()}).status());
  return InsertRoles(writer, contact, at);
}

sql::Value PersonOf(const v1::Contact& contact) {
  return contact.person().empty() ? sql::Value(nullptr) : sql::Value(contact.person());
}

// The roles that were believed at `instant`, by contact and position; of contacts whose present
// roles were believed then there are none.
using RolesByPosition = std::map<std::int64_t, RoleInterval>;
absl::StatusOr<std::map<std::string, RolesByPosition>> ReadRolesBelieved(
    Reader& reader, const std::vector<std::string>& contacts, absl::Time instant) {
  WICI_ASSIGN_OR_RETURN(const std::vector<RoleRecord> records, ReadRoleHistory(reader, contacts));
  std::map<std::string, RolesByPosition> found;
  for (const RoleRecord& record : records) {
    if (record.recorded_from > instant || record.recorded_until <= instant) continue;
    found[record.role.contact][record.position] = record.role;
  }
  return found;
}

absl::StatusOr<std::map<std::string, std::vector<std::string>>> FindContacts(
    Reader& reader, const sql::Query& query, const std::set<std::string>& keys) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, reader.sql().SelectMany(query, "", KeysOf(keys)));
  std::map<std::string, std::vector<std::string>> contacts;
  for (const sql::Row& row : rows) contacts[row.Text(1)].push_back(row.Text(0));
  return contacts;
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
  return ReadRows<v1::Contact>(reader.sql().SelectMany(kGetContacts, "", KeysOf(names)));
}

absl::StatusOr<std::vector<v1::Contact>> ReadContactsOfClusters(
    Reader& reader, absl::Span<const std::string> clusters) {
  return ReadRows<v1::Contact>(
      reader.sql().SelectMany(kListContactsOfClusters, "", KeysOf(clusters)));
}

absl::StatusOr<ContactsOfPeople> FindContactsOfPeople(Reader& reader,
                                                      const std::set<std::string>& email_keys,
                                                      const std::set<std::string>& persons) {
  ContactsOfPeople found;
  WICI_ASSIGN_OR_RETURN(found.by_email, FindContacts(reader, kContactsByEmail, email_keys));
  WICI_ASSIGN_OR_RETURN(found.by_person, FindContacts(reader, kContactsByPerson, persons));
  return found;
}

absl::StatusOr<std::vector<RoleRecord>> ReadRoleHistory(Reader& reader,
                                                        absl::Span<const std::string> contacts) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        reader.sql().SelectMany(kContactRoleHistory, "", KeysOf(contacts)));
  std::vector<RoleRecord> records;
  for (const sql::Row& row : rows) {
    records.push_back({.role = {.contact = row.Text(0),
                                .role = static_cast<v1::Contact::Role>(row.Int(2)),
                                .from = row.Text(3),
                                .until = row.Text(4),
                                .primary = row.Bool(5)},
                       .position = row.Int(1),
                       .recorded_from = FromMicros(row.Int(6)),
                       .recorded_until = FromMicros(row.Int(7))});
  }
  std::sort(records.begin(), records.end(), [](const RoleRecord& a, const RoleRecord& b) {
    return std::tie(a.role.contact, a.recorded_from, a.position) <
           std::tie(b.role.contact, b.recorded_from, b.position);
  });
  return records;
}

absl::Status SetKnownAt(Reader& reader, absl::Time known_at, std::vector<v1::Contact>& contacts) {
  const std::int64_t instant = ToMicros(known_at);
  std::erase_if(contacts, [&](const v1::Contact& contact) {
    return TimeUtil::TimestampToMicroseconds(contact.create_time()) > instant;
  });
  std::vector<std::string> changed_since;
  for (const v1::Contact& contact : contacts) {
    if (TimeUtil::TimestampToMicroseconds(contact.update_time()) > instant) {
      changed_since.push_back(contact.name());
    }
  }
  if (changed_since.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const auto believed, ReadRolesBelieved(reader, changed_since, known_at));
  for (v1::Contact& contact : contacts) {
    const auto then = believed.find(contact.name());
    if (then == believed.end()) continue;
    std::vector<RoleInterval> roles;
    for (const auto& [position, role] : then->second) roles.push_back(role);
    SetRoles(roles, contact);
  }
  return absl::OkStatus();
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
                            Body(contact), EmailKey(contact), PersonOf(contact)}),
      writer.now(), contact));
  WICI_RETURN_IF_ERROR(InsertRoles(writer, contact, ToMicros(writer.now())));
  writer.RecordInCluster("contact.created", contact.name(), contact.name());
  return absl::OkStatus();
}

absl::Status SaveContact(Writer& writer, v1::Contact& contact) {
  WICI_RETURN_IF_ERROR(
      FinishSave(writer.sql().Execute(kUpdateContact,
                                      {contact.name(), ToMicros(writer.now()), Body(contact),
                                       EmailKey(contact), PersonOf(contact)}),
                 writer.now(), contact)
          .status());
  WICI_RETURN_IF_ERROR(ReplaceRoles(writer, contact));
  writer.RecordInCluster("contact.updated", contact.name(), contact.name());
  return absl::OkStatus();
}

absl::Status RemoveContact(Writer& writer, std::string_view name) {
  WICI_RETURN_IF_ERROR(FinishRemove(writer.sql().Execute(kDeleteContact, {name}), name));
  WICI_RETURN_IF_ERROR(writer.sql().Execute(kDeleteContactRoles, {name}).status());
  WICI_RETURN_IF_ERROR(writer.sql().Execute(kForgetContactRoles, {name}).status());
  writer.RecordInCluster("contact.deleted", name, name);
  return absl::OkStatus();
}

}  // namespace wici::cluster_registry
