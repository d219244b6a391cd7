// Handlers of wici.notification.v1.NotificationService.
#ifndef WICI_SERVICES_NOTIFICATION_DELIVERIES_NOTIFICATION_SERVICE_H_
#define WICI_SERVICES_NOTIFICATION_DELIVERIES_NOTIFICATION_SERVICE_H_

#include "absl/status/status.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/rpc/context.h"
#include "libs/rpc/server.h"
#include "services/notification/deliveries/acceptor.h"
#include "services/notification/deliveries/store.h"
#include "services/notification/mail/mailbox.h"
#include "wici/notification/v1/notification_service.pb.h"

namespace wici::notification {

// Thread-safe.
class NotificationService {
 public:
  // `from` is the sender of mails: its domain is part of each Message-ID. All outlive the service.
  NotificationService(Store& store, Acceptor& acceptor, IdSource& ids, const Clock& clock,
                      Mailbox from)
      : store_(store), acceptor_(acceptor), ids_(ids), clock_(clock), from_(std::move(from)) {}

  void Register(rpc::Server& server);

  void SendNotification(const rpc::Context& context, const v1::SendNotificationRequest& request,
                        rpc::Reply<v1::Notification> reply);
  absl::Status GetNotification(const rpc::Context& context,
                               const v1::GetNotificationRequest& request,
                               v1::Notification& response);
  absl::Status ListNotifications(const rpc::Context& context,
                                 const v1::ListNotificationsRequest& request,
                                 v1::ListNotificationsResponse& response);
  absl::Status CancelNotification(const rpc::Context& context,
                                  const v1::CancelNotificationRequest& request,
                                  v1::Notification& response);
  absl::Status ListDeliveries(const rpc::Context& context, const v1::ListDeliveriesRequest& request,
                              v1::ListDeliveriesResponse& response);

 private:
  Store& store_;
  Acceptor& acceptor_;
  IdSource& ids_;
  const Clock& clock_;
  const Mailbox from_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_DELIVERIES_NOTIFICATION_SERVICE_H_
