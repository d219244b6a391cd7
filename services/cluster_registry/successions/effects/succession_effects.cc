#include "services/cluster_registry/successions/effects/succession_effects.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "libs/base/status_macros.h"
#include "services/cluster_registry/cluster_rules/cluster_state.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/environment.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/labels/label_policy.h"
#include "services/cluster_registry/labels/label_store.h"
#include "services/cluster_registry/labels/status/label_facts.h"
#include "services/cluster_registry/rows.h"
#include "services/cluster_registry/successions/succession_rules.h"

namespace wici::cluster_registry {
namespace {

using v1::LabelDecision;
using v1::LabelEvent;
using v1::Succession;

// L1: `label` of a cluster overlaps none of its others.
absl::Status CheckOthers(Reader& reader, const v1::Label& label) {
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::Label> others,
                        ReadAll<v1::Label>([&](const Keyset& keyset) {
                          return ReadLabels(reader, ClusterOf(label.name()), kPresent, keyset);
                        }));
  return CheckNoOverlap(label, others);
}

// Records what is decided about one label of a predecessor.
absl::Status EndLabel(Writer& writer, const Succession& succession, int index) {
  const LabelDecision& decision = succession.label_decisions(index);
  WICI_ASSIGN_OR_RETURN(v1::Label label, ReadLabel(writer, decision.label(), kPresent));
  if (FindEffect(succession, label) != nullptr) return absl::OkStatus();
  LabelEvent& event = *label.add_events();
  event = MakeLabelEvent(succession, index);
  *event.mutable_record_time() = ToTimestamp(ToMicros(writer.now()));
  event.set_actor(succession.actor());
  return ReviseLabel(writer, label);
}

absl::Status EndCluster(Writer& writer, v1::Cluster& cluster) {
  if (cluster.state() == v1::Cluster::STATE_MERGED ||
      cluster.state() == v1::Cluster::STATE_CLOSED) {
    return absl::OkStatus();
  }
  WICI_ASSIGN_OR_RETURN(const v1::Cluster::State merged,
                        StateAfter(cluster.name(), cluster.state(), ClusterStep::kMerge));
  cluster.set_state(merged);
  return SaveCluster(writer, cluster, "cluster.merged");
}

absl::Status InsertTransferred(Writer& writer, const Succession& succession, int index) {
  const LabelDecision& decision = succession.label_decisions(index);
  const std::string name = TransferredName(succession, index);
  const absl::StatusOr<v1::Label> there = ReadLabel(writer, name, kPresent);
  if (!absl::IsNotFound(there.status())) return there.status();
  WICI_ASSIGN_OR_RETURN(const v1::Label old, ReadLabel(writer, decision.label(), kPresent));
  v1::Label moved = MakeTransferred(succession, index, old);
  WICI_RETURN_IF_ERROR(CheckOthers(writer, moved));
  return InsertLabel(writer, moved, decision.reason());
}

// Records that the effect on `label` is taken back.
absl::Status Correct(Writer& writer, const Succession& succession, v1::Label& label) {
  LabelEvent& event = *label.add_events();
  event.set_type(LabelEvent::TYPE_CORRECTION);
  event.set_succession(succession.name());
  event.set_reason(succession.withdraw_reason());
  *event.mutable_record_time() = ToTimestamp(ToMicros(writer.now()));
  event.set_actor(succession.withdraw_actor());
  return ReviseLabel(writer, label);
}

absl::Status RejectTransferred(Writer& writer, const Succession& succession, int index) {
  absl::StatusOr<v1::Label> moved = ReadLabel(writer, TransferredName(succession, index), kPresent);
  if (absl::IsNotFound(moved.status())) return absl::OkStatus();  // it never came that far
  WICI_RETURN_IF_ERROR(moved.status());
  if (moved->verification() == v1::Label::VERIFICATION_REJECTED) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const v1::Label old,
                        ReadLabel(writer, succession.label_decisions(index).label(), kPresent));
  if (WasUsed(succession, index, old, *moved)) {
    return SuccessionBuiltUponError(succession.name(), moved->name());
  }
  moved->set_verification(v1::Label::VERIFICATION_REJECTED);
  return Correct(writer, succession, *moved);
}

absl::Status RestoreLabel(Writer& writer, const Succession& succession, int index) {
  WICI_ASSIGN_OR_RETURN(v1::Label label,
                        ReadLabel(writer, succession.label_decisions(index).label(), kPresent));
  const LabelEvent* const effect = FindEffect(succession, label);
  if (effect == nullptr) return absl::OkStatus();
  auto& events = *label.mutable_events();
  events.erase(std::find_if(events.begin(), events.end(),
                            [&](const LabelEvent& event) { return &event == effect; }));
  WICI_RETURN_IF_ERROR(CheckOthers(writer, label));
  return Correct(writer, succession, label);
}

// The state the record had before it became MERGED.
absl::StatusOr<v1::Cluster::State> StateBefore(Reader& reader, const std::string& cluster) {
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  for (;;) {
    WICI_ASSIGN_OR_RETURN(
        const std::vector<v1::ClusterVersion> versions,
        ReadClusterVersions(reader, cluster, v1::VISIBILITY_INTERNAL, before, 100));
    // Every record begins as a draft.
    if (versions.empty()) return v1::Cluster::STATE_DRAFT;
    for (const v1::ClusterVersion& version : versions) {
      if (version.cluster().state() != v1::Cluster::STATE_MERGED) return version.cluster().state();
    }
    before = NumberOf(versions.back());
  }
}

absl::Status RestoreCluster(Writer& writer, v1::Cluster& cluster) {
  if (cluster.state() != v1::Cluster::STATE_MERGED) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const v1::Cluster::State state, StateBefore(writer, cluster.name()));
  cluster.set_state(state);
  return SaveCluster(writer, cluster, "cluster.unmerged");
}

// Calls change(writer, succession, index) for each decision that concerns(decision).
template <class Concerns, class Change>
absl::Status ForEachDecision(Writer& writer, const Succession& succession, const Concerns& concerns,
                             const Change& change) {
  for (int i = 0; i < succession.label_decisions_size(); ++i) {
    if (!concerns(succession.label_decisions(i))) continue;
    WICI_RETURN_IF_ERROR(change(writer, succession, i));
  }
  return absl::OkStatus();
}

// Whether a decision ends the label of `cluster`, or gives it away.
auto TakesFrom(const v1::Cluster& cluster) {
  return [&cluster](const LabelDecision& decision) {
    return decision.effect() != LabelDecision::EFFECT_KEPT &&
           ClusterOf(decision.label()) == cluster.name();
  };
}

auto GivesTo(const Succession& succession, const v1::Cluster& cluster) {
  return [&](const LabelDecision& decision) {
    return decision.effect() == LabelDecision::EFFECT_TRANSFERRED &&
           HeirOf(succession, decision) == cluster.name();
  };
}

}  // namespace

absl::Status ChangePredecessor(Writer& writer, const Succession& succession,
                               v1::Cluster& predecessor) {
  WICI_RETURN_IF_ERROR(ForEachDecision(writer, succession, TakesFrom(predecessor), EndLabel));
  if (GoesOn(succession, predecessor.name())) return absl::OkStatus();
  return EndCluster(writer, predecessor);
}

absl::Status ChangeHeir(Writer& writer, const Succession& succession, const v1::Cluster& cluster) {
  return ForEachDecision(writer, succession, GivesTo(succession, cluster), InsertTransferred);
}

absl::Status TakeBackHeir(Writer& writer, const Succession& succession,
                          const v1::Cluster& cluster) {
  return ForEachDecision(writer, succession, GivesTo(succession, cluster), RejectTransferred);
}

absl::Status TakeBackPredecessor(Writer& writer, const Succession& succession,
                                 v1::Cluster& predecessor) {
  WICI_RETURN_IF_ERROR(ForEachDecision(writer, succession, TakesFrom(predecessor), RestoreLabel));
  if (GoesOn(succession, predecessor.name())) return absl::OkStatus();
  return RestoreCluster(writer, predecessor);
}

absl::Status CheckNotBuiltUpon(Reader& reader, const Succession& succession) {
  WICI_ASSIGN_OR_RETURN(const ManyLabelFacts facts,
                        ReadManyLabelFacts(reader, ClustersOf(succession), {}, kPresent));
  for (int i = 0; i < succession.label_decisions_size(); ++i) {
    const LabelDecision& decision = succession.label_decisions(i);
    if (decision.effect() != LabelDecision::EFFECT_TRANSFERRED) continue;
    const v1::Label* const old = FindLabel(facts.labels, decision.label());
    const v1::Label* const moved = FindLabel(facts.labels, TransferredName(succession, i));
    if (old == nullptr || moved == nullptr || !WasUsed(succession, i, *old, *moved)) continue;
    return SuccessionBuiltUponError(succession.name(), moved->name());
  }
  return absl::OkStatus();
}

}  // namespace wici::cluster_registry
