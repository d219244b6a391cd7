#include "services/notification/services.h"

#include "services/notification/later_services.h"

namespace wici::notification {

Services::Services(const Environment& environment)
    : acceptor_(environment.database, environment.ids, environment.clock, environment.on_commit),
      replays_(environment.database, environment.ids),
      notification_service_(environment.store, replays_, acceptor_, environment.watch,
                            environment.ids, environment.clock, environment.from),
      personal_data_service_(environment.store, environment.clock) {}

void Services::Register(rpc::Server& server) {
  notification_service_.Register(server);
  template_service_.Register(server);
  personal_data_service_.Register(server);
  RegisterLaterServices(server);
}

}  // namespace wici::notification
