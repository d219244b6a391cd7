// How well two items fit, and why. The points stand in MatchReason of
// proto/wici/cluster_registry/v1/collaboration.proto. Pure; safe to call from any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_RULES_MATCH_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_RULES_MATCH_H_

#include <optional>
#include <string>
#include <vector>

#include "services/cluster_registry/regions/regions.h"
#include "wici/cluster_registry/v1/collaboration.pb.h"

namespace wici::cluster_registry {

// The kinds that answer an item of `kind`: those that offer what it seeks or seek what it offers.
// Empty for an unknown kind.
std::vector<v1::CollaborationItem::Kind> KindsThatFit(v1::CollaborationItem::Kind kind);

// An item with where its owner is at home; region and country may be "".
struct MatchSide {
  const v1::CollaborationItem* item = nullptr;
  std::string region;
  std::string country;
};

// What `found` is worth for `asked`; nullopt when the kinds do not fit or no code is shared.
std::optional<v1::Match> JudgeMatch(const MatchSide& asked, const MatchSide& found,
                                    const RegionMap& regions);

// Best first; of equal score by the name of the item that is not `asked`.
void SortMatches(const std::string& asked, std::vector<v1::Match>& matches);
// The name of the item in `match` that is not `asked`.
const std::string& FoundIn(const v1::Match& match, const std::string& asked);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_RULES_MATCH_H_
