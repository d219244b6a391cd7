// Writes down what has expired: open items past their last day, interests nobody answered in time.
//
// Readers do not depend on it, they derive the state from the clock; the sweep makes it durable,
// takes items off the market and records the changes that others follow. Several processes may
// sweep: each row is expired once.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_EXPIRY_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_EXPIRY_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/rounds_thread.h"
#include "services/cluster_registry/environment.h"

namespace wici::cluster_registry {

struct ExpirySweepOptions {
  absl::Duration interval = absl::Minutes(1);
  absl::Duration timeout = absl::Seconds(10);  // of one transaction
  int batch_max = 200;                         // rows read at once
};

class ExpirySweep {
 public:
  // What `environment` refers to outlives it.
  explicit ExpirySweep(const Environment& environment, ExpirySweepOptions options = {})
      : environment_(environment), options_(options) {}

  // Starts the thread, which sweeps at once and then at every interval, and ends with the object.
  void Start() { thread_.Start(); }
  // One round on the calling thread; returns how many items and interests were due. Not together
  // with Start.
  absl::StatusOr<int> RunOnce();

 private:
  bool Round();
  absl::Status Expire(const std::string& cluster, const std::vector<std::string>& names);

  const Environment environment_;
  const ExpirySweepOptions options_;
  RoundsThread thread_{options_.interval, [this] { return Round(); }};
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_EXPIRY_H_
