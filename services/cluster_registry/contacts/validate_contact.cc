#include "services/cluster_registry/contacts/validate_contact.h"

#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {

void ValidateContact(std::string_view field, const v1::Contact& contact, Violations& violations) {
  RequireEnum(Path(field, "role"), contact.role(), v1::Contact::Role_IsValid(contact.role()),
              violations);
  violations.RequireText(Path(field, "display_name"), contact.display_name(), kNameBytesMax);
  violations.RequireEmail(Path(field, "email"), contact.email());
  violations.OptionalText(Path(field, "phone"), contact.phone(), 64);
  violations.OptionalLanguage(Path(field, "language"), contact.language());
  CheckInterval(Path(field, "role_from"), contact.role_from(), Path(field, "role_until"),
                contact.role_until(), violations);
  violations.OptionalText(Path(field, "source"), contact.source(), kUriBytesMax);
}

}  // namespace wici::cluster_registry
