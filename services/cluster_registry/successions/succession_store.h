// Successions in the database; see store.h for errors and transactions.
//
// A succession is an aggregate of its own. Those that are recorded take one lock after the other:
// the graph they make together has no cycle (C7), which no row of one of them could guard.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_SUCCESSIONS_SUCCESSION_STORE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_SUCCESSIONS_SUCCESSION_STORE_H_

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/cluster_registry/store.h"
#include "services/cluster_registry/successions/succession_rules.h"
#include "wici/cluster_registry/v1/common.pb.h"
#include "wici/cluster_registry/v1/succession.pb.h"

namespace wici::cluster_registry {

absl::StatusOr<v1::Succession> ReadSuccession(Reader& reader, std::string_view name);
struct SuccessionFilter {
  std::string cluster;  // before or after; or "" for any that callers of `exposure` may see
  v1::Visibility exposure = v1::VISIBILITY_INTERNAL;
  absl::Time known_at = absl::InfiniteFuture();  // only those recorded until then
};
// Each as it is now; AsKnownAt of succession_rules.h says how it was.
absl::StatusOr<std::vector<v1::Succession>> ReadSuccessions(Reader& reader,
                                                            const SuccessionFilter& filter,
                                                            const Keyset& keyset);
// Those with any of `clusters` before or after that were not withdrawn, by name.
absl::StatusOr<std::vector<v1::Succession>> ReadSuccessionsOf(
    Reader& reader, const std::set<std::string>& clusters);
// The names of those that are not settled: something of their effects, or of taking them back, is
// left to do.
absl::StatusOr<std::vector<std::string>> ReadPendingSuccessions(Reader& reader,
                                                                const Keyset& keyset);
// One cluster in one succession that was not withdrawn, or is still being taken back.
struct Participation {
  std::string cluster;
  std::string succession;
  std::string effective_on;
  bool settled = false;
};
// All of those of `clusters`.
absl::StatusOr<std::vector<Participation>> ReadParticipations(
    Reader& reader, const std::set<std::string>& clusters);
// Who follows those of `clusters` that have successors.
absl::StatusOr<std::vector<SuccessionEdge>> ReadSuccessors(Reader& reader,
                                                           const std::set<std::string>& clusters);
// Whether one of `targets` follows, over any number of successions, one of `clusters`.
absl::StatusOr<bool> FollowsAny(Reader& reader, std::set<std::string> clusters,
                                const std::set<std::string>& targets);

// Takes the graph of successions for this transaction: others that record or withdraw one wait, and
// those that close a cluster or bring it back. Before what is decided upon is read.
absl::Status LockSuccessions(Writer& writer);
absl::Status InsertSuccession(Writer& writer, v1::Succession& succession);
// Records how far it is. `kind` of the change: "succession.applied", ...
absl::Status SaveSuccession(Writer& writer, v1::Succession& succession, std::string_view kind);
// The same for one that is withdrawn: it leaves the graph.
absl::Status WithdrawFromGraph(Writer& writer, v1::Succession& succession);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_SUCCESSIONS_SUCCESSION_STORE_H_
