// Handlers of wici.notification.v1.NotificationService.
#ifndef WICI_SERVICES_NOTIFICATION_DELIVERIES_NOTIFICATION_SERVICE_H_
#define WICI_SERVICES_NOTIFICATION_DELIVERIES_NOTIFICATION_SERVICE_H_

#include <memory>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/rpc/context.h"
#include "libs/rpc/server.h"
#include "services/notification/deliveries/acceptor.h"
#include "services/notification/deliveries/replay/replay_store.h"
#include "services/notification/deliveries/store.h"
#include "services/notification/deliveries/watch/delivery_watch.h"
#include "services/notification/mail/mailbox.h"
#include "wici/notification/v1/notification_service.pb.h"

namespace wici::notification {

// Thread-safe.
class NotificationService {
 public:
  // `from` is the sender of mails: its domain is part of each Message-ID. What is asked for over
  // another channel than `channels` is refused. All outlive the service.
  NotificationService(Store& store, ReplayStore& replays, Acceptor& acceptor, DeliveryWatch& watch,
                      IdSource& ids, const Clock& clock, Mailbox from,
                      std::set<v1::Channel> channels)
      : store_(store),
        replays_(replays),
        acceptor_(acceptor),
        watch_(watch),
        ids_(ids),
        clock_(clock),
        from_(std::move(from)),
        channels_(std::move(channels)) {}

  void Register(rpc::Server& server);

  void SendNotification(const rpc::Context& context, const v1::SendNotificationRequest& request,
                        rpc::Reply<v1::Notification> reply);
  void BatchSendNotifications(const rpc::Context& context,
                              const v1::BatchSendNotificationsRequest& request,
                              rpc::Reply<v1::BatchSendNotificationsResponse> reply);
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
  absl::Status GetDelivery(const rpc::Context& context, const v1::GetDeliveryRequest& request,
                           v1::Delivery& response);
  absl::Status ListAttempts(const rpc::Context& context, const v1::ListAttemptsRequest& request,
                            v1::ListAttemptsResponse& response);
  absl::Status WatchDeliveries(const rpc::Context& context,
                               const v1::WatchDeliveriesRequest& request,
                               std::shared_ptr<rpc::StreamWriter> writer,
                               const v1::WatchDeliveriesResponse*);
  absl::Status ReplayDeliveries(const rpc::Context& context,
                                const v1::ReplayDeliveriesRequest& request,
                                v1::ReplayDeliveriesResponse& response);

 private:
  Store& store_;
  ReplayStore& replays_;
  Acceptor& acceptor_;
  DeliveryWatch& watch_;
  IdSource& ids_;
  const Clock& clock_;
  const Mailbox from_;
  const std::set<v1::Channel> channels_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_DELIVERIES_NOTIFICATION_SERVICE_H_
