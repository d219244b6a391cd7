// What is wrong with an initiative a client sends: every violation at once, below the path `field`.
// Pure; safe to call from any thread. References to other resources are checked where these are
// read.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_INITIATIVES_VALIDATE_INITIATIVE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_INITIATIVES_VALIDATE_INITIATIVE_H_

#include <string_view>

#include "libs/base/violations.h"
#include "wici/cluster_registry/v1/initiative.pb.h"

namespace wici::cluster_registry {

// "clusters/..." or "regions/...".
bool IsParticipantName(std::string_view name);

// Dates are in order, amounts have a currency, the intervals of one participant in one role do not
// overlap.
void ValidateInitiative(std::string_view field, const v1::Initiative& initiative,
                        Violations& violations);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_INITIATIVES_VALIDATE_INITIATIVE_H_
