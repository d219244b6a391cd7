// Whether a reminder still names the right time: asked just before it goes out, of what the feed
// has told of its event since the mail was made.
#ifndef WICI_SERVICES_NOTIFICATION_TIMERS_TIMER_CHECK_H_
#define WICI_SERVICES_NOTIFICATION_TIMERS_TIMER_CHECK_H_

#include <vector>

#include "services/notification/deliveries/send_check.h"

namespace wici::notification {

// OVERTAKEN for a reminder whose event has been moved or called off. Thread-safe.
class TimerCheck final : public SendCheck {
 public:
  absl::StatusOr<std::vector<Verdict>> Check(sql::Transaction& tx,
                                             absl::Span<const Candidate> candidates,
                                             absl::Time now) override;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_TIMERS_TIMER_CHECK_H_
