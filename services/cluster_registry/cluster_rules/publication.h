// What publication needs, and who may see a cluster. Pure; safe to call from any thread.
//
// Invariant C2: PUBLISHED needs name, country, home_region (or reason), website, one contact_point,
// >= 1 MANAGER.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_CLUSTER_RULES_PUBLICATION_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_CLUSTER_RULES_PUBLICATION_H_

#include <vector>

#include "libs/base/error.h"
#include "wici/cluster_registry/v1/cluster.pb.h"

namespace wici::cluster_registry {

// The fields of `cluster` that publication needs and that are missing (C2 without the manager, who
// is a contact).
std::vector<FieldViolation> MissingFields(const v1::Cluster& cluster);

// Those of MissingFields(after) that `before` had: what a change would take away.
std::vector<FieldViolation> LostFields(const v1::Cluster& before, const v1::Cluster& after);

// The narrowest circle of callers that may see the cluster: its visibility once it was published,
// INTERNAL before and when nothing is said, also when it was closed or merged as a draft. Never
// VISIBILITY_UNSPECIFIED.
v1::Visibility ExposureOf(const v1::Cluster& cluster);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_CLUSTER_RULES_PUBLICATION_H_
