// Who may own an item or be interested in one. Pure; safe to call from any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_RULES_ACTIVITY_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_RULES_ACTIVITY_H_

#include <string>

#include "absl/time/civil_time.h"
#include "libs/base/clock.h"
#include "wici/cluster_registry/v1/cluster.pb.h"
#include "wici/cluster_registry/v1/member.pb.h"

namespace wici::cluster_registry {

// Invariant I1, "owner must be active": a cluster that is neither deleted nor merged nor closed.
inline bool IsActive(const v1::Cluster& cluster) {
  return !cluster.has_delete_time() && cluster.state() != v1::Cluster::STATE_MERGED &&
         cluster.state() != v1::Cluster::STATE_CLOSED;
}

// The same of a member: its membership has begun and is not over.
inline bool IsActive(const v1::Member& member, absl::CivilDay today) {
  const std::string day = FormatDate(today);
  return member.member_from() <= day &&
         (member.member_until().empty() || day <= member.member_until());
}

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_RULES_ACTIVITY_H_
