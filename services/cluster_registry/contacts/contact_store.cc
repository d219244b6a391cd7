#include "services/cluster_registry/contacts/contact_store.h"

#include "absl/strings/ascii.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/contacts/queries.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/rows.h"

namespace wici::cluster_registry {

std::string EmailKey(const v1::Contact& contact) { return absl::AsciiStrToLower(contact.email()); }

absl::StatusOr<v1::Contact> ReadContact(Reader& reader, std::string_view name) {
  return ReadOne<v1::Contact>(reader.sql().Execute(kGetContact, {name}), name);
}

absl::StatusOr<std::vector<v1::Contact>> ReadContacts(Reader& reader, std::string_view cluster,
                                                      const Keyset& keyset) {
  return ReadRows<v1::Contact>(
      reader.sql().Execute(kListContacts, {cluster, keyset.after, keyset.limit}));
}

absl::Status InsertContact(Writer& writer, v1::Contact& contact) {
  WICI_RETURN_IF_ERROR(
      FinishInsert(writer.sql().Execute(kInsertContact,
                                        {contact.name(), ClusterOf(contact.name()),
                                         ToMicros(writer.now()), Body(contact), EmailKey(contact)}),
                   writer.now(), contact));
  writer.RecordInCluster("contact.created", contact.name(), contact.name());
  return absl::OkStatus();
}

absl::Status SaveContact(Writer& writer, v1::Contact& contact) {
  WICI_RETURN_IF_ERROR(
      FinishSave(writer.sql().Execute(kUpdateContact, {contact.name(), ToMicros(writer.now()),
                                                       Body(contact), EmailKey(contact)}),
                 writer.now(), contact)
          .status());
  writer.RecordInCluster("contact.updated", contact.name(), contact.name());
  return absl::OkStatus();
}

absl::Status RemoveContact(Writer& writer, std::string_view name) {
  WICI_RETURN_IF_ERROR(FinishRemove(writer.sql().Execute(kDeleteContact, {name}), name));
  writer.RecordInCluster("contact.deleted", name, name);
  return absl::OkStatus();
}

}  // namespace wici::cluster_registry
