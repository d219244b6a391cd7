// For whom somebody comes. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_REGISTRATIONS_RULES_PARTY_H_
#define WICI_SERVICES_REGISTRATION_REGISTRATIONS_RULES_PARTY_H_

#include <string>
#include <string_view>

#include "wici/registration/v1/registration.pb.h"

namespace wici::registration {

// "clusters/{cluster}" of a name that is or begins so, else "".
std::string ClusterIn(std::string_view name);

// The cluster for which the person comes, "clusters/{cluster}": that of the party, else that of the
// contact; "" for somebody who comes for none.
std::string ClusterOf(const v1::Registration& registration);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_REGISTRATIONS_RULES_PARTY_H_
