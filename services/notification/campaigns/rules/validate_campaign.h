// What is wrong with campaigns in requests: every violation at once. Pure.
#ifndef WICI_SERVICES_NOTIFICATION_CAMPAIGNS_RULES_VALIDATE_CAMPAIGN_H_
#define WICI_SERVICES_NOTIFICATION_CAMPAIGNS_RULES_VALIDATE_CAMPAIGN_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/violations.h"
#include "wici/notification/v1/campaign_service.pb.h"

namespace wici::notification {

inline constexpr int kCampaignPersonsMax = 10000;
inline constexpr std::int64_t kAudienceMax = 100000;
inline constexpr int kCampaignRateMax = 100000;  // a minute

absl::Status ValidateCreateCampaign(const v1::CreateCampaignRequest& request, absl::Time now);

// The campaign itself, as it is to become.
void CheckCampaign(const v1::Campaign& campaign, absl::Time now, Violations& v);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_CAMPAIGNS_RULES_VALIDATE_CAMPAIGN_H_
