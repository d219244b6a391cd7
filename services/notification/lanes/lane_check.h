// Lanes in the database, which all replicas share: what keeps to a rate, and
// leaves alone what is broken. Must be the last of the checks, since it takes
// tokens.
#ifndef WICI_SERVICES_NOTIFICATION_LANES_LANE_CHECK_H_
#define WICI_SERVICES_NOTIFICATION_LANES_LANE_CHECK_H_

#include <map>
#include <utility>
#include <vector>

#include "services/notification/deliveries/send_check.h"
#include "services/notification/lanes/lane.h"

namespace wici::notification {

// Thread-safe.
class LaneCheck final : public SendCheck {
 public:
  // A channel that is not in `limits` has none.
  explicit LaneCheck(std::map<v1::Channel, LaneLimits> limits) : limits_(std::move(limits)) {}

  absl::StatusOr<std::vector<Verdict>> Check(sql::Transaction& tx,
                                             absl::Span<const Candidate> candidates,
                                             absl::Time now) override;
  // AttemptResult::lane_failed is a failure; a common cause, and what was not
  // tried after all, say nothing of the lane; everything else, a refusal too, is
  // a success.
  bool TakesAPlace() const override { return true; }
  absl::Status Ended(sql::Transaction& tx, absl::Span<const AttemptRecord> records, absl::Time now,
                     std::vector<feed::Change>& changes) override;

 private:
  const std::map<v1::Channel, LaneLimits> limits_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_LANES_LANE_CHECK_H_
