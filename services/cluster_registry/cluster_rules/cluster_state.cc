#include "services/cluster_registry/cluster_rules/cluster_state.h"

#include <array>

#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/transitions.h"

namespace wici::cluster_registry {
namespace {

using v1::Cluster;

// All allowed steps. None leads on from MERGED: what became of the cluster is told by its
// succession, and withdrawing that makes it what it was before.
constexpr std::array kSteps = {
    Transition{Cluster::STATE_DRAFT, ClusterStep::kSubmit, Cluster::STATE_IN_REVIEW},
    Transition{Cluster::STATE_DRAFT, ClusterStep::kPublish, Cluster::STATE_PUBLISHED},
    Transition{Cluster::STATE_DRAFT, ClusterStep::kMerge, Cluster::STATE_MERGED},
    Transition{Cluster::STATE_DRAFT, ClusterStep::kClose, Cluster::STATE_CLOSED},
    Transition{Cluster::STATE_IN_REVIEW, ClusterStep::kReturn, Cluster::STATE_DRAFT},
    Transition{Cluster::STATE_IN_REVIEW, ClusterStep::kPublish, Cluster::STATE_PUBLISHED},
    Transition{Cluster::STATE_IN_REVIEW, ClusterStep::kMerge, Cluster::STATE_MERGED},
    Transition{Cluster::STATE_IN_REVIEW, ClusterStep::kClose, Cluster::STATE_CLOSED},
    Transition{Cluster::STATE_PUBLISHED, ClusterStep::kSetDormant, Cluster::STATE_DORMANT},
    Transition{Cluster::STATE_PUBLISHED, ClusterStep::kMerge, Cluster::STATE_MERGED},
    Transition{Cluster::STATE_PUBLISHED, ClusterStep::kClose, Cluster::STATE_CLOSED},
    Transition{Cluster::STATE_DORMANT, ClusterStep::kReactivate, Cluster::STATE_PUBLISHED},
    Transition{Cluster::STATE_DORMANT, ClusterStep::kMerge, Cluster::STATE_MERGED},
    Transition{Cluster::STATE_DORMANT, ClusterStep::kClose, Cluster::STATE_CLOSED},
    Transition{Cluster::STATE_CLOSED, ClusterStep::kReactivate, Cluster::STATE_PUBLISHED},
};

std::string_view StateName(Cluster::State state) {
  constexpr std::string_view kPrefix = "STATE_";
  const std::string_view name = Cluster::State_Name(state);
  return name.substr(0, kPrefix.size()) == kPrefix ? name.substr(kPrefix.size()) : "UNKNOWN";
}

}  // namespace

std::string_view StepName(ClusterStep step) {
  switch (step) {
    case ClusterStep::kSubmit:
      return "SUBMIT";
    case ClusterStep::kReturn:
      return "RETURN";
    case ClusterStep::kPublish:
      return "PUBLISH";
    case ClusterStep::kSetDormant:
      return "SET_DORMANT";
    case ClusterStep::kReactivate:
      return "REACTIVATE";
    case ClusterStep::kMerge:
      return "MERGE";
    case ClusterStep::kClose:
      return "CLOSE";
  }
  return "UNKNOWN";
}

absl::StatusOr<Cluster::State> StateAfter(std::string_view cluster, Cluster::State state,
                                          ClusterStep step) {
  if (const auto next = FindTransition(kSteps, state, step)) return *next;
  return ClusterStepRefusedError(cluster, StateName(state), StepName(step));
}

}  // namespace wici::cluster_registry
