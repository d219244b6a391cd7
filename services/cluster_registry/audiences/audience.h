// An audience: every contact a rule chooses, one row a person.
//
// Pure; safe to call from any thread. Source: invariants A3 and A4 of the audience model.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_AUDIENCE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_AUDIENCE_H_

#include <map>
#include <string>
#include <vector>

#include "services/cluster_registry/audiences/audience_rule.h"
#include "wici/cluster_registry/v1/audience_service.pb.h"

namespace wici::cluster_registry {

// A cluster with what belongs to it.
struct ClusterFacts {
  v1::Cluster cluster;
  std::vector<v1::Contact> contacts;
  std::vector<v1::Label> labels;
};

struct Audience {
  std::vector<v1::AudienceRow> rows;  // by contact
  v1::AudienceCounts counts;
  std::vector<std::string> clusters_without_contact;  // at most 100
};

inline constexpr std::size_t kClustersWithoutContactMax = 100;

// Evaluates `rule` over all contacts. Contacts with the same e-mail address are one person: they
// share the row of the one the rule is surest of.
Audience EvaluateAudience(const v1::AudienceRule& rule, const World& world,
                          const std::map<std::string, ClusterFacts>& clusters,
                          v1::UnknownPolicy unknown_policy);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_AUDIENCE_H_
