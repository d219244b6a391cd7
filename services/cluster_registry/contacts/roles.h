// When contacts have their roles. Pure; safe to call from any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_CONTACTS_ROLES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_CONTACTS_ROLES_H_

#include "absl/time/civil_time.h"
#include "wici/cluster_registry/v1/contact.pb.h"

namespace wici::cluster_registry {

// Whether `contact` has its role on `day`.
bool HasRoleOn(const v1::Contact& contact, absl::CivilDay day);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_CONTACTS_ROLES_H_
