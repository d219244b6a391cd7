// Handlers of wici.notification.v1.SubscriptionService.
#ifndef WICI_SERVICES_NOTIFICATION_WEBHOOKS_SUBSCRIPTION_SERVICE_H_
#define WICI_SERVICES_NOTIFICATION_WEBHOOKS_SUBSCRIPTION_SERVICE_H_

#include "absl/status/status.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/rpc/context.h"
#include "libs/rpc/server.h"
#include "services/notification/webhooks/sending/endpoint_store.h"
#include "services/notification/webhooks/subscription_store.h"
#include "services/notification/webhooks/transport/http_transport.h"
#include "wici/notification/v1/subscription_service.pb.h"

namespace wici::notification {

// Thread-safe.
class SubscriptionService {
 public:
  // `reach` is that of the transport. All outlive the service.
  SubscriptionService(SubscriptionStore& store, EndpointStore& endpoints, HttpTransport& transport,
                      Reach reach, IdSource& ids, const Clock& clock)
      : store_(store),
        endpoints_(endpoints),
        transport_(transport),
        reach_(reach),
        ids_(ids),
        clock_(clock) {}

  void Register(rpc::Server& server);

 private:
  absl::Status CreateSubscription(const rpc::Context& context,
                                  const v1::CreateSubscriptionRequest& request,
                                  v1::CreateSubscriptionResponse& response);
  absl::Status GetSubscription(const rpc::Context& context,
                               const v1::GetSubscriptionRequest& request,
                               v1::Subscription& response);
  absl::Status ListSubscriptions(const rpc::Context& context,
                                 const v1::ListSubscriptionsRequest& request,
                                 v1::ListSubscriptionsResponse& response);
  absl::Status UpdateSubscription(const rpc::Context& context,
                                  const v1::UpdateSubscriptionRequest& request,
                                  v1::Subscription& response);
  absl::Status DeleteSubscription(const rpc::Context& context,
                                  const v1::DeleteSubscriptionRequest& request,
                                  v1::DeleteSubscriptionResponse& response);
  absl::Status PauseSubscription(const rpc::Context& context,
                                 const v1::PauseSubscriptionRequest& request,
                                 v1::Subscription& response);
  absl::Status ResumeSubscription(const rpc::Context& context,
                                  const v1::ResumeSubscriptionRequest& request,
                                  v1::Subscription& response);
  absl::Status RotateSubscriptionSecret(const rpc::Context& context,
                                        const v1::RotateSubscriptionSecretRequest& request,
                                        v1::SubscriptionSecret& response);
  absl::Status TestSubscription(const rpc::Context& context,
                                const v1::TestSubscriptionRequest& request,
                                v1::TestSubscriptionResponse& response);
  absl::Status ReplaySubscription(const rpc::Context& context,
                                  const v1::ReplaySubscriptionRequest& request,
                                  v1::ReplaySubscriptionResponse& response);

  SubscriptionStore& store_;
  EndpointStore& endpoints_;
  HttpTransport& transport_;
  const Reach reach_;
  IdSource& ids_;
  const Clock& clock_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_WEBHOOKS_SUBSCRIPTION_SERVICE_H_
