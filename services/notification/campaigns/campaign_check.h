// Holds what a campaign has in the ledger while it is paused: asked just before sending, in the
// transaction that begins the attempt, so that a pause counts from its commit on.
#ifndef WICI_SERVICES_NOTIFICATION_CAMPAIGNS_CAMPAIGN_CHECK_H_
#define WICI_SERVICES_NOTIFICATION_CAMPAIGNS_CAMPAIGN_CHECK_H_

#include <vector>

#include "services/notification/deliveries/send_check.h"

namespace wici::notification {

// Thread-safe.
class CampaignCheck final : public SendCheck {
 public:
  absl::StatusOr<std::vector<Verdict>> Check(sql::Transaction& tx,
                                             absl::Span<const Candidate> candidates,
                                             absl::Time now) override;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_CAMPAIGNS_CAMPAIGN_CHECK_H_
