#include "services/notification/campaigns/rules/campaign_steps.h"

#include <algorithm>

namespace wici::notification {
namespace {

constexpr std::int64_t kFirstChunk = 10;
constexpr std::int64_t kChunkMax = 100;
constexpr absl::Duration kBreath = absl::Milliseconds(200);

struct AllowedStep {
  CampaignStep step;
  v1::Campaign::State from;
  v1::Campaign::State to;
};

constexpr AllowedStep kAllowed[] = {
    {CampaignStep::kApprove, v1::Campaign::STATE_DRAFT, v1::Campaign::STATE_APPROVED},
    {CampaignStep::kApprove, v1::Campaign::STATE_APPROVED, v1::Campaign::STATE_APPROVED},
    {CampaignStep::kStart, v1::Campaign::STATE_APPROVED, v1::Campaign::STATE_SENDING},
    {CampaignStep::kStart, v1::Campaign::STATE_SENDING, v1::Campaign::STATE_SENDING},
    {CampaignStep::kPause, v1::Campaign::STATE_SENDING, v1::Campaign::STATE_PAUSED},
    {CampaignStep::kPause, v1::Campaign::STATE_PAUSED, v1::Campaign::STATE_PAUSED},
    {CampaignStep::kResume, v1::Campaign::STATE_PAUSED, v1::Campaign::STATE_SENDING},
    {CampaignStep::kResume, v1::Campaign::STATE_SENDING, v1::Campaign::STATE_SENDING},
    {CampaignStep::kAbort, v1::Campaign::STATE_DRAFT, v1::Campaign::STATE_ABORTED},
    {CampaignStep::kAbort, v1::Campaign::STATE_APPROVED, v1::Campaign::STATE_ABORTED},
    {CampaignStep::kAbort, v1::Campaign::STATE_SENDING, v1::Campaign::STATE_ABORTED},
    {CampaignStep::kAbort, v1::Campaign::STATE_PAUSED, v1::Campaign::STATE_ABORTED},
    {CampaignStep::kAbort, v1::Campaign::STATE_ABORTED, v1::Campaign::STATE_ABORTED}};

}  // namespace

std::optional<v1::Campaign::State> StateAfter(v1::Campaign::State state, CampaignStep step) {
  for (const AllowedStep& allowed : kAllowed) {
    if (allowed.step == step && allowed.from == state) return allowed.to;
  }
  return std::nullopt;
}

bool MayApprove(std::string_view author, std::string_view approver, std::int64_t persons) {
  return persons <= kSelfApprovalMax || author != approver;
}

Chunk NextChunk(std::int64_t chunks, std::int64_t left, const NotServed& not_served,
                std::int32_t rate_per_minute, std::int64_t running) {
  const auto share_of = [&](std::int64_t max) { return std::max<std::int64_t>(max / running, 1); };
  const std::int64_t share = share_of(kChunkMax);
  const std::int64_t ramp = std::min(share, kFirstChunk << std::min<std::int64_t>(chunks, 10));
  if (not_served.open >= ramp || not_served.failed >= share_of(kFailedMax) ||
      not_served.asleep >= share_of(kAsleepMax)) {
    return {0, kBreath};
  }
  std::int64_t size = std::min(ramp, left);
  if (rate_per_minute <= 0) return {size, kBreath};
  size = std::min(size, std::max<std::int64_t>(rate_per_minute / 6, 1));
  return {size, std::max(kBreath, absl::Minutes(1) * size / rate_per_minute)};
}

}  // namespace wici::notification
