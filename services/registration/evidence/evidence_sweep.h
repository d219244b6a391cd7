// Gives the registry what events count for as evidence, once they are over, and again when that has
// changed: somebody answered the survey, or said what came of a meeting.
//
// What is given has a version, of which the registry keeps the highest: so it may be given twice,
// by several processes, and again after a crash before that was written down.
#ifndef WICI_SERVICES_REGISTRATION_EVIDENCE_EVIDENCE_SWEEP_H_
#define WICI_SERVICES_REGISTRATION_EVIDENCE_EVIDENCE_SWEEP_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/rounds_thread.h"
#include "services/registration/events/event_store.h"
#include "services/registration/evidence/evidence_rounds.h"
#include "services/registration/invitations/registry_client.h"
#include "services/registration/surveys/event_evidence.h"

namespace wici::registration {

struct EvidenceSweepOptions {
  absl::Duration interval = absl::Minutes(1);
  absl::Duration timeout = absl::Seconds(60);  // of one event
  absl::Duration again = absl::Hours(1);       // an event is looked at, for so long after its end:
  absl::Duration lively = absl::Hours(24 * 180);
  absl::Duration seldom = absl::Hours(24);  // and so often afterwards
  std::int64_t batch_max = 100;             // events at once
};

class EvidenceSweep {
 public:
  // `clock` says what is over, `machine` how long an event may take. All outlive the sweep.
  EvidenceSweep(sql::Database& database, EventStore& events, EvidenceReader evidence,
                RegistryClient& registry, const Clock& clock, const Clock& machine,
                EvidenceSweepOptions options = {})
      : rounds_(database),
        events_(events),
        evidence_(evidence),
        registry_(registry),
        clock_(clock),
        machine_(machine),
        options_(options) {}

  // Starts the thread, which sweeps at once and then at every interval, and ends with the object.
  void Start() { thread_.Start(); }
  // Looks at all that is due, on the calling thread; returns of how many events something was
  // given. Not together with Start. REGISTRY_UNAVAILABLE and the errors of the database; the next
  // round finds the same events. What the registry refuses is logged, and tried again later.
  absl::StatusOr<int> RunOnce();

 private:
  bool Round();
  // Whether something was given.
  absl::StatusOr<bool> LookAt(const std::string& event);

  EvidenceRounds rounds_;
  EventStore& events_;
  EvidenceReader evidence_;
  RegistryClient& registry_;
  const Clock& clock_;
  const Clock& machine_;
  const EvidenceSweepOptions options_;
  RoundsThread thread_{options_.interval, [this] { return Round(); }};
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_EVIDENCE_EVIDENCE_SWEEP_H_
