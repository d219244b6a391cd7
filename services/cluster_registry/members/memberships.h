// Memberships over time: when they are open, and who has committed itself. Pure; safe to call from
// any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_MEMBERS_MEMBERSHIPS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_MEMBERS_MEMBERSHIPS_H_

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "absl/types/span.h"
#include "services/cluster_registry/partial_date.h"
#include "wici/cluster_registry/v1/member.pb.h"

namespace wici::cluster_registry {

// What the organisation is in the cluster: a full member when nothing is said.
v1::Member::Role RoleOf(const v1::Member& member);
// What the member says of itself, or what its role implies.
bool IsCommitted(const v1::Member& member);

// An organisation in a cluster: scheme and value of an identifier as it is stored, and the cluster.
using PartyInCluster = std::tuple<std::string, std::string, std::string>;
std::vector<PartyInCluster> PartiesOf(const v1::Member& member);

// The membership of a party by its name, and when it is open.
struct KnownMembership {
  std::string member;
  DayInterval interval;
};
using KnownMemberships = std::map<PartyInCluster, std::vector<KnownMembership>>;

struct MembershipOverlap {
  std::size_t index = 0;  // of the member
  std::string other;      // the membership it overlaps
};

// Invariant C4: "memberships of one party in one cluster do not overlap; one party in many clusters
// allowed". Which of `members` overlap a known membership or one before them in the list, each
// with the first such. Known memberships of the members themselves do not count: they are replaced.
std::vector<MembershipOverlap> FindOverlaps(absl::Span<const v1::Member> members,
                                            KnownMemberships known);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_MEMBERS_MEMBERSHIPS_H_
