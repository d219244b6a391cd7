// What may speak against sending at the last moment: no consent, a suppressed address, quiet hours,
// a time that was moved, a rate. Each rule is a SendCheck; channels.cc lists them.
#ifndef WICI_SERVICES_NOTIFICATION_DELIVERIES_SEND_CHECK_H_
#define WICI_SERVICES_NOTIFICATION_DELIVERIES_SEND_CHECK_H_

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/feed/changes.h"
#include "libs/sql/database.h"
#include "services/notification/deliveries/rules/ledger.h"
#include "services/notification/deliveries/store.h"

namespace wici::notification {

// A delivery about to be sent.
struct Candidate {
  const ClaimedDelivery* delivery = nullptr;
  std::string_view recipient;  // its address, as it goes on the wire
  std::string_view lane;       // its domain or endpoint
};

// Thread-safe.
class SendCheck {
 public:
  virtual ~SendCheck() = default;

  // One verdict for each candidate, in their order: Verdict() to send, {reason} never to send,
  // {reason, until} to put off (see SettleByVerdict). Runs in the transaction that begins the
  // attempts, so that what is committed before counts; it may run again, and reads for all
  // candidates at once. A check gets those that the ones before it let through. An error puts all
  // of them off.
  virtual absl::StatusOr<std::vector<Verdict>> Check(sql::Transaction& tx,
                                                     absl::Span<const Candidate> candidates,
                                                     absl::Time now) = 0;

  // Whether a verdict to send takes something that others then lack, a place under a rate: then it
  // is asked only once for an attempt.
  virtual bool TakesAPlace() const { return false; }

  // Tells how attempts ended, in the transaction that records it; those of `records` that are not
  // `begun` were none. Once for each: not of what another worker has by now, or what was recorded
  // before. For what learns from outcomes; the others leave it alone. What it changes goes into the
  // feed with `changes`.
  virtual absl::Status Ended(sql::Transaction& /*tx*/, absl::Span<const AttemptRecord> /*records*/,
                             absl::Time /*now*/, std::vector<feed::Change>& /*changes*/) {
    return absl::OkStatus();
  }
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_DELIVERIES_SEND_CHECK_H_
