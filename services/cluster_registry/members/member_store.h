// Members of clusters in the database; see store.h for errors and transactions.
//
// The cluster is locked, or was inserted, before its members are written.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_MEMBERS_MEMBER_STORE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_MEMBERS_MEMBER_STORE_H_

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/member.pb.h"

namespace wici::cluster_registry {

absl::StatusOr<v1::Member> ReadMember(Reader& reader, std::string_view name);
absl::StatusOr<std::vector<v1::Member>> ReadMembers(Reader& reader, std::string_view cluster,
                                                    const Keyset& keyset);
absl::Status InsertMember(Writer& writer, v1::Member& member);
absl::Status SaveMember(Writer& writer, v1::Member& member);
absl::Status RemoveMember(Writer& writer, std::string_view name);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_MEMBERS_MEMBER_STORE_H_
