// Every gRPC service of notification: what main.cc and the tests serve.
#ifndef WICI_SERVICES_NOTIFICATION_SERVICES_H_
#define WICI_SERVICES_NOTIFICATION_SERVICES_H_

#include <functional>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/rpc/server.h"
#include "libs/sql/database.h"
#include "services/notification/deliveries/acceptor.h"
#include "services/notification/deliveries/notification_service.h"
#include "services/notification/deliveries/replay/replay_store.h"
#include "services/notification/deliveries/store.h"
#include "services/notification/deliveries/watch/delivery_watch.h"
#include "services/notification/mail/mailbox.h"
#include "services/notification/people/personal_data_service.h"
#include "services/notification/templates/template_service.h"

namespace wici::notification {

// What the services work with. Everything outlives them.
struct Environment {
  sql::Database& database;
  Store& store;
  DeliveryWatch& watch;
  const Clock& clock;
  IdSource& ids;
  Mailbox from;                     // sends the mails
  std::function<void()> on_commit;  // called after commits after which something may be due
};

// Thread-safe. Outlives the server it is registered at.
class Services {
 public:
  explicit Services(const Environment& environment);
  void Register(rpc::Server& server);

 private:
  Acceptor acceptor_;
  ReplayStore replays_;

  NotificationService notification_service_;
  TemplateService template_service_;
  PersonalDataService personal_data_service_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_SERVICES_H_
