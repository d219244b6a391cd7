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
#include "services/cluster_registry/store.h"
#include "services/cluster_registry/successions/succession_rules.h"
#include "wici/cluster_registry/v1/succession.pb.h"

namespace wici::cluster_registry {

absl::StatusOr<v1::Succession> ReadSuccession(Reader& reader, std::string_view name);
// Those with `cluster` before or after; an empty one does not filter.
absl::StatusOr<std::vector<v1::Succession>> ReadSuccessions(Reader& reader,
                                                            std::string_view cluster,
                                                            const Keyset& keyset);
// Those with any of `clusters` before or after, by name.
absl::StatusOr<std::vector<v1::Succession>> ReadSuccessionsOf(
    Reader& reader, const std::set<std::string>& clusters);
// The names of those whose effects are not complete.
absl::StatusOr<std::vector<std::string>> ReadPendingSuccessions(Reader& reader,
                                                                const Keyset& keyset);
// Who follows those of `clusters` that have successors.
absl::StatusOr<std::vector<SuccessionEdge>> ReadSuccessors(Reader& reader,
                                                           const std::set<std::string>& clusters);
// Whether one of `targets` follows, over any number of successions, one of `clusters`.
absl::StatusOr<bool> FollowsAny(Reader& reader, std::set<std::string> clusters,
                                const std::set<std::string>& targets);

// Takes the graph of successions for this transaction: others that record one wait.
absl::Status LockSuccessions(Writer& writer);
absl::Status InsertSuccession(Writer& writer, v1::Succession& succession);
// Records how far the effects are: its state and problem.
absl::Status SaveSuccession(Writer& writer, v1::Succession& succession);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_SUCCESSIONS_SUCCESSION_STORE_H_
