// Carries a recorded succession out (succession_effects.h): clusters that end become MERGED, labels
// are transferred or end. A withdrawn one is taken back the same way.
//
// One transaction touches one aggregate root, so each cluster is changed in its own, and the
// succession says when all are done. What was done stands in the record of the label or cluster: a
// second run goes on where the first broke off, and changes nothing that is done.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_SUCCESSIONS_EFFECTS_SUCCESSION_APPLIER_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_SUCCESSIONS_EFFECTS_SUCCESSION_APPLIER_H_

#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "services/cluster_registry/environment.h"
#include "wici/cluster_registry/v1/cluster.pb.h"
#include "wici/cluster_registry/v1/succession.pb.h"

namespace wici::cluster_registry {

// Thread-safe.
class SuccessionApplier {
 public:
  explicit SuccessionApplier(const Environment& environment) : environment_(environment) {}
  ~SuccessionApplier();  // stops the thread

  // Does what is missing of the succession `name`, and returns it. When an effect is refused (a
  // label of the heir that was recorded meanwhile is in the way) it stays PENDING, or WITHDRAWING,
  // and says so in `problem`. Errors: those of the database; what was done until then is kept.
  absl::StatusOr<v1::Succession> Apply(std::string_view name, absl::Time deadline);
  // Does so for all that are not settled; the error of the last that failed.
  absl::Status RunOnce(absl::Time deadline);
  // Starts a thread that does so at once and then every `interval`.
  void Start(absl::Duration interval);

 private:
  using Effect = std::function<absl::Status(Writer&, const v1::Succession&, v1::Cluster&)>;
  // One transaction: `effect` on `cluster`, unless the succession has left its state meanwhile.
  absl::Status Change(const v1::Succession& succession, const std::string& cluster,
                      absl::Time deadline, const Effect& effect);
  absl::Status ApplyEffects(const v1::Succession& succession, absl::Time deadline);
  absl::Status TakeBackEffects(const v1::Succession& succession, absl::Time deadline);
  absl::StatusOr<v1::Succession> Finish(const v1::Succession& succession,
                                        const absl::Status& problem, absl::Time deadline);
  Mutation NewMutation(const v1::Succession& succession, absl::Time deadline) const;
  void Run(absl::Duration interval);

  const Environment environment_;
  Mutex mutex_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_SUCCESSIONS_EFFECTS_SUCCESSION_APPLIER_H_
