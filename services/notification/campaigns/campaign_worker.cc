#include "services/notification/campaigns/campaign_worker.h"

#include <string>
#include <vector>

#include "libs/base/log.h"
#include "libs/base/status_macros.h"

namespace wici::notification {
namespace {

constexpr absl::Duration kCampaignTimeout = absl::Seconds(10);
constexpr std::int64_t kCampaignsAtOnce = 20;

}  // namespace

bool CampaignWorker::Round() {
  const absl::StatusOr<std::int64_t> added = RunOnce();
  if (!added.ok()) {
    Log(LogLevel::kWarning, "campaigns_not_advanced",
        {{"error", std::string(added.status().message())}});
  }
  return false;
}

absl::StatusOr<std::int64_t> CampaignWorker::Advance(const std::string& id) {
  WICI_ASSIGN_OR_RETURN(const auto cursor,
                        store_.FindAudienceToRead(machine_.Now() + kCampaignTimeout, id));
  if (!cursor) return store_.Advance(machine_.Now() + kCampaignTimeout, id);
  const absl::StatusOr<AudiencePage> page = peers_.ListAudience(cursor->audience, cursor->token);
  WICI_RETURN_IF_ERROR(
      store_.AddAudience(machine_.Now() + kCampaignTimeout, *cursor, page).status());
  return 0;
}

absl::StatusOr<std::int64_t> CampaignWorker::RunOnce() {
  WICI_ASSIGN_OR_RETURN(const std::vector<std::string> due,
                        store_.ListDue(machine_.Now() + kCampaignTimeout, kCampaignsAtOnce));
  std::int64_t added = 0;
  absl::Status first_error;
  for (const std::string& id : due) {
    const absl::StatusOr<std::int64_t> advanced = Advance(id);
    // One campaign that fails does not hold up the others.
    first_error.Update(advanced.status());
    if (advanced.ok()) added += *advanced;
  }
  if (added > 0) on_commit_();
  WICI_RETURN_IF_ERROR(first_error);
  return added;
}

}  // namespace wici::notification
