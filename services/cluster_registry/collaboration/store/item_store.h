// Offers, requests and interests in the database; see store.h for errors and transactions.
//
// What is read has the state it has at the time given: expired is what is past, also before the
// sweep (expiry.h) has written it down. The cluster of the item is locked before anything below it
// is written.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_STORE_ITEM_STORE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_STORE_ITEM_STORE_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/cluster.pb.h"
#include "wici/cluster_registry/v1/collaboration.pb.h"
#include "wici/cluster_registry/v1/member.pb.h"

namespace wici::cluster_registry {

// An empty or unset field does not filter. Without a cluster those of deleted clusters are left
// out.
struct ItemFilter {
  std::string cluster;
  v1::CollaborationItem::Kind kind = v1::CollaborationItem::KIND_UNSPECIFIED;
  v1::CollaborationItem::State state = v1::CollaborationItem::STATE_UNSPECIFIED;
};

absl::StatusOr<v1::CollaborationItem> ReadItem(Reader& reader, std::string_view name,
                                               absl::Time now);
absl::StatusOr<std::vector<v1::CollaborationItem>> ReadItems(Reader& reader,
                                                             const ItemFilter& filter,
                                                             absl::Time now, const Keyset& keyset);
// Those of `names` that exist, by name.
absl::StatusOr<std::vector<v1::CollaborationItem>> ReadItemsNamed(
    Reader& reader, const std::vector<std::string>& names, absl::Time now);
absl::Status InsertItem(Writer& writer, v1::CollaborationItem& item);
// `kind` of the change: "collaboration_item.updated", "collaboration_item.published", ...
absl::Status SaveItem(Writer& writer, v1::CollaborationItem& item, std::string_view kind);
absl::Status RemoveItem(Writer& writer, std::string_view name);
// The first `limit` names of open items that share a code with `item` and are of one of `kinds`.
absl::StatusOr<std::vector<std::string>> FindInMarket(
    Reader& reader, const v1::CollaborationItem& item,
    const std::vector<v1::CollaborationItem::Kind>& kinds, std::size_t limit);

// Clusters and members by name, as far as they exist.
struct Owners {
  std::map<std::string, v1::Cluster, std::less<>> clusters;
  std::map<std::string, v1::Member, std::less<>> members;
};
// `names` are clusters and members; the clusters of members are read too.
absl::StatusOr<Owners> ReadOwners(Reader& reader, const std::vector<std::string>& names);

absl::StatusOr<v1::Interest> ReadInterest(Reader& reader, std::string_view name, absl::Time now);
// Those in an item, or those that a cluster and its members have expressed.
absl::StatusOr<std::vector<v1::Interest>> ReadInterests(Reader& reader, std::string_view item,
                                                        absl::Time now, const Keyset& keyset);
absl::StatusOr<std::vector<v1::Interest>> ReadExpressedInterests(Reader& reader,
                                                                 std::string_view cluster,
                                                                 absl::Time now,
                                                                 const Keyset& keyset);
// Stored as waiting or accepted: that of one party, or the first `limit` in the item.
absl::StatusOr<std::optional<v1::Interest>> FindLiveInterest(Reader& reader, std::string_view item,
                                                             std::string_view interested,
                                                             absl::Time now);
absl::StatusOr<std::vector<v1::Interest>> ReadLiveInterests(Reader& reader, std::string_view item,
                                                            absl::Time now, int limit);
absl::Status InsertInterest(Writer& writer, v1::Interest& interest);
// `kind` of the change: "interest.accepted", "interest.expired", ...
absl::Status SaveInterest(Writer& writer, v1::Interest& interest, std::string_view kind);

// For the sweep: names of what is past but not stored so, oldest first; and storing it, which does
// nothing when it is no longer due.
absl::StatusOr<std::vector<std::string>> ReadItemsDue(Reader& reader, absl::Time now, int limit);
absl::StatusOr<std::vector<std::string>> ReadInterestsDue(Reader& reader, absl::Time now,
                                                          int limit);
absl::Status ExpireItem(Writer& writer, std::string_view name);
absl::Status ExpireInterest(Writer& writer, std::string_view name);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_STORE_ITEM_STORE_H_
