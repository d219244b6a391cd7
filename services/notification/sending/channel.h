// How the deliveries of one channel are made and handed over. Each channel has a worker of its own
// (worker/worker.h), which claims, asks the checks, writes down, keeps the leases and settles; so a
// channel that is slow holds up no other. A channel only makes messages and sends them.
#ifndef WICI_SERVICES_NOTIFICATION_SENDING_CHANNEL_H_
#define WICI_SERVICES_NOTIFICATION_SENDING_CHANNEL_H_

#include <functional>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "services/notification/deliveries/rules/ledger.h"
#include "services/notification/deliveries/store.h"
#include "wici/notification/v1/notification.pb.h"

namespace wici::notification {

// What is to be sent, or why there is nothing (SUPPRESSED, REJECTED or DEFERRED).
using Made = std::variant<Outgoing, AttemptResult>;

// To be called once, right before what makes the message whole at the receiver goes out (the final
// dot, the end of a request). False: the delivery was cancelled or is another worker's by now;
// break off, so that the receiver drops what it has, and answer NotSentYet(). May take a commit.
using BeforeEnd = std::function<bool()>;

// Not sent, for a reason that has nothing to do with the receiver: tried again soon.
inline AttemptResult NotSentYet() {
  AttemptResult result;
  result.common_cause = true;
  return result;
}

// Thread-safe.
class Channel {
 public:
  virtual ~Channel() = default;

  virtual v1::Channel kind() const = 0;

  // Makes the messages, one answer for each delivery, in their order; asks others for all at once.
  // An error concerns all: with one that may lie in a single delivery (INTERNAL, INVALID_ARGUMENT
  // and so on) the worker asks again with fewer, until it has found it; so it does with one that
  // may lie in a single one that takes too long (DEADLINE_EXCEEDED and so on) as long as one half
  // can be made; with others it waits.
  virtual absl::StatusOr<std::vector<Made>> Prepare(absl::Span<const ClaimedDelivery> deliveries,
                                                    absl::Time now) = 0;

  // Hands a message over and says truthfully what became of it. Called on the worker's thread
  // number `thread`, from 0, by one at a time; waits at most for its own time-outs.
  virtual AttemptResult Send(int thread, const ClaimedDelivery& delivery, const Outgoing& outgoing,
                             const BeforeEnd& before_end) = 0;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_SENDING_CHANNEL_H_
