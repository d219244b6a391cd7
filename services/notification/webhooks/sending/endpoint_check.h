// What may speak against a webhook at the last moment: its subscription was switched off, or its
// endpoint asked for a pause.
#ifndef WICI_SERVICES_NOTIFICATION_WEBHOOKS_SENDING_ENDPOINT_CHECK_H_
#define WICI_SERVICES_NOTIFICATION_WEBHOOKS_SENDING_ENDPOINT_CHECK_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "services/notification/deliveries/send_check.h"

namespace wici::notification {

// Lets the deliveries of other channels through. Thread-safe.
class EndpointCheck final : public SendCheck {
 public:
  absl::StatusOr<std::vector<Verdict>> Check(sql::Transaction& tx,
                                             absl::Span<const Candidate> candidates,
                                             absl::Time now) override;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_WEBHOOKS_SENDING_ENDPOINT_CHECK_H_
