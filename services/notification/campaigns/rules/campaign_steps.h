// What a campaign may do next, and how fast. Pure; any thread.
#ifndef WICI_SERVICES_NOTIFICATION_CAMPAIGNS_RULES_CAMPAIGN_STEPS_H_
#define WICI_SERVICES_NOTIFICATION_CAMPAIGNS_RULES_CAMPAIGN_STEPS_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/time/time.h"
#include "wici/notification/v1/campaign.pb.h"

namespace wici::notification {

enum class CampaignStep { kApprove, kStart, kPause, kResume, kAbort };

// The state after the step, or nullopt when it is not allowed. A step to where the campaign is
// already is allowed and changes nothing.
std::optional<v1::Campaign::State> StateAfter(v1::Campaign::State state, CampaignStep step);

// For more people than this the approver must not be the author, who is who last changed it.
inline constexpr std::int64_t kSelfApprovalMax = 100;
// How many they are in an audience shows when it is read: it counts as more.
bool MayApprove(std::string_view author, std::string_view approver, std::int64_t persons);

// The next people to be put into the ledger.
struct Chunk {
  std::int64_t size = 0;
  absl::Duration wait;  // until the one after it
};

// A campaign begins with 10 people and doubles up to 100 at once, so that a mistake is seen early
// and a relay gets used to it; of its own rate it takes as many as come in 10 seconds. `chunks` are
// those before, `left` the people that are left, `open` those of earlier chunks that are not served
// yet and not put off for long, as in quiet hours: with a whole chunk of them it waits, so that a
// large campaign never has more than two chunks before the messages of others.
Chunk NextChunk(std::int64_t chunks, std::int64_t left, std::int64_t open,
                std::int32_t rate_per_minute);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_CAMPAIGNS_RULES_CAMPAIGN_STEPS_H_
