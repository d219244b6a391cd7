// Comparison with an anonymised group of peers, without a way to single one cluster out.
//
// Groups are fixed: the clusters with the same portfolio, the same country, or the same size class;
// no combination of these, no group of one's choice. A group is shown in states. Decisions are read
// in their order; the present state of a group (for each cluster its last assessment) becomes the
// shown one when
//   - it holds at least kShownClustersMin clusters, and
//   - it differs from every state ever shown, of this group or any other, by at least
//     kShownClustersMin clusters, or not at all.
// So whatever two answers somebody subtracts, at any two times and from any two groups, at least
// kShownClustersMin clusters stand in the difference; one of them may be the reader's own, which
// leaves kPeersMin others. The order of decisions only ever grows at its end, and what was shown
// follows from it alone, so nothing needs to be remembered. Not guarded: what several clusters
// learn who pool their own results, and sums over many groups (quartiles do not add up).
//
// Pure; safe to call from any thread. Source: invariant L11 and the group size of issue text "never
// below 5 members of a group".
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_RULES_PEERS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_RULES_PEERS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "wici/cluster_registry/v1/assessment.pb.h"
#include "wici/cluster_registry/v1/assessment_service.pb.h"

namespace wici::cluster_registry {

// Other clusters in a group, at least.
inline constexpr int kPeersMin = 5;
inline constexpr int kShownClustersMin = kPeersMin + 1;
// Decisions by one set that are compared, at most: the work grows with their square.
inline constexpr int kPeerLogMax = 1000;

// The group of this sort that `assessment` belongs to: "portfolio:biotechnology", "country:PL",
// "size:2"; "" when what it is told by is not known.
std::string GroupName(v1::PeerGroup sort, const v1::Assessment& assessment);

// One decided assessment.
struct PeerEntry {
  std::string assessment;
  std::string cluster;
  std::vector<std::string> groups;  // "country:PL", ...
};

// The assessments of the state of `group` that is shown, without those of `own_cluster`: at least
// kPeersMin, each of another cluster. Empty when none is shown. `log` is in order of decision.
std::vector<std::string> ShownPeers(absl::Span<const PeerEntry> log, std::string_view group,
                                    std::string_view own_cluster);

// Values of the group by nearest rank.
struct Quartiles {
  int count = 0;
  int lower = 0;
  int median = 0;
  int upper = 0;
  friend bool operator==(const Quartiles&, const Quartiles&) = default;
};

// Those of `values`, or nullopt when there are fewer than kPeersMin.
std::optional<Quartiles> QuartilesOf(std::vector<int> values);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_ASSESSMENTS_RULES_PEERS_H_
