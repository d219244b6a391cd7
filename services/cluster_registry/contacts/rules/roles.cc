#include "services/cluster_registry/contacts/rules/roles.h"

#include <algorithm>
#include <string_view>

#include "libs/base/clock.h"

namespace wici::cluster_registry {
namespace {

RoleInterval MakeRole(const v1::Contact& contact, v1::Contact::Role role, std::string_view from,
                      std::string_view until, bool primary) {
  return {.contact = contact.name(),
          .role = role,
          .from = std::string(from),
          .until = std::string(until.empty() ? kRoleOpenUntil : until),
          .primary = primary};
}

bool Covers(const RoleInterval& role, absl::CivilDay day) {
  const std::string date = FormatDate(day);
  return role.from <= date && date <= role.until;
}

RoleInterval PresentRole(const v1::Contact& contact) {
  return MakeRole(contact, contact.role(), contact.role_from(), contact.role_until(),
                  contact.primary());
}

// The present role ends before `day` and becomes an earlier one, unless it had not begun.
void KeepAsEarlier(v1::Contact& contact, absl::CivilDay day) {
  const std::string last = FormatDate(day - 1);
  if (contact.role_from() > last) return;
  v1::RoleAssignment& earlier = *contact.add_earlier_roles();
  earlier.set_role(contact.role());
  earlier.set_role_from(contact.role_from());
  earlier.set_role_until(contact.role_until().empty() ? last
                                                      : std::min(last, contact.role_until()));
  earlier.set_primary(contact.primary());
  earlier.set_confirmed_on(contact.confirmed_on());
}

}  // namespace

bool HasRoleOn(const v1::Contact& contact, absl::CivilDay day) {
  return Covers(PresentRole(contact), day);
}

bool HasRoleOn(const v1::Contact& contact, v1::Contact::Role role, absl::CivilDay day) {
  const std::vector<RoleInterval> roles = RolesOf(contact);
  return std::any_of(roles.begin(), roles.end(),
                     [&](const RoleInterval& one) { return one.role == role && Covers(one, day); });
}

std::vector<RoleInterval> RolesOf(const v1::Contact& contact) {
  std::vector<RoleInterval> roles = {PresentRole(contact)};
  for (const v1::RoleAssignment& earlier : contact.earlier_roles()) {
    roles.push_back(MakeRole(contact, earlier.role(), earlier.role_from(), earlier.role_until(),
                             earlier.primary()));
  }
  return roles;
}

void SetRoles(const std::vector<RoleInterval>& roles, v1::Contact& contact) {
  const auto until = [](const RoleInterval& role) {
    return role.until == kRoleOpenUntil ? std::string() : role.until;
  };
  const RoleInterval& present = roles.front();
  contact.set_role(present.role);
  contact.set_role_from(present.from);
  contact.set_role_until(until(present));
  contact.set_primary(present.primary);
  contact.clear_confirmed_on();
  contact.clear_earlier_roles();
  for (auto role = roles.begin() + 1; role != roles.end(); ++role) {
    v1::RoleAssignment& earlier = *contact.add_earlier_roles();
    earlier.set_role(role->role);
    earlier.set_role_from(role->from);
    earlier.set_role_until(until(*role));
    earlier.set_primary(role->primary);
  }
}

bool Overlap(const RoleInterval& a, const RoleInterval& b) {
  return a.from <= b.until && b.from <= a.until;
}

std::string OtherPrimaryManager(const v1::Contact& contact,
                                const std::vector<RoleInterval>& managers) {
  for (const RoleInterval& mine : RolesOf(contact)) {
    if (mine.role != v1::Contact::ROLE_MANAGER || !mine.primary) continue;
    for (const RoleInterval& other : managers) {
      if (other.primary && other.contact != contact.name() && Overlap(mine, other)) {
        return other.contact;
      }
    }
  }
  return "";
}

bool IsManagedOn(const std::vector<RoleInterval>& managers, absl::CivilDay day) {
  return std::any_of(managers.begin(), managers.end(),
                     [&](const RoleInterval& role) { return Covers(role, day); });
}

bool MayHandOver(const v1::Contact& from, absl::CivilDay day) {
  const RoleInterval role = PresentRole(from);
  return role.role == v1::Contact::ROLE_MANAGER && Covers(role, day) && Covers(role, day - 1);
}

void HandOver(v1::Contact& from, v1::Contact& to, absl::CivilDay day) {
  const bool primary = from.primary();
  from.set_role_until(FormatDate(day - 1));
  const bool manages = to.role() == v1::Contact::ROLE_MANAGER && HasRoleOn(to, day);
  if (manages && (to.primary() || !primary)) return;
  KeepAsEarlier(to, day);
  to.set_role(v1::Contact::ROLE_MANAGER);
  to.set_role_from(FormatDate(day));
  if (!manages) to.clear_role_until();
  to.set_primary(primary);
  to.clear_confirmed_on();
}

}  // namespace wici::cluster_registry
