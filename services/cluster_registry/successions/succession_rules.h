// What a succession of clusters asks for, and what it does to clusters and labels.
//
// Source: invariants of the domain model, C7 "no cycle in succession; MERGED needs >= 1 successor"
// and L10 "label is granted to the CO; on succession each label is explicitly KEPT | TRANSFERRED
// (with issuer evidence) | ENDED". Pure; safe to call from any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_SUCCESSIONS_SUCCESSION_RULES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_SUCCESSIONS_SUCCESSION_RULES_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/base/violations.h"
#include "wici/cluster_registry/v1/label.pb.h"
#include "wici/cluster_registry/v1/succession.pb.h"

namespace wici::cluster_registry {

// One cluster continues another. `ends` says that the predecessor does not go on beside it.
struct SuccessionEdge {
  std::string predecessor;
  std::string successor;
  std::string succession;
  std::string effective_on;
  bool ends = false;
};

// Labels by the cluster that has them.
using LabelsByCluster = std::map<std::string, std::vector<v1::Label>>;

// The label of this name, or null.
const v1::Label* FindLabel(const LabelsByCluster& labels, const std::string& name);

// Predecessors and successors, each once.
std::set<std::string> ClustersOf(const v1::Succession& succession);
// Whether a predecessor goes on after `succession`: it is a successor, too.
bool GoesOn(const v1::Succession& succession, std::string_view predecessor);
// Who continues whom; a cluster that goes on does not continue itself.
std::vector<SuccessionEdge> EdgesOf(const v1::Succession& succession);
// The successor that gets the label of `decision`, a transfer: the one it names, or the only one.
std::string HeirOf(const v1::Succession& succession, const v1::LabelDecision& decision);

// Whether a succession on `day` must decide about `label`: it holds then, may hold, is suspended,
// or begins later.
bool NeedsDecision(const v1::Label& label, absl::CivilDay day);

// L10: every label of a predecessor that needs a decision has one, every decision is about such a
// label, and no transferred label overlaps one of its heir. All that is wrong goes into
// `violations`; returns how many labels are undecided. `labels` has those of every predecessor and
// successor.
int CheckDecisions(const v1::Succession& succession, const LabelsByCluster& labels,
                   Violations& violations);

// What the decision at `index` records on its label; its time and actor are left to the caller.
v1::LabelEvent MakeLabelEvent(const v1::Succession& succession, int index);
// The label as the heir holds it from the day on: the same award, with its suspensions.
v1::Label MakeTransferred(const v1::Succession& succession, int index, const v1::Label& label);
// Its name, the same whenever it is asked for.
std::string TransferredName(const v1::Succession& succession, int index);
// The event by which `succession` moved or ended `label`, or null.
const v1::LabelEvent* FindEffect(const v1::Succession& succession, const v1::Label& label);
// Whether something happened to `moved` since the decision at `index` moved it from `old`: it was
// renewed, suspended, moved on. Corrections of its record do not count.
bool WasUsed(const v1::Succession& succession, int index, const v1::Label& old,
             const v1::Label& moved);

// Whether nothing is left to do for it: it is applied, or withdrawn and taken back.
bool IsSettled(const v1::Succession& succession);
// The succession as the registry knew it at `known_at`, without what is of the present record only
// (etag, update_time, problem); nullopt when it was not recorded yet.
std::optional<v1::Succession> AsKnownAt(const v1::Succession& succession, absl::Time known_at);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_SUCCESSIONS_SUCCESSION_RULES_H_
