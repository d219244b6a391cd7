// The claims that are held, and what becomes of times that the clock showed before it was set back.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/deadline.h"
#include "libs/base/elapsed.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "services/notification/sending/worker/worker.h"

namespace wici::notification {

bool DeliveryWorker::HoldsLease(const Job& job) {
  MutexLock lock(mutex_);
  const auto held = held_.find(job.delivery.lease_owner);
  return held != held_.end() && !held->second.lapsed &&
         clock_.Now() < held->second.leased + options_.lease;
}

absl::Status DeliveryWorker::RenewLeases(absl::Time now) {
  std::vector<std::string> owners;
  {
    MutexLock lock(mutex_);
    for (const auto& [owner, held] : held_) owners.push_back(owner);
  }
  if (owners.empty()) return absl::OkStatus();
  WICI_RETURN_IF_ERROR(store_.RenewLeases(DeadlineIn(kDatabaseTimeout), channel_.kind(), owners,
                                          options_.lease, now));
  MutexLock lock(mutex_);
  // Not of a claim that came meanwhile, whose lease may have begun before.
  for (const std::string& owner : owners) {
    const auto held = held_.find(owner);
    if (held == held_.end()) continue;
    if (held->second.leased + options_.lease <= now) held->second.lapsed = true;
    held->second.leased = now;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::int32_t> DeliveryWorker::MoveWaits(absl::Time now) {
  const absl::StatusOr<std::int32_t> moved =
      store_.WaitFromNow(DeadlineIn(kDatabaseTimeout), channel_.kind(), kWaitsMoved, now);
  if (!moved.ok()) {
    Log(LogLevel::kWarning, "waits_not_moved", {{"error", std::string(moved.status().message())}});
  } else if (*moved > 0) {
    Log(LogLevel::kWarning, "clock_was_set_back", {{"deliveries_moved", absl::StrCat(*moved)}});
    Wake();
  }
  return moved;
}

void DeliveryWorker::KeepLeases() {
  absl::Time last = absl::InfiniteFuture();  // it may have been set back before the start
  int looks = 0;
  int may_fail = 0;
  while (true) {
    const absl::Time now = clock_.Now();
    if (now < last) {
      looks = kLooksForWaits;
      may_fail = kLooksThatFail;
    }
    last = now;
    const absl::Status renewed = RenewLeases(now);
    if (!renewed.ok()) {
      Log(LogLevel::kWarning, "leases_not_renewed", {{"error", std::string(renewed.message())}});
    }
    bool more = false;
    if (looks > 0 && may_fail > 0) {
      const absl::StatusOr<std::int32_t> moved = MoveWaits(now);
      more = moved.ok() && *moved == kWaitsMoved;
      if (!moved.ok()) --may_fail;
      if (moved.ok() && !more) --looks;
    }
    MutexLock lock(mutex_);
    while (!stopping_ && !more && !IsOver(now, options_.lease / 4, clock_.Now())) {
      stopped_.WaitFor(mutex_, options_.poll);
    }
    if (stopping_) return;
  }
}

}  // namespace wici::notification
