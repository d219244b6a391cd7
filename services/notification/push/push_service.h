// Handlers of wici.notification.v1.PushService.
#ifndef WICI_SERVICES_NOTIFICATION_PUSH_PUSH_SERVICE_H_
#define WICI_SERVICES_NOTIFICATION_PUSH_PUSH_SERVICE_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "libs/rpc/context.h"
#include "libs/rpc/server.h"
#include "services/notification/push/push_store.h"
#include "services/notification/webhooks/transport/endpoint_url.h"
#include "wici/notification/v1/push_service.pb.h"

namespace wici::notification {

// What browsers that register need to know of Web Push here.
struct PushSetUp {
  std::string public_key;  // of VAPID, base64url; "" when it is not set up
  Reach reach = Reach::kPublic;
};

// Thread-safe.
class PushService {
 public:
  // `store` outlives the service.
  PushService(PushStore& store, PushSetUp options) : store_(store), options_(std::move(options)) {}

  void Register(rpc::Server& server);

 private:
  absl::Status ListPushSubscriptions(const rpc::Context& context,
                                     const v1::ListPushSubscriptionsRequest& request,
                                     v1::ListPushSubscriptionsResponse& response);
  absl::Status CreatePushSubscription(const rpc::Context& context,
                                      const v1::CreatePushSubscriptionRequest& request,
                                      v1::PushSubscription& response);
  absl::Status DeletePushSubscription(const rpc::Context& context,
                                      const v1::DeletePushSubscriptionRequest& request,
                                      v1::DeletePushSubscriptionResponse& response);

  PushStore& store_;
  const PushSetUp options_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_PUSH_PUSH_SERVICE_H_
