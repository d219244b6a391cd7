#include "services/cluster_registry/contacts/roles.h"

#include "libs/base/clock.h"

namespace wici::cluster_registry {

bool HasRoleOn(const v1::Contact& contact, absl::CivilDay day) {
  const auto from = ParseDate(contact.role_from());
  const auto until = ParseDate(contact.role_until());
  return (!from || *from <= day) && (!until || day <= *until);
}

}  // namespace wici::cluster_registry
