// Whether a cluster fulfils the criteria by which the European Cluster Collaboration Platform lists
// cluster organisations. Pure; safe to call from any thread.
//
// Invariant C3: "ECCP-eligible flag computed: fte>=0.5, members>=15, >=2 kinds, English site, with
// per-criterion explanation and programme waiver". A criterion is UNKNOWN, not missed, when the
// registry does not know enough: nothing is recorded, or more members are declared than recorded.
// Declared numbers of members never meet a criterion, since they are not counted (C5).
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_ELIGIBILITY_ELIGIBILITY_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_ELIGIBILITY_ELIGIBILITY_H_

#include <cstdint>
#include <vector>

#include "absl/time/civil_time.h"
#include "wici/cluster_registry/v1/cluster.pb.h"
#include "wici/cluster_registry/v1/eligibility.pb.h"
#include "wici/cluster_registry/v1/member.pb.h"

namespace wici::cluster_registry {

inline constexpr std::int32_t kEligibleFteCenti = 50;
inline constexpr std::int64_t kEligibleMembers = 15;
inline constexpr int kEligibleHelices = 2;

// `counts` are the memberships open on `on_date`, by kind.
v1::Eligibility CheckEligibility(const v1::Cluster& cluster,
                                 const std::vector<v1::MemberCount>& counts,
                                 absl::CivilDay on_date);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_ELIGIBILITY_ELIGIBILITY_H_
