// When contacts have their roles, and what a cluster must keep. Pure; safe to call from any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_CONTACTS_RULES_ROLES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_CONTACTS_RULES_ROLES_H_

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "wici/cluster_registry/v1/contact.pb.h"

namespace wici::cluster_registry {

// Whether `contact` has its present role on `day`.
bool HasRoleOn(const v1::Contact& contact, absl::CivilDay day);
// Whether `contact` has `role` on `day`, by its present role or an earlier one.
bool HasRoleOn(const v1::Contact& contact, v1::Contact::Role role, absl::CivilDay day);

// A role of a contact in its cluster. Days as text, both included: an open beginning is "", an open
// end kRoleOpenUntil.
struct RoleInterval {
  std::string contact;
  v1::Contact::Role role = v1::Contact::ROLE_UNSPECIFIED;
  std::string from;
  std::string until;
  bool primary = false;
};
inline constexpr std::string_view kRoleOpenUntil = "9999-12-31";

// The present role of `contact` and the earlier ones, in this order.
std::vector<RoleInterval> RolesOf(const v1::Contact& contact);

// The other way round: makes `roles`, of which there is at least one, those of `contact`. When they
// were confirmed is then not known.
void SetRoles(const std::vector<RoleInterval>& roles, v1::Contact& contact);

// Whether the intervals share a day.
bool Overlap(const RoleInterval& a, const RoleInterval& b);

// Invariant C8: "at most one primary MANAGER per cluster and date". The contact among `managers`
// that is the primary manager on a day on which `contact` is it too, or "". `managers` are the
// roles MANAGER of the cluster; those of `contact` itself are left out.
std::string OtherPrimaryManager(const v1::Contact& contact,
                                const std::vector<RoleInterval>& managers);

// Invariant C8: "several admins allowed, last admin cannot leave without transfer". Whether
// somebody of `managers` is manager on `day`.
bool IsManagedOn(const std::vector<RoleInterval>& managers, absl::CivilDay day);

// Whether `from` can hand the management over on `day`: it is manager then, and was before.
bool MayHandOver(const v1::Contact& from, absl::CivilDay day);

// `from` is manager until the day before `day`, `to` from then on; primary if `from` was. The role
// `to` had until then becomes an earlier one. A manager takes over by becoming primary. `from` may
// hand over on `day`.
void HandOver(v1::Contact& from, v1::Contact& to, absl::CivilDay day);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_CONTACTS_RULES_ROLES_H_
