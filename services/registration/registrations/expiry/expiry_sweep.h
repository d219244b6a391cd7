// Gives back the places that were kept for a time: holds nobody completed, offers nobody accepted.
// Lets invitations pass that nobody answered in time, and reminds those who said until when they
// decide.
//
// Each registration goes through the group committer like every other step, so what it frees goes
// to the waiting list in the same transaction. Several processes may sweep: each effect takes place
// once.
#ifndef WICI_SERVICES_REGISTRATION_REGISTRATIONS_EXPIRY_EXPIRY_SWEEP_H_
#define WICI_SERVICES_REGISTRATION_REGISTRATIONS_EXPIRY_EXPIRY_SWEEP_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/rounds_thread.h"
#include "services/registration/invitations/invitation_store.h"
#include "services/registration/registrations/registration_store.h"

namespace wici::registration {

struct ExpirySweepOptions {
  absl::Duration interval = absl::Seconds(1);
  absl::Duration timeout = absl::Seconds(10);  // of one round
  int batch_max = 500;                         // registrations or invitations at once
};

class ExpirySweep {
 public:
  // `clock` says what has expired, `machine` how long a round may take. All outlive the sweep;
  // without `invitations` it sweeps registrations only.
  ExpirySweep(RegistrationStore& store, InvitationStore* invitations, const Clock& clock,
              const Clock& machine, ExpirySweepOptions options = {})
      : store_(store),
        invitations_(invitations),
        clock_(clock),
        machine_(machine),
        options_(options) {}

  // Starts the thread, which sweeps at once and then at every interval, and ends with the object.
  void Start() { thread_.Start(); }
  // Sweeps all that is due now, on the calling thread; returns of how many registrations and
  // invitations something became. Not together with Start. Errors: those of the stores; the next
  // round finds the same rows.
  absl::StatusOr<int> RunOnce();

 private:
  bool Round();
  absl::StatusOr<int> ExpireRegistrations();
  // Expires these; returns how many did (another process may have been first).
  absl::StatusOr<int> Expire(const std::vector<std::string>& names);
  absl::StatusOr<int> ElapseInvitations();

  RegistrationStore& store_;
  InvitationStore* const invitations_;
  const Clock& clock_;
  const Clock& machine_;
  const ExpirySweepOptions options_;
  RoundsThread thread_{options_.interval, [this] { return Round(); }};
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_REGISTRATIONS_EXPIRY_EXPIRY_SWEEP_H_
