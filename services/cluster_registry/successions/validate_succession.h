// What is wrong with a succession a client sends: every violation at once, below the path
// "succession". Pure; safe to call from any thread. What depends on clusters and labels is checked
// where these are read (succession_rules.h).
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_SUCCESSIONS_VALIDATE_SUCCESSION_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_SUCCESSIONS_VALIDATE_SUCCESSION_H_

#include "absl/time/civil_time.h"
#include "libs/base/violations.h"
#include "wici/cluster_registry/v1/succession.pb.h"

namespace wici::cluster_registry {

inline constexpr int kSuccessionClustersMax = 20;
inline constexpr int kLabelDecisionsMax = 500;

// C7 included: who ends has a successor. `today` is the last day it may be effective on.
void ValidateSuccession(const v1::Succession& succession, absl::CivilDay today,
                        Violations& violations);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_SUCCESSIONS_VALIDATE_SUCCESSION_H_
