// Where a cluster stands in its life, and which steps lead on. Pure; safe to call from any thread.
//
//   WICI_ASSIGN_OR_RETURN(const v1::Cluster::State next,
//                         StateAfter(cluster.name(), cluster.state(), ClusterStep::kSubmit));
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_CLUSTER_RULES_CLUSTER_STATE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_CLUSTER_RULES_CLUSTER_STATE_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "wici/cluster_registry/v1/cluster.pb.h"

namespace wici::cluster_registry {

enum class ClusterStep {
  kSubmit,      // the managers hand a draft in for review
  kReturn,      // the reviewer gives it back
  kPublish,     // the reviewer, or whoever may review, makes it visible
  kSetDormant,  // it is not active
  kReactivate,  // it is active again, or was not dissolved after all
  kMerge,       // it became part of another cluster
  kClose,       // it was dissolved
};

// "SUBMIT": how errors name a step.
std::string_view StepName(ClusterStep step);

// The state after `step`. FAILED_PRECONDITION with reason CLUSTER_STEP_REFUSED when the table of
// steps has no such step from `state`; `cluster` names it in the error.
absl::StatusOr<v1::Cluster::State> StateAfter(std::string_view cluster, v1::Cluster::State state,
                                              ClusterStep step);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_CLUSTER_RULES_CLUSTER_STATE_H_
