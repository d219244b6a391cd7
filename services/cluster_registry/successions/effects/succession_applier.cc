#include "services/cluster_registry/successions/effects/succession_applier.h"

#include <set>
#include <vector>

#include "google/protobuf/empty.pb.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/rows.h"
#include "services/cluster_registry/successions/effects/succession_effects.h"
#include "services/cluster_registry/successions/succession_rules.h"
#include "services/cluster_registry/successions/succession_store.h"

namespace wici::cluster_registry {
namespace {

using v1::Succession;

constexpr absl::Duration kRoundTimeMax = absl::Seconds(30);

// The clusters that get a label.
std::set<std::string> HeirsOf(const Succession& succession) {
  std::set<std::string> heirs;
  for (const v1::LabelDecision& decision : succession.label_decisions()) {
    if (decision.effect() != v1::LabelDecision::EFFECT_TRANSFERRED) continue;
    heirs.insert(HeirOf(succession, decision));
  }
  return heirs;
}

bool IsWithdrawn(const Succession& succession) {
  return succession.state() == Succession::STATE_WITHDRAWING ||
         succession.state() == Succession::STATE_WITHDRAWN;
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
  return {.principal = IsWithdrawn(succession) ? succession.withdraw_actor() : succession.actor(),
          .request_id = "",
          .method = "SuccessionApplier",
          .request = succession.name(),
          .transaction_id = environment_.ids.NewId(),
          .now = environment_.clock.Now(),
          .deadline = deadline};
}

absl::Status SuccessionApplier::Change(const Succession& succession, const std::string& cluster,
                                       absl::Time deadline, const Effect& effect) {
  google::protobuf::Empty nothing;
  return environment_.store.Write(
      NewMutation(succession, deadline), nothing, [&](Writer& writer) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(v1::Cluster locked, LockCluster(writer, cluster, true));
        // Withdrawn meanwhile: whoever takes it back locks this cluster too, and so comes later or
        // makes this transaction run again.
        WICI_ASSIGN_OR_RETURN(const Succession present, ReadSuccession(writer, succession.name()));
        if (present.state() != succession.state()) return absl::OkStatus();
        return effect(writer, succession, locked);
      });
}

// The old holder first: between the two nobody holds a label, rather than both.
absl::Status SuccessionApplier::ApplyEffects(const Succession& succession, absl::Time deadline) {
  for (const std::string& cluster : succession.predecessors()) {
    WICI_RETURN_IF_ERROR(Change(succession, cluster, deadline, ChangePredecessor));
  }
  for (const std::string& cluster : HeirsOf(succession)) {
    WICI_RETURN_IF_ERROR(Change(succession, cluster, deadline, ChangeHeir));
  }
  return absl::OkStatus();
}

absl::Status SuccessionApplier::TakeBackEffects(const Succession& succession, absl::Time deadline) {
  for (const std::string& cluster : HeirsOf(succession)) {
    WICI_RETURN_IF_ERROR(Change(succession, cluster, deadline, TakeBackHeir));
  }
  for (const std::string& cluster : succession.predecessors()) {
    WICI_RETURN_IF_ERROR(Change(succession, cluster, deadline, TakeBackPredecessor));
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
        if (finished.state() != succession.state()) return absl::OkStatus();
        if (!problem.ok() && finished.problem() == problem.message()) return absl::OkStatus();
        finished.set_problem(std::string(problem.message()));
        if (!problem.ok()) return SaveSuccession(writer, finished, "succession.delayed");
        if (IsWithdrawn(finished)) {
          finished.set_state(Succession::STATE_WITHDRAWN);
          return SaveSuccession(writer, finished, "succession.withdrawn");
        }
        finished.set_state(Succession::STATE_APPLIED);
        *finished.mutable_apply_time() = ToTimestamp(ToMicros(writer.now()));
        return SaveSuccession(writer, finished, "succession.applied");
      }));
  return finished;
}

absl::StatusOr<Succession> SuccessionApplier::Apply(std::string_view name, absl::Time deadline) {
  Succession succession;
  WICI_RETURN_IF_ERROR(environment_.store.Read(deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(succession, ReadSuccession(reader, name));
    return absl::OkStatus();
  }));
  if (IsSettled(succession)) return succession;
  const absl::Status status = IsWithdrawn(succession) ? TakeBackEffects(succession, deadline)
                                                      : ApplyEffects(succession, deadline);
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
