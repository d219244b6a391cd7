#include "services/cluster_registry/initiatives/participants.h"

#include <algorithm>

namespace wici::cluster_registry {
namespace {

bool IsCluster(const v1::InitiativeParticipant& participant) {
  return participant.participant().rfind("clusters/", 0) == 0;
}

}  // namespace

std::set<std::string> ParticipatingClusters(absl::Span<const v1::Initiative> initiatives) {
  std::set<std::string> names;
  for (const v1::Initiative& initiative : initiatives) {
    for (const v1::InitiativeParticipant& participant : initiative.participants()) {
      if (IsCluster(participant)) names.insert(participant.participant());
    }
  }
  return names;
}

void HideOtherClusters(const std::set<std::string>& visible,
                       absl::Span<v1::Initiative> initiatives) {
  for (v1::Initiative& initiative : initiatives) {
    auto& all = *initiative.mutable_participants();
    all.erase(std::remove_if(all.begin(), all.end(),
                             [&](const v1::InitiativeParticipant& participant) {
                               return IsCluster(participant) &&
                                      visible.count(participant.participant()) == 0;
                             }),
              all.end());
  }
}

}  // namespace wici::cluster_registry
