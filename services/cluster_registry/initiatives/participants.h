// Which clusters initiatives name, and taking out those that a caller may not see.
//
// Pure; safe to call from any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_INITIATIVES_PARTICIPANTS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_INITIATIVES_PARTICIPANTS_H_

#include <set>
#include <string>

#include "absl/types/span.h"
#include "wici/cluster_registry/v1/initiative.pb.h"

namespace wici::cluster_registry {

// The clusters that take part in any of `initiatives`, or took part.
std::set<std::string> ParticipatingClusters(absl::Span<const v1::Initiative> initiatives);
// Takes out of `initiatives` the clusters that are not in `visible`. Regions and participants that
// are no resources stay.
void HideOtherClusters(const std::set<std::string>& visible,
                       absl::Span<v1::Initiative> initiatives);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_INITIATIVES_PARTICIPANTS_H_
