#include "services/cluster_registry/members/memberships.h"

#include <algorithm>
#include <set>
#include <utility>

#include "services/cluster_registry/identifiers/identifiers.h"
#include "services/cluster_registry/slug.h"

namespace wici::cluster_registry {

v1::Member::Role RoleOf(const v1::Member& member) {
  return member.role() == v1::Member::ROLE_UNSPECIFIED ? v1::Member::ROLE_FULL : member.role();
}

bool IsCommitted(const v1::Member& member) {
  if (member.has_committed()) return member.committed();
  return RoleOf(member) != v1::Member::ROLE_OBSERVER && RoleOf(member) != v1::Member::ROLE_PARTNER;
}

std::vector<PartyInCluster> PartiesOf(const v1::Member& member) {
  const std::string cluster = ClusterOf(member.name());
  std::vector<PartyInCluster> parties;
  for (const v1::ExternalId& identifier : member.identifiers()) {
    IdentifierCheck check = CheckIdentifier(identifier.scheme(), identifier.value());
    parties.emplace_back(std::move(check.scheme), std::move(check.value), cluster);
  }
  return parties;
}

std::vector<MembershipOverlap> FindOverlaps(absl::Span<const v1::Member> members,
                                            KnownMemberships known) {
  std::set<std::string_view> replaced;
  for (const v1::Member& member : members) replaced.insert(member.name());
  for (auto& [party, memberships] : known) {
    std::erase_if(memberships,
                  [&](const KnownMembership& one) { return replaced.count(one.member) > 0; });
  }
  std::vector<MembershipOverlap> overlaps;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const DayInterval interval = MakeInterval(members[i].member_from(), members[i].member_until());
    const std::vector<PartyInCluster> parties = PartiesOf(members[i]);
    std::string other;
    for (const PartyInCluster& party : parties) {
      const std::vector<KnownMembership>& memberships = known[party];
      const auto found =
          std::find_if(memberships.begin(), memberships.end(),
                       [&](const KnownMembership& one) { return Overlap(one.interval, interval); });
      if (other.empty() && found != memberships.end()) other = found->member;
    }
    // Only then its own, for it may name one organisation twice.
    for (const PartyInCluster& party : parties) {
      known[party].push_back({members[i].name(), interval});
    }
    if (!other.empty()) overlaps.push_back({.index = i, .other = std::move(other)});
  }
  return overlaps;
}

}  // namespace wici::cluster_registry
