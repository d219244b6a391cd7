// Gives back the places that were kept for a time: holds nobody completed, offers nobody accepted.
//
// Each goes through the group committer like every other step, so what it frees goes to the waiting
// list in the same transaction. Several processes may sweep: a registration expires once.
#ifndef WICI_SERVICES_REGISTRATION_REGISTRATIONS_EXPIRY_EXPIRY_SWEEP_H_
#define WICI_SERVICES_REGISTRATION_REGISTRATIONS_EXPIRY_EXPIRY_SWEEP_H_

#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"
#include "services/registration/registrations/registration_store.h"

namespace wici::registration {

struct ExpirySweepOptions {
  absl::Duration interval = absl::Seconds(1);
  absl::Duration timeout = absl::Seconds(10);  // of one round
  int batch_max = 500;                         // registrations of one round
};

class ExpirySweep {
 public:
  // `clock` says what has expired, `machine` how long a round may take. All outlive the sweep.
  ExpirySweep(RegistrationStore& store, const Clock& clock, const Clock& machine,
              ExpirySweepOptions options = {})
      : store_(store), clock_(clock), machine_(machine), options_(options) {}
  ~ExpirySweep();  // stops the thread

  // Starts the thread, which sweeps at once and then at every interval.
  void Start();
  // Sweeps all that is due now, on the calling thread; returns how many expired. Not together with
  // Start. Errors: those of the store; the next round finds the same rows.
  absl::StatusOr<int> RunOnce();

 private:
  void Run();
  // Expires these; returns how many did (another process may have been first).
  absl::StatusOr<int> Expire(const std::vector<std::string>& names);

  RegistrationStore& store_;
  const Clock& clock_;
  const Clock& machine_;
  const ExpirySweepOptions options_;
  Mutex mutex_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_REGISTRATIONS_EXPIRY_EXPIRY_SWEEP_H_
