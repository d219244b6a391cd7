#include "services/cluster_registry/successions/succession_applier.h"

#include <set>
#include <vector>

#include "google/protobuf/empty.pb.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/cluster_rules/cluster_state.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/labels/label_policy.h"
#include "services/cluster_registry/labels/label_store.h"
#include "services/cluster_registry/rows.h"
#include "services/cluster_registry/successions/succession_rules.h"
#include "services/cluster_registry/successions/succession_store.h"

namespace wici::cluster_registry {
namespace {

using v1::LabelDecision;
using v1::Succession;

constexpr absl::Duration kRoundTimeMax = absl::Seconds(30);

// Records what is decided about one label of a predecessor, unless it is recorded already.
absl::Status EndLabel(Writer& writer, const Succession& succession, int index) {
  const LabelDecision& decision = succession.label_decisions(index);
  WICI_ASSIGN_OR_RETURN(v1::Label label, ReadLabel(writer, decision.label(), kPresent));
  if (IsRecorded(succession, label)) return absl::OkStatus();
  v1::LabelEvent& event = *label.add_events();
  event = MakeLabelEvent(succession, index);
  *event.mutable_record_time() = ToTimestamp(ToMicros(writer.now()));
  event.set_actor(succession.actor());
  return ReviseLabel(writer, label);
}

// Makes a cluster MERGED that went on until now. One that was closed before stays so.
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

// Records a transferred label with its heir, unless it is there already.
absl::Status InsertTransferred(Writer& writer, const Succession& succession, int index) {
  const LabelDecision& decision = succession.label_decisions(index);
  const std::string name = TransferredName(succession, index);
  const absl::StatusOr<v1::Label> there = ReadLabel(writer, name, kPresent);
  if (!absl::IsNotFound(there.status())) return there.status();
  WICI_ASSIGN_OR_RETURN(const v1::Label old, ReadLabel(writer, decision.label(), kPresent));
  v1::Label moved = MakeTransferred(succession, index, old);
  WICI_ASSIGN_OR_RETURN(const std::vector<v1::Label> others,
                        ReadAll<v1::Label>([&](const Keyset& keyset) {
                          return ReadLabels(writer, ClusterOf(name), kPresent, keyset);
                        }));
  WICI_RETURN_IF_ERROR(CheckNoOverlap(moved, others));
  return InsertLabel(writer, moved, decision.reason());
}

}  // namespace

SuccessionApplier::~SuccessionApplier() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.NotifyAll();
  if (thread_.joinable()) thread_.join();
}

Mutation SuccessionApplier::NewMutation(const Succession& succession, absl::Time deadline) const {
  return {.principal = succession.actor(),
          .request_id = "",
          .method = "SuccessionApplier",
          .request = succession.name(),
          .transaction_id = environment_.ids.NewId(),
          .now = environment_.clock.Now(),
          .deadline = deadline};
}

absl::Status SuccessionApplier::ChangePredecessor(const Succession& succession,
                                                  const std::string& cluster, absl::Time deadline) {
  google::protobuf::Empty nothing;
  return environment_.store.Write(
      NewMutation(succession, deadline), nothing, [&](Writer& writer) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(v1::Cluster predecessor, LockCluster(writer, cluster, true));
        for (int i = 0; i < succession.label_decisions_size(); ++i) {
          const LabelDecision& decision = succession.label_decisions(i);
          if (ClusterOf(decision.label()) != cluster) continue;
          if (decision.effect() == LabelDecision::EFFECT_KEPT) continue;
          WICI_RETURN_IF_ERROR(EndLabel(writer, succession, i));
        }
        return GoesOn(succession, cluster) ? absl::OkStatus() : EndCluster(writer, predecessor);
      });
}

absl::Status SuccessionApplier::ChangeHeir(const Succession& succession, const std::string& cluster,
                                           absl::Time deadline) {
  google::protobuf::Empty nothing;
  return environment_.store.Write(
      NewMutation(succession, deadline), nothing, [&](Writer& writer) -> absl::Status {
        WICI_RETURN_IF_ERROR(LockCluster(writer, cluster, true).status());
        for (int i = 0; i < succession.label_decisions_size(); ++i) {
          const LabelDecision& decision = succession.label_decisions(i);
          if (decision.effect() != LabelDecision::EFFECT_TRANSFERRED) continue;
          if (HeirOf(succession, decision) != cluster) continue;
          WICI_RETURN_IF_ERROR(InsertTransferred(writer, succession, i));
        }
        return absl::OkStatus();
      });
}

absl::Status SuccessionApplier::ChangeClusters(const Succession& succession, absl::Time deadline) {
  // The old holder first: between the two nobody holds it, rather than both.
  for (const std::string& cluster : succession.predecessors()) {
    WICI_RETURN_IF_ERROR(ChangePredecessor(succession, cluster, deadline));
  }
  std::set<std::string> heirs;
  for (const LabelDecision& decision : succession.label_decisions()) {
    if (decision.effect() != LabelDecision::EFFECT_TRANSFERRED) continue;
    heirs.insert(HeirOf(succession, decision));
  }
  for (const std::string& cluster : heirs) {
    WICI_RETURN_IF_ERROR(ChangeHeir(succession, cluster, deadline));
  }
  return absl::OkStatus();
}

absl::StatusOr<Succession> SuccessionApplier::Finish(const Succession& succession,
                                                     const absl::Status& problem,
                                                     absl::Time deadline) {
  Succession finished;
  WICI_RETURN_IF_ERROR(environment_.store.Write(
      NewMutation(succession, deadline), finished, [&](Writer& writer) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(finished, ReadSuccession(writer, succession.name()));
        if (finished.state() == Succession::STATE_APPLIED) return absl::OkStatus();
        if (!problem.ok() && finished.problem() == problem.message()) return absl::OkStatus();
        finished.set_problem(std::string(problem.message()));
        if (problem.ok()) finished.set_state(Succession::STATE_APPLIED);
        return SaveSuccession(writer, finished);
      }));
  return finished;
}

absl::StatusOr<Succession> SuccessionApplier::Apply(std::string_view name, absl::Time deadline) {
  Succession succession;
  WICI_RETURN_IF_ERROR(environment_.store.Read(deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(succession, ReadSuccession(reader, name));
    return absl::OkStatus();
  }));
  if (succession.state() == Succession::STATE_APPLIED) return succession;
  const absl::Status status = ChangeClusters(succession, deadline);
  if (!status.ok() && !absl::IsFailedPrecondition(status)) return status;
  return Finish(succession, status, deadline);
}

absl::Status SuccessionApplier::RunOnce(absl::Time deadline) {
  absl::Status last;
  Keyset keyset{.after = "", .limit = 100};
  for (;;) {
    std::vector<std::string> names;
    WICI_RETURN_IF_ERROR(environment_.store.Read(deadline, [&](Reader& reader) {
      WICI_ASSIGN_OR_RETURN(names, ReadPendingSuccessions(reader, keyset));
      return absl::OkStatus();
    }));
    for (const std::string& name : names) {
      const absl::Status status = Apply(name, deadline).status();
      if (!status.ok()) last = status;
    }
    if (names.size() < static_cast<std::size_t>(keyset.limit)) return last;
    keyset.after = names.back();
  }
}

void SuccessionApplier::Start(absl::Duration interval) {
  thread_ = std::thread([this, interval] { Run(interval); });
}

void SuccessionApplier::Run(absl::Duration interval) {
  for (;;) {
    const absl::Status status = RunOnce(environment_.clock.Now() + kRoundTimeMax);
    if (!status.ok()) {
      // The next round finds the same successions: a warning is all there is to do.
      Log(LogLevel::kWarning, "successions_failed", {{"error", std::string(status.message())}});
    }
    const absl::Time next = environment_.clock.Now() + interval;
    MutexLock lock(mutex_);
    while (!stopping_ && environment_.clock.Now() < next) {
      changed_.WaitFor(mutex_, next - environment_.clock.Now());
    }
    if (stopping_) return;
  }
}

}  // namespace wici::cluster_registry
