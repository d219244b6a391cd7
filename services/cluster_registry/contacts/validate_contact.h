// What is wrong with a contact a client sends: every violation at once, below the path `field`.
// Pure; safe to call from any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_CONTACTS_VALIDATE_CONTACT_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_CONTACTS_VALIDATE_CONTACT_H_

#include <string_view>

#include "absl/time/civil_time.h"
#include "libs/base/violations.h"
#include "wici/cluster_registry/v1/contact.pb.h"

namespace wici::cluster_registry {

// `today` bounds what can have been confirmed.
void ValidateContact(std::string_view field, const v1::Contact& contact, absl::CivilDay today,
                     Violations& violations);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_CONTACTS_VALIDATE_CONTACT_H_
