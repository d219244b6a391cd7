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

// The people of a campaign who are in the ledger and not served yet.
struct NotServed {
  std::int64_t open = 0;    // being sent, or due within moments
  std::int64_t failed = 0;  // put off for longer, since it could not be delivered
  std::int64_t asleep = 0;  // in their quiet hours
};

// With so many of these a campaign waits: they come back together, and whatever keeps those who
// failed will keep the others too.
inline constexpr std::int64_t kFailedMax = 1000;
inline constexpr std::int64_t kAsleepMax = 10000;

// The next people to be put into the ledger.
struct Chunk {
  std::int64_t size = 0;
  absl::Duration wait;  // until the one after it
};

// A campaign begins with 10 people and doubles up to 100 at once, so that a mistake is seen early
// and a relay gets used to it; of its own rate it takes as many as come in 10 seconds. `chunks` are
// those before, `left` the people that are left. With a whole chunk open it waits, so that a large
// campaign has no more than two chunks, and what comes back of those who were put off, before the
// messages of others. `running` campaigns of its event, itself too, are being sent: they share
// these bounds, with one for each at least, so that many have no more in the ledger than one.
Chunk NextChunk(std::int64_t chunks, std::int64_t left, const NotServed& not_served,
                std::int32_t rate_per_minute, std::int64_t running = 1);

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_CAMPAIGNS_RULES_CAMPAIGN_STEPS_H_
