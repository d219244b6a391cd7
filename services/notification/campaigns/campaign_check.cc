#include "services/notification/campaigns/campaign_check.h"

#include <map>
#include <string>

#include "libs/base/status_macros.h"
#include "services/notification/campaigns/queries.h"
#include "wici/notification/v1/campaign.pb.h"

namespace wici::notification {
namespace {

// ResumeCampaign makes them due at once; this only says how often to look until then.
constexpr absl::Duration kHold = absl::Minutes(10);

}  // namespace

absl::StatusOr<std::vector<Verdict>> CampaignCheck::Check(sql::Transaction& tx,
                                                          absl::Span<const Candidate> candidates,
                                                          absl::Time now) {
  std::map<std::string, v1::Campaign::State> states;
  for (const Candidate& candidate : candidates) states[candidate.delivery->notification_id] = {};
  std::vector<std::vector<sql::Value>> keys;
  for (const auto& [notification, state] : states) keys.push_back({notification});
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.SelectMany(queries::kGetStatesOfNotifications, "", keys));
  for (const sql::Row& row : rows) {
    states[row.Text(0)] = static_cast<v1::Campaign::State>(row.Int(1));
  }
  std::vector<Verdict> verdicts;
  for (const Candidate& candidate : candidates) {
    Verdict& verdict = verdicts.emplace_back();
    if (states[candidate.delivery->notification_id] != v1::Campaign::STATE_PAUSED) continue;
    verdict.reason = v1::DELIVERY_REASON_CAMPAIGN_PAUSED;
    verdict.until = now + kHold;
  }
  return verdicts;
}

}  // namespace wici::notification
