#include "services/registration/registrations/expiry/expiry_sweep.h"

#include <map>
#include <memory>
#include <utility>

#include "libs/base/log.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "libs/base/violations.h"
#include "services/registration/names.h"

namespace wici::registration {
namespace {

// Collects what came of the steps of one round. Thread-safe.
class StepsOfRound {
 public:
  explicit StepsOfRound(std::size_t size) : open_(size) {}

  void Done(const absl::Status& transaction, const absl::Status& step) {
    MutexLock lock(mutex_);
    if (transaction.ok() && step.ok()) ++expired_;
    if (!transaction.ok()) error_ = transaction;
    if (--open_ == 0) done_.NotifyAll();
  }

  // Waits for all. The committer answers each within its deadline.
  absl::StatusOr<int> Wait() {
    MutexLock lock(mutex_);
    while (open_ > 0) done_.Wait(mutex_);
    if (!error_.ok()) return error_;
    return expired_;
  }

 private:
  Mutex mutex_;
  CondVar done_;
  std::size_t open_ ABSL_GUARDED_BY(mutex_);
  int expired_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status error_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

absl::StatusOr<int> ExpirySweep::Expire(const std::vector<std::string>& names) {
  const auto round = std::make_shared<StepsOfRound>(names.size());
  for (const std::string& name : names) {
    SeatOp op;
    op.event = EventOf(name);
    op.actor = "services/registration";
    if (MatchesResourcePattern(name, kVoucherPattern)) {
      op.what = VoucherRelease{name};
    } else {
      op.what = RegistrationStep{.name = name, .step = Step::kExpire, .kind = "expired"};
    }
    store_.Submit(
        machine_.Now() + options_.timeout, std::move(op),
        [round](SeatOp& done, const absl::Status& status) { round->Done(status, done.status); });
  }
  return round->Wait();
}

absl::StatusOr<int> ExpirySweep::RunOnce() {
  WICI_ASSIGN_OR_RETURN(const int registrations, ExpireRegistrations());
  WICI_ASSIGN_OR_RETURN(const int invitations, ElapseInvitations());
  return registrations + invitations;
}

absl::StatusOr<int> ExpirySweep::ElapseInvitations() {
  int total = 0;
  if (invitations_ == nullptr) return total;
  for (;;) {
    const absl::Time deadline = machine_.Now() + options_.timeout;
    WICI_ASSIGN_OR_RETURN(const std::vector<std::string> due,
                          invitations_->ListOverdue(deadline, options_.batch_max));
    std::map<std::string, std::vector<std::string>> by_event;
    for (const std::string& name : due) by_event[EventOf(name)].push_back(name);
    int elapsed = 0;
    for (const auto& [event, names] : by_event) {
      WICI_ASSIGN_OR_RETURN(const int changed, invitations_->Elapse(deadline, event, names));
      elapsed += changed;
    }
    if (elapsed == 0) return total;
    total += elapsed;
  }
}

absl::StatusOr<int> ExpirySweep::ExpireRegistrations() {
  int total = 0;
  // What is offered anew meanwhile is for the next time: it may expire as fast as this goes on.
  const absl::Time now = clock_.Now();
  for (;;) {
    WICI_ASSIGN_OR_RETURN(
        const std::vector<std::string> due,
        store_.ListExpired(machine_.Now() + options_.timeout, now, options_.batch_max));
    if (due.empty()) return total;
    WICI_ASSIGN_OR_RETURN(const int expired, Expire(due));
    // Another process does the same; it goes on.
    if (expired == 0) return total;
    total += expired;
  }
}

bool ExpirySweep::Round() {
  const absl::StatusOr<int> expired = RunOnce();
  if (!expired.ok()) {
    Log(LogLevel::kWarning, "expiry_sweep_failed",
        {{"error", std::string(expired.status().message())}});
  }
  return false;
}

}  // namespace wici::registration
