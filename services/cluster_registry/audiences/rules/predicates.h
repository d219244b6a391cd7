// The predicates of audience rules: what each says of a cluster, its labels, or a contact.
//
// Pure; safe to call from any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_RULES_PREDICATES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_RULES_PREDICATES_H_

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "services/cluster_registry/regions/regions.h"
#include "services/cluster_registry/three_valued.h"
#include "wici/cluster_registry/v1/audience.pb.h"
#include "wici/cluster_registry/v1/cluster.pb.h"
#include "wici/cluster_registry/v1/contact.pb.h"
#include "wici/cluster_registry/v1/initiative.pb.h"
#include "wici/cluster_registry/v1/label.pb.h"
#include "wici/cluster_registry/v1/label_scheme.pb.h"

namespace wici::cluster_registry {

// What holds for all candidates of one evaluation.
struct World {
  absl::CivilDay on_date;
  const RegionMap* regions = nullptr;
  std::map<std::string, v1::LabelScheme> label_schemes;  // by name
  std::map<std::string, v1::Initiative> initiatives;     // by name
};

// What one predicate says.
struct Outcome {
  Truth truth = Truth::kUnknown;
  std::string_view reason;  // of a fixed list: "IN_ROLE"
  bool derived = false;
  std::string resource;
};

// A predicate made ready for many candidates.
struct Predicate {
  enum class Of { kCluster, kLabels, kContact };
  Of of = Of::kCluster;  // what it looks at
  const v1::AudienceRule* rule = nullptr;
  std::string path;                          // "all_of[1].label"
  std::string words;                         // "country PL,DE"
  std::string region;                        // the region asked for, by name
  std::set<std::string, std::less<>> names;  // of clusters or contacts that it holds for
  absl::CivilDay day;                        // the day asked about
};

// The region of a predicate by name or by code, or "" when the code is not known.
std::string RegionOf(const v1::RegionPredicate& predicate, const RegionMap& regions);
// The clusters that take part as the predicate says.
std::set<std::string, std::less<>> ParticipantsOf(const v1::InitiativePredicate& predicate,
                                                  const World& world);

// `rule` is a leaf.
Predicate PreparePredicate(const v1::AudienceRule& rule, std::string path, const World& world);

// Of kind kCluster.
Outcome AskCluster(const Predicate& predicate, const World& world, const v1::Cluster& cluster);
// Of kind kLabels.
Outcome AskLabels(const Predicate& predicate, const World& world,
                  absl::Span<const v1::Label> labels);
// Of kind kContact; without a contact: whether any of the cluster may fulfil it.
Outcome AskContact(const Predicate& predicate, const World& world, std::string_view cluster,
                   const v1::Contact* contact);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_AUDIENCES_RULES_PREDICATES_H_
