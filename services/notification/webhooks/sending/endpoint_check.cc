#include "services/notification/webhooks/sending/endpoint_check.h"

#include <map>
#include <set>
#include <string>

#include "libs/base/status_macros.h"
#include "services/notification/webhooks/queries.h"
#include "services/notification/webhooks/subscription_rows.h"

namespace wici::notification {
namespace {

Verdict VerdictOnEndpoint(const SubscriptionRow* row, absl::Time now) {
  if (row == nullptr || row->subscription.state() != v1::Subscription::STATE_ACTIVE) {
    return {.reason = v1::DELIVERY_REASON_SUBSCRIPTION_OFF, .until = std::nullopt};
  }
  if (row->health.resting_until.value_or(now) > now) {
    return {.reason = v1::DELIVERY_REASON_THROTTLED, .until = row->health.resting_until};
  }
  return {};
}

}  // namespace

absl::StatusOr<std::vector<Verdict>> EndpointCheck::Check(sql::Transaction& tx,
                                                          absl::Span<const Candidate> candidates,
                                                          absl::Time now) {
  std::set<std::string> ids;
  for (const Candidate& candidate : candidates) {
    if (candidate.delivery->channel != v1::CHANNEL_WEBHOOK) continue;
    ids.insert(SubscriptionIdOf(candidate.delivery->person));
  }
  std::vector<Verdict> verdicts(candidates.size());
  if (ids.empty()) return verdicts;
  std::vector<std::vector<sql::Value>> keys;
  for (const std::string& id : ids) keys.push_back({id});
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.SelectMany(queries::kGetSubscriptions, "", keys));
  std::map<std::string, SubscriptionRow> found;
  for (const sql::Row& row : rows) found.emplace(row.Text(0), ReadSubscription(row));
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const ClaimedDelivery& delivery = *candidates[i].delivery;
    if (delivery.channel != v1::CHANNEL_WEBHOOK) continue;
    const auto row = found.find(SubscriptionIdOf(delivery.person));
    verdicts[i] = VerdictOnEndpoint(row == found.end() ? nullptr : &row->second, now);
  }
  return verdicts;
}

}  // namespace wici::notification
