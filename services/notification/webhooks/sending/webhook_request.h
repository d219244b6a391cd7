// From what is to be told to a signed request.
#ifndef WICI_SERVICES_NOTIFICATION_WEBHOOKS_SENDING_WEBHOOK_REQUEST_H_
#define WICI_SERVICES_NOTIFICATION_WEBHOOKS_SENDING_WEBHOOK_REQUEST_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "services/notification/webhooks/sending/endpoint_store.h"
#include "services/notification/webhooks/transport/http_transport.h"

namespace wici::notification {

// The request that tells `endpoint` of `payload` under the webhook-id `id`, in an attempt at `now`.
inline WebhookRequest MakeWebhookRequest(const Endpoint& endpoint, const std::string& id,
                                         absl::Time now, std::string payload) {
  std::vector<std::string> headers = {
      absl::StrCat("webhook-id: ", id),
      absl::StrCat("webhook-timestamp: ", absl::ToUnixSeconds(now)),
      absl::StrCat("webhook-signature: ", SignatureHeader(endpoint.keys, id, now, payload))};
  return {endpoint.subscription.url(), std::move(headers), std::move(payload)};
}

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_WEBHOOKS_SENDING_WEBHOOK_REQUEST_H_
