#include "services/notification/webhooks/sending/webhook_channel.h"

#include <set>
#include <utility>

#include "libs/base/deadline.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "services/notification/webhooks/queries.h"
#include "services/notification/webhooks/rules/retry_after.h"
#include "services/notification/webhooks/sending/webhook_request.h"
#include "services/notification/webhooks/subscription_rows.h"

namespace wici::notification {
namespace {

constexpr absl::Duration kEndpointTimeout = absl::Seconds(10);

AttemptResult WebhookNotSent(v1::AttemptOutcome outcome, v1::DeliveryReason reason) {
  AttemptResult result;
  result.outcome = outcome;
  result.reason = reason;
  return result;
}

// Whether the next request to the endpoint will likely fare the same.
bool ConcernsEndpoint(const WebhookAnswer& answer) {
  return answer.code == 0 || answer.code == 429 || answer.code >= 500;
}

// What is sent to the endpoint, or why nothing is. Whether it is switched off, EndpointCheck looks.
Made MakeWebhook(const ClaimedDelivery& delivery, const Endpoint* endpoint, std::string payload) {
  if (endpoint == nullptr) {
    return WebhookNotSent(v1::ATTEMPT_OUTCOME_SUPPRESSED, v1::DELIVERY_REASON_SUBSCRIPTION_OFF);
  }
  if (payload.empty()) {
    return WebhookNotSent(v1::ATTEMPT_OUTCOME_SUPPRESSED, v1::DELIVERY_REASON_PAYLOAD_GONE);
  }
  // Its secrets were sealed under another key of the installation, which may come back.
  if (endpoint->keys.empty()) return AttemptResult();
  return Outgoing{delivery.person, endpoint->subscription.url(), std::move(payload)};
}

}  // namespace

absl::StatusOr<std::map<std::string, std::string>> WebhookChannel::GetPayloads(
    absl::Span<const ClaimedDelivery> deliveries) {
  std::set<std::string> ids;
  for (const ClaimedDelivery& delivery : deliveries) ids.insert(delivery.notification_id);
  std::vector<std::vector<sql::Value>> keys;
  for (const std::string& id : ids) keys.push_back({id});
  std::map<std::string, std::string> payloads;
  WICI_RETURN_IF_ERROR(
      database_.Read(DeadlineIn(kEndpointTimeout), [&](sql::Transaction& tx) -> absl::Status {
        payloads.clear();
        WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.SelectMany(queries::kGetPayloads, "", keys));
        for (const sql::Row& row : rows) payloads[row.Text(0)] = row.Text(1);
        return absl::OkStatus();
      }));
  return payloads;
}

absl::StatusOr<std::vector<Made>> WebhookChannel::Prepare(
    absl::Span<const ClaimedDelivery> deliveries, absl::Time now) {
  std::set<std::string> names;
  std::vector<std::string> ids;
  for (const ClaimedDelivery& delivery : deliveries) {
    if (names.insert(delivery.person).second) ids.push_back(SubscriptionIdOf(delivery.person));
  }
  WICI_ASSIGN_OR_RETURN(auto endpoints,
                        endpoints_.GetEndpoints(DeadlineIn(kEndpointTimeout), ids, now));
  WICI_ASSIGN_OR_RETURN(auto payloads, GetPayloads(deliveries));
  {
    MutexLock lock(mutex_);
    for (const std::string& name : names) known_.erase(name);
    for (auto& [id, endpoint] : endpoints) {
      known_[SubscriptionName(id)] = std::make_shared<const Endpoint>(std::move(endpoint));
    }
  }
  std::vector<Made> all;
  for (const ClaimedDelivery& delivery : deliveries) {
    all.push_back(
        MakeWebhook(delivery, Find(delivery.person).get(), payloads[delivery.notification_id]));
  }
  return all;
}

std::shared_ptr<const Endpoint> WebhookChannel::Find(const std::string& subscription) {
  MutexLock lock(mutex_);
  const auto found = known_.find(subscription);
  return found == known_.end() ? nullptr : found->second;
}

AttemptResult WebhookChannel::Send(int, const ClaimedDelivery& delivery, const Outgoing& outgoing,
                                   const BeforeEnd& before_end) {
  const std::shared_ptr<const Endpoint> endpoint = Find(delivery.person);
  if (endpoint == nullptr) {
    return WebhookNotSent(v1::ATTEMPT_OUTCOME_SUPPRESSED, v1::DELIVERY_REASON_SUBSCRIPTION_OFF);
  }
  // A request is one piece: it arrives or it does not.
  if (!before_end()) return NotSentYet();
  const WebhookAnswer answer = transport_.PostAndWait(
      MakeWebhookRequest(*endpoint, delivery.id, clock_.Now(), outgoing.message));
  AttemptResult result = WebhookNotSent(answer.outcome, answer.reason);
  result.code = answer.code;
  EndpointAnswer report;
  report.success = answer.outcome == v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY;
  report.gone = answer.outcome == v1::ATTEMPT_OUTCOME_REJECTED;
  const absl::Time now = clock_.Now();
  if (!report.success) report.retry_after = ParseRetryAfter(answer.retry_after, now);
  if (report.retry_after) result.retry_after = *report.retry_after - now;
  result.lane_failed = !report.success && ConcernsEndpoint(answer);
  Report(delivery.person, *endpoint, report);
  return result;
}

void WebhookChannel::Report(const std::string& subscription, const Endpoint& endpoint,
                            const EndpointAnswer& answer) {
  // Most of the time there is nothing to write.
  if (answer.success && endpoint.health == EndpointHealth{}) return;
  const absl::Status reported =
      endpoints_.Report(DeadlineIn(kEndpointTimeout), SubscriptionIdOf(subscription),
                        endpoint.subscription.url(), answer);
  if (reported.ok()) return;
  Log(LogLevel::kWarning, "endpoint_not_reported",
      {{"subscription", subscription}, {"error", std::string(reported.message())}});
}

}  // namespace wici::notification
