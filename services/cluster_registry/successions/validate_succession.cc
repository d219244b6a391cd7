#include "services/cluster_registry/successions/validate_succession.h"

#include <algorithm>
#include <set>
#include <string>

#include "libs/base/clock.h"
#include "services/cluster_registry/labels/validate_label.h"
#include "services/cluster_registry/slug.h"
#include "services/cluster_registry/successions/succession_rules.h"
#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {
namespace {

using v1::LabelDecision;
using v1::Succession;

constexpr char kField[] = "succession";

template <class List>
bool Contains(const List& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

template <class List>
void CheckClusters(const char* name, const List& list, Violations& violations) {
  std::set<std::string> seen;
  CheckEach(
      kField, name, list, violations,
      [&](const std::string& path, const std::string& cluster) {
        violations.RequireResourceName(path, cluster, "clusters/*");
        if (!seen.insert(cluster).second) violations.Add(path, "is there twice");
      },
      kSuccessionClustersMax);
}

// How many clusters there are before and after, by kind.
void CheckShape(const Succession& succession, Violations& violations) {
  const int before = succession.predecessors_size();
  const int after = succession.successors_size();
  const std::string predecessors = Path(kField, "predecessors");
  const std::string successors = Path(kField, "successors");
  switch (succession.kind()) {
    case Succession::KIND_MERGE:
      if (before < 2) violations.Add(predecessors, "a merger has at least two");
      if (after != 1) violations.Add(successors, "a merger has one");
      break;
    case Succession::KIND_SPLIT:
      if (before != 1) violations.Add(predecessors, "a split has one");
      if (after < 2) violations.Add(successors, "a split has at least two");
      break;
    case Succession::KIND_RENAME:
    case Succession::KIND_LEGAL_FORM:
    case Succession::KIND_COORDINATOR_CHANGE:
      if (before != 1) violations.Add(predecessors, "one is required");
      if (before == 1 && (after != 1 || succession.successors(0) != succession.predecessors(0))) {
        violations.Add(successors, "the predecessor itself, and nobody else");
      }
      break;
    default:
      break;
  }
}

void CheckTransfer(const std::string& path, const Succession& succession,
                   const LabelDecision& decision, Violations& violations) {
  const std::string own = ClusterOf(decision.label());
  if (decision.evidences().empty()) {
    violations.Add(Path(path, "evidences"), "what the issuer said is required for a transfer");
  }
  if (!decision.successor().empty() &&
      (!Contains(succession.successors(), decision.successor()) || decision.successor() == own)) {
    violations.Add(Path(path, "successor"), "not one of the successors beside the holder");
  } else if (HeirOf(succession, decision).empty()) {
    violations.Add(Path(path, "successor"), "which of the successors is required");
  }
}

void CheckDecision(const std::string& path, const Succession& succession,
                   const LabelDecision& decision, Violations& violations) {
  if (!violations.RequireResourceName(Path(path, "label"), decision.label(),
                                      "clusters/*/labels/*")) {
    return;
  }
  const std::string own = ClusterOf(decision.label());
  if (!Contains(succession.predecessors(), own)) {
    violations.Add(Path(path, "label"), "not of a predecessor");
  }
  RequireEnum(Path(path, "effect"), decision.effect(),
              LabelDecision::Effect_IsValid(decision.effect()), violations);
  if (decision.effect() == LabelDecision::EFFECT_KEPT && !GoesOn(succession, own)) {
    violations.Add(Path(path, "effect"), "a cluster that ends keeps nothing");
  }
  if (decision.effect() == LabelDecision::EFFECT_TRANSFERRED) {
    CheckTransfer(path, succession, decision, violations);
  } else if (!decision.successor().empty()) {
    violations.Add(Path(path, "successor"), "for a transfer only");
  }
  ValidateEvidences(path, decision.evidences(), violations);
  if (decision.effect() == LabelDecision::EFFECT_ENDED) {
    violations.RequireText(Path(path, "reason"), decision.reason(), kUriBytesMax);
  } else {
    violations.OptionalText(Path(path, "reason"), decision.reason(), kUriBytesMax);
  }
}

}  // namespace

void ValidateSuccession(const Succession& succession, absl::CivilDay today,
                        Violations& violations) {
  RequireEnum(Path(kField, "kind"), succession.kind(), Succession::Kind_IsValid(succession.kind()),
              violations);
  CheckClusters("predecessors", succession.predecessors(), violations);
  CheckClusters("successors", succession.successors(), violations);
  CheckShape(succession, violations);
  if (violations.RequireDate(Path(kField, "effective_on"), succession.effective_on()) &&
      *ParseDate(succession.effective_on()) > today) {
    violations.Add(Path(kField, "effective_on"), "lies in the future");
  }
  std::set<std::string> decided;
  CheckEach(
      kField, "label_decisions", succession.label_decisions(), violations,
      [&](const std::string& path, const LabelDecision& decision) {
        CheckDecision(path, succession, decision, violations);
        if (!decided.insert(decision.label()).second) {
          violations.Add(Path(path, "label"), "is there twice");
        }
      },
      kLabelDecisionsMax);
  violations.OptionalText(Path(kField, "before"), succession.before(), kTitleBytesMax);
  violations.OptionalText(Path(kField, "after"), succession.after(), kTitleBytesMax);
  CheckProvenances(kField, "provenances", succession.provenances(), violations);
}

}  // namespace wici::cluster_registry
