// The services of the package that have no handlers yet: they answer UNIMPLEMENTED, and
// unimplemented_methods.txt lists them.
#ifndef WICI_SERVICES_NOTIFICATION_LATER_SERVICES_H_
#define WICI_SERVICES_NOTIFICATION_LATER_SERVICES_H_

#include "libs/rpc/server.h"
#include "wici/notification/v1/subscription_service.pb.h"

namespace wici::notification {

inline void RegisterLaterServices(rpc::Server& server) {
  for (const auto* file : {v1::GetSubscriptionRequest::descriptor()->file()}) {
    server.AddService(file->service(0)->full_name());
  }
}

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_LATER_SERVICES_H_
