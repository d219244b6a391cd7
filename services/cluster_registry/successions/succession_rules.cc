#include "services/cluster_registry/successions/succession_rules.h"

#include <algorithm>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "libs/base/clock.h"
#include "services/cluster_registry/labels/label_policy.h"
#include "services/cluster_registry/slug.h"

namespace wici::cluster_registry {
namespace {

using google::protobuf::util::TimeUtil;
using v1::Label;
using v1::LabelDecision;
using v1::LabelEvent;
using v1::Succession;

bool IsDecided(const Succession& succession, const std::string& label) {
  return std::any_of(succession.label_decisions().begin(), succession.label_decisions().end(),
                     [&](const LabelDecision& decision) { return decision.label() == label; });
}

bool DividesClusters(const Succession& succession) {
  return succession.kind() == Succession::KIND_MERGE || succession.kind() == Succession::KIND_SPLIT;
}

}  // namespace

const Label* FindLabel(const LabelsByCluster& labels, const std::string& name) {
  const auto cluster = labels.find(ClusterOf(name));
  if (cluster == labels.end()) return nullptr;
  const auto label = std::find_if(cluster->second.begin(), cluster->second.end(),
                                  [&](const Label& one) { return one.name() == name; });
  return label == cluster->second.end() ? nullptr : &*label;
}

std::set<std::string> ClustersOf(const Succession& succession) {
  std::set<std::string> clusters(succession.predecessors().begin(),
                                 succession.predecessors().end());
  clusters.insert(succession.successors().begin(), succession.successors().end());
  return clusters;
}

bool GoesOn(const Succession& succession, std::string_view predecessor) {
  return std::find(succession.successors().begin(), succession.successors().end(), predecessor) !=
         succession.successors().end();
}

std::vector<SuccessionEdge> EdgesOf(const Succession& succession) {
  std::vector<SuccessionEdge> edges;
  for (const std::string& predecessor : succession.predecessors()) {
    for (const std::string& successor : succession.successors()) {
      if (successor == predecessor) continue;
      edges.push_back({.predecessor = predecessor,
                       .successor = successor,
                       .succession = succession.name(),
                       .effective_on = succession.effective_on(),
                       .ends = !GoesOn(succession, predecessor)});
    }
  }
  return edges;
}

std::string HeirOf(const Succession& succession, const LabelDecision& decision) {
  if (!decision.successor().empty()) return decision.successor();
  const std::string own = ClusterOf(decision.label());
  std::string heir;
  for (const std::string& successor : succession.successors()) {
    if (successor == own) continue;
    if (!heir.empty()) return "";
    heir = successor;
  }
  return heir;
}

bool NeedsDecision(const Label& label, absl::CivilDay day) {
  if (label.verification() == Label::VERIFICATION_REJECTED) return false;
  const auto until = ParseDate(label.valid_until());
  if (until && *until < day) return false;
  const LabelEvent* over = FindFinalEvent(label);
  const auto over_on = over == nullptr ? std::nullopt : ParseDate(over->effective_on());
  return !over_on || day < *over_on;
}

int CheckDecisions(const Succession& succession, const LabelsByCluster& labels,
                   Violations& violations) {
  const absl::CivilDay day = *ParseDate(succession.effective_on());
  LabelsByCluster held = labels;
  for (int i = 0; i < succession.label_decisions_size(); ++i) {
    const LabelDecision& decision = succession.label_decisions(i);
    const std::string field = absl::StrCat("succession.label_decisions[", i, "].label");
    const Label* label = FindLabel(labels, decision.label());
    if (label == nullptr) {
      violations.Add(field, "does not exist");
    } else if (!NeedsDecision(*label, day)) {
      violations.Add(field, "does not hold on effective_on or later");
    } else if (decision.effect() == LabelDecision::EFFECT_TRANSFERRED) {
      const Label moved = MakeTransferred(succession, i, *label);
      std::vector<Label>& others = held[HeirOf(succession, decision)];
      const absl::Status overlap = CheckNoOverlap(moved, others);
      if (!overlap.ok()) violations.Add(field, std::string(overlap.message()));
      others.push_back(moved);
    }
  }
  int undecided = 0;
  if (!DividesClusters(succession)) return undecided;
  for (const std::string& predecessor : succession.predecessors()) {
    const auto own = labels.find(predecessor);
    if (own == labels.end()) continue;
    for (const Label& label : own->second) {
      if (!NeedsDecision(label, day) || IsDecided(succession, label.name())) continue;
      violations.Add("succession.label_decisions",
                     absl::StrCat("nothing is decided about ", label.name()));
      ++undecided;
    }
  }
  return undecided;
}

LabelEvent MakeLabelEvent(const Succession& succession, int index) {
  const LabelDecision& decision = succession.label_decisions(index);
  LabelEvent event;
  event.set_effective_on(succession.effective_on());
  event.set_succession(succession.name());
  event.set_reason(decision.reason());
  if (decision.effect() == LabelDecision::EFFECT_TRANSFERRED) {
    event.set_type(LabelEvent::TYPE_TRANSFER);
    event.set_continued_by(TransferredName(succession, index));
  } else {
    event.set_type(LabelEvent::TYPE_END);
  }
  return event;
}

Label MakeTransferred(const Succession& succession, int index, const Label& label) {
  Label moved = label;
  moved.set_name(TransferredName(succession, index));
  moved.set_transferred_from(label.name());
  moved.set_held_from(succession.effective_on());
  moved.clear_events();
  for (const LabelEvent& event : label.events()) {
    switch (event.type()) {
      case LabelEvent::TYPE_SUSPENSION:
      case LabelEvent::TYPE_REINSTATEMENT:
      case LabelEvent::TYPE_REVOCATION:
        *moved.add_events() = event;
        break;
      default:
        break;
    }
  }
  for (const v1::Evidence& evidence : succession.label_decisions(index).evidences()) {
    *moved.add_evidences() = evidence;
  }
  return moved;
}

std::string TransferredName(const Succession& succession, int index) {
  const std::string id = succession.name().substr(succession.name().find('/') + 1);
  return absl::StrCat(HeirOf(succession, succession.label_decisions(index)), "/labels/", id, "-",
                      index + 1);
}

const LabelEvent* FindEffect(const Succession& succession, const Label& label) {
  const auto effect =
      std::find_if(label.events().begin(), label.events().end(), [&](const LabelEvent& event) {
        return event.succession() == succession.name() &&
               event.type() != LabelEvent::TYPE_CORRECTION;
      });
  return effect == label.events().end() ? nullptr : &*effect;
}

bool WasUsed(const Succession& succession, int index, const Label& old, const Label& moved) {
  const int came_with = MakeTransferred(succession, index, old).events_size();
  const auto happened = [](const LabelEvent& event) {
    return event.type() != LabelEvent::TYPE_CORRECTION;
  };
  return std::count_if(moved.events().begin(), moved.events().end(), happened) > came_with;
}

bool IsSettled(const Succession& succession) {
  return succession.state() == Succession::STATE_APPLIED ||
         succession.state() == Succession::STATE_WITHDRAWN;
}

std::optional<Succession> AsKnownAt(const Succession& succession, absl::Time known_at) {
  const auto later = [&](const google::protobuf::Timestamp& time) {
    return FromMicros(TimeUtil::TimestampToMicroseconds(time)) > known_at;
  };
  if (later(succession.create_time())) return std::nullopt;
  Succession then = succession;
  then.clear_etag();
  then.clear_update_time();
  then.clear_problem();
  if (succession.has_withdraw_time() && !later(succession.withdraw_time())) {
    // What was withdrawn changes once more, when all is taken back.
    if (later(succession.update_time())) then.set_state(Succession::STATE_WITHDRAWING);
    return then;
  }
  then.clear_withdraw_time();
  then.clear_withdraw_actor();
  then.clear_withdraw_reason();
  const bool applied = succession.has_apply_time() && !later(succession.apply_time());
  if (!applied) then.clear_apply_time();
  then.set_state(applied ? Succession::STATE_APPLIED : Succession::STATE_PENDING);
  return then;
}

}  // namespace wici::cluster_registry
