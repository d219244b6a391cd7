#include "services/cluster_registry/contacts/validate_contact.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "services/cluster_registry/contacts/rules/roles.h"
#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {
namespace {

void CheckConfirmedOn(const std::string& field, const std::string& confirmed_on,
                      absl::CivilDay today, Violations& violations) {
  if (!violations.OptionalDate(field, confirmed_on) || confirmed_on.empty()) return;
  if (*ParseDate(confirmed_on) > today) violations.Add(field, "lies in the future");
}

void CheckEarlierRoles(std::string_view field, const v1::Contact& contact, absl::CivilDay today,
                       Violations& violations) {
  CheckEach(field, "earlier_roles", contact.earlier_roles(), violations,
            [&](const std::string& path, const v1::RoleAssignment& role) {
              RequireEnum(Path(path, "role"), role.role(), v1::Contact::Role_IsValid(role.role()),
                          violations);
              violations.RequireDate(Path(path, "role_until"), role.role_until());
              CheckInterval(Path(path, "role_from"), role.role_from(), Path(path, "role_until"),
                            role.role_until(), violations);
              CheckConfirmedOn(Path(path, "confirmed_on"), role.confirmed_on(), today, violations);
            });
}

// One role is held once at a time.
void CheckRolesApart(std::string_view field, const v1::Contact& contact, Violations& violations) {
  if (contact.earlier_roles_size() > kListMax) return;
  const std::vector<RoleInterval> roles = RolesOf(contact);
  for (std::size_t i = 1; i < roles.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (roles[i].role != roles[k].role || !Overlap(roles[i], roles[k])) continue;
      violations.Add(Path(field, "earlier_roles", static_cast<int>(i) - 1),
                     "overlaps the same role of the contact");
      break;
    }
  }
}

}  // namespace

void ValidateContact(std::string_view field, const v1::Contact& contact, absl::CivilDay today,
                     Violations& violations) {
  RequireEnum(Path(field, "role"), contact.role(), v1::Contact::Role_IsValid(contact.role()),
              violations);
  violations.RequireText(Path(field, "display_name"), contact.display_name(), kNameBytesMax);
  violations.RequireEmail(Path(field, "email"), contact.email());
  violations.OptionalText(Path(field, "phone"), contact.phone(), 64);
  violations.OptionalLanguage(Path(field, "language"), contact.language());
  CheckInterval(Path(field, "role_from"), contact.role_from(), Path(field, "role_until"),
                contact.role_until(), violations);
  violations.OptionalText(Path(field, "source"), contact.source(), kUriBytesMax);
  CheckConfirmedOn(Path(field, "confirmed_on"), contact.confirmed_on(), today, violations);
  violations.OptionalResourceName(Path(field, "person"), contact.person(), "people/*");
  CheckEarlierRoles(field, contact, today, violations);
  CheckRolesApart(field, contact, violations);
}

}  // namespace wici::cluster_registry
