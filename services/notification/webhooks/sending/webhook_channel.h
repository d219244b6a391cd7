// The channel WEBHOOK: a payload that was written down with the delivery, signed with the keys of
// the moment, posted to the endpoint.
#ifndef WICI_SERVICES_NOTIFICATION_WEBHOOKS_SENDING_WEBHOOK_CHANNEL_H_
#define WICI_SERVICES_NOTIFICATION_WEBHOOKS_SENDING_WEBHOOK_CHANNEL_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"
#include "libs/sql/database.h"
#include "services/notification/sending/channel.h"
#include "services/notification/webhooks/sending/endpoint_store.h"
#include "services/notification/webhooks/transport/http_transport.h"

namespace wici::notification {

// webhook-id is the id of the delivery. The lane of a delivery is its subscription.
class WebhookChannel final : public Channel {
 public:
  // All outlive the channel.
  WebhookChannel(sql::Database& database, EndpointStore& endpoints, HttpTransport& transport,
                 const Clock& clock)
      : database_(database), endpoints_(endpoints), transport_(transport), clock_(clock) {}

  v1::Channel kind() const override { return v1::CHANNEL_WEBHOOK; }
  absl::StatusOr<std::vector<Made>> Prepare(absl::Span<const ClaimedDelivery> deliveries,
                                            absl::Time now) override;
  AttemptResult Send(int thread, const ClaimedDelivery& delivery, const Outgoing& outgoing,
                     const BeforeEnd& before_end) override;

 private:
  absl::StatusOr<std::map<std::string, std::string>> GetPayloads(
      absl::Span<const ClaimedDelivery> deliveries);
  // What was last known of a subscription; null when it does not exist.
  std::shared_ptr<const Endpoint> Find(const std::string& subscription);
  void Report(const std::string& subscription, const Endpoint& endpoint,
              const EndpointAnswer& answer);

  sql::Database& database_;
  EndpointStore& endpoints_;
  HttpTransport& transport_;
  const Clock& clock_;
  Mutex mutex_;
  // By name, as last prepared; there are at most kSubscriptionsMax.
  std::map<std::string, std::shared_ptr<const Endpoint>> known_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_WEBHOOKS_SENDING_WEBHOOK_CHANNEL_H_
