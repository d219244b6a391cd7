// Members of clusters in the database, with what was known of them before; see store.h for errors
// and transactions.
//
// The cluster is locked, or was inserted, before its members are written. What is written is
// stored with normalised identifiers (identifiers/identifiers.h).
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_MEMBERS_MEMBER_STORE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_MEMBERS_MEMBER_STORE_H_

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "services/cluster_registry/members/memberships.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/common.pb.h"
#include "wici/cluster_registry/v1/member.pb.h"

namespace wici::cluster_registry {

// Unset fields do not filter.
struct MemberFilter {
  std::string on_date;  // memberships open on this day
  v1::Member::Role role = v1::Member::ROLE_UNSPECIFIED;
  v1::Member::Kind kind = v1::Member::KIND_UNSPECIFIED;
};

// As known at an instant: what was recorded later is not seen.
absl::StatusOr<v1::Member> ReadMember(Reader& reader, std::string_view name,
                                      absl::Time known_at = absl::InfiniteFuture());
absl::StatusOr<std::vector<v1::Member>> ReadMembers(Reader& reader, std::string_view cluster,
                                                    const MemberFilter& filter, absl::Time known_at,
                                                    const Keyset& keyset);
// Those of the members that exist, as known now, in no order, by one query.
absl::StatusOr<std::vector<v1::Member>> ReadMembersNamed(Reader& reader,
                                                         const std::set<std::string>& names);
// All of them, as known now.
absl::StatusOr<std::vector<v1::Member>> ReadMembers(Reader& reader, std::string_view cluster,
                                                    const Keyset& keyset);

// Those of all clusters, as known now.
absl::StatusOr<std::vector<v1::Member>> ReadAllMembers(Reader& reader, const Keyset& keyset);

// Invariant C5: "counted members on D = open memberships; declared counts kept beside, never
// mixed". By kind, in their order; kinds without a member are left out. One query, answered from an
// index for known_at InfiniteFuture.
absl::StatusOr<std::vector<v1::MemberCount>> CountMembers(
    Reader& reader, std::string_view cluster, absl::CivilDay on_date,
    absl::Time known_at = absl::InfiniteFuture());

// Where a list of memberships of one party goes on: after this cluster and member.
struct PartyKeyset {
  std::string after_cluster;
  std::string after_member;
  int limit = 0;
};
// Which memberships of a party: an empty `on_date` is any day. Deleted clusters are left out, and
// those that callers of the circle `exposure` may not see (clusters/visibility.h): as they are, and
// as they were at `known_at`.
struct PartyFilter {
  std::string on_date;
  v1::Visibility exposure = v1::VISIBILITY_INTERNAL;
  absl::Time known_at = absl::InfiniteFuture();
};
// The memberships of the organisation with this identifier, by cluster and name.
absl::StatusOr<std::vector<v1::Member>> ReadMembershipsOfParty(Reader& reader,
                                                               const v1::ExternalId& identifier,
                                                               const PartyFilter& filter,
                                                               const PartyKeyset& keyset);

// C4 by index: one query for any number of members, of one cluster or of several. Their names say
// which cluster; see FindOverlaps.
absl::StatusOr<std::vector<MembershipOverlap>> FindMembershipOverlaps(
    Reader& reader, absl::Span<const v1::Member> members);
// Which of these members exist.
absl::StatusOr<std::set<std::string>> FindMembers(Reader& reader,
                                                  absl::Span<const v1::Member> members);

absl::Status InsertMember(Writer& writer, v1::Member& member);
// Any number in two statements; all or none. Their identifiers are not checked for overlaps:
// FindMembershipOverlaps does that.
absl::Status InsertMembers(Writer& writer, absl::Span<v1::Member> members);
// Adds a record version that holds from now on; the one before stays for earlier known_at.
absl::Status SaveMember(Writer& writer, v1::Member& member);
// The versions so far stay for earlier known_at, except those of an individual: a person's name is
// forgotten with the member.
absl::Status RemoveMember(Writer& writer, std::string_view name);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_MEMBERS_MEMBER_STORE_H_
