// What a succession does to one cluster, in the transaction that has it locked, and how that is
// taken back when the succession is withdrawn. What is done already stays as it is: each may run
// again.
//
// Errors: those of store.h, and FAILED_PRECONDITION when what was recorded since is in the way.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_SUCCESSIONS_EFFECTS_SUCCESSION_EFFECTS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_SUCCESSIONS_EFFECTS_SUCCESSION_EFFECTS_H_

#include "absl/status/status.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/cluster.pb.h"
#include "wici/cluster_registry/v1/succession.pb.h"

namespace wici::cluster_registry {

// Records on labels of `predecessor` what was decided about them, and makes it MERGED when it does
// not go on. One that was closed before stays so.
absl::Status ChangePredecessor(Writer& writer, const v1::Succession& succession,
                               v1::Cluster& predecessor);
// Records the transferred labels of which `cluster` is the heir.
absl::Status ChangeHeir(Writer& writer, const v1::Succession& succession,
                        const v1::Cluster& cluster);

// Marks the labels that `cluster` got by the succession as rejected.
absl::Status TakeBackHeir(Writer& writer, const v1::Succession& succession,
                          const v1::Cluster& cluster);
// Lets the labels of `predecessor` hold again, and makes it what it was before it was MERGED.
absl::Status TakeBackPredecessor(Writer& writer, const v1::Succession& succession,
                                 v1::Cluster& predecessor);

// FAILED_PRECONDITION with reason SUCCESSION_BUILT_UPON when something happened to a label since
// the succession moved it.
absl::Status CheckNotBuiltUpon(Reader& reader, const v1::Succession& succession);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_SUCCESSIONS_EFFECTS_SUCCESSION_EFFECTS_H_
