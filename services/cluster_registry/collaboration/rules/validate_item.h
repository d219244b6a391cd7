// What is wrong with an item or an interest a client sends: every violation at once, below the path
// `field`. Pure; safe to call from any thread. References to other resources are checked where
// these are read.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_RULES_VALIDATE_ITEM_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_RULES_VALIDATE_ITEM_H_

#include <string_view>

#include "absl/time/time.h"
#include "libs/base/violations.h"
#include "wici/cluster_registry/v1/collaboration.pb.h"
#include "wici/cluster_registry/v1/collaboration_service.pb.h"

namespace wici::cluster_registry {

inline constexpr int kItemCodesMax = 20;    // sectors, technologies
inline constexpr int kItemRegionsMax = 50;  // sought, visible in
inline constexpr absl::Duration kInterestTtlDefault = absl::Hours(14 * 24);
inline constexpr absl::Duration kInterestTtlMin = absl::Hours(1);
inline constexpr absl::Duration kInterestTtlMax = absl::Hours(90 * 24);

// `cluster` is the one the item belongs to: its owner is that or a member of it.
void ValidateItem(std::string_view field, std::string_view cluster,
                  const v1::CollaborationItem& item, Violations& violations);
void ValidateInterest(std::string_view field, const v1::Interest& interest, Violations& violations);
// The time to answer that a request asks for.
absl::Duration ParseRequestTtl(const v1::CreateInterestRequest& request, Violations& violations);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_RULES_VALIDATE_ITEM_H_
